//! The phantom `1.0` of DRAM traces in CALC mode.
//!
//! SCALE-Sim prefetches in bursts of rows, each burst as wide as its bandwidth, and pads the narrower
//! ones on the right to the width of the widest with `1.0` where it means -1. Filter and ofmap lie at
//! higher addresses, so there a 1 is padding. Of the ifmap, whose addresses start at 0, 1 is a real word:
//! there the padding is what *every* row of a burst ends in. A burst reads no address twice, so at most
//! one of its rows ends in a real 1 before the padding; such a row stands alone, one wider than a row
//! beside it, and is read as its neighbours are.

use super::rows::IDLE;

/// The address that SCALE-Sim pads with.
const PHANTOM: i64 = 1;

/// How the padding of a stream is told from its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Padding {
    /// There is none: SRAM traces, and DRAM traces of USER mode.
    None,
    /// Every 1 is padding: the stream's addresses start above it.
    ByValue,
    /// So many columns at the right of these rows: the stream's addresses start at 0.
    ByWidth(WidthTable),
    /// Nothing is known but the row itself: what it ends in (a trace that cannot be surveyed).
    Guess,
}

/// Width of the padding by row: runs of rows with the same width.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WidthTable {
    /// First row of each run and its width, by row.
    runs: Vec<(u64, usize)>,
}

impl WidthTable {
    /// The number of padded columns in a row.
    pub fn width(&self, row: u64) -> usize {
        let after = self.runs.partition_point(|&(first, _)| first <= row);
        after.checked_sub(1).map_or(0, |run| self.runs[run].1)
    }
}

impl Padding {
    /// Turns the padding of a row's words into idle ports, and says how many there were.
    pub fn remove(&self, row: u64, words: &mut [i64]) -> u64 {
        let width = match self {
            Padding::None => 0,
            Padding::ByValue => return remove_ones(words),
            Padding::ByWidth(table) => table.width(row),
            Padding::Guess => trailing_ones(words),
        };
        let kept = words.len().saturating_sub(width);
        remove_ones(&mut words[kept..])
    }
}

fn remove_ones(words: &mut [i64]) -> u64 {
    let mut removed = 0;
    for word in words.iter_mut().filter(|word| **word == PHANTOM) {
        *word = IDLE;
        removed += 1;
    }
    removed
}

/// How many words at the end of a row are 1.
fn trailing_ones(words: &[i64]) -> usize {
    words.iter().rev().take_while(|&&word| word == PHANTOM).count()
}

/// Finds the width of each burst's padding, row after row.
#[derive(Debug, Default)]
pub struct WidthFinder {
    /// First row, trailing ones of each of its rows, number of rows.
    runs: Vec<(u64, usize, u64)>,
}

impl WidthFinder {
    /// Takes the next row.
    pub fn row(&mut self, row: u64, words: &[i64]) {
        let ones = trailing_ones(words);
        match self.runs.last_mut() {
            Some((_, run, rows)) if *run == ones => *rows += 1,
            _ => self.runs.push((row, ones, 1)),
        }
    }

    /// The widths of all rows, and how many padded words there are in them.
    pub fn finish(self) -> (WidthTable, u64) {
        let runs = self.runs;
        // The widest burst has no padding.
        let least = runs.iter().map(|run| run.1).min().unwrap_or(0);
        let mut table = WidthTable::default();
        let mut padded = 0;
        for (index, &(first, ones, rows)) in runs.iter().enumerate() {
            let before = index.checked_sub(1).map(|index| runs[index].1);
            let after = runs.get(index + 1).map(|run| run.1);
            let holds_word =
                rows == 1 && [before, after].into_iter().flatten().any(|beside| beside + 1 == ones);
            let width = if ones == least { 0 } else { ones - usize::from(holds_word) };
            padded += width as u64 * rows;
            if table.runs.last().is_none_or(|&(_, last)| last != width) {
                table.runs.push((first, width));
            }
        }
        (table, padded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widths(rows: &[&[i64]]) -> (Vec<usize>, u64) {
        let mut finder = WidthFinder::default();
        rows.iter().enumerate().for_each(|(row, words)| finder.row(row as u64, words));
        let (table, padded) = finder.finish();
        ((0..rows.len() as u64).map(|row| table.width(row)).collect(), padded)
    }

    #[test]
    fn a_burst_is_padded_by_what_all_its_rows_end_in() {
        let wide: &[i64] = &[0, 2, 3, 4];
        let narrow: &[i64] = &[5, 1, 1, 1];
        assert_eq!(widths(&[wide, wide, narrow, narrow]), (vec![0, 0, 3, 3], 6));
        assert_eq!(widths(&[narrow, narrow, wide]), (vec![3, 3, 0], 6));
    }

    #[test]
    fn a_real_address_1_before_the_padding_is_kept() {
        let wide: &[i64] = &[0, 2, 3, 4];
        let narrow: &[i64] = &[5, 6, 1, 1];
        let one: &[i64] = &[7, 1, 1, 1];
        let drained: &[i64] = &[-1, -1, 1, 1];
        assert_eq!(widths(&[wide, narrow, one, narrow, drained]), (vec![0, 2, 2, 2, 2], 8));
        assert_eq!(widths(&[wide, one, narrow, narrow]), (vec![0, 2, 2, 2], 6));
    }

    #[test]
    fn a_real_address_1_at_the_end_of_the_widest_burst_is_kept() {
        assert_eq!(widths(&[&[0, 2], &[3, 1], &[4, 5]]), (vec![0, 0, 0], 0));
        assert_eq!(widths(&[&[0, 1]]), (vec![0], 0));
    }

    #[test]
    fn padding_becomes_idle_and_is_counted() {
        let mut words = [10_000_000, 1, 1];
        assert_eq!(Padding::ByValue.remove(0, &mut words), 2);
        assert_eq!(words, [10_000_000, IDLE, IDLE]);
        let mut words = [1, 2, 1];
        assert_eq!(Padding::Guess.remove(0, &mut words), 1);
        assert_eq!(words, [1, 2, IDLE]);
        let mut words = [1, 1];
        assert_eq!(Padding::None.remove(0, &mut words), 0);
    }
}
