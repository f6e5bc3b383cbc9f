//! The first pass over a trace: what has to be known before its rows can be placed and read in any order.
//!
//! Rows that cannot be read are passed over here; the decoder meets them again and reports them.

use std::path::Path;

use super::folds::{FoldFinder, FoldTable, MacCounter, StreamedWordsFinder};
use super::padding::{Padding, WidthFinder};
use super::partial_sums::{PartialSumFinder, PartialSums};
use super::rows::{Row, Style};
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
#[derive(Debug)]
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
        found = row.read(line, style).ok().and_then(|()| finder.row(&row));
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
        let index = self.rows;
        self.rows += 1;
        let is_readable = self.row.read(line, self.style).is_ok();
        if let Some(folds) = &mut self.folds {
            folds.row(is_readable.then_some(&self.row));
        }
        if !is_readable {
            return;
        }
        if self.ports.is_none() {
            self.ports = Some(self.row.words.len());
            if self.style == Style::Rectangular(None) {
                self.style = Style::Rectangular(self.ports);
            }
        }
        let cycle = self.row.cycle;
        let (lowest, highest) = self.cycles.unwrap_or((cycle, cycle));
        self.cycles = Some((lowest.min(cycle), highest.max(cycle)));
        match self.rule {
            PaddingRule::None => {}
            PaddingRule::ByValue => self.padded_words += Padding::ByValue.remove(index, &mut self.row.words),
            PaddingRule::ByWidth => self.widths.row(index, &self.row.words),
        }
        self.words += self.row.valid();
        if let Some(counter) = &mut self.mac_counter {
            self.macs += counter.of_row(index, &self.row.words);
        }
        if let Some(outputs) = &mut self.outputs {
            outputs.row(index, &self.row);
        }
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
        // By width, the padding is only known now and is still among the words.
        let words = if self.rule == PaddingRule::ByWidth { self.words - padded_words } else { self.words };
        let (partial_sums, partial_sums_read) =
            self.outputs.map(PartialSumFinder::finish).unwrap_or_default();
        StreamSurvey {
            rows: self.rows,
            cycles: self.cycles,
            ports: self.ports,
            words,
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
