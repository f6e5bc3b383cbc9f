//! Functions of the chip that are no component of its file: their area is a part of the chip's, and silicon that works
//! takes power.

use super::{Design, Placed};
use crate::chip::circuit::DataEnergy;
use crate::chip::component::{Action, Block, Choice, Cost, Part};
use crate::units::{Joules, PerCycle, Ratio, SquareMicrometres, SquareMillimetres};

/// Name and kind of what is not modelled. A component of that name in the file stands in its place.
pub const NAME: &str = "unmodelled";

impl Design {
    /// What is not modelled, with the power of its area: per area it leaks, is clocked and, in TDP, switches as the
    /// components that run at the chip's clock do in the mean. White space takes none. `None` where all is modelled.
    pub(super) fn unmodelled_functions(&self) -> Option<Placed> {
        if self.unmodelled == 0.0 {
            return None;
        }
        let clocked = || self.on_chip().filter(|component| !component.block.own_supply);
        let modelled: SquareMicrometres = clocked().map(|component| component.area(self.area_means)).sum();
        let total: Cost =
            clocked().map(|component| component.block.cost() * component.instances as f64).sum();
        let switched: Joules = clocked().map(Placed::switched_in_tdp).sum();
        let area = self.area() * self.unmodelled;
        let share = area / SquareMillimetres::from(modelled);
        let cost = Cost {
            leakage: total.leakage * share,
            clock_running: total.clock_running * share,
            clock_gated: total.clock_gated * share,
            ..Cost::default()
        };
        let work = Action {
            name: "work".to_owned(),
            description: "a cycle in which it does what TDP assumes of the components".to_owned(),
            bits: None,
            energy: vec![("mean of the components", DataEnergy::standing(switched * share))],
            capacity: PerCycle(1.0),
            tdp_activity: Ratio(1.0),
            clock_share: Some(Ratio(1.0)),
        };
        let reason = format!("{:.2} mm2, which take the mean power of the components' area", area.0);
        Some(Placed::by_itself(
            NAME,
            "functions that are no component, by their area",
            Block {
                parts: vec![Part::leaf("mean of the components", cost)],
                actions: vec![work],
                choices: vec![Choice::new("area", format!("{:.1} %", 100.0 * self.unmodelled), reason)],
                ..Block::default()
            },
        ))
    }
}

impl Placed {
    /// Energy of a cycle of all instances at the activity of TDP, clock apart.
    fn switched_in_tdp(&self) -> Joules {
        let one: Joules = self
            .block
            .actions
            .iter()
            .map(|action| action.energy() * (action.capacity.0 * action.tdp_activity.0))
            .sum();
        one * self.instances as f64
    }
}
