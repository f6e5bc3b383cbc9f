//! The trunk of the clock, which every chip has whether or not its file says so.

use super::{Design, Placed};
use crate::chip::circuit::{CircuitError, ClockTrunk, Layout, Process};
use crate::chip::component::{Block, Choice, Cost, Part};
use crate::chip::spec::AreaMeaning;
use crate::chip::technology::DeviceClass;
use crate::units::SquareMicrometres;

/// Its name and kind. A component of that name in the file stands in its place.
pub(super) const NAME: &str = "clock_trunk";

impl Design {
    /// The trunk over all that runs at the chip's clock, as it is placed, whatever the chip's area counts.
    pub(super) fn clock_trunk(
        &self,
        process: &Process,
        transistors: DeviceClass,
    ) -> Result<Option<Placed>, CircuitError> {
        let clocked = self.on_chip().filter(|component| !component.block.own_supply);
        let modelled: SquareMicrometres = clocked.map(|component| component.area(AreaMeaning::Placed)).sum();
        let span = modelled / (1.0 - self.white_space - self.unmodelled);
        let Some(trunk) = ClockTrunk::over(span, process, transistors)? else { return Ok(None) };
        let cost = Cost {
            cells: trunk.area,
            whitespace: trunk.area * (1.0 / Layout::placed()?.row_utilisation - 1.0),
            clock_running: trunk.energy,
            clock_gated: trunk.energy,
            ..Cost::default()
        };
        let length = format!("{:.1} mm", trunk.length.0 * 1e-3);
        let reason = format!("an H-tree over the {:.2} mm2 that run at the chip's clock", span.0 * 1e-6);
        Ok(Some(Placed::by_itself(
            NAME,
            "the clock's way over the chip",
            Block {
                parts: vec![Part::leaf("repeated wires", cost.leaking(trunk.leakage))],
                choices: vec![Choice::new("length", length, reason)],
                ..Block::default()
            },
        )))
    }
}
