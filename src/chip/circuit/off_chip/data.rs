//! The figures of `off_chip.toml`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::memory::MemoryInterface;
use super::pcie::PcieGeneration;
use super::serial::Reach;
use crate::chip::circuit::CircuitError;
use crate::chip::circuit::parameter::Parameter;
use crate::units::SquareMicrometres;

const FILE: &str = "off_chip/off_chip.toml";
const TEXT: &str = include_str!("off_chip.toml");

/// Constants of the area of an I/O cell.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IoCellRow {
    pub fixed: f64,
    pub per_ohm: f64,
    pub speed1: f64,
    pub speed2: f64,
    pub speed3: f64,
}

/// How a line is driven and ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Signalling {
    /// To half of the supply, by two resistors of twice the value.
    CentreTerminated,
    /// To one of the rails: a bit of one value draws no current.
    RailTerminated,
    /// Not at all: a line is a capacitance.
    Unterminated,
}

/// A memory interface.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MemoryRow {
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "confidence")]
    _confidence: String,
    pub signalling: Signalling,
    pub io_cell: String,
    pub io_supply_v: f64,
    pub highest_gbps: f64,
    pub bits_per_clock: f64,
    pub channel_bits: u32,
    pub strobes_per_byte: f64,
    pub masks_per_byte: f64,
    pub command_pins: f64,
    pub clock_pins: f64,
    pub driver_ohm: f64,
    #[serde(default)]
    pub termination_ohm: f64,
    pub own_pf: f64,
    pub line_pf: f64,
    pub far_pf: f64,
    pub internal_pf: f64,
    pub phy_static_mw: f64,
    pub phy_pj_per_bit: f64,
    pub logic_mm2_per_bit: f64,
    pub bump_um2: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DramRow {
    #[serde(rename = "source")]
    _source: String,
    pub pj_per_bit: BTreeMap<String, f64>,
    #[serde(default)]
    pub background_mw: f64,
}

/// A kind of serial lane.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReachRow {
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "confidence")]
    _confidence: String,
    pub highest_gbps: f64,
    pub energy_nm: f64,
    pub symbol_pj: f64,
    pub symbol_pj_per_gbaud: f64,
    pub draws_driver_current: bool,
    pub area_nm: f64,
    pub area_mm2: f64,
    pub area_mm2_per_gbaud: f64,
    pub area_scales: bool,
    pub signal_bumps: f64,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GenerationRow {
    pub gbps: f64,
    pub coding: f64,
}

macro_rules! parameters {
    ($values:ident, $file:ident, { $($name:ident),* }, { $($table:ident: $type:ty),* }) => {
        #[derive(Debug)]
        pub(super) struct $values { $(pub $name: f64,)* $(pub $table: $type,)* }

        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $file { $($name: Parameter,)* $($table: $type,)* }

        impl $file {
            fn checked(self) -> Result<$values, String> {
                Ok($values { $($name: self.$name.checked(stringify!($name))?,)* $($table: self.$table,)* })
            }
        }
    };
}

parameters!(Pads, PadFile, { internal_pf, own_pf, leakage_ua }, {});
parameters!(Bumps, BumpFile, { controlled_collapse_pitch_um, power_bumps }, {});
parameters!(Memories, MemoryFile,
    { reference_nm, logic_nm, toggle, command_toggle, standby_share },
    { interface: BTreeMap<MemoryInterface, MemoryRow> });
parameters!(Serials, SerialFile,
    { least_bit_fo4, driver_ohm, switching_share, standby_share, logic_share, amplitude_modulation_gbps },
    { reach: BTreeMap<Reach, ReachRow> });
parameters!(Pcies, PcieFile,
    { controller_gates, flip_flop_share, ungated_share, bits_per_cycle, registers_per_bit, gates_per_bit },
    { generation: BTreeMap<PcieGeneration, GenerationRow> });

impl Bumps {
    /// Area of the bumps of so many signals with their power and ground, of a size of their own or of the usual pitch.
    pub fn area(&self, signals: f64, own_um2: Option<f64>) -> SquareMicrometres {
        let pitch = self.controlled_collapse_pitch_um;
        SquareMicrometres(own_um2.unwrap_or(pitch * pitch) * signals * (1.0 + self.power_bumps))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    io_cell: BTreeMap<String, IoCellRow>,
    pad: PadFile,
    bumps: BumpFile,
    memory: MemoryFile,
    dram_device: BTreeMap<MemoryInterface, DramRow>,
    serial: SerialFile,
    pcie: PcieFile,
}

/// All of it.
#[derive(Debug)]
pub(super) struct Data {
    pub io_cell: BTreeMap<String, IoCellRow>,
    pub pad: Pads,
    pub bumps: Bumps,
    pub memory: Memories,
    pub dram_device: BTreeMap<MemoryInterface, DramRow>,
    pub serial: Serials,
    pub pcie: Pcies,
}

/// The built-in figures, read once.
pub(super) fn data() -> Result<&'static Data, CircuitError> {
    static DATA: OnceLock<Result<Data, CircuitError>> = OnceLock::new();
    let read = || parse().map_err(broken);
    DATA.get_or_init(read).as_ref().map_err(Clone::clone)
}

fn parse() -> Result<Data, String> {
    let file: File = toml::from_str(TEXT).map_err(|error| error.to_string())?;
    Ok(Data {
        io_cell: file.io_cell,
        pad: file.pad.checked()?,
        bumps: file.bumps.checked()?,
        memory: file.memory.checked()?,
        dram_device: file.dram_device,
        serial: file.serial.checked()?,
        pcie: file.pcie.checked()?,
    })
}

/// The error of an entry that the file lacks.
pub(super) fn broken(message: String) -> CircuitError {
    CircuitError::Data { file: FILE, message }
}
