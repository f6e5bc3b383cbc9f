//! The central data bus: wires between the vector registers (or the buffer) and the other units of a core.
//!
//! Its length follows NeuroMeter (HPCA 2021, II-A): wires go round the units, so a link is as long as the side of the
//! square of their area; where that is more than a cycle away, registers divide it. How many wires there are follows from
//! what crosses the core in a cycle: what moves inside of a lane is on none of them.

use schemars::JsonSchema;
use serde::Deserialize;

use super::link::Link;
use super::tdp_activity::tdp_activity;
use super::{Action, Block, Choice, Component, ComponentError, Context, Part, Siblings, Stage, Written};
use crate::units::{Micrometres, PerCycle};

/// The bus of a core: links from the centre of its data to each unit.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataBus {
    /// Bits of a link: what it moves in a cycle. Default: the widest of what crosses the core: operands and results of
    /// tensor units, elements between vector units and a memory that is not in slices, data from off the chip.
    #[serde(default)]
    pub width: Option<u32>,
    /// Links, each of the bus's length. Default: as many wires as there are bits that cross the core in a cycle.
    #[serde(default)]
    pub links: Option<u32>,
    /// Length of a link. Default: the square root of the area of what has been built in the core.
    #[serde(default)]
    pub length: Option<Written<Micrometres>>,
}

/// Widest link that is modelled.
const WIDEST: u32 = 65_536;

/// Most wires that follow from what crosses the core.
const MOST_WIRES: u64 = 1 << 24;

/// What crosses a core in a cycle.
struct Crossing {
    /// Bits of each stream.
    streams: Vec<u64>,
    /// Whose they are, in words.
    told: Vec<String>,
}

impl Crossing {
    fn of(context: &Context) -> Crossing {
        let siblings = context.siblings;
        let mut crossing = Crossing { streams: Vec::new(), told: Vec::new() };
        for unit in &siblings.tensor_units {
            let results = u64::from(unit.columns) * u64::from(unit.accumulator.bits());
            crossing.streams.extend([u64::from(unit.rows) * u64::from(unit.operand.bits()), results]);
        }
        crossing.tell(siblings.tensor_units.len(), "operands and results of", "tensor units");
        // Lanes whose part of the memory stands beside them load and store without a bus.
        if siblings.core_memories > 0 && !siblings.slices_beside_lanes {
            for unit in &siblings.vector_units {
                crossing.streams.extend([u64::from(unit.lanes) * u64::from(unit.format.bits()); 2]);
            }
            crossing.tell(siblings.vector_units.len(), "loads and stores of", "vector units");
        }
        let bits =
            siblings.off_chip_bytes_per_second * 8.0 / f64::from(siblings.cores.max(1)) / context.clock.0;
        if siblings.core_memories > 0 && bits > 0.0 {
            crossing.streams.push(bits.ceil() as u64);
            crossing.tell(1, "a core's part of the data from off the chip, to", "memory");
        }
        if crossing.streams.is_empty() && siblings.memory_bits > 0 {
            crossing.streams.push(u64::from(siblings.memory_bits));
            crossing.tell(1, "the widest access of", "memory");
        }
        crossing
    }

    fn tell(&mut self, units: usize, what: &str, of: &str) {
        match (units, of.strip_suffix('s')) {
            (0, _) => {}
            (1, Some(one)) => self.told.push(format!("{what} 1 {one}")),
            (1, None) => self.told.push(format!("{what} {of}")),
            (units, _) => self.told.push(format!("{what} {units} {of}")),
        }
    }

    fn all(&self) -> u64 {
        self.streams.iter().sum()
    }
}

/// Bundles of so many wires.
struct Wires {
    bits: u32,
    bundles: u64,
}

impl DataBus {
    fn chosen_width(&self, crossing: &Crossing, choices: &mut Vec<Choice>) -> Result<u32, ComponentError> {
        let width = self.width.unwrap_or_else(|| {
            let widest = crossing.streams.iter().copied().max().unwrap_or(0).min(u64::from(u32::MAX)) as u32;
            choices.push(Choice::new("width", widest, format!("the widest of {}", crossing.told.join(", "))));
            widest
        });
        if (1..=WIDEST).contains(&width) {
            return Ok(width);
        }
        let (reason, cure) = match width {
            0 => ("a bus has wires, and nothing around it tells how many", "give width, such as 256"),
            _ => ("a link of more wires is not modelled", "give up to 65536, or more links"),
        };
        Err(ComponentError::value("width", width, reason, cure))
    }

    /// Wires of all links: as many as links were given, or as what crosses the core fills.
    fn wires(
        &self,
        width: u32,
        crossing: &Crossing,
        choices: &mut Vec<Choice>,
    ) -> Result<Wires, ComponentError> {
        match self.links {
            Some(0) => {
                Err(ComponentError::value("links", 0, "a bus has at least one link", "give 1 or more"))
            }
            Some(links) => Ok(Wires { bits: width, bundles: u64::from(links) }),
            None => {
                let all = crossing.all().clamp(u64::from(width), MOST_WIRES) as u32;
                let reason = format!("what crosses the core in a cycle: {}", crossing.told.join(", "));
                choices.push(Choice::new("wires", all, reason));
                Ok(Wires { bits: all, bundles: 1 })
            }
        }
    }

    fn chosen_length(
        &self,
        siblings: &Siblings,
        choices: &mut Vec<Choice>,
    ) -> Result<Micrometres, ComponentError> {
        if let Some(Written(length)) = self.length {
            if length.0.is_finite() && length.0 > 0.0 {
                return Ok(length);
            }
            let written = format!("{} um", length.0);
            let reason = "a bus has a length above zero";
            return Err(ComponentError::value("length", written, reason, "give one, such as 2 mm"));
        }
        let length = Micrometres(siblings.built_area.0.sqrt());
        if length.0 <= 0.0 {
            let reason = "nothing has been built that the bus could go round";
            return Err(ComponentError::value("length", "0 um", reason, "give a length, such as 2 mm"));
        }
        let written = format!("{:.2} mm", length.0 * 1e-3);
        choices.push(Choice::new("length", written, "side of the square of the units that it goes round"));
        Ok(length)
    }
}

impl Component for DataBus {
    fn stage(&self) -> Stage {
        Stage::Bus
    }

    fn build(&self, context: &Context) -> Result<Block, ComponentError> {
        let mut choices = Vec::new();
        let crossing = Crossing::of(context);
        let width = self.chosen_width(&crossing, &mut choices)?;
        let Wires { bits, bundles } = self.wires(width, &crossing, &mut choices)?;
        let length = self.chosen_length(context.siblings, &mut choices)?;
        let (link, all) = (Link::new(context, width, length)?, Link::new(context, bits, length)?);
        choices.push(Choice::new("stages", link.stages, "as many as the delay of the wires needs cycles"));
        Ok(Block {
            parts: vec![Part::group("link", all.parts).times(bundles)],
            actions: vec![Action {
                name: "transfer".to_owned(),
                description: format!("{width} bits of random data over one link"),
                bits: Some(u64::from(width)),
                energy: vec![("wires", link.wire_energy), ("registers", link.register_energy)],
                capacity: PerCycle(bundles as f64 * f64::from(bits) / f64::from(width)),
                tdp_activity: tdp_activity(|values| values.data_bus)?,
                clock_share: None,
            }],
            paths: vec![link.path],
            choices,
            ..Block::default()
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::super::trial::{Trial, chosen, costs_no_less};
    use super::super::{TensorShape, VectorShape};
    use super::*;
    use crate::chip::circuit::arithmetic::NumberFormat;
    use crate::units::{Hertz, SquareMicrometres};

    fn core() -> Trial {
        let mut trial = Trial::at(28.0);
        let (operand, accumulator) = (NumberFormat::INT8, NumberFormat::INT32);
        trial.siblings.tensor_units = vec![TensorShape { rows: 64, columns: 24, operand, accumulator }];
        trial.siblings.vector_units = vec![VectorShape { lanes: 32, format: NumberFormat::INT32 }];
        trial.siblings.core_memories = 1;
        trial.siblings.built_area = SquareMicrometres(9e6);
        trial
    }

    #[test]
    fn a_bus_carries_what_crosses_the_core_over_the_side_of_the_core() {
        let bus = core().block::<DataBus>("");
        // 64 rows of int8 are 512 bits, 24 columns of int32 768, 32 lanes of int32 1024 each way: 3328 bits; 9 mm2 are 3 mm
        // square.
        assert_eq!((chosen(&bus, "width"), chosen(&bus, "length")), ("1024", "3.00 mm"));
        assert_eq!((chosen(&bus, "wires"), bus.actions[0].capacity), ("3328", PerCycle(3.25)));
    }

    #[test]
    fn lanes_beside_their_slice_of_the_memory_need_no_bus() {
        let mut core = core();
        core.siblings.slices_beside_lanes = true;
        // 512 and 768 bits of the matrix unit.
        let bus = core.block::<DataBus>("");
        assert_eq!((chosen(&bus, "width"), chosen(&bus, "wires")), ("768", "1280"));
        // And from off the chip 64 bits a cycle for each of two cores.
        core.siblings.cores = 2;
        core.siblings.off_chip_bytes_per_second = 16.0 * core.clock.0;
        let bus = core.block::<DataBus>("width = 64");
        assert_eq!((chosen(&bus, "wires"), bus.actions[0].capacity), ("1344", PerCycle(21.0)));
    }

    #[test]
    fn a_link_too_long_for_a_cycle_is_divided_by_registers_until_it_fits() {
        let mut trial = core();
        let short = trial.block::<DataBus>("length = \"2 mm\"");
        assert_eq!(chosen(&short, "stages"), "1");
        assert_eq!(short.cost().clock_running.0, 0.0);
        trial.clock = Hertz(1e9);
        let long = trial.block::<DataBus>("length = \"20 mm\"\nwidth = 100\nlinks = 1");
        let stages: u32 = chosen(&long, "stages").parse().unwrap();
        assert!(stages > 1 && long.paths[0].cycle.0 <= 1e-9, "{:?}", long.paths);
        // One stage less does not fit: it would have the wire of all but one overhead.
        let layout = crate::chip::circuit::Layout::placed().unwrap();
        let cells = &trial.cells;
        let overhead = cells.flip_flop.overhead_delay + cells.fanout_of_four_delay * layout.skew_and_jitter;
        let wire = (long.paths[0].cycle - overhead) * f64::from(stages);
        assert!((wire / f64::from(stages - 1) + overhead).0 > 1e-9);
        // Ranks of 100 flip-flops between the stages, half of whose bits change.
        let registers = cells.flip_flop.data_energy * (0.5 * 100.0 * f64::from(stages - 1));
        let energy = long.actions[0].energy[1].1.total();
        assert!((energy / registers - 1.0).abs() < 1e-9, "{energy} for {registers}");
    }

    #[test]
    fn twice_the_links_are_twice_the_cost_at_the_same_energy() {
        let (one, two) = (core().block::<DataBus>("links = 1"), core().block::<DataBus>("links = 2"));
        assert_eq!(two.cost().area(), one.cost().area() * 2.0);
        assert_eq!(two.cost().leakage, one.cost().leakage * 2.0);
        assert_eq!(two.actions[0].energy, one.actions[0].energy);
    }

    #[test]
    fn what_no_bus_can_be_is_refused_with_what_works() {
        let trial = Trial::at(28.0);
        for (keys, message) in [
            (
                "length = \"2 mm\"",
                "width: 0: a bus has wires, and nothing around it tells how many; give width",
            ),
            ("width = 100000", "width: 100000: a link of more wires is not modelled; give up to 65536"),
            ("width = 64\nlinks = 0", "links: 0: a bus has at least one link; give 1"),
            ("width = 64", "length: 0 um: nothing has been built that the bus could go round; give a length"),
            ("width = 64\nlength = \"-1 mm\"", "length: -1000 um: a bus has a length above zero"),
        ] {
            let refusal = trial.refusal::<DataBus>(keys);
            assert!(refusal.starts_with(message), "{refusal}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn a_wider_or_longer_bus_never_costs_less(
            width in 1_u32..4096,
            wider in 0_u32..512,
            length in 0.2_f64..20.0,
            longer in 0.0_f64..5.0,
        ) {
            let trial = core();
            let bus = |width: u32, length: f64| {
                trial.block::<DataBus>(&format!("width = {width}\nlength = \"{length} mm\""))
            };
            let small = bus(width, length);
            for large in [bus(width + wider, length), bus(width, length + longer)] {
                prop_assert!(costs_no_less(&large, &small));
                prop_assert!(large.actions[0].energy() >= small.actions[0].energy());
            }
        }
    }
}
