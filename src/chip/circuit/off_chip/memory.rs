//! Physical interfaces to DRAM: pads, terminations, and the logic that times them. The DRAM itself is apart, in
//! [`DramDevice`](super::DramDevice).

use std::fmt;
use std::ops::Mul;

use serde::{Deserialize, Serialize};

use super::cost::InterfaceCost;
use super::data::{Data, MemoryRow, Signalling, broken, data};
use super::electrical::{BitsPerSecond, Ohms};
use super::limits::check_rate;
use super::scaling::Scaling;
use crate::chip::circuit::{CircuitError, Process};
use crate::units::{Joules, SquareMicrometres, Watts};

/// A kind of DRAM and its interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)] // Each is the name of its standard.
pub enum MemoryInterface {
    Ddr3,
    Ddr4,
    Lpddr3,
    Lpddr4,
    Gddr5,
    Gddr6,
    Hbm,
    Hbm2,
    Hbm2e,
    Hbm3,
}

impl MemoryInterface {
    /// All of them.
    pub const ALL: [MemoryInterface; 10] = [
        MemoryInterface::Ddr3,
        MemoryInterface::Ddr4,
        MemoryInterface::Lpddr3,
        MemoryInterface::Lpddr4,
        MemoryInterface::Gddr5,
        MemoryInterface::Gddr6,
        MemoryInterface::Hbm,
        MemoryInterface::Hbm2,
        MemoryInterface::Hbm2e,
        MemoryInterface::Hbm3,
    ];

    /// The highest rate of a data pin in its standard.
    ///
    /// # Errors
    /// [`CircuitError::Data`] if the built-in figures cannot be read.
    pub fn highest_rate(self) -> Result<BitsPerSecond, CircuitError> {
        Ok(BitsPerSecond::from_giga(self.row(data()?)?.highest_gbps))
    }

    fn row(self, data: &'static Data) -> Result<&'static MemoryRow, CircuitError> {
        data.memory.interface.get(&self).ok_or_else(|| broken(format!("no interface {self}")))
    }

    /// Data pins of a channel in its standard.
    pub(super) fn channel_bits(self) -> Result<u32, CircuitError> {
        Ok(self.row(data()?)?.channel_bits)
    }
}

impl fmt::Display for MemoryInterface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format!("{self:?}").to_uppercase())
    }
}

/// A physical interface that is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemoryPhyRequest {
    /// Kind of DRAM.
    pub interface: MemoryInterface,
    /// Data pins of all channels; whole bytes.
    pub data_bits: u32,
    /// Pins beside them that carry check bits, of all channels; whole bytes, or none.
    pub check_bits: u32,
    /// Rate of a data pin.
    pub rate: BitsPerSecond,
    /// Where the chip is made.
    pub process: Process,
}

/// A physical interface and what it costs, on the chip alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemoryPhy {
    /// Signal pins, commands and clocks included.
    pub pins: f64,
    /// Channels, each with commands and clocks of its own.
    pub channels: u32,
    /// Most bits a second, read or written.
    pub bandwidth: BitsPerSecond,
    /// I/O cells.
    pub pads: InterfaceCost,
    /// Serialisers, delay lines, training, clocks.
    pub logic: InterfaceCost,
    /// Area that bumps need beyond the circuits under them.
    pub bumps: InterfaceCost,
    /// Of a bit that the chip sends.
    pub write: BitEnergy,
    /// Of a bit that it receives.
    pub read: BitEnergy,
}

/// The parts of the energy of a bit of random data, as heat on the chip, with its part of the check bits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BitEnergy {
    /// Current through the driver, or through the termination at the receiver.
    pub line: Joules,
    /// Capacitance of pads and lines.
    pub capacitance: Joules,
    /// The bit's share of strobes, masks and commands.
    pub companions: Joules,
    /// Serialisers, clocks and receivers.
    pub logic: Joules,
}

impl BitEnergy {
    /// The parts with their names.
    pub fn parts(&self) -> [(&'static str, Joules); 4] {
        [
            ("line", self.line),
            ("capacitance", self.capacitance),
            ("companions", self.companions),
            ("logic", self.logic),
        ]
    }

    /// All of it.
    pub fn total(&self) -> Joules {
        self.parts().into_iter().map(|(_, part)| part).sum()
    }
}

impl Mul<f64> for BitEnergy {
    type Output = BitEnergy;
    fn mul(self, factor: f64) -> BitEnergy {
        BitEnergy {
            line: self.line * factor,
            capacitance: self.capacitance * factor,
            companions: self.companions * factor,
            logic: self.logic * factor,
        }
    }
}

impl MemoryPhy {
    /// Builds an interface.
    ///
    /// # Errors
    /// [`CircuitError`] without data pins or with parts of a byte, for a rate that the standard or the node has not,
    /// and outside of the technology's tables.
    pub fn new(request: &MemoryPhyRequest) -> Result<MemoryPhy, CircuitError> {
        let data = data()?;
        let row = request.interface.row(data)?;
        let scaling = Scaling::of(&request.process)?;
        check_bits(request)?;
        let highest = BitsPerSecond::from_giga(row.highest_gbps);
        check_rate(&request.interface.to_string(), request.rate, highest, 1.0, &scaling, &data.serial)?;
        let channels = request.data_bits.div_ceil(row.channel_bits);
        let line = Line { row, rate: request.rate };
        let data_bits = f64::from(request.data_bits);
        let bits = data_bits + f64::from(request.check_bits);
        let clock_pins = f64::from(channels) * row.clock_pins;
        let pins = bits
            + bits / 8.0 * (row.strobes_per_byte + row.masks_per_byte)
            + f64::from(channels) * row.command_pins
            + clock_pins;
        let pads = line.pads(data, &scaling, pins, clock_pins)?;
        let logic = logic(data, row, &scaling, bits, f64::from(channels))?;
        let missing = (data.bumps.area(pins, row.bump_um2) - pads.area - logic.area).0.max(0.0);
        let switching = scaling.from(data.memory.reference_nm)?.switching;
        let logic_energy = Joules(row.phy_pj_per_bit * 1e-12 * switching);
        Ok(MemoryPhy {
            pins,
            channels,
            bandwidth: request.rate * data_bits,
            pads,
            logic,
            bumps: InterfaceCost { area: SquareMicrometres(missing), ..InterfaceCost::default() },
            write: line.bit(Direction::Write, data, logic_energy) * (bits / data_bits),
            read: line.bit(Direction::Read, data, logic_energy) * (bits / data_bits),
        })
    }

    /// The parts with their names.
    pub fn parts(&self) -> [(&'static str, InterfaceCost); 3] {
        [("pads", self.pads), ("logic", self.logic), ("bumps", self.bumps)]
    }

    /// All of it.
    pub fn cost(&self) -> InterfaceCost {
        self.parts().into_iter().map(|(_, part)| part).sum()
    }
}

/// Serialisers, delay lines, training: the digital part in gates, the bias in constant currents.
fn logic(
    data: &Data,
    row: &MemoryRow,
    scaling: &Scaling,
    bits: f64,
    channels: f64,
) -> Result<InterfaceCost, CircuitError> {
    let at_its_node = SquareMicrometres(row.logic_mm2_per_bit * 1e6 * bits);
    let area = at_its_node * scaling.from(data.memory.logic_nm)?.logic_area;
    let bias = Watts(row.phy_static_mw * 1e-3 * channels) * scaling.from(data.memory.reference_nm)?.supply;
    Ok(InterfaceCost {
        area,
        running: bias,
        standby: bias * data.memory.standby_share,
        leakage: scaling.leakage(area),
    })
}

fn check_bits(request: &MemoryPhyRequest) -> Result<(), CircuitError> {
    const MOST_BITS: u32 = 16_384;
    let bits = request.data_bits;
    if request.check_bits > bits || !request.check_bits.is_multiple_of(8) {
        return Err(CircuitError::impossible(
            format!("{} with {} check bits", request.interface, request.check_bits),
            format!("they come in whole bytes, and are no more than the {bits} data pins"),
            format!("ask for {}", bits.div_ceil(64) * 8),
        ));
    }
    if bits > 0 && bits <= MOST_BITS && bits.is_multiple_of(8) {
        return Ok(());
    }
    let nearest = bits.clamp(8, MOST_BITS).next_multiple_of(8);
    Err(CircuitError::impossible(
        format!("{} with {bits} data pins", request.interface),
        format!("data pins come in whole bytes, up to {MOST_BITS}"),
        format!("ask for {nearest}"),
    ))
}

/// Which way a bit goes.
#[derive(Clone, Copy, PartialEq)]
enum Direction {
    Write,
    Read,
}

/// One line of an interface at a rate.
struct Line<'a> {
    row: &'a MemoryRow,
    rate: BitsPerSecond,
}

impl Line<'_> {
    /// I/O cells of so many pins, some of them with a clock that always runs.
    fn pads(
        &self,
        data: &Data,
        scaling: &Scaling,
        pins: f64,
        clock_pins: f64,
    ) -> Result<InterfaceCost, CircuitError> {
        let Some(cell) = data.io_cell.get(&self.row.io_cell) else {
            return Err(broken(format!("no I/O cell {}", self.row.io_cell)));
        };
        let driver = self.driver_or_termination();
        let shrink = scaling.from(data.memory.reference_nm)?.length;
        let speed = cell.speed_area(driver, self.clock_hz() * 1e-6) * shrink;
        Ok(InterfaceCost {
            area: (cell.standing_area(driver) + speed) * pins,
            running: self.clock_power() * clock_pins,
            standby: Watts(0.0),
            leakage: Watts(data.pad.leakage_ua * 1e-6 * self.row.io_supply_v) * pins,
        })
    }

    fn clock_hz(&self) -> f64 {
        self.rate.0 / self.row.bits_per_clock
    }

    /// What the I/O cell is sized for: the driver, or the termination if that conducts more.
    fn driver_or_termination(&self) -> Ohms {
        match self.row.signalling {
            Signalling::CentreTerminated => Ohms(self.row.driver_ohm.min(2.0 * self.row.termination_ohm)),
            Signalling::RailTerminated => Ohms(self.row.driver_ohm.min(self.row.termination_ohm)),
            Signalling::Unterminated => Ohms(self.row.driver_ohm),
        }
    }

    /// Difference of the two levels of the line.
    fn swing_v(&self) -> f64 {
        let MemoryRow { io_supply_v, driver_ohm, termination_ohm, .. } = *self.row;
        match self.row.signalling {
            Signalling::Unterminated => io_supply_v,
            _ => io_supply_v * termination_ohm / (driver_ohm + termination_ohm),
        }
    }

    /// Heat on the chip of the current that flows through a line, mean over both bits.
    fn heat(&self, direction: Direction) -> Watts {
        let MemoryRow { io_supply_v: supply, driver_ohm: driver, termination_ohm: end, .. } = *self.row;
        let resistance = if direction == Direction::Write { driver } else { end };
        match self.row.signalling {
            Signalling::Unterminated => Watts(0.0),
            Signalling::RailTerminated => {
                let current = supply / (driver + end);
                Watts(0.5 * current * current * resistance)
            }
            Signalling::CentreTerminated if direction == Direction::Write => {
                let current = 0.5 * supply / (driver + end);
                Watts(current * current * driver)
            }
            // Two resistors of twice the value, to each rail, at half of the supply plus or minus half of the swing.
            Signalling::CentreTerminated => {
                let half_swing = 0.5 * self.swing_v();
                Watts((0.25 * supply * supply + half_swing * half_swing) / end)
            }
        }
    }

    /// One transition of the capacitances that the chip drives, and of those inside of its cell.
    fn transition(&self, direction: Direction) -> Joules {
        let row = self.row;
        let driven_pf = match direction {
            Direction::Write => row.own_pf + row.line_pf + row.far_pf,
            Direction::Read => 0.0,
        };
        let joules = driven_pf * row.io_supply_v * self.swing_v()
            + row.internal_pf * row.io_supply_v * row.io_supply_v;
        Joules(0.5e-12 * joules)
    }

    fn clock_power(&self) -> Watts {
        let transitions_a_second = 2.0 * self.clock_hz();
        Watts(self.transition(Direction::Write).0 * transitions_a_second) + self.heat(Direction::Write)
    }

    fn bit(&self, direction: Direction, data: &Data, logic: Joules) -> BitEnergy {
        let row = self.row;
        let (toggle, command_toggle) = (data.memory.toggle, data.memory.command_toggle);
        let line = self.heat(direction) * self.rate.bit_time();
        // Strobes change with every bit; masks go with the data that are written.
        let strobe = line + self.transition(direction);
        let mask = match direction {
            Direction::Write => line + self.transition(direction) * toggle,
            Direction::Read => Joules(0.0),
        };
        let command = self.heat(Direction::Write) * self.rate.bit_time() * row.bits_per_clock
            + self.transition(Direction::Write) * command_toggle;
        let commands_a_bit = row.command_pins / (f64::from(row.channel_bits) * row.bits_per_clock);
        BitEnergy {
            line,
            capacitance: self.transition(direction) * toggle,
            companions: strobe * (row.strobes_per_byte / 8.0)
                + mask * (row.masks_per_byte / 8.0)
                + command * commands_a_bit,
            logic,
        }
    }
}
