//! From a built chip to its [`Pat`].

use std::collections::BTreeMap;

use super::{Design, Placed};
use crate::chip::component;
use crate::chip::pat::{Action, Component, Pat, Sourced, Technology};
use crate::units::{Joules, PerCycle, Quantity, Ratio, SquareMillimetres};

impl Design {
    /// The chip, frozen: what a replay prices with.
    pub fn pat(&self) -> Pat {
        let model = self.source();
        let sourced = |area: SquareMillimetres, of: &str| Some(Sourced::new(area, format!("{model}: {of}")));
        let area = self.area();
        Pat {
            name: self.name.clone(),
            description: self.description.clone(),
            word_bits: self.word_bits,
            technology: Some(Technology {
                node: Sourced::new(self.node, "chip file".to_owned()),
                transistors: self.transistors,
            }),
            clock: Sourced::new(self.clock, format!("chip file: {}", self.clock_reason)),
            voltage: Some(Sourced::new(self.voltage, "chip file".to_owned())),
            junction_temperature: Some(Sourced::new(self.junction_temperature, "chip file".to_owned())),
            fast_leakage: self.leakiest(),
            area: sourced(area, "components, white space and unmodelled area"),
            die_area: None,
            white_space: sourced(area * self.white_space, "the chip file's part of the area"),
            unmodelled_area: sourced(area * self.unmodelled, "the chip file's part of the area"),
            published_tdp: None,
            critical_path: self
                .critical_path()
                .map(|(component, path)| format!("{component}: {} in {}", path.name, path.cycle)),
            components: self.components.iter().map(|component| self.component(component, &model)).collect(),
        }
    }

    /// The factor of TDP's leakage, if there is one.
    fn leakiest(&self) -> Option<Sourced<Ratio>> {
        let source =
            "leakage at the fast corner over that at the typical one (sign-off), the same for every chip";
        (self.fast_leakage != Ratio(1.0)).then(|| Sourced::new(self.fast_leakage, source))
    }

    fn source(&self) -> String {
        let celsius = self.junction_temperature;
        format!("model at {:.0} nm, {}, {celsius}", self.node.0 * 1000.0, self.voltage)
    }

    fn component(&self, placed: &Placed, model: &str) -> Component {
        let cost = placed.block.cost();
        let instances = placed.instances as f64;
        let source = format!("{model}: {}", placed.kind.replace('_', " "));
        let given = &placed.block.sources;
        let of = |key: &str| given.get(key).unwrap_or(&source).clone();
        let clock = |energy: Joules, key| Sourced::new(energy * instances * self.clock, of(key));
        Component {
            name: placed.name.clone(),
            description: placed.description.clone(),
            placement: placed.placement,
            instances: placed.instances,
            own_supply: placed.block.own_supply,
            area: Some(Sourced::new(SquareMillimetres::from(placed.area(self.area_means)), of("area"))),
            leakage: Sourced::new(cost.leakage * instances, of("leakage")),
            clock_running: clock(cost.clock_running, "clock.running"),
            clock_gated: clock(cost.clock_gated, "clock.gated"),
            cycle_time: placed
                .block
                .critical_path()
                .map(|path| Sourced::new(path.cycle, format!("{}, {}", of("cycle_time"), path.name))),
            actions: placed
                .block
                .actions
                .iter()
                .flat_map(|found| [Some(found.clone()), found.still()])
                .flatten()
                .map(|found| action(&found, instances, &source, given))
                .collect(),
        }
    }
}

fn action(
    action: &component::Action,
    instances: f64,
    model: &str,
    given: &BTreeMap<String, String>,
) -> Action {
    let source = |of: &str, model: String| {
        given.get(&format!("actions.{}.{of}", action.name)).cloned().unwrap_or(model)
    };
    let every_chip = format!("{model}; the same for all of this kind");
    Action {
        name: action.name.clone(),
        description: action.description.clone(),
        bits: action.bits,
        energy: Sourced::new(action.energy(), source("energy", model.to_owned())),
        capacity: Sourced::new(
            PerCycle::new(action.capacity.0 * instances),
            source("capacity", model.to_owned()),
        ),
        tdp_activity: Sourced::new(action.tdp_activity, source("tdp_activity", every_chip)),
        clock_share: action
            .clock_share
            .map(|share| Sourced::new(share, source("clock_share", model.to_owned()))),
    }
}
