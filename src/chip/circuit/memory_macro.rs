//! Memory macros: a bare array with what a compiler puts around it, so that it can stand in a synchronous design:
//! registers for addresses and data, their test multiplexers, timing, and the space that placement leaves around.
//!
//! Calibrated against a foundry's published compiler, not against any chip; see `memory_macro.toml`.

use super::array::{AccessEnergy, ArrayRequest, MemoryArray};
use super::{CircuitError, DataEnergy, Layout, Leakage, Netlist, PlacedLogic, RANDOM_TOGGLE, parameter_file};
use crate::chip::technology::StandardCells;
use crate::units::{Joules, Micrometres, Seconds, SquareMicrometres, Watts};

parameter_file! {
    /// What compilers put around an array. Ranges and sources stand in `memory_macro.toml`.
    pub MacroStyle from "memory_macro.toml" {
        control_strip_width: "Width of the strip of timing, test and redundancy logic beside the row decoders, in F.",
        control_strip_fill: "Part of that strip which gates fill.",
        control_transitions: "Gates that switch in it with each access.",
        bit_transitions: "Gates that switch for each bit of a word with each access, beside sense amplifiers and registers.",
        test_gates: "Gates of the test multiplexer of an input.",
        enables: "Enable inputs of a port.",
        read_swing: "Swing of bit lines in a read over what the sense amplifier needs.",
        slow_corner: "Cycle at the slow corner over that at the typical one.",
        halo_coarse_node: "Feature size in nm of `halo_coarse`.",
        halo_coarse: "Free space around a macro in µm.",
        halo_fine_node: "Feature size in nm of `halo_fine`.",
        halo_fine: "Free space around a macro in µm.",
        placement: "Part of a region of macros with their halos that they fill.",
        most_capacity: "Largest macro in KiB.",
        most_bits: "Most bits of a macro's word.",
    }
}

/// A macro, or all of those that an array request asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct MemoryMacro {
    /// The bare array.
    pub array: MemoryArray,
    /// Strip of timing and test beside the row decoders.
    pub control_area: SquareMicrometres,
    /// Its leakage.
    pub control_leakage: Watts,
    /// Registers of all ports for address, enables, data in and data out, and the multiplexers of the inputs.
    pub registers: PlacedLogic,
    /// Free space around it: its half of the halo that it shares with its neighbours, and what placement leaves.
    pub halo: SquareMicrometres,
    /// Extent across, free space included.
    pub width: Micrometres,
    /// Extent down, free space included.
    pub height: Micrometres,
    /// Where the energy of a read through one port goes.
    pub read: Vec<(&'static str, DataEnergy)>,
    /// Where the energy of a write through one port goes.
    pub write: Vec<(&'static str, DataEnergy)>,
    /// Shortest cycle at the slow corner, from the address's register to that of the data.
    pub cycle: Seconds,
}

impl MacroStyle {
    /// Width of the free space around macros at a node.
    pub fn halo(&self, node: Micrometres) -> Micrometres {
        let (coarse, fine) = (self.halo_coarse_node * 1e-3, self.halo_fine_node * 1e-3);
        let exponent = libm::log(self.halo_coarse / self.halo_fine) / libm::log(coarse / fine);
        Micrometres(self.halo_fine * libm::pow(node.0.clamp(fine, coarse) / fine, exponent))
    }
}

/// What registers take of a cycle, at the corner of the cells.
fn register_overhead(cells: &StandardCells) -> Result<Seconds, CircuitError> {
    let skew = cells.fanout_of_four_delay * Layout::placed()?.skew_and_jitter;
    Ok(cells.flip_flop.overhead_delay + skew)
}

impl MemoryMacro {
    /// What a macro of an array that was found for a request takes, in the cells of a technology.
    ///
    /// # Errors
    /// [`CircuitError::Data`] if the built-in data cannot be read.
    pub fn around(
        array: &MemoryArray,
        request: &ArrayRequest,
        cells: &StandardCells,
    ) -> Result<MemoryMacro, CircuitError> {
        let style = MacroStyle::built_in()?;
        let pins = Pins::of(request, &style);
        let registers = pins.netlist(request, &style).placed(cells)?;
        let strip_um = style.control_strip_width * request.node.0;
        let control_area = SquareMicrometres(strip_um * array.height.0);
        let gates = control_area / cells.nand2_area * style.control_strip_fill;
        // The registers stand below, as wide as the rest.
        let (halo_um, width_um) = (style.halo(request.node).0, array.width.0 + strip_um);
        let spread = 1.0 / style.placement.sqrt();
        let registers_area = registers.cells + registers.whitespace;
        let height_um = array.height.0 + registers_area.0 / width_um;
        let (width, height) =
            (Micrometres((width_um + halo_um) * spread), Micrometres((height_um + halo_um) * spread));
        let one_port = array.one_port;
        let switching = style.control_transitions + style.bit_transitions * pins.data;
        let control = Netlist::of_gates(gates).placed(cells)?.transitions(switching);
        let latched = pins.access_energy(cells, &registers)?;
        let energy = |access: &AccessEnergy, swing: f64| {
            let around = [("registers", latched), ("control", DataEnergy::standing(control))];
            parts_of(access, swing).into_iter().chain(around).collect()
        };
        let path = array.access.total().0.max(array.cycle.0);
        Ok(MemoryMacro {
            control_area,
            control_leakage: cells.nand2_leakage * gates,
            halo: SquareMicrometres(width.0 * height.0 - width_um * height_um),
            width,
            height,
            read: energy(&one_port.read, style.read_swing),
            write: energy(&one_port.write, 1.0),
            cycle: Seconds(path) * style.slow_corner + register_overhead(cells)?,
            registers,
            array: *array,
        })
    }

    /// Area of registers, white space between their cells included: inside of a macro nothing else can use it.
    pub fn registers_area(&self) -> SquareMicrometres {
        self.registers.cells + self.registers.whitespace
    }

    /// Area with the free space around.
    pub fn area(&self) -> SquareMicrometres {
        self.array.area.total() + self.control_area + self.registers_area() + self.halo
    }

    /// Leakage of the periphery: decoders, sense amplifiers, drivers, trees.
    pub fn periphery_leakage(&self) -> Leakage {
        let leakage = self.array.leakage;
        leakage.row_logic + leakage.column_logic + leakage.bank_tree + self.array.tree_leakage
    }

    /// Energy of a read of random data.
    pub fn read_energy(&self) -> Joules {
        self.read.iter().map(|(_, energy)| energy.total()).sum()
    }

    /// Energy of a write of random data.
    pub fn write_energy(&self) -> Joules {
        self.write.iter().map(|(_, energy)| energy.total()).sum()
    }
}

/// What a port has to latch.
struct Pins {
    /// Address and enables of a port.
    address: f64,
    /// Bits of the word.
    data: f64,
}

impl Pins {
    fn of(request: &ArrayRequest, style: &MacroStyle) -> Pins {
        let words = request.capacity_bytes.div_ceil(u64::from(request.word_bytes.max(1))).max(2);
        let address = f64::from((words - 1).ilog2() + 1) + style.enables;
        Pins { address, data: 8.0 * f64::from(request.word_bytes) }
    }

    /// Registers of all ports; inputs have test multiplexers.
    fn netlist(&self, request: &ArrayRequest, style: &MacroStyle) -> Netlist {
        let ports = request.ports;
        let inputs = self.address * f64::from(ports.total()) + self.data * f64::from(ports.writing());
        let outputs = self.data * f64::from(ports.reading());
        Netlist { gates: style.test_gates * inputs, flip_flops: inputs + outputs }
    }

    /// Clock and random bits of a port's address and of its data in or out, which are clocked only with an access, and
    /// of what follows them.
    fn access_energy(
        &self,
        cells: &StandardCells,
        registers: &PlacedLogic,
    ) -> Result<DataEnergy, CircuitError> {
        let distribution = Layout::placed()?.clock_distribution;
        let flip_flops = self.address + self.data;
        let clock = cells.flip_flop.clock_energy * (flip_flops * (1.0 + distribution));
        let random = |flip_flops: f64| {
            registers.store(flip_flops, RANDOM_TOGGLE) + registers.transitions(flip_flops * RANDOM_TOGGLE.0)
        };
        Ok(DataEnergy { standing: clock + random(self.address), data: random(self.data) })
    }
}

/// The energy of an access of the array in the parts that are told apart. A write's bit lines swing fully; those of a read
/// by so many times the least.
///
/// Addresses are random whatever the data. Bit lines and sense amplifiers are precharged between accesses: one of each
/// pair moves with every bit, changed or not. Only what holds its level in between, drivers and wires of data, rests.
fn parts_of(access: &AccessEnergy, read_swing: f64) -> [(&'static str, DataEnergy); 4] {
    let standing = DataEnergy::standing;
    [
        ("decoders and word lines", standing(access.decoders + access.word_lines + access.selects)),
        ("bit lines", standing(access.precharge + access.bit_lines * read_swing)),
        (
            "sense amplifiers and drivers",
            DataEnergy { standing: access.sense_amplifiers, data: access.data_drivers },
        ),
        ("wires", DataEnergy { standing: access.address_tree, data: access.data_tree }),
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::chip::circuit::array::{CellKind, Limits, Objective, Ports, find};
    use crate::chip::circuit::{Process, SignOff};
    use crate::chip::technology::DeviceClass;
    use crate::units::Kelvin;

    fn of(words: u64, bits: u32, node_um: f64) -> MemoryMacro {
        let (node, temperature) = (Micrometres(node_um), Kelvin(300.0));
        let sign_off = SignOff::built_in().unwrap();
        let cells = Process { node, supply: None, temperature, sign_off }.cells().unwrap();
        let request = ArrayRequest {
            node,
            capacity_bytes: words * u64::from(bits / 8),
            word_bytes: bits / 8,
            ports: Ports { read_write: 1, read: 0, write: 0 },
            cell: CellKind::Static(DeviceClass::HighPerformance),
            periphery: DeviceClass::HighPerformance,
            temperature,
            supply: None,
            banks: 1,
            organisation: None,
            objective: Objective::default(),
            limits: Limits::default(),
        };
        MemoryMacro::around(&find(&request).unwrap(), &request, &cells).unwrap()
    }

    /// Area of a foundry's single-port macros over that of their cells (IHP SG13G2, 130 nm, LEF; cell 3.187 um2).
    const FOUNDRY: [(u64, u32, f64); 10] = [
        (64, 64, 3.87),
        (256, 8, 2.69),
        (256, 16, 2.15),
        (256, 32, 1.90),
        (256, 64, 1.78),
        (512, 32, 1.53),
        (512, 64, 1.44),
        (1024, 64, 1.26),
        (2048, 64, 1.18),
        (8192, 32, 1.13),
    ];

    // The bare array alone differs by as much from a compiler's: it trades area for speed. Its node is the nearest one.
    #[test]
    fn macros_have_the_area_over_their_cells_of_a_foundrys_compiler_within_30_percent() {
        for (words, bits, published) in FOUNDRY {
            let unit = of(words, bits, 0.09);
            let ours = (unit.area() - unit.halo) / unit.array.area.cells;
            assert!((ours / published - 1.0).abs() < 0.3, "{words} x {bits}: {ours:.2} for {published}");
        }
    }

    /// Energy of a read of the same compiler in pJ (LIB, 1.2 V).
    const FOUNDRY_READ: [(u64, u32, f64); 10] = [
        (64, 64, 39.1),
        (256, 8, 10.2),
        (256, 16, 14.2),
        (256, 32, 26.0),
        (256, 64, 49.6),
        (512, 32, 36.0),
        (512, 64, 68.9),
        (1024, 32, 48.3),
        (1024, 64, 91.8),
        (2048, 64, 122.4),
    ];

    // At the same supply energy follows the feature size. Bit lines are cut in two here and are not there, which tells in
    // deep macros; each of its bits has a write mask.
    #[test]
    fn reads_take_two_thirds_to_all_of_what_those_of_a_foundrys_compiler_do() {
        for (words, bits, published) in FOUNDRY_READ {
            let ours = of(words, bits, 0.09).read_energy().0 * 1e12 * 130.0 / 90.0;
            assert!(
                (0.65..1.0).contains(&(ours / published)),
                "{words} x {bits}: {ours:.1} pJ for {published}"
            );
        }
    }

    #[test]
    fn a_macro_is_as_large_as_its_outline() {
        let unit = of(1024, 64, 0.028);
        assert!((unit.area() / (unit.width * unit.height) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_bare_array_takes_most_of_a_large_access_and_less_than_half_of_a_tiny_one() {
        let share = |unit: &MemoryMacro| unit.array.one_port.read.total().0 / unit.read_energy().0;
        assert!(share(&of(64, 8, 0.045)) < 0.5);
        assert!(share(&of(8192, 64, 0.045)) > 0.5);
    }

    #[test]
    fn halos_are_those_of_a_commercial_flow_and_never_less_at_a_coarser_node() {
        let style = MacroStyle::built_in().unwrap();
        let halo = |node_um: f64| style.halo(Micrometres(node_um)).0;
        assert!((halo(0.065) - 5.0).abs() < 1e-9 && (halo(0.045) - 5.0).abs() < 1e-9);
        assert!((halo(0.007) - 2.0).abs() < 1e-9 && (halo(0.005) - 2.0).abs() < 1e-9);
        assert!(halo(0.028) > halo(0.016) && halo(0.028) < 5.0);
    }
}
