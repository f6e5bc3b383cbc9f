//! Partial sums that are read back.
//!
//! In `ws` and `is` every row fold writes its partial sums to `OFMAP_SRAM`; the next row fold of the same
//! outputs has to read them to add to them, which SCALE-Sim does not trace. A fold that continues the sums of
//! the fold before starts with the same output.

use super::runs::Run;

/// Which rows of `OFMAP_SRAM` add to partial sums that an earlier fold has written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartialSums {
    /// First row of each fold, and whether its outputs are those of the fold before.
    folds: Vec<(u64, bool)>,
}

impl PartialSums {
    /// Whether the writes of a row complete sums that have to be read first.
    pub fn are_read_in(&self, row: u64) -> bool {
        let after = self.folds.partition_point(|&(first, _)| first <= row);
        after.checked_sub(1).is_some_and(|fold| self.folds[fold].1)
    }

    /// Whether the writes of a row complete sums that have to be read first, and the first row after it of which that
    /// may not be so.
    pub fn from(&self, row: u64) -> (bool, u64) {
        let after = self.folds.partition_point(|&(first, _)| first <= row);
        let is_read = after.checked_sub(1).is_some_and(|fold| self.folds[fold].1);
        (is_read, self.folds.get(after).map_or(u64::MAX, |&(first, _)| first))
    }

    /// Whether any fold reads partial sums.
    pub fn are_any(&self) -> bool {
        self.folds.iter().any(|&(_, is_continued)| is_continued)
    }
}

/// Where folds begin in a trace of outputs.
#[derive(Clone, Debug)]
pub enum FoldStarts {
    /// Every so many rows (v2 and v3).
    Rows(u64),
    /// At these cycles (v1).
    Cycles(Vec<i64>),
}

/// Finds the folds that continue the sums of the fold before: their first output is the same.
#[derive(Debug)]
pub struct PartialSumFinder {
    starts: FoldStarts,
    /// Number, first row, first output where there is one, and number of outputs of each fold.
    written: Vec<(u64, u64, Option<i64>, u64)>,
}

impl PartialSumFinder {
    /// Starts before the first row.
    pub fn new(starts: FoldStarts) -> PartialSumFinder {
        PartialSumFinder { starts, written: Vec::new() }
    }

    /// Takes the next rows, of which the first has this number in the trace and this first word, where it is known.
    /// Says whether it was known where it had to be.
    pub fn rows(&mut self, first_row: u64, run: Run, first_word: Option<i64>) -> bool {
        let mut index = first_row;
        while index < first_row + run.rows {
            let (number, end) = match &self.starts {
                FoldStarts::Rows(rows) => (index / rows, index - index % rows + rows),
                FoldStarts::Cycles(cycles) => {
                    let cycle = run.cycle + (index - first_row) as i64;
                    (cycles.partition_point(|&start| start <= cycle) as u64, index + 1)
                }
            };
            let end = end.min(first_row + run.rows);
            if self.written.last().is_none_or(|fold| fold.0 != number) {
                self.written.push((number, index, None, 0));
            }
            if let Some((_, _, first, writes)) = self.written.last_mut().filter(|_| run.shape.valid > 0) {
                *first = first.or(first_word.filter(|_| index == first_row));
                if first.is_none() {
                    return false;
                }
                *writes += u64::from(run.shape.valid) * (end - index);
            }
            index = end;
        }
        true
    }

    /// The folds that continue, and how many partial sums they read back.
    pub fn finish(self) -> (PartialSums, u64) {
        let mut before = None;
        let mut read = 0;
        let mut folds = Vec::with_capacity(self.written.len());
        for (_, first_row, first, writes) in self.written {
            let is_continued = first.is_some() && first == before;
            read += if is_continued { writes } else { 0 };
            folds.push((first_row, is_continued));
            before = first;
        }
        (PartialSums { folds }, read)
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::IDLE;
    use super::super::runs::{Kind, Shape};
    use super::*;

    #[test]
    fn outputs_of_the_fold_before_are_read_back() {
        let mut finder = PartialSumFinder::new(FoldStarts::Rows(2));
        for (index, words) in
            [&[5, 6], &[IDLE, IDLE], &[5, 6], &[7, -1], &[8, 9], &[IDLE, IDLE]].into_iter().enumerate()
        {
            let shape = Shape::of(words, Kind { is_dram: false, keeps_first_words: true });
            let word = words.iter().copied().find(|&word| word != IDLE);
            assert!(finder.rows(index as u64, Run { cycle: 0, rows: 1, shape }, word));
        }
        let (sums, read) = finder.finish();
        assert_eq!(read, 3);
        assert_eq!(
            (0..6).map(|row| sums.are_read_in(row)).collect::<Vec<_>>(),
            [false, false, true, true, false, false]
        );
        assert!(sums.are_any());
    }
}
