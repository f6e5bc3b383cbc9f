//! Storage in memory macros: one, or a grid of them that a search picks.

use super::{Distribution, Storage, StorageCell};
use crate::chip::circuit::array::{ArrayRequest, CellKind, Limits, Objective, Ports};
use crate::chip::circuit::memory_macro::{MacroStyle, MemoryMacro};
use crate::chip::circuit::{CircuitError, Leakage};
use crate::chip::component::{Choice, ComponentError, Context, Cost, Part};
use crate::units::{Joules, SquareMicrometres, Watts};

/// Fewest words of a macro: decoders need as many to share (see [`crate::chip::circuit::array`]).
const FEWEST_WORDS: u64 = 32;

/// Ways to divide words, and words into bits, that the search tries: the coarsest that a macro can be, and finer ones.
const DIVISIONS: usize = 3;

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
    let mut best: Option<Storage> = None;
    let mut refused = None;
    for grid in grids(words, bits, &style) {
        let built = build_grid(grid, ports, cell, context);
        match built {
            Ok(storage) if best.as_ref().is_none_or(|best| is_better(&storage, best, context)) => {
                best = Some(storage)
            }
            Ok(_) => {}
            Err(error) => refused = Some(error),
        }
    }
    let mut storage = match (best, refused) {
        (Some(storage), _) => storage,
        (None, Some(error)) => return Err(error),
        (None, None) => return Err(too_wide(bits)),
    };
    let bytes = u64::from(bits.div_ceil(8));
    if words < FEWEST_WORDS || u64::from(bits) < 8 * bytes {
        let value = format!("{} words of {} bits", words.max(FEWEST_WORDS), 8 * bytes);
        let reason = format!("{words} words of {bits} bits are less than a memory macro's least: {FEWEST_WORDS} words, whole bytes");
        storage.choices.push(Choice::new("capacity", value, reason));
    }
    Ok(storage)
}

fn too_wide(bits: u32) -> ComponentError {
    ComponentError::value("block", format!("{bits} bits"), "no division into macros fits", "divide it into slices")
}

/// Those that meet the clock before those that do not; then the least area times energy.
fn is_better(one: &Storage, other: &Storage, context: &Context) -> bool {
    let period = context.clock.time_of(1.0);
    match (one.cycle <= period, other.cycle <= period) {
        (true, false) => true,
        (false, true) => false,
        (false, false) => one.cycle < other.cycle,
        (true, true) => one.figure_of_merit() < other.figure_of_merit(),
    }
}

fn grids(words: u64, bits: u32, style: &MacroStyle) -> Vec<Grid> {
    let words = words.max(FEWEST_WORDS);
    let bytes = u64::from(bits.div_ceil(8));
    let most_bytes = style.most_capacity * 1024.0;
    let powers = || (0..40).map(|power| 1_u64 << power);
    let widths = powers().take_while(|across| *across <= bytes).filter(|across| {
        bytes.div_ceil(*across) as f64 * 8.0 <= style.most_bits
    });
    widths
        .take(DIVISIONS)
        .flat_map(|across| {
            let width = bytes.div_ceil(across);
            let depths = powers().take_while(move |down| *down == 1 || words.div_ceil(*down) >= 4 * FEWEST_WORDS);
            depths
                .filter(move |down| (words.div_ceil(*down) * width) as f64 <= most_bytes)
                .take(DIVISIONS)
                .map(move |down| Grid { across, down, words: words.div_ceil(down), bytes: width as u32 })
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

fn build_grid(
    grid: Grid,
    ports: Ports,
    cell: StorageCell,
    context: &Context,
) -> Result<Storage, ComponentError> {
    let request = request(grid, ports, cell, context);
    let unit = find(&request, context)?;
    let (across, down) = (grid.across as f64, grid.down as f64);
    let (width, height) = (unit.width * across, unit.height * down);
    let count = grid.across * grid.down;
    let mut parts = vec![Part::group("macro", macro_parts(&unit)).times(count)];
    let scaled = |parts: &[(&'static str, Joules)]| {
        parts.iter().map(|(name, energy)| (*name, *energy * across)).collect::<Vec<_>>()
    };
    let (mut read, mut write) = (scaled(&unit.read), scaled(&unit.write));
    if count > 1 {
        let wires = Distribution::over(width, height, context)?;
        let address = f64::from(64 - (grid.words * grid.down - 1).leading_zeros());
        let data = across * 8.0 * f64::from(grid.bytes);
        let data_wires = data * f64::from(ports.reading() + ports.writing());
        // Data wires belong to one column of macros each, addresses go to all.
        let cost = wires.cost(data_wires, 1.0) + wires.cost(address * f64::from(ports.total()), across);
        parts.push(Part::leaf("wires between macros", cost));
        let energy = wires.energy(data) + wires.energy(address) * across;
        read.push(("wires between macros", energy));
        write.push(("wires between macros", energy));
    }
    let reason = format!(
        "macros of {} words of {} bits, {}: the least area times energy of those that meet the clock",
        grid.words,
        8 * grid.bytes,
        unit.array.organisation
    );
    let choices = vec![Choice::new("macros", format!("{} x {}", grid.across, grid.down), reason)];
    Ok(Storage { parts, read, write, cycle: unit.cycle, width, height, choices })
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
