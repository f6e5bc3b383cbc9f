//! Shapes of rows, and runs of rows of one shape, packed.

use super::rows::IDLE;
use super::streams::Stream;

/// What is asked of a row's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Ports that moved a word.
    pub valid: u32,
    /// The first of them; the number of ports if there is none.
    pub first: u32,
    /// One more than the last of them.
    pub end: u32,
    /// Words that are 1, in DRAM traces.
    pub ones: u32,
    /// How many of them the row ends in.
    pub trailing_ones: u32,
}

/// Rows of one shape in consecutive cycles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// The cycle of the first.
    pub cycle: i64,
    /// How many they are.
    pub rows: u64,
    /// What each of them looks like.
    pub shape: Shape,
}

impl Run {
    /// Whether these rows go on where it ends.
    pub fn is_continued_by(&self, next: &Run) -> bool {
        next.shape == self.shape && next.cycle == self.cycle + self.rows as i64
    }
}

/// What is looked for in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Words may end in `.0`, and ones are counted: DRAM.
    pub is_dram: bool,
    /// The first word after an idle row is kept: outputs, whose partial sums are told by it.
    pub keeps_first_words: bool,
}

impl Kind {
    /// What is looked for in the trace of a stream.
    pub fn of(stream: Stream) -> Kind {
        Kind { is_dram: !stream.is_sram(), keeps_first_words: stream == Stream::OfmapSram }
    }
}

impl Shape {
    /// That of a row that was read word by word.
    pub fn of(words: &[i64], kind: Kind) -> Shape {
        let is_busy = |&word: &i64| word != IDLE;
        let ones = |words: &[i64]| words.iter().filter(|&&word| word == 1).count();
        let trailing = words.iter().rev().take_while(|&&word| word == 1).count();
        Shape {
            valid: words.iter().filter(|&word| is_busy(word)).count() as u32,
            first: words.iter().position(is_busy).unwrap_or(words.len()) as u32,
            end: words.iter().rposition(is_busy).map_or(0, |port| port as u32 + 1),
            ones: if kind.is_dram { ones(words) as u32 } else { 0 },
            trailing_ones: if kind.is_dram { trailing as u32 } else { 0 },
        }
    }

    /// Whether the first port moved a word.
    pub fn is_first_port_busy(&self) -> bool {
        self.first == 0 && self.valid > 0
    }
}

/// Joins rows into runs and packs them.
#[derive(Default)]
pub struct RunWriter {
    bytes: Vec<u8>,
    run: Run,
    next_cycle: i64,
}

impl RunWriter {
    /// Takes the next row.
    #[inline(always)]
    pub fn row<const DRAM: bool>(&mut self, cycle: i64, shape: Shape) {
        if shape == self.run.shape && cycle == self.run.cycle + self.run.rows as i64 {
            self.run.rows += 1;
            return;
        }
        self.flush::<DRAM>();
        self.run = Run { cycle, rows: 1, shape };
    }

    /// Takes another row of the shape of the last, in the next cycle.
    #[inline(always)]
    pub fn go_on(&mut self) {
        self.run.rows += 1;
    }

    #[inline(never)]
    fn flush<const DRAM: bool>(&mut self) {
        let Run { cycle, rows, shape } = self.run;
        if rows == 0 {
            return;
        }
        let step = cycle - self.next_cycle;
        let signed_step = (step << 1 ^ step >> 63) as u64;
        let sizes = [shape.valid, shape.first, shape.end].map(u64::from);
        for value in [rows, signed_step].into_iter().chain(sizes) {
            push_varint(&mut self.bytes, value);
        }
        if DRAM {
            push_varint(&mut self.bytes, u64::from(shape.ones));
            push_varint(&mut self.bytes, u64::from(shape.trailing_ones));
        }
        self.next_cycle = cycle + rows as i64;
    }

    /// The packed runs: varints of a run's rows, its cycle from that expected, its shape.
    pub fn finish<const DRAM: bool>(mut self) -> Vec<u8> {
        self.flush::<DRAM>();
        self.bytes.shrink_to_fit();
        self.bytes
    }
}

fn push_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Reads packed runs.
#[derive(Clone)]
pub struct Runs<'a> {
    bytes: &'a [u8],
    is_dram: bool,
    next_cycle: i64,
}

impl<'a> Runs<'a> {
    /// Those that were packed.
    pub fn of(bytes: &'a [u8], is_dram: bool) -> Runs<'a> {
        Runs { bytes, is_dram, next_cycle: 0 }
    }

    fn varint(&mut self) -> u64 {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let Some((&byte, rest)) = self.bytes.split_first() else { break };
            self.bytes = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        value
    }
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        if self.bytes.is_empty() {
            return None;
        }
        let rows = self.varint();
        let step = self.varint();
        let cycle = self.next_cycle + ((step >> 1) as i64 ^ -((step & 1) as i64));
        let [valid, first, end] = [0; 3].map(|_: u32| self.varint() as u32);
        let [ones, trailing_ones] =
            if self.is_dram { [0; 2].map(|_: u32| self.varint() as u32) } else { [0; 2] };
        self.next_cycle = cycle + rows as i64;
        Some(Run { cycle, rows, shape: Shape { valid, first, end, ones, trailing_ones } })
    }
}
