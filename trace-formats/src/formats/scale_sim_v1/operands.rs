//! What the array held when, from v1's `sram_read`: ifmap and filter words in one row.
//!
//! Ifmap and filter are told apart by their addresses alone, since rows are ragged and partly filled folds
//! shift their columns.
//!
//! * `ws`, `is`: a fold loads its stationary operand, one array row a trace row, and then streams the other
//!   one; no row holds both. The i-th streamed word of a row meets the words of the i-th loaded row.
//! * `os`: both stream, skewed by port; a word of the ifmap meets every column that receives weights. The
//!   number of columns changes only in the last column fold, which reads as many words at each ifmap port as
//!   the ones before it.

use super::super::scale_sim::config::Dataflow;
use super::super::scale_sim::rows::{IDLE, Row};

/// The multiply-accumulates of rows of `sram_read`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MacTable {
    /// `ws` and `is`: first row of each fold, and the words of each of its loaded rows.
    Folds(Vec<(u64, Vec<u32>)>),
    /// `os`: columns of the column folds before the last, and of the last, which begins at each port (by
    /// column of the file) in these rows.
    Ports {
        /// Columns in all column folds but the last.
        columns: u64,
        /// Columns in the last column fold.
        last_columns: u64,
        /// Row of each port at which the last column fold begins.
        last_from: Vec<u64>,
    },
}

/// Tells an operand's words by their addresses.
#[derive(Clone, Copy, Debug)]
pub struct Operands {
    /// Words from here on are weights.
    pub filter_offset: i64,
}

impl Operands {
    /// Numbers of ifmap words and of weights in a row.
    pub fn count(self, row: &Row) -> (u64, u64) {
        let filter = row.words.iter().filter(|&&word| word >= self.filter_offset).count() as u64;
        (row.valid() - filter, filter)
    }

    fn is_ifmap(self, word: i64) -> bool {
        word != IDLE && word < self.filter_offset
    }
}

impl MacTable {
    /// The multiply-accumulates of a row.
    pub fn of_row(&self, index: u64, row: &Row, operands: Operands, dataflow: Dataflow) -> u64 {
        match self {
            MacTable::Folds(folds) => {
                let (ifmap, filter) = operands.count(row);
                let streamed = if dataflow == Dataflow::InputStationary { filter } else { ifmap };
                let after = folds.partition_point(|&(first, _)| first <= index);
                let held = after.checked_sub(1).map_or(&[][..], |fold| &folds[fold].1);
                held.iter().take(streamed as usize).map(|&words| u64::from(words)).sum()
            }
            MacTable::Ports { columns, last_columns, last_from } => {
                let ports = row.words.iter().zip(last_from).filter(|(word, _)| operands.is_ifmap(**word));
                ports.map(|(_, &from)| if index >= from { *last_columns } else { *columns }).sum()
            }
        }
    }
}

/// Finds the folds of `ws` and `is` row after row.
#[derive(Debug)]
pub struct FoldFinder {
    operands: Operands,
    dataflow: Dataflow,
    folds: Vec<(u64, Vec<u32>)>,
    start_cycles: Vec<i64>,
    is_streaming: bool,
    is_consistent: bool,
}

impl FoldFinder {
    /// Starts before the first row.
    pub fn new(operands: Operands, dataflow: Dataflow) -> FoldFinder {
        let (folds, start_cycles) = (Vec::new(), Vec::new());
        FoldFinder { operands, dataflow, folds, start_cycles, is_streaming: true, is_consistent: true }
    }

    /// Takes the next row, or the news that it cannot be read.
    pub fn row(&mut self, index: u64, row: Option<&Row>) {
        let Some(row) = row else {
            self.is_consistent = false;
            return;
        };
        let (ifmap, filter) = self.operands.count(row);
        let is_input = self.dataflow == Dataflow::InputStationary;
        let (loaded, streamed) = if is_input { (ifmap, filter) } else { (filter, ifmap) };
        if loaded > 0 && self.is_streaming {
            self.folds.push((index, Vec::new()));
            self.start_cycles.push(row.cycle);
            self.is_streaming = false;
        }
        let held = self.folds.last_mut().map(|fold| &mut fold.1);
        match (loaded, streamed, held) {
            (0, 0, _) => {}
            (1.., 0, Some(held)) => held.push(loaded as u32),
            (0, 1.., Some(held)) => {
                self.is_streaming = true;
                self.is_consistent &= streamed == held.len() as u64;
            }
            _ => self.is_consistent = false,
        }
    }

    /// The folds and the cycles at which they begin.
    ///
    /// # Errors
    /// What does not fit, as the end of a sentence.
    pub fn finish(self) -> Result<(MacTable, Vec<i64>), &'static str> {
        if self.is_consistent && !self.folds.is_empty() {
            Ok((MacTable::Folds(self.folds), self.start_cycles))
        } else {
            Err("sram_read does not load and stream as the dataflow does")
        }
    }
}

/// Counts the words at each port of `os`, by column of the file.
#[derive(Debug)]
pub struct PortCounter {
    operands: Operands,
    ifmap: Vec<u64>,
    filter: Vec<u64>,
    is_consistent: bool,
}

impl PortCounter {
    /// Starts before the first row.
    pub fn new(operands: Operands) -> PortCounter {
        PortCounter { operands, ifmap: Vec::new(), filter: Vec::new(), is_consistent: true }
    }

    /// Takes the next row, or the news that it cannot be read.
    pub fn row(&mut self, row: Option<&Row>) {
        let Some(row) = row else {
            self.is_consistent = false;
            return;
        };
        let ports = row.words.len().max(self.ifmap.len());
        self.ifmap.resize(ports, 0);
        self.filter.resize(ports, 0);
        for (port, &word) in row.words.iter().enumerate() {
            match word {
                IDLE => {}
                word if self.operands.is_ifmap(word) => self.ifmap[port] += 1,
                _ => self.filter[port] += 1,
            }
        }
    }

    /// What is needed to find the last column fold.
    ///
    /// # Errors
    /// What does not fit, as the end of a sentence.
    pub fn finish(self) -> Result<LastFoldFinder, &'static str> {
        const UNFIT: &str = "sram_read does not stream as the dataflow does";
        let busy: Vec<u64> = self.filter.iter().copied().filter(|&words| words > 0).collect();
        let most = busy.iter().copied().max().filter(|_| self.is_consistent).ok_or(UNFIT)?;
        let last_columns = busy.iter().filter(|&&words| words == most).count() as u64;
        // A column that the last fold does not use has received one fold's weights less.
        let fewer = busy.iter().copied().find(|&words| words != most).unwrap_or(0);
        let is_split = busy.iter().all(|&words| words == most || words == fewer);
        let folds = if fewer == 0 { 1 } else { most / (most - fewer) };
        let is_whole = fewer == 0 || most.is_multiple_of(most - fewer);
        if !is_split || !is_whole || self.ifmap.iter().any(|words| !words.is_multiple_of(folds)) {
            return Err(UNFIT);
        }
        let left = self.ifmap.iter().map(|words| words / folds * (folds - 1)).collect();
        let last_from = vec![u64::MAX; self.ifmap.len()];
        let (operands, columns) = (self.operands, busy.len() as u64);
        Ok(LastFoldFinder { operands, left, last_from, columns, last_columns })
    }
}

/// Finds where the last column fold of `os` begins at each port, in a second pass.
#[derive(Debug)]
pub struct LastFoldFinder {
    operands: Operands,
    /// Words of the folds before the last that are still to come, by port.
    left: Vec<u64>,
    last_from: Vec<u64>,
    columns: u64,
    last_columns: u64,
}

impl LastFoldFinder {
    /// Takes the next row.
    pub fn row(&mut self, index: u64, row: &Row) {
        for ((&word, left), from) in row.words.iter().zip(&mut self.left).zip(&mut self.last_from) {
            if self.operands.is_ifmap(word) {
                if *left == 0 {
                    *from = (*from).min(index);
                }
                *left = left.saturating_sub(1);
            }
        }
    }

    /// The table.
    pub fn finish(self) -> MacTable {
        MacTable::Ports { columns: self.columns, last_columns: self.last_columns, last_from: self.last_from }
    }
}
