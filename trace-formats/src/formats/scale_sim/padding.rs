//! The phantom `1.0` of DRAM traces in CALC mode.
//!
//! SCALE-Sim prefetches in bursts of rows, each burst as wide as its bandwidth, and pads the narrower
//! ones on the right to the width of the widest with `1.0` where it means -1. Filter and ofmap lie at
//! higher addresses, so there a 1 is padding. Of the ifmap, whose addresses start at 0, 1 is a real word:
//! there the padding is what *every* row of a burst ends in. A burst reads no address twice, so at most
//! one of its rows ends in a real 1 before the padding; such a row stands alone, one wider than a row
//! beside it, and is read as its neighbours are. The first burst is always ten words wide; a trace whose
//! first row is wider than that and not padded is of USER mode, where nothing is.

use super::rows::IDLE;
use super::runs::Shape;

/// The address that SCALE-Sim pads with.
const PHANTOM: i64 = 1;

/// Columns of the first burst of CALC mode, SCALE-Sim's default bandwidth.
const FIRST_BURST_WIDTH: usize = 10;

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
        self.width_to(row).0
    }

    /// The number of padded columns in a row, and the first row after it that may have another.
    fn width_to(&self, row: u64) -> (usize, u64) {
        let after = self.runs.partition_point(|&(first, _)| first <= row);
        let width = after.checked_sub(1).map_or(0, |run| self.runs[run].1);
        (width, self.runs.get(after).map_or(u64::MAX, |&(first, _)| first))
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

    /// How many words of each row of such a shape are padding, from the row numbered `row` to the one before that
    /// returned.
    pub fn of_shape(&self, row: u64, shape: Shape) -> (u32, u64) {
        match self {
            Padding::None => (0, u64::MAX),
            Padding::ByValue => (shape.ones, u64::MAX),
            Padding::ByWidth(table) => {
                let (width, end) = table.width_to(row);
                (width as u32, end)
            }
            Padding::Guess => (shape.trailing_ones, u64::MAX),
        }
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
    runs: Vec<Run>,
    /// The first row shows a burst of CALC mode; in USER mode nothing is padded.
    is_padded: bool,
    /// The row before held an idle port before its trailing ones: its burst may be over.
    may_end: bool,
}

/// Rows of one burst, one after the other, that end in as many ones.
#[derive(Debug)]
struct Run {
    first: u64,
    rows: u64,
    ones: usize,
    /// The ones of the row before, if it may be of the same burst.
    before: Option<usize>,
}

impl WidthFinder {
    /// Takes the next rows, all of one shape, of which the first has this number.
    pub fn rows(&mut self, first: u64, rows: u64, ports: usize, shape: Shape) {
        self.row(first, ports, shape);
        if self.may_end && shape.is_first_port_busy() {
            (first + 1..first + rows).for_each(|row| self.row(row, ports, shape));
        } else if let Some(run) = self.runs.last_mut() {
            run.rows += rows - 1;
        }
    }

    fn row(&mut self, row: u64, ports: usize, shape: Shape) {
        let ones = shape.trailing_ones as usize;
        let mut before = self.runs.last().map(|run| run.ones);
        if self.runs.is_empty() {
            // The first burst's padding is known from its width.
            before = ports.checked_sub(FIRST_BURST_WIDTH);
            self.is_padded = before.is_some_and(|padding| ones >= padding);
        }
        // A burst fills its rows in order and only then leaves ports idle: words after that are the next one's.
        if self.may_end && shape.is_first_port_busy() {
            before = None;
        }
        self.may_end = (shape.valid as usize) < ports;
        match self.runs.last_mut() {
            Some(run) if run.ones == ones && before.is_some() => run.rows += 1,
            _ => self.runs.push(Run { first: row, rows: 1, ones, before }),
        }
    }

    /// The widths of all rows, and how many padded words there are in them.
    pub fn finish(self) -> (WidthTable, u64) {
        let mut table = WidthTable::default();
        let mut padded = 0;
        let runs = if self.is_padded { self.runs.as_slice() } else { &[] };
        for (index, run) in runs.iter().enumerate() {
            let after = runs.get(index + 1).filter(|after| after.before.is_some()).map(|after| after.ones);
            let stands_out = |beside: Option<usize>| beside.is_some_and(|beside| beside + 1 == run.ones);
            let holds_word = run.rows == 1 && (stands_out(run.before) || stands_out(after));
            let width = run.ones - usize::from(holds_word);
            padded += width as u64 * run.rows;
            if table.runs.last().is_none_or(|&(_, last)| last != width) {
                table.runs.push((run.first, width));
            }
        }
        (table, padded)
    }
}

#[cfg(test)]
mod tests {
    use super::super::runs::Kind;
    use super::*;

    fn take(finder: &mut WidthFinder, row: u64, words: &[i64]) {
        let kind = Kind { is_dram: true, keeps_first_words: false };
        finder.rows(row, 1, words.len(), Shape::of(words, kind));
    }

    /// Widths of rows of ten columns that end in the words given.
    fn widths(ends: &[&[i64]]) -> (Vec<usize>, u64) {
        let mut finder = WidthFinder::default();
        for (row, end) in ends.iter().enumerate() {
            let mut words = vec![if end.contains(&IDLE) { IDLE } else { 7 }; 10];
            words[10 - end.len()..].copy_from_slice(end);
            take(&mut finder, row as u64, &words);
        }
        let (table, padded) = finder.finish();
        ((0..ends.len() as u64).map(|row| table.width(row)).collect(), padded)
    }

    const FULL: &[i64] = &[2];
    const NARROW: &[i64] = &[6, 1, 1];
    const ONE: &[i64] = &[6, 1, 1, 1];

    #[test]
    fn a_burst_is_padded_by_what_all_its_rows_end_in() {
        let drained: &[i64] = &[IDLE, 1, 1];
        assert_eq!(widths(&[FULL, FULL, NARROW, drained]), (vec![0, 0, 2, 2], 4));
        assert_eq!(widths(&[FULL, ONE, ONE, NARROW]), (vec![0, 3, 3, 2], 8));
    }

    #[test]
    fn a_real_address_1_before_the_padding_is_kept() {
        assert_eq!(widths(&[FULL, NARROW, ONE, NARROW]), (vec![0, 2, 2, 2], 6));
        assert_eq!(widths(&[FULL, ONE, NARROW, NARROW]), (vec![0, 2, 2, 2], 6));
        assert_eq!(widths(&[FULL, &[3, 1], FULL]), (vec![0, 0, 0], 0));
    }

    #[test]
    fn a_real_address_1_in_a_first_burst_of_one_row_is_kept() {
        assert_eq!(widths(&[&[3, 1]]), (vec![0], 0));
    }

    #[test]
    fn a_row_is_not_compared_with_another_burst() {
        let ended: &[i64] = &[IDLE, 1, 1];
        // The burst of one row after `ended` is padded by 3, although the one before is padded by 2.
        assert_eq!(widths(&[FULL, NARROW, ended, ONE, FULL]), (vec![0, 2, 2, 3, 0], 7));
        // Address 1 ends one burst's row and begins the next one's row of the same width.
        let last: &[i64] = &[IDLE, IDLE, 1, 1];
        assert_eq!(widths(&[FULL, NARROW, ONE, last, ONE, NARROW]), (vec![0, 2, 2, 2, 2, 2], 10));
    }

    #[test]
    fn nothing_is_padded_in_user_mode() {
        let mut finder = WidthFinder::default();
        take(&mut finder, 0, &[0, 1, 1]);
        take(&mut finder, 1, &[3, 4, 1]);
        assert_eq!(finder.finish(), (WidthTable::default(), 0));
        let mut finder = WidthFinder::default();
        take(&mut finder, 0, &[9; 12]);
        take(&mut finder, 1, &[1; 12]);
        assert_eq!(finder.finish(), (WidthTable::default(), 0));
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
