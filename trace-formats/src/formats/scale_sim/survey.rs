//! What has to be known of a whole trace before its rows can be placed and counted: from its digest, or by a pass
//! over the file.
//!
//! Rows that cannot be read are passed over here; the decoder meets them again and reports them.

use std::path::Path;

use super::digested::DigestedTrace;
use super::folds::{FoldFinder, FoldTable, MacCounter, StreamedWordsFinder};
use super::padding::{Padding, WidthFinder};
use super::partial_sums::{PartialSumFinder, PartialSums};
use super::rows::{IDLE, Row, Style};
use super::runs::{Kind, Run, Shape};
use crate::decoder::{MAX_RECORD_BYTES, long_row};
use crate::error::DataError;
use crate::input::Content;

/// Bytes read at a time; more than the longest row.
const BUFFER_BYTES: usize = 4 * MAX_RECORD_BYTES;

/// What a trace is for in its layer, and so what is to be found in it.
pub enum Role<'a> {
    /// To be counted.
    Traffic,
    /// It shows the folds.
    Stationary(FoldFinder),
    /// Its words make multiply-accumulates with what the folds hold.
    Streamed(&'a FoldTable),
    /// Its words are sums that later folds may continue.
    Outputs(PartialSumFinder),
}

/// What one trace holds.
#[derive(Debug, PartialEq)]
pub struct StreamSurvey {
    /// Whole rows, readable or not.
    pub rows: u64,
    /// Lowest and highest cycle of any row, idle rows too.
    pub cycles: Option<(i64, i64)>,
    /// Ports of the first readable row.
    pub ports: Option<usize>,
    /// Words moved, without padding.
    pub words: u64,
    /// Phantom words.
    pub padded_words: u64,
    /// How the phantom words are told.
    pub padding: Padding,
    /// The last row has no line end: its writer was stopped.
    pub is_cut: bool,
    /// For the stationary operand: its folds, or why they cannot be told.
    pub folds: Option<Result<FoldTable, &'static str>>,
    /// For the streamed operand: its multiply-accumulates.
    pub macs: u64,
    /// For outputs: which folds continue sums.
    pub partial_sums: PartialSums,
    /// For outputs: how many partial sums are read back.
    pub partial_sums_read: u64,
}

/// Whether padding is to be found by width; what is known before the survey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaddingRule {
    /// There is none.
    None,
    /// Every 1 is padding.
    ByValue,
    /// Look for the width of each burst's padding.
    ByWidth,
}

/// Reads a trace once.
///
/// # Errors
/// A file that cannot be read or decompressed, or a row longer than any row may be.
pub fn survey(
    path: &Path,
    style: Style,
    rule: PaddingRule,
    role: Role<'_>,
) -> Result<StreamSurvey, DataError> {
    let name = path.display().to_string();
    let mut surveyor = Surveyor::new(style, rule, role);
    let is_cut = Content::open(path)
        .and_then(|mut content| {
            while_lines(&mut content, |line| {
                surveyor.line(line);
                true
            })
        })
        .map_err(|error| error.in_file(&name))?;
    Ok(surveyor.finish(is_cut))
}

/// The number of ports of a trace's first row, if it has one that can be read.
pub fn first_row_ports(path: &Path, style: Style) -> Option<usize> {
    let mut content = Content::open(path).ok()?;
    let prefix = content.peek(MAX_RECORD_BYTES + 1).ok()?;
    let end = memchr::memchr(b'\n', prefix)?;
    let mut row = Row::default();
    row.read(&prefix[..end], style).ok()?;
    Some(row.words.len())
}

/// T of the streamed operand of `is`, if its first rows show it.
pub fn streamed_words(path: &Path, style: Style) -> Option<u64> {
    let mut finder = StreamedWordsFinder::default();
    let mut row = Row::default();
    let mut found = None;
    let mut content = Content::open(path).ok()?;
    while_lines(&mut content, |line| {
        let kind = Kind { is_dram: false, keeps_first_words: false };
        found = row.read(line, style).ok().and_then(|()| finder.rows(1, Shape::of(&row.words, kind)));
        found.is_none()
    })
    .ok()?;
    // A run of a single fold of an array of one column ends while port 0 is still busy.
    found.or_else(|| finder.so_far())
}

/// Calls `each` with every line that has a line end until it says to stop; says whether there is a rest
/// without one.
///
/// # Errors
/// What reading or decompressing reports, or a line longer than any row may be.
pub fn while_lines(content: &mut Content, mut each: impl FnMut(&[u8]) -> bool) -> Result<bool, DataError> {
    let mut buffer = vec![0; BUFFER_BYTES];
    let (mut filled, mut lines, mut bytes) = (0, 0, 0);
    loop {
        let read = content.read(&mut buffer[filled..])?;
        filled += read;
        let mut at = 0;
        while let Some(length) = memchr::memchr(b'\n', &buffer[at..filled]) {
            if !each(&buffer[at..at + length]) {
                return Ok(false);
            }
            lines += 1;
            at += length + 1;
        }
        bytes += at as u64;
        buffer.copy_within(at..filled, 0);
        filled -= at;
        if read == 0 {
            return Ok(filled > 0);
        }
        if filled == BUFFER_BYTES {
            return Err(long_row(filled).at(lines + 1, bytes));
        }
    }
}

/// What a survey asks of a trace and its digest does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Untold;

/// Finds what [`survey`] finds in a trace that is digested already.
///
/// # Errors
/// The digest does not tell all of it.
pub fn survey_digested(
    trace: &DigestedTrace<'_>,
    rule: PaddingRule,
    role: Role<'_>,
) -> Result<StreamSurvey, Untold> {
    let mut surveyor = Surveyor::new(Style::Rectangular(None), rule, role);
    for digest in trace.digests() {
        let mut first_words = digest.first_words.iter().peekable();
        let before = surveyor.rows;
        for run in digest.runs() {
            let row = surveyor.rows - before;
            let first_word = first_words.next_if(|(at, _)| *at == row).map(|&(_, word)| word);
            surveyor.run(run, digest.ports, first_word, None)?;
        }
    }
    Ok(surveyor.finish(trace.is_cut()))
}

/// The state of a survey between two rows.
struct Surveyor<'a> {
    style: Style,
    rule: PaddingRule,
    row: Row,
    rows: u64,
    cycles: Option<(i64, i64)>,
    ports: Option<usize>,
    words: u64,
    padded_words: u64,
    widths: WidthFinder,
    folds: Option<FoldFinder>,
    mac_counter: Option<MacCounter<'a>>,
    macs: u64,
    outputs: Option<PartialSumFinder>,
}

impl<'a> Surveyor<'a> {
    fn new(style: Style, rule: PaddingRule, role: Role<'a>) -> Surveyor<'a> {
        let (mut folds, mut mac_counter, mut outputs) = (None, None, None);
        match role {
            Role::Traffic => {}
            Role::Stationary(finder) => folds = Some(finder),
            Role::Streamed(table) => mac_counter = Some(table.macs()),
            Role::Outputs(finder) => outputs = Some(finder),
        }
        Surveyor {
            style,
            rule,
            row: Row::default(),
            rows: 0,
            cycles: None,
            ports: None,
            words: 0,
            padded_words: 0,
            widths: WidthFinder::default(),
            folds,
            mac_counter,
            macs: 0,
            outputs,
        }
    }

    fn line(&mut self, line: &[u8]) {
        let mut row = std::mem::take(&mut self.row);
        if row.read(line, self.style).is_err() {
            self.rows += 1;
            if let Some(folds) = &mut self.folds {
                folds.rows(1, None);
            }
        } else {
            if self.style == Style::Rectangular(None) {
                self.style = Style::Rectangular(Some(row.words.len()));
            }
            let kind = Kind { is_dram: self.rule != PaddingRule::None, keeps_first_words: false };
            let run = Run { cycle: row.cycle, rows: 1, shape: Shape::of(&row.words, kind) };
            let first_word = row.words.iter().copied().find(|&word| word != IDLE);
            // Read word by word, everything is known.
            let _ = self.run(run, row.words.len(), first_word, Some(&row.words));
        }
        self.row = row;
    }

    /// Takes rows of one shape, with the first word of the first and all words of a single one where they are known.
    ///
    /// # Errors
    /// Something that has to be known is not.
    fn run(
        &mut self,
        run: Run,
        ports: usize,
        first_word: Option<i64>,
        words: Option<&[i64]>,
    ) -> Result<(), Untold> {
        let Run { cycle, rows, shape } = run;
        let first = self.rows;
        self.rows += rows;
        self.ports.get_or_insert(ports);
        if let Some(folds) = &mut self.folds {
            folds.rows(rows, Some(shape));
        }
        let last_cycle = cycle + rows as i64 - 1;
        let (lowest, highest) = self.cycles.unwrap_or((cycle, last_cycle));
        self.cycles = Some((lowest.min(cycle), highest.max(last_cycle)));
        self.words += u64::from(shape.valid) * rows;
        match self.rule {
            PaddingRule::None => {}
            PaddingRule::ByValue => self.padded_words += u64::from(shape.ones) * rows,
            PaddingRule::ByWidth => self.widths.rows(first, rows, ports, shape),
        }
        if let Some(counter) = &mut self.mac_counter {
            let mut row = first;
            while row < self.rows {
                let end = counter.fold_end(row).min(self.rows);
                let macs = words.map(|words| counter.of_row(row, words));
                self.macs += macs.or_else(|| counter.of_shape(row, shape)).ok_or(Untold)? * (end - row);
                row = end;
            }
        }
        let is_told = self.outputs.as_mut().is_none_or(|outputs| outputs.rows(first, run, first_word));
        if is_told { Ok(()) } else { Err(Untold) }
    }

    fn finish(self, is_cut: bool) -> StreamSurvey {
        let (padding, padded_words) = match self.rule {
            PaddingRule::None => (Padding::None, 0),
            PaddingRule::ByValue => (Padding::ByValue, self.padded_words),
            PaddingRule::ByWidth => {
                let (widths, padded) = self.widths.finish();
                (Padding::ByWidth(widths), padded)
            }
        };
        let (partial_sums, partial_sums_read) =
            self.outputs.map(PartialSumFinder::finish).unwrap_or_default();
        StreamSurvey {
            rows: self.rows,
            cycles: self.cycles,
            ports: self.ports,
            words: self.words - padded_words,
            padded_words,
            padding,
            is_cut,
            folds: self.folds.map(FoldFinder::finish),
            macs: self.macs,
            partial_sums,
            partial_sums_read,
        }
    }
}
