//! Storage in memory macros: one, or a grid of them that a search picks.

use super::distribution::{Distribution, Pieces};
use super::{Storage, StorageCell, address_bits, stretched};
use crate::chip::circuit::array::{ArrayRequest, CellKind, Limits, Objective, Ports};
use crate::chip::circuit::memory_macro::{MacroStyle, MemoryMacro};
use crate::chip::circuit::{CircuitError, Leakage};
use crate::chip::component::{Choice, ComponentError, Context, Cost, Part};
use crate::units::{Joules, SquareMicrometres, Watts};

/// Fewest words of a macro: decoders need as many to share (see [`crate::chip::circuit::array`]).
const FEWEST_WORDS: u64 = 32;

/// Size by which the macros of larger memories are judged.
const REFERENCE_BYTES: u64 = 1 << 20;

/// Widths and depths of macros that the search tries: the most that a macro can have, and halves of it.
const WIDTHS: usize = 2;
const DEPTHS: usize = 3;

/// Macros in a grid.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Grid {
    across: u64,
    down: u64,
    words: u64,
    bytes: u32,
}

pub fn build(
    words: u64,
    bits: u32,
    ports: Ports,
    cell: StorageCell,
    context: &Context,
) -> Result<Storage, ComponentError> {
    let style = MacroStyle::built_in()?;
    let mut best: Option<Candidate> = None;
    let mut refused = None;
    for grid in grids(words, bits, &style) {
        match Candidate::of(grid, ports, cell, context) {
            Ok(one) if best.as_ref().is_none_or(|best| one.is_better_than(best, context)) => best = Some(one),
            Ok(_) => {}
            Err(error) => refused = Some(error),
        }
    }
    let mut storage = match (best, refused) {
        (Some(best), _) => tiled(best.grid, &best.unit, ports, context)?,
        (None, Some(error)) => return Err(error),
        (None, None) => return Err(too_wide(bits)),
    };
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

fn too_wide(bits: u32) -> ComponentError {
    ComponentError::value(
        "block",
        format!("{bits} bits"),
        "no division into macros fits",
        "divide it into slices",
    )
}

/// A macro with a grid of it.
struct Candidate {
    grid: Grid,
    unit: MemoryMacro,
    merit: f64,
}

impl Candidate {
    /// Judged by the grid, or by one of a reference size if it is larger: what macros a large memory is made of does not
    /// depend on how large it is, so that more capacity is never less area.
    fn of(
        grid: Grid,
        ports: Ports,
        cell: StorageCell,
        context: &Context,
    ) -> Result<Candidate, ComponentError> {
        let unit = find(&request(grid, ports, cell, context), context)?;
        let reference = REFERENCE_BYTES.div_ceil(grid.across * u64::from(grid.bytes) * grid.words);
        let judged = tiled(Grid { down: grid.down.min(reference), ..grid }, &unit, ports, context)?;
        // Area counts twice, as leakage follows it.
        let merit = judged.area().0 * judged.figure_of_merit();
        Ok(Candidate { grid, unit, merit })
    }

    /// Those that meet the clock before those that do not.
    fn is_better_than(&self, other: &Candidate, context: &Context) -> bool {
        let period = context.clock.time_of(1.0);
        match (self.unit.cycle <= period, other.unit.cycle <= period) {
            (true, false) => true,
            (false, true) => false,
            (false, false) => self.unit.cycle < other.unit.cycle,
            (true, true) => self.merit < other.merit,
        }
    }
}

/// Grids to try. Where words are more than a macro holds, macros have sizes that do not depend on how many more: so that
/// more capacity is never less area.
fn grids(words: u64, bits: u32, style: &MacroStyle) -> Vec<Grid> {
    let words = words.max(FEWEST_WORDS);
    let bytes = u64::from(bits.div_ceil(8));
    let powers = || (0..40).map(|power| 1_u64 << power);
    let narrow_enough = |across: &u64| bytes.div_ceil(*across) as f64 * 8.0 <= style.most_bits;
    let widths = powers().take_while(|across| *across <= bytes).filter(narrow_enough).take(WIDTHS);
    widths
        .flat_map(|across| {
            let width = bytes.div_ceil(across);
            let most_words = (style.most_capacity * 1024.0 / width as f64) as u64;
            let of = move |macro_words: u64| Grid {
                across,
                down: words.div_ceil(macro_words),
                words: macro_words.min(words),
                bytes: width as u32,
            };
            let depths = powers().take(DEPTHS).map(move |part| most_words / part);
            // All that hold every word are one: a macro of as many words.
            let larger = depths.clone().filter(|depth| *depth >= words).count();
            depths.skip(larger.saturating_sub(1)).map(of).collect::<Vec<_>>()
        })
        .collect()
}

fn request(grid: Grid, ports: Ports, cell: StorageCell, context: &Context) -> ArrayRequest {
    ArrayRequest {
        node: context.process.node,
        capacity_bytes: grid.words * u64::from(grid.bytes),
        word_bytes: grid.bytes,
        ports,
        cell: match cell {
            StorageCell::Edram => CellKind::EmbeddedDram,
            _ => CellKind::Static(context.transistors),
        },
        periphery: context.transistors,
        temperature: context.process.temperature,
        supply: context.process.supply,
        banks: 1,
        organisation: None,
        objective: Objective::default(),
        limits: Limits::default(),
    }
}

/// The macro of a grid, at the clock if it can be.
fn find(request: &ArrayRequest, context: &Context) -> Result<MemoryMacro, CircuitError> {
    let around = |request: &ArrayRequest| {
        let array = context.arrays.find(request)?;
        MemoryMacro::around(&array, request, context.cells)
    };
    let period = context.clock.time_of(1.0);
    let free = around(request)?;
    if free.cycle <= period {
        return Ok(free);
    }
    around(&ArrayRequest { objective: Objective::Access, ..*request })
}

fn tiled(grid: Grid, unit: &MemoryMacro, ports: Ports, context: &Context) -> Result<Storage, ComponentError> {
    let (across, down) = (grid.across as f64, grid.down as f64);
    // Groups of macros that hold the same words stand above one another, in as many stacks as make a square.
    let stacks = libm::ceil((unit.height.0 * down / (unit.width.0 * across)).sqrt()).clamp(1.0, down);
    let (width, height) = (unit.width * (across * stacks), unit.height * libm::ceil(down / stacks));
    let count = grid.across * grid.down;
    let mut parts = vec![Part::group("macro", macro_parts(unit)).times(count)];
    let scaled = |parts: &[(&'static str, Joules)]| {
        parts.iter().map(|(name, energy)| (*name, *energy * across)).collect::<Vec<_>>()
    };
    let (mut read, mut write) = (scaled(&unit.read), scaled(&unit.write));
    let mut extent = (width, height);
    let mut cycles = 1;
    if count > 1 {
        let pieces = Pieces {
            width,
            height,
            columns: across,
            stacks,
            data: across * 8.0 * f64::from(grid.bytes),
            address: f64::from(address_bits(grid.words * grid.down)),
            ports,
        };
        let wires = Distribution::of(&pieces, context)?;
        extent = stretched(width, height, wires.area);
        cycles += wires.cycles;
        parts.push(Part::group("wires between macros", wires.parts));
        read.push(("wires between macros", wires.energy));
        write.push(("wires between macros", wires.energy));
    }
    let reason = format!(
        "macros of {} words of {} bits, {}: the least area squared times energy of those that meet the clock",
        grid.words,
        8 * grid.bytes,
        unit.array.organisation
    );
    let choices = vec![Choice::new("macros", format!("{} x {}", grid.across, grid.down), reason)];
    Ok(Storage { parts, read, write, cycle: unit.cycle, cycles, width: extent.0, height: extent.1, choices })
}

fn macro_parts(unit: &MemoryMacro) -> Vec<Part> {
    let (area, leakage) = (unit.array.area, unit.array.leakage);
    let leaking = |area: SquareMicrometres, leakage: Leakage| Cost::of_area(area).leaking(leakage);
    let refresh = Cost { leakage: unit.array.refresh, ..Cost::default() };
    let standing = |area: SquareMicrometres, leakage: Watts| Cost { leakage, ..Cost::of_area(area) };
    vec![
        Part::leaf("cells", leaking(area.cells, leakage.cells) + refresh),
        Part::leaf("periphery", leaking(area.periphery + area.wiring, unit.periphery_leakage())),
        Part::leaf("control", standing(unit.control_area, unit.control_leakage)),
        Part::leaf("registers", standing(unit.registers_area(), unit.registers.leakage)),
        Part::leaf("halo", Cost { whitespace: unit.halo, ..Cost::default() }),
    ]
}
