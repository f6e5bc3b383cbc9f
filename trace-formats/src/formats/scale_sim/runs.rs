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

    /// How many values a run has.
    #[inline]
    fn values_each(&self) -> usize {
        if self.is_dram { 7 } else { 5 }
    }

    /// The values of the next run, if each is of one byte, as in most runs.
    #[inline]
    fn short_values(&mut self) -> Option<[u64; 7]> {
        let values = self.values_each();
        let unused = 8 * (8 - values);
        let word = u64::from_le_bytes(*self.bytes.first_chunk()?) << unused >> unused;
        if word & 0x8080_8080_8080_8080 != 0 {
            return None;
        }
        self.bytes = &self.bytes[values..];
        Some(std::array::from_fn(|value| word >> (8 * value) & 0xff))
    }

    /// The values of the next run, of whatever length.
    #[inline(never)]
    fn long_values(&mut self) -> [u64; 7] {
        let mut values = [0; 7];
        let count = self.values_each();
        values[..count].iter_mut().for_each(|value| *value = self.varint());
        values
    }

    #[inline]
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

    #[inline]
    fn next(&mut self) -> Option<Run> {
        if self.bytes.is_empty() {
            return None;
        }
        let values = self.short_values().unwrap_or_else(|| self.long_values());
        let [rows, step, valid, first, end, ones, trailing_ones] = values;
        let cycle = self.next_cycle + ((step >> 1) as i64 ^ -((step & 1) as i64));
        self.next_cycle = cycle + rows as i64;
        let [valid, first, end, ones, trailing_ones] =
            [valid, first, end, ones, trailing_ones].map(|value| value as u32);
        Some(Run { cycle, rows, shape: Shape { valid, first, end, ones, trailing_ones } })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A run's rows, the step of its cycle, and its shape.
    fn any_run(is_dram: bool) -> impl Strategy<Value = (u64, i64, Shape)> {
        let size = || prop_oneof![8 => 0u32..128, 1 => 120u32..140, 1 => any::<u32>()];
        let rows = prop_oneof![8 => 1u64..128, 1 => 120u64..2_000];
        let step = prop_oneof![8 => 1i64..60, 1 => -70i64..-60, 1 => -(1i64 << 50)..1 << 50];
        (rows, step, prop::array::uniform5(size())).prop_map(move |(rows, step, sizes)| {
            let [valid, first, end, ones, trailing_ones] = sizes;
            let [ones, trailing_ones] = if is_dram { [ones, trailing_ones] } else { [0; 2] };
            (rows, step, Shape { valid, first, end, ones, trailing_ones })
        })
    }

    fn written<const DRAM: bool>(runs: &[Run]) -> Vec<u8> {
        let mut writer = RunWriter::default();
        for run in runs {
            (0..run.rows as i64).for_each(|row| writer.row::<DRAM>(run.cycle + row, run.shape));
        }
        writer.finish::<DRAM>()
    }

    fn check<const DRAM: bool>(drawn: Vec<(u64, i64, Shape)>) -> Result<(), TestCaseError> {
        let mut next = 0;
        let runs: Vec<Run> = drawn
            .into_iter()
            .map(|(rows, step, shape)| {
                let cycle = next + step;
                next = cycle + rows as i64;
                Run { cycle, rows, shape }
            })
            .collect();
        let bytes = written::<DRAM>(&runs);
        prop_assert_eq!(Runs::of(&bytes, DRAM).collect::<Vec<_>>(), runs);
        Ok(())
    }

    proptest! {
        #[test]
        fn packed_runs_are_read_as_they_were(runs in prop::collection::vec(any_run(false), 0..40)) {
            check::<false>(runs)?;
        }

        #[test]
        fn packed_runs_of_dram_are_read_as_they_were(runs in prop::collection::vec(any_run(true), 0..40)) {
            check::<true>(runs)?;
        }
    }
}
