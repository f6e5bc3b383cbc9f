//! Where every number of a chip comes from, by the key that it has in `nm-trace chip NAME --json`.

use std::collections::BTreeMap;

use super::pat::{Action, Component, Pat, Sourced};

/// Where numbers come from, by their keys: a publication, or how it was derived, or that it was assumed.
pub type Sources = BTreeMap<&'static str, String>;

const TDP_RULE: &str = "computed: leakage × fast_leakage + running clock + energy × capacity × TDP activity × clock, of every action";

impl Pat {
    /// Where each number of the chip itself comes from.
    pub fn sources(&self) -> Sources {
        let mut sources = Sources::from([
            ("clock_hz", self.clock.source.clone()),
            ("tdp_w", TDP_RULE.to_owned()),
            ("fast_leakage", "none given: TDP is that of typical silicon".to_owned()),
            ("idle_power_w", "computed: leakage + gated clock, of typical silicon".to_owned()),
        ]);
        for (key, area) in [
            ("area_mm2", &self.area),
            ("die_area_mm2", &self.die_area),
            ("white_space_mm2", &self.white_space),
            ("unmodelled_area_mm2", &self.unmodelled_area),
        ] {
            note(&mut sources, key, area.as_ref());
        }
        note(&mut sources, "published_tdp_w", self.published_tdp.as_ref());
        note(&mut sources, "voltage_v", self.voltage.as_ref());
        note(&mut sources, "fast_leakage", self.fast_leakage.as_ref());
        note(&mut sources, "junction_temperature_c", self.junction_temperature.as_ref());
        sources
    }
}

impl Component {
    /// Where each number of the component comes from, without those of its actions.
    pub fn sources(&self) -> Sources {
        let mut sources = Sources::from([
            ("leakage_w", self.leakage.source.clone()),
            ("clock_running_w", self.clock_running.source.clone()),
            ("clock_gated_w", self.clock_gated.source.clone()),
            ("tdp_w", TDP_RULE.to_owned()),
        ]);
        note(&mut sources, "area_mm2", self.area.as_ref());
        note(&mut sources, "cycle_time_s", self.cycle_time.as_ref());
        sources
    }
}

impl Action {
    /// Where each number of the action comes from.
    pub fn sources(&self) -> Sources {
        let equal = || "computed: an equal part for every action of the component".to_owned();
        Sources::from([
            ("energy_j", self.energy.source.clone()),
            ("capacity_per_cycle", self.capacity.source.clone()),
            ("tdp_activity", self.tdp_activity.source.clone()),
            ("clock_share", self.clock_share.as_ref().map_or_else(equal, |share| share.source.clone())),
        ])
    }
}

fn note<Q>(sources: &mut Sources, key: &'static str, number: Option<&Sourced<Q>>) {
    sources.extend(number.map(|number| (key, number.source.clone())));
}
