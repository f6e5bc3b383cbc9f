//! What a part of a component costs whether or not anything happens, and parts made of parts.

use std::iter::Sum;
use std::ops::{Add, Mul};

use crate::chip::circuit::arithmetic::{ArithmeticUnit, PartKind as UnitPart};
use crate::chip::circuit::off_chip::InterfaceCost;
use crate::chip::circuit::registers::{PartKind as RegisterPart, RegisterFile};
use crate::chip::circuit::{Leakage, PlacedLogic};
use crate::units::{Hertz, Joules, SquareMicrometres, Watts};

/// Area, clock and leakage.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Area of cells, arrays and macros.
    pub cells: SquareMicrometres,
    /// Placed rows that no cell fills.
    pub whitespace: SquareMicrometres,
    /// Leakage, at the chip's supply and junction temperature.
    pub leakage: Watts,
    /// Energy of the clock in a cycle while it runs.
    pub clock_running: Joules,
    /// Energy of the clock in a cycle while it is gated.
    pub clock_gated: Joules,
}

impl Cost {
    /// Area that a part takes on the chip.
    pub fn area(&self) -> SquareMicrometres {
        self.cells + self.whitespace
    }

    /// Area of cells, arrays and macros that nothing clocks and that do not leak: wires, pads, given areas.
    pub fn of_area(cells: SquareMicrometres) -> Cost {
        Cost { cells, ..Cost::default() }
    }

    /// The standing cost of an arithmetic unit.
    pub fn of_unit(unit: &ArithmeticUnit) -> Cost {
        let whitespace: SquareMicrometres =
            unit.parts.iter().filter(|part| part.kind == UnitPart::Whitespace).map(|part| part.area).sum();
        Cost {
            cells: unit.area() - whitespace,
            whitespace,
            leakage: unit.leakage(),
            clock_running: unit.clock_energy(),
            clock_gated: unit.gated_clock_energy(),
        }
    }

    /// The standing cost of a register file; the clock of a word that is written is in the energy of the write.
    pub fn of_registers(file: &RegisterFile) -> Cost {
        let whitespace: SquareMicrometres = file
            .parts
            .iter()
            .filter(|part| part.kind == RegisterPart::Whitespace)
            .map(|part| part.area)
            .sum();
        Cost {
            cells: file.area() - whitespace,
            whitespace,
            leakage: file.leakage(),
            clock_running: file.clock_energy(),
            clock_gated: file.gated_clock_energy(),
        }
    }

    /// The standing cost of placed gates and flip-flops, all of whose clock runs.
    pub fn of_logic(logic: &PlacedLogic) -> Cost {
        Cost {
            cells: logic.cells,
            whitespace: logic.whitespace,
            leakage: logic.leakage,
            clock_running: logic.clock_energy,
            clock_gated: logic.gated_clock_energy,
        }
    }

    /// The standing cost of an interface off the chip: what it takes while it is up is its clock. One without
    /// low-power states is up all the time.
    pub fn of_interface(interface: InterfaceCost, low_power_states: bool, clock: Hertz) -> Cost {
        let interface = if low_power_states { interface } else { interface.awake() };
        Cost {
            cells: interface.area,
            whitespace: SquareMicrometres(0.0),
            leakage: interface.leakage,
            clock_running: interface.running / clock,
            clock_gated: interface.standby / clock,
        }
    }

    /// The same with leakage of channels and gate oxides added.
    pub fn leaking(self, leakage: Leakage) -> Cost {
        Cost { leakage: self.leakage + leakage.subthreshold + leakage.gate, ..self }
    }
}

impl Add for Cost {
    type Output = Cost;
    fn add(self, other: Cost) -> Cost {
        Cost {
            cells: self.cells + other.cells,
            whitespace: self.whitespace + other.whitespace,
            leakage: self.leakage + other.leakage,
            clock_running: self.clock_running + other.clock_running,
            clock_gated: self.clock_gated + other.clock_gated,
        }
    }
}

impl Mul<f64> for Cost {
    type Output = Cost;
    fn mul(self, factor: f64) -> Cost {
        Cost {
            cells: self.cells * factor,
            whitespace: self.whitespace * factor,
            leakage: self.leakage * factor,
            clock_running: self.clock_running * factor,
            clock_gated: self.clock_gated * factor,
        }
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Cost>>(costs: I) -> Cost {
        costs.fold(Cost::default(), |sum, cost| sum + cost)
    }
}

/// A part of a component, as often as it is there, made of its own cost and of parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What it is, in words of the field: `multiply-accumulator`.
    pub name: String,
    /// How many there are in what it is a part of.
    pub count: u64,
    /// What one costs beside its parts.
    pub own: Cost,
    /// What one is made of.
    pub parts: Vec<Part>,
}

impl Part {
    /// A part that is not divided any further.
    pub fn leaf(name: impl Into<String>, own: Cost) -> Part {
        Part { name: name.into(), count: 1, own, parts: Vec::new() }
    }

    /// A part that is the sum of its parts.
    pub fn group(name: impl Into<String>, parts: Vec<Part>) -> Part {
        Part { name: name.into(), count: 1, own: Cost::default(), parts }
    }

    /// The same so many times.
    pub fn times(self, count: u64) -> Part {
        Part { count: self.count * count, ..self }
    }

    /// The same with no clock gates: its clock runs whether or not it works.
    pub fn without_clock_gates(self) -> Part {
        let own = Cost { clock_gated: self.own.clock_running, ..self.own };
        let parts = self.parts.into_iter().map(Part::without_clock_gates).collect();
        Part { own, parts, ..self }
    }

    /// What all of them cost.
    pub fn total(&self) -> Cost {
        let parts: Cost = self.parts.iter().map(Part::total).sum();
        (self.own + parts) * self.count as f64
    }
}
