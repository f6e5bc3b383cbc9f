//! Wires from block to block: repeated, and pipelined where a signal needs more than a cycle.

use super::{ComponentError, Context, Cost, Part, TimingPath};
use crate::chip::circuit::wire::{Drive, Wire, WireRequest};
use crate::chip::circuit::{DataEnergy, Layout, Netlist, RANDOM_TOGGLE, parameter_file};
use crate::chip::technology::{WireClass, WireProjection};
use crate::units::{Micrometres, Ratio, Seconds, SquareMicrometres};

parameter_file! {
    /// The values of `link.toml`.
    pub(super) LinkRules from "link.toml" {
        layers: "Layers on which wires lie over each other.",
        above_logic: "Part of a link that takes no silicon.",
        delay_budget: "Delay that wires may lose to save power.",
    }
}

/// A bundle of wires in one direction.
#[derive(Clone, Debug)]
pub(super) struct Link {
    /// Cycles from end to end; one less rank of registers.
    pub stages: u32,
    /// Repeaters and wires, registers.
    pub parts: Vec<Part>,
    /// A word on all wires.
    pub wire_energy: DataEnergy,
    /// The same in the registers, clock apart.
    pub register_energy: DataEnergy,
    /// The longest stage.
    pub path: TimingPath,
}

impl Link {
    /// So many wires of a length, for one word a cycle.
    pub fn new(context: &Context, bits: u32, length: Micrometres) -> Result<Link, ComponentError> {
        let rules = LinkRules::built_in()?;
        let layout = Layout::placed()?;
        let wire = Wire::new(&WireRequest {
            node: context.process.node,
            class: WireClass::Global,
            projection: WireProjection::Conservative,
            length,
            drive: Drive::Repeated { delay_budget: Ratio(rules.delay_budget) },
            transistors: context.transistors,
            temperature: context.process.temperature,
            supply: context.process.supply,
        })?;
        let bits = f64::from(bits);
        let delay = wire.delay * context.process.sign_off.slow_corner;
        let overhead = context.cells.flip_flop.overhead_delay
            + context.cells.fanout_of_four_delay * layout.skew_and_jitter;
        let stages = stages(context, delay, overhead, wire.repeaters.map(|(spacing, _)| length / spacing));
        let registers = Netlist::of_flip_flops(bits * f64::from(stages - 1)).placed(context.cells)?;
        let pitch = wire.track.width + wire.track.spacing;
        let on_silicon = (1.0 - rules.above_logic) / rules.layers;
        let repeaters = wire.driver_area * bits;
        let wires = Cost {
            cells: repeaters,
            leakage: context.leakage_of_drawn(wire.driver_area, wire.leakage) * bits,
            whitespace: repeaters * (1.0 / layout.row_utilisation - 1.0)
                + SquareMicrometres(pitch.0 * length.0) * (bits * on_silicon),
            ..Cost::default()
        };
        Ok(Link {
            stages,
            parts: vec![
                Part::leaf("repeated wires", wires),
                Part::leaf("pipeline registers", Cost::of_logic(&registers)),
            ],
            // The wire's energy is that of a rise and a fall: two changes.
            wire_energy: DataEnergy::changing(wire.energy * (bits * RANDOM_TOGGLE.0 / 2.0)),
            register_energy: DataEnergy::changing(
                registers.store(bits * f64::from(stages - 1), RANDOM_TOGGLE),
            ),
            path: TimingPath {
                name: format!(
                    "{:.2} mm of wire in {stages} {}",
                    length.0 * 1e-3,
                    if stages == 1 { "stage" } else { "stages" }
                ),
                cycle: delay / f64::from(stages) + overhead,
            },
        })
    }
}

/// The fewest stages that meet the clock; no more than there are repeaters, since a register between two of them does
/// not make the wire any faster.
fn stages(context: &Context, delay: Seconds, overhead: Seconds, repeaters: Option<f64>) -> u32 {
    let room = context.clock.time_of(1.0) - overhead;
    let most = repeaters.unwrap_or(1.0).ceil().max(1.0);
    // A part in 10^9 of tolerance: a wire that exactly fills a cycle needs no second one.
    let wanted = if room.0 > 0.0 { (delay / room - 1e-9).ceil() } else { most };
    wanted.clamp(1.0, most) as u32
}
