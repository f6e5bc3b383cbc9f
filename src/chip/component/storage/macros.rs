//! Storage in memory macros: one, or several of a kind that a search picks.

use super::distribution::{Distribution, Pieces};
use super::{Storage, StorageCell, address_bits, ports, stretched};
use crate::chip::circuit::array::{ArrayRequest, CellKind, Limits, Objective, Organisation, Ports};
use crate::chip::circuit::memory_macro::{MacroStyle, MemoryMacro};
use crate::chip::circuit::{CircuitError, DataEnergy};
use crate::chip::component::context::ContextKey;
use crate::chip::component::{Choice, ComponentError, Context, Cost, Part};
use crate::units::{Micrometres, Seconds, SquareMicrometres, Watts};

/// Fewest words of a macro: decoders need as many to share (see [`crate::chip::circuit::array`]).
pub const FEWEST_WORDS: u64 = 32;

/// Fewest rows of a subarray (see [`crate::chip::circuit::array`]).
const FEWEST_ROWS: u64 = 16;

/// Most words in a row (see [`crate::chip::circuit::array`]).
const MOST_WORDS_IN_ROW: u64 = 256;

/// Size of the memory by which kinds of macro are judged.
const REFERENCE_BYTES: u64 = 1 << 20;

/// Widths and depths of macros that the search tries: the most that a macro can have, and halves of it.
const WIDTHS: usize = 2;
const DEPTHS: usize = 3;

/// Most rows on a bit line that the search tries: dense, or fast.
const MOST_ROWS: [u64; 2] = [256, 64];

/// A kind of macro. Compilers do not search: they have one floor plan, here two by two subarrays, whose bit lines have up
/// to so many rows; more words share a row and its sense amplifiers. So more words are never less area.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MacroKind {
    /// Macros side by side that give a word.
    across: u64,
    bytes: u32,
    most_words: u64,
    most_rows: u64,
    ports: Ports,
    cell: StorageCell,
}

/// All that the choice among kinds of macro depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KindKey {
    bits: u32,
    ports: Ports,
    cell: StorageCell,
    context: ContextKey,
}

pub fn build(
    words: u64,
    bits: u32,
    ports: Ports,
    cell: StorageCell,
    context: &Context,
) -> Result<Storage, ComponentError> {
    let kind_of = |ports| {
        let key = KindKey { bits, ports, cell, context: context.key() };
        context.arrays.kind(key, || best_kind(bits, ports, cell, context))
    };
    let mut storage = ports::build(words.max(FEWEST_WORDS), ports, &kind_of, context)?;
    let bytes = u64::from(bits.div_ceil(8));
    if words < FEWEST_WORDS || u64::from(bits) < 8 * bytes {
        let value = format!("{} words of {} bits", words.max(FEWEST_WORDS), 8 * bytes);
        let reason = format!(
            "{words} words of {bits} bits are less than a memory macro's least: {FEWEST_WORDS} words, whole bytes"
        );
        storage.choices.push(Choice::new("capacity", value, reason));
    }
    Ok(storage)
}

/// The kind of macro for words of so many bits, whatever their number.
fn best_kind(
    bits: u32,
    ports: Ports,
    cell: StorageCell,
    context: &Context,
) -> Result<MacroKind, ComponentError> {
    let style = MacroStyle::built_in()?;
    let mut best: Option<(MacroKind, Seconds, f64)> = None;
    let mut refused = None;
    for kind in kinds(bits, ports, cell, &style) {
        match kind.judged(context) {
            Ok((cycle, merit))
                if best.is_none_or(|(_, old, least)| better((cycle, merit), (old, least), context)) =>
            {
                best = Some((kind, cycle, merit));
            }
            Ok(_) => {}
            Err(error) => refused = Some(error),
        }
    }
    match (best, refused) {
        (Some((kind, ..)), _) => Ok(kind),
        (None, Some(error)) => Err(error),
        (None, None) => Err(too_wide(bits)),
    }
}

fn too_wide(bits: u32) -> ComponentError {
    ComponentError::value(
        "block",
        format!("{bits} bits"),
        "no division into macros fits",
        "divide it into slices",
    )
}

/// Those that meet the clock before those that do not; then the least merit.
fn better((cycle, merit): (Seconds, f64), (old, least): (Seconds, f64), context: &Context) -> bool {
    let period = context.clock.time_of(1.0);
    match (cycle <= period, old <= period) {
        (true, false) => true,
        (false, true) => false,
        (false, false) => cycle < old,
        (true, true) => merit < least,
    }
}

/// Kinds of macro to try. They do not depend on the number of words, nor does the choice among them.
fn kinds(bits: u32, ports: Ports, cell: StorageCell, style: &MacroStyle) -> Vec<MacroKind> {
    let bytes = u64::from(bits.div_ceil(8));
    let powers = || (0..40).map(|power| 1_u64 << power);
    let narrow_enough = |across: &u64| bytes.div_ceil(*across) as f64 * 8.0 <= style.most_bits;
    let widths = powers().take_while(|across| *across <= bytes).filter(narrow_enough).take(WIDTHS);
    let mut kinds = Vec::with_capacity(WIDTHS * DEPTHS * MOST_ROWS.len());
    for across in widths {
        let width = bytes.div_ceil(across);
        let most_words = (style.most_capacity * 1024.0 / width as f64) as u64;
        for depth in powers().take(DEPTHS) {
            for most_rows in MOST_ROWS {
                let most_words = (most_words / depth).max(FEWEST_WORDS);
                kinds.push(MacroKind { across, bytes: width as u32, most_words, most_rows, ports, cell });
            }
        }
    }
    kinds
}

impl MacroKind {
    /// Cycle and merit of a memory of the reference size: area times area times energy of a read and a write. Area counts
    /// twice, as leakage follows it. The merit is that of cells with one port, so that more ports come on top of the same
    /// macros.
    fn judged(&self, context: &Context) -> Result<(Seconds, f64), ComponentError> {
        // At least one of its largest macros: a large memory must meet the clock as well.
        let words = REFERENCE_BYTES.div_ceil(self.across * u64::from(self.bytes)).max(self.most_words);
        let storage = self.tiled(words, context)?;
        let one_port = Ports { read_write: 1, read: 0, write: 0 };
        let simple = MacroKind { ports: one_port, ..*self }.tiled(words, context)?;
        Ok((storage.cycle, simple.area().0 * simple.figure_of_merit()))
    }

    /// Words in a row: as few as the rows allow.
    fn fewest_in_row(&self, words: u64) -> u64 {
        words.div_ceil(2 * self.most_rows).next_power_of_two().min(MOST_WORDS_IN_ROW)
    }

    fn organisation(&self, words_in_row: u64) -> Organisation {
        let words_in_row = words_in_row.min(MOST_WORDS_IN_ROW) as u32;
        // Each bit line of a DRAM has a sense amplifier of its own.
        let (bit_lines, amplifiers) =
            if self.cell == StorageCell::Edram { (1, 2 * words_in_row) } else { (2 * words_in_row, 1) };
        Organisation {
            word_line_cuts: 2,
            bit_line_cuts: 2,
            words_in_row,
            bit_line_multiplexing: bit_lines.min(256),
            sense_multiplexing_1: amplifiers.min(256),
            sense_multiplexing_2: (2 * words_in_row / bit_lines.min(256) / amplifiers.min(256)).max(1),
        }
    }

    fn request(&self, words: u64, words_in_row: u64, context: &Context) -> ArrayRequest {
        ArrayRequest {
            node: context.process.node,
            capacity_bytes: words * u64::from(self.bytes),
            word_bytes: self.bytes,
            ports: self.ports,
            cell: match self.cell {
                StorageCell::Edram => CellKind::EmbeddedDram,
                _ => context.memory_cells,
            },
            periphery: context.transistors,
            temperature: context.process.temperature,
            // Transistors of DRAM have a voltage of their own.
            supply: context.process.supply.filter(|_| self.cell != StorageCell::Edram),
            banks: 1,
            organisation: Some(self.organisation(words_in_row)),
            objective: Objective::default(),
            limits: Limits::default(),
        }
    }

    /// A macro of at least so many words with so many in a row: every row needs its words.
    fn arranged(&self, words: u64, in_row: u64, context: &Context) -> Result<MemoryMacro, CircuitError> {
        let words = words.max(2 * FEWEST_ROWS * in_row.min(MOST_WORDS_IN_ROW));
        let request = self.request(words, in_row, context);
        MemoryMacro::around(&context.arrays.find(&request)?, &request, context.cells)
    }

    /// A macro of so many words, with as few in a row as the rows allow or twice as many: whichever is smaller when all
    /// of these rows are there.
    fn with_fewest(&self, words: u64, context: &Context) -> Result<MemoryMacro, CircuitError> {
        let fewest = self.fewest_in_row(words);
        let most = 2 * self.most_rows * fewest;
        let (one, two) = (self.arranged(most, fewest, context)?, self.arranged(most, 2 * fewest, context)?);
        let times = if two.area() < one.area() { 2 } else { 1 };
        self.arranged(words, fewest * times, context)
    }

    /// A macro of so many words. With more words in a row there are fewer rows to drive: where that would make it smaller
    /// or less leaky than the largest macro with half as many, it gets rows that are not used until it is neither. So one of
    /// more words never takes less, and macros grow in steps, as those of compilers do.
    fn of(&self, words: u64, context: &Context) -> Result<MemoryMacro, CircuitError> {
        let unit = self.with_fewest(words, context)?;
        let fewest = self.fewest_in_row(words);
        if fewest == 1 {
            return Ok(unit);
        }
        let half = self.with_fewest(self.most_rows * fewest, context)?;
        let no_less = |unit: &MemoryMacro| {
            let (cost, least) = (cost_of(unit, context), cost_of(&half, context));
            cost.area() >= least.area() && cost.leakage >= least.leakage
        };
        let (mut few, mut enough) = (words, words.max(2 * self.most_rows * fewest));
        if no_less(&unit) {
            return Ok(unit);
        }
        while enough - few > 1 {
            let middle = few.midpoint(enough);
            if no_less(&self.with_fewest(middle, context)?) { enough = middle } else { few = middle }
        }
        self.with_fewest(enough, context)
    }

    /// So many words: macros of the most words, and one of the rest.
    pub(super) fn tiled(&self, words: u64, context: &Context) -> Result<Storage, ComponentError> {
        let (full, rest) = (words / self.most_words, words % self.most_words);
        let unit = self.of(words.min(self.most_words), context)?;
        let mut parts = Vec::new();
        if full > 0 {
            parts.push(Part::group("macro", macro_parts(&unit, context)).times(self.across * full));
        }
        if rest > 0 {
            let smaller = self.of(rest.max(FEWEST_WORDS), context)?;
            parts.push(Part::group("smaller macro", macro_parts(&smaller, context)).times(self.across));
        }
        let across = self.across as f64;
        let scaled = |parts: &[(&'static str, DataEnergy)]| {
            parts.iter().map(|(name, energy)| (*name, *energy * across)).collect::<Vec<_>>()
        };
        let (mut read, mut write) = (scaled(&unit.read), scaled(&unit.write));
        // No plan is drawn: macros of one area are more or less flat, and count as squares.
        let side = Micrometres((unit.width * unit.height).0.sqrt());
        let mut extent = (side * across, side);
        let mut cycles = 1;
        if words > self.most_words || self.across > 1 {
            let down = words as f64 / words.min(self.most_words) as f64;
            let data = across * 8.0 * f64::from(self.bytes);
            let address = f64::from(address_bits(words));
            let pieces = Pieces::stacked(extent, down, across, (data, address), self.ports);
            let wires = Distribution::of(&pieces, context)?;
            extent = stretched(pieces.width, pieces.height, wires.area);
            cycles += wires.cycles;
            parts.push(Part::group("wires between macros", wires.parts));
            read.push(("wires between macros", wires.energy));
            write.push(("wires between macros", wires.energy));
        }
        let reason = format!(
            "up to {} words of {} bits a macro, up to {} rows on a bit line: of those that meet the clock the least area squared times energy, in a memory of 1 MiB",
            self.most_words,
            8 * self.bytes,
            self.most_rows,
        );
        let macros = self.across * words.div_ceil(self.most_words);
        let choices = vec![Choice::new("macros", macros, reason)];
        let (width, height) = extent;
        Ok(Storage { parts, read, write, cycle: unit.cycle, cycles, width, height, choices })
    }
}

fn cost_of(unit: &MemoryMacro, context: &Context) -> Cost {
    macro_parts(unit, context).iter().map(Part::total).sum()
}

fn macro_parts(unit: &MemoryMacro, context: &Context) -> Vec<Part> {
    let (area, leakage) = (unit.array.area, unit.array.leakage);
    let refresh = Cost { leakage: unit.array.refresh, ..Cost::default() };
    let periphery = context.leakage_of_drawn(area.periphery, unit.periphery_leakage());
    let standing = |area: SquareMicrometres, leakage: Watts| Cost { leakage, ..Cost::of_area(area) };
    vec![
        Part::leaf("cells", Cost::of_area(area.cells).leaking(leakage.cells) + refresh),
        Part::leaf("periphery", standing(area.periphery + area.wiring, periphery)),
        Part::leaf("control", standing(unit.control_area, unit.control_leakage)),
        Part::leaf("registers", standing(unit.registers_area(), unit.registers.leakage)),
        Part::leaf("halo", Cost { whitespace: unit.halo, ..Cost::default() }),
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::chip::component::trial::Trial;

    #[test]
    fn a_macro_of_more_words_is_never_smaller_or_less_leaky() {
        for (nanometres, bytes, most_rows) in [(65.0, 2, 256), (28.0, 40, 64), (7.0, 13, 256)] {
            let at = Trial::at(nanometres).clocked(300.0);
            let ports = Ports { read_write: 1, read: 0, write: 0 };
            let (cell, most_words) = (StorageCell::Sram, 1 << 12);
            let kind = MacroKind { across: 1, bytes, most_words, most_rows, ports, cell };
            let mut least = Cost::default();
            for words in (FEWEST_WORDS..=most_words).step_by(5) {
                let cost = cost_of(&kind.of(words, &at.context()).unwrap(), &at.context());
                let told = format!("{words} words of {bytes} bytes, {most_rows} rows");
                assert!(cost.area() >= least.area() && cost.leakage >= least.leakage, "{told}");
                least = cost;
            }
        }
    }
}
