//! What the array held when: the folds of a layer, found in the operand that stays.
//!
//! A layer larger than the array is computed in folds. In the SRAM traces, whose rows stand side by side,
//! every fold of a layer has the same number of rows, for an array of R rows and C columns and T words
//! streamed through each array row:
//!
//! | dataflow | rows of a fold | stationary operand | streamed operand |
//! |---|---|---|---|
//! | `ws` | 2R + C + T - 2 | filter, in the fold's rows 0 to R-1, array row R-1 first | ifmap, port p from row R+p on |
//! | `is` | 2R + C + T - 2 | ifmap, likewise | filter, likewise |
//! | `os` | T + R + C - 2 | none: the outputs stay | both; filter port 0 in rows 0 to T-1 |
//!
//! A word streamed into array row p meets every stationary word in that row, so it makes as many
//! multiply-accumulates; in `os` it meets every column that receives weights in that fold.

use std::ops::Range;

use super::config::Dataflow;
use super::rows::IDLE;
use super::runs::Shape;

/// The array as the port counts of the traces show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Array {
    /// Rows of processing elements.
    pub rows: usize,
    /// Columns of processing elements.
    pub columns: usize,
}

/// How many stationary words each array row holds during a fold.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Held {
    /// So many in each of the first rows, none in the others.
    Equal { rows: usize, columns: u32 },
    /// By array row.
    ByRow(Box<[u32]>),
}

/// The folds of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoldTable {
    /// Trace rows of each fold.
    pub rows_per_fold: u64,
    /// T: words streamed through an array row in a fold.
    pub streamed_words: u64,
    array: Array,
    folds: Vec<Held>,
}

/// Finds the folds row after row of the operand that stays (`ws`: filter, `is`: ifmap, `os`: filter).
#[derive(Debug)]
pub struct FoldFinder {
    dataflow: Dataflow,
    array: Array,
    rows: u64,
    /// Each fold's first row with a word, and its words by trace row from there (`os`: its columns).
    found: Vec<(u64, Held)>,
    /// The fold being read: first row with a word, words by trace row.
    current: Option<(u64, Vec<u32>)>,
    /// T: `is`: given; `os`: known once filter port 0 has been idle; `ws`: not needed.
    streamed: Option<u64>,
    is_consistent: bool,
}

impl FoldFinder {
    /// Starts before the first row. `streamed`: for `is`, T ([`StreamedWordsFinder`]), since a fold whose
    /// ifmap words are all outside of the input leaves no word in its own trace.
    pub fn new(dataflow: Dataflow, array: Array, streamed: Option<u64>) -> FoldFinder {
        let found = Vec::new();
        FoldFinder { dataflow, array, rows: 0, found, current: None, streamed, is_consistent: true }
    }

    /// Takes the next rows, all of one shape, or the news that they cannot be read.
    pub fn rows(&mut self, rows: u64, shape: Option<Shape>) {
        let first = self.rows;
        self.rows += rows;
        match (shape, self.dataflow) {
            (None, _) => self.is_consistent = false,
            (Some(shape), Dataflow::OutputStationary) => self.weights_pass(first, rows, shape),
            (Some(shape), _) if shape.valid == 0 => {}
            (Some(shape), _) => (first..self.rows).for_each(|index| self.words_settle(index, shape.valid)),
        }
    }

    /// `ws` and `is`: stationary words arrive within R rows; the next fold's come after more than R.
    fn words_settle(&mut self, index: u64, words: u32) {
        let array_rows = self.array.rows as u64;
        if self.current.as_ref().is_some_and(|&(first, _)| index - first >= array_rows) {
            self.close_fold();
        }
        let (first, by_row) = self.current.get_or_insert((index, Vec::new()));
        by_row.resize((index - *first) as usize, 0);
        by_row.push(words);
    }

    fn close_fold(&mut self) {
        if let Some((first, by_row)) = self.current.take() {
            self.found.push((first, Held::ByRow(by_row.into())));
        }
    }

    /// `os`: filter port 0 tells where folds begin, the highest port how many columns they use.
    fn weights_pass(&mut self, first: u64, rows: u64, shape: Shape) {
        let drain = (self.array.rows + self.array.columns - 2) as u64;
        if !shape.is_first_port_busy() && self.streamed.is_none() {
            // A fold has a row at least; the check below then refuses a first row without a weight.
            self.streamed = Some(first.max(1));
        }
        let mut index = first;
        while index < first + rows {
            // Up to the end of the fold, or of its weights.
            let (fold, streams, end) = match self.streamed {
                None => (0, true, u64::MAX),
                Some(streamed) => {
                    let fold = index / (streamed + drain);
                    let start = fold * (streamed + drain);
                    let streams = index - start < streamed;
                    (fold, streams, start + streamed + if streams { 0 } else { drain })
                }
            };
            self.is_consistent &= shape.is_first_port_busy() == streams;
            if fold as usize >= self.found.len() {
                self.found.push((index, Held::Equal { rows: self.array.rows, columns: 0 }));
            }
            if let Some((_, Held::Equal { columns, .. })) = self.found.last_mut() {
                *columns = (*columns).max(shape.end);
            }
            index = end;
        }
    }

    /// The folds, unless the rows contradict the layout.
    ///
    /// # Errors
    /// What does not fit, as the end of a sentence.
    pub fn finish(mut self) -> Result<FoldTable, &'static str> {
        self.close_fold();
        if !self.is_consistent {
            return Err("rows of the stationary operand are damaged or not where a fold has them");
        }
        let Array { rows, columns } = self.array;
        let overhead = match self.dataflow {
            Dataflow::OutputStationary => rows + columns - 2,
            _ => 2 * rows + columns - 2,
        } as u64;
        let rows_per_fold = match self.streamed {
            Some(streamed) => streamed + overhead,
            None => self.rows.checked_div(self.found.len() as u64).unwrap_or(0),
        };
        if rows_per_fold == 0 || self.rows == 0 || !self.rows.is_multiple_of(rows_per_fold) {
            return Err("the trace's rows are not a whole number of folds");
        }
        let streamed_words = rows_per_fold.checked_sub(overhead).filter(|&words| words > 0);
        let streamed_words = streamed_words.ok_or("a fold has too few rows for the array")?;
        let folds = match self.dataflow {
            Dataflow::OutputStationary => self.found.into_iter().map(|(_, held)| held).collect(),
            _ => settle(self.found, rows_per_fold, self.rows / rows_per_fold, rows)?,
        };
        Ok(FoldTable { rows_per_fold, streamed_words, array: self.array, folds })
    }
}

/// Turns words by trace row (array row R-1 first) into words by array row, for every fold.
fn settle(
    found: Vec<(u64, Held)>,
    rows_per_fold: u64,
    folds: u64,
    array_rows: usize,
) -> Result<Vec<Held>, &'static str> {
    let mut settled = vec![Held::Equal { rows: 0, columns: 0 }; folds as usize];
    for (first, held) in found {
        let within = (first % rows_per_fold) as usize;
        let (Held::ByRow(by_trace_row), Some(fold)) =
            (held, settled.get_mut((first / rows_per_fold) as usize))
        else {
            return Err("there are more folds than rows");
        };
        if within + by_trace_row.len() > array_rows || *fold != (Held::Equal { rows: 0, columns: 0 }) {
            return Err("stationary words are not in the first rows of their fold");
        }
        let mut by_row = vec![0; array_rows];
        for (trace_row, &words) in by_trace_row.iter().enumerate() {
            by_row[array_rows - 1 - (within + trace_row)] = words;
        }
        let rows = by_row.iter().rposition(|&words| words > 0).map_or(0, |row| row + 1);
        let columns = by_row[0];
        let is_equal = by_row[..rows].iter().all(|&words| words == columns);
        *fold = if is_equal { Held::Equal { rows, columns } } else { Held::ByRow(by_row.into()) };
    }
    Ok(settled)
}

/// Finds T in the streamed operand of `is`: how long port 0 is busy without a pause.
#[derive(Debug, Default)]
pub struct StreamedWordsFinder {
    busy: u64,
}

impl StreamedWordsFinder {
    /// Takes the next rows, all of one shape; gives T once it is known.
    pub fn rows(&mut self, rows: u64, shape: Shape) -> Option<u64> {
        let is_busy = shape.is_first_port_busy();
        self.busy += if is_busy { rows } else { 0 };
        (!is_busy && self.busy > 0).then_some(self.busy)
    }

    /// T, if the trace ends here.
    pub fn so_far(&self) -> Option<u64> {
        (self.busy > 0).then_some(self.busy)
    }
}

impl FoldTable {
    /// The fewest and the most stationary words in a used array row of any fold.
    pub fn columns_used(&self) -> (u32, u32) {
        let each = self.folds.iter().flat_map(|held| match held {
            Held::Equal { columns, .. } => std::slice::from_ref(columns).iter(),
            Held::ByRow(by_row) => by_row.iter(),
        });
        each.fold((u32::MAX, 0), |(least, most), &columns| (least.min(columns), most.max(columns)))
    }

    /// Starts looking up multiply-accumulates by row.
    pub fn macs(&self) -> MacCounter<'_> {
        let rows = self.array.rows;
        MacCounter { table: self, fold_rows: 0..0, by_row: vec![0; rows], before_row: vec![0; rows + 1] }
    }
}

/// Counts multiply-accumulates of rows of the streamed operand.
pub struct MacCounter<'a> {
    table: &'a FoldTable,
    /// The trace rows of the fold that is loaded.
    fold_rows: Range<u64>,
    by_row: Vec<u32>,
    /// What all array rows before this one hold.
    before_row: Vec<u64>,
}

impl MacCounter<'_> {
    /// The multiply-accumulates that the words of a row (numbered from 0 in its trace) make.
    pub fn of_row(&mut self, row: u64, words: &[i64]) -> u64 {
        self.turn_to(row);
        let pairs = words.iter().zip(&self.by_row);
        pairs.filter(|(word, _)| **word != IDLE).map(|(_, &held)| u64::from(held)).sum()
    }

    /// The multiply-accumulates that a row of such a shape makes; `None` if it depends on which of its ports are busy.
    pub fn of_shape(&mut self, row: u64, shape: Shape) -> Option<u64> {
        self.turn_to(row);
        let Shape { valid, first, end, .. } = shape;
        if valid == 0 {
            return Some(0);
        }
        let met = self.by_row.get(first as usize..end as usize)?;
        if valid == end - first {
            return Some(self.before_row[end as usize] - self.before_row[first as usize]);
        }
        let (&held, others) = met.split_first()?;
        others.iter().all(|&other| other == held).then_some(u64::from(held) * u64::from(valid))
    }

    /// The first row of the fold after that of this row.
    pub fn fold_end(&mut self, row: u64) -> u64 {
        self.turn_to(row);
        self.fold_rows.end
    }

    fn turn_to(&mut self, row: u64) {
        if !self.fold_rows.contains(&row) {
            let rows = self.table.rows_per_fold;
            let fold = row / rows;
            self.fold_rows = fold * rows..(fold + 1) * rows;
            self.load(fold as usize);
        }
    }

    fn load(&mut self, fold: usize) {
        self.by_row.fill(0);
        match self.table.folds.get(fold) {
            Some(Held::Equal { rows, columns }) => self.by_row[..*rows].fill(*columns),
            Some(Held::ByRow(by_row)) => self.by_row.copy_from_slice(by_row),
            None => {}
        }
        let mut before = 0;
        for (sum, &held) in self.before_row[1..].iter_mut().zip(&self.by_row) {
            before += u64::from(held);
            *sum = before;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests say what went wrong")]
mod tests {
    use super::super::runs::Kind;
    use super::*;

    const TWO_BY_TWO: Array = Array { rows: 2, columns: 2 };

    fn shape(words: &[i64]) -> Shape {
        Shape::of(words, Kind { is_dram: false, keeps_first_words: false })
    }

    fn find(
        dataflow: Dataflow,
        array: Array,
        streamed: Option<u64>,
        rows: &[&[i64]],
    ) -> Result<FoldTable, &'static str> {
        let mut finder = FoldFinder::new(dataflow, array, streamed);
        rows.iter().for_each(|words| finder.rows(1, Some(shape(words))));
        finder.finish()
    }

    /// Multiply-accumulates of each row of the streamed operand.
    fn macs(table: &FoldTable, rows: &[&[i64]]) -> Vec<u64> {
        let mut counter = table.macs();
        let of_row = |(index, words): (usize, &&[i64])| {
            let macs = counter.of_row(index as u64, words);
            assert_eq!(counter.of_shape(index as u64, shape(words)), Some(macs));
            macs
        };
        rows.iter().enumerate().map(of_row).collect()
    }

    const IDLE_ROW: &[i64] = &[-1, -1];

    /// Two folds of 2R + C + T - 2 = 7 rows for T = 3 words: a full array, then one row of one column.
    #[test]
    fn a_weight_stationary_word_meets_the_weights_of_its_array_row() {
        let mut weights = vec![IDLE_ROW; 14];
        weights[..2].copy_from_slice(&[&[10, 12], &[11, 13]]);
        weights[8] = &[14, -1];
        let table = find(Dataflow::WeightStationary, TWO_BY_TWO, None, &weights).unwrap();
        assert_eq!((table.rows_per_fold, table.streamed_words), (7, 3));
        let mut ifmap = vec![IDLE_ROW; 14];
        ifmap[2..6].copy_from_slice(&[&[0, -1], &[1, 3], &[2, 4], &[-1, 5]]);
        ifmap[9..12].copy_from_slice(&[&[6, -1], &[7, -1], &[8, -1]]);
        assert_eq!(macs(&table, &ifmap), [0, 0, 2, 4, 4, 2, 0, 0, 0, 1, 1, 1, 0, 0]);
    }

    /// Array row 0 holds one ifmap word and row 1 two: the other lies outside of the input.
    #[test]
    fn rows_that_hold_different_numbers_of_words_are_told_apart() {
        let mut ifmap = vec![IDLE_ROW; 5];
        ifmap[..2].copy_from_slice(&[&[2, 3], &[0, -1]]);
        let table = find(Dataflow::InputStationary, TWO_BY_TWO, Some(1), &ifmap).unwrap();
        let filter: [&[i64]; 5] = [IDLE_ROW, IDLE_ROW, &[9, -1], &[-1, 9], IDLE_ROW];
        assert_eq!(macs(&table, &filter), [0, 0, 1, 2, 0]);
    }

    #[test]
    fn a_fold_of_is_without_any_word_keeps_its_place() {
        let mut ifmap = vec![IDLE_ROW; 15];
        ifmap[1] = &[0, 1];
        ifmap[11] = &[0, -1];
        let table = find(Dataflow::InputStationary, TWO_BY_TWO, Some(1), &ifmap).unwrap();
        let filter: Vec<&[i64]> =
            (0..15).map(|row| if row % 5 == 2 { &[9, -1][..] } else { IDLE_ROW }).collect();
        assert_eq!(macs(&table, &filter).iter().sum::<u64>(), 2 + 1);
        let mut finder = StreamedWordsFinder::default();
        assert_eq!(filter.iter().find_map(|words| finder.rows(1, shape(words))), Some(1));
    }

    /// Two folds of T + R + C - 2 = 4 rows for T = 2 words, the second one column wide.
    #[test]
    fn an_output_stationary_word_meets_the_columns_that_get_weights_in_its_fold() {
        let filter: [&[i64]; 8] =
            [&[1, -1], &[2, 3], &[-1, 4], IDLE_ROW, &[5, -1], &[6, -1], IDLE_ROW, IDLE_ROW];
        let table = find(Dataflow::OutputStationary, TWO_BY_TWO, None, &filter).unwrap();
        assert_eq!((table.rows_per_fold, table.streamed_words), (4, 2));
        let ifmap: [&[i64]; 8] =
            [&[0, -1], &[1, 2], &[-1, 3], IDLE_ROW, &[0, -1], &[1, 2], &[-1, 3], IDLE_ROW];
        assert_eq!(macs(&table, &ifmap), [2, 4, 2, 0, 1, 2, 1, 0]);
    }

    #[test]
    fn an_array_of_one_element_has_folds_of_its_own_length() {
        let one = Array { rows: 1, columns: 1 };
        let table = find(Dataflow::WeightStationary, one, None, &[&[7], &[-1], &[8], &[-1]]).unwrap();
        assert_eq!(macs(&table, &[&[-1], &[0], &[-1], &[1]]), [0, 1, 0, 1]);
        let table = find(Dataflow::OutputStationary, one, None, &[&[7], &[8], &[9]]).unwrap();
        assert_eq!(macs(&table, &[&[0], &[1], &[2]]), [1, 1, 1]);
    }

    #[test]
    fn traces_that_contradict_the_layout_give_no_folds() {
        let ws = Dataflow::WeightStationary;
        assert!(find(ws, TWO_BY_TWO, None, &[]).is_err());
        assert!(find(ws, TWO_BY_TWO, None, &[IDLE_ROW; 7]).is_err());
        assert!(find(ws, TWO_BY_TWO, None, &[&[1, 2][..]; 2]).is_err());
        let mut late = vec![IDLE_ROW; 7];
        late[3] = &[1, 2];
        assert!(find(ws, TWO_BY_TWO, None, &late).is_err());
        assert!(find(Dataflow::OutputStationary, TWO_BY_TWO, None, &[IDLE_ROW, &[1, 2], IDLE_ROW]).is_err());
        let mut finder = FoldFinder::new(ws, TWO_BY_TWO, None);
        finder.rows(1, None);
        assert!(finder.finish().is_err());
    }
}
