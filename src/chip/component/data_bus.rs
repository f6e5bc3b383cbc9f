//! The central data bus: wires between the vector registers (or the buffer) and the other units of a core.
//!
//! Its length follows NeuroMeter (HPCA 2021, II-A): wires go round the units, so a link is as long as the side of the
//! square of their area; where that is more than a cycle away, registers divide it.

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
    /// Bits of a link: what it moves in a cycle. Default: a row of operands of the widest tensor unit or the lanes of
    /// the widest vector unit, whichever is more; without either, the access width of the memory.
    #[serde(default)]
    pub width: Option<u32>,
    /// Links, each of the bus's length. Default: one for each unit on the bus: tensor units, vector units, memory.
    #[serde(default)]
    pub links: Option<u32>,
    /// Length of a link. Default: the square root of the area of what has been built in the core.
    #[serde(default)]
    pub length: Option<Written<Micrometres>>,
}

/// Widest link that is modelled.
const WIDEST: u32 = 65_536;

impl DataBus {
    fn chosen_width(&self, siblings: &Siblings, choices: &mut Vec<Choice>) -> Result<u32, ComponentError> {
        let width = match self.width {
            Some(width) => width,
            None => {
                let rows = siblings.tensor_units.iter().map(|unit| unit.rows * unit.operand.bits());
                let lanes = siblings.vector_units.iter().map(|unit| unit.lanes * unit.format.bits());
                let (width, reason) = match rows.chain(lanes).max() {
                    Some(width) => (width, "operands that the widest tensor or vector unit takes in a cycle"),
                    None => (siblings.memory_bits, "the widest access of the memory"),
                };
                choices.push(Choice::new("width", width, reason));
                width
            }
        };
        if (1..=WIDEST).contains(&width) {
            return Ok(width);
        }
        let (reason, cure) = match width {
            0 => ("a bus has wires, and nothing around it tells how many", "give width, such as 256"),
            _ => ("a link of more wires is not modelled", "give up to 65536, or more links"),
        };
        Err(ComponentError::value("width", width, reason, cure))
    }

    fn chosen_links(&self, siblings: &Siblings, choices: &mut Vec<Choice>) -> Result<u32, ComponentError> {
        match self.links {
            Some(0) => {
                Err(ComponentError::value("links", 0, "a bus has at least one link", "give 1 or more"))
            }
            Some(links) => Ok(links),
            None => {
                let units = siblings.tensor_units.len() + siblings.vector_units.len();
                let links = (units + usize::from(siblings.memory_bits > 0)).max(1) as u32;
                choices.push(Choice::new("links", links, "one for each unit on the bus"));
                Ok(links)
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
        let width = self.chosen_width(context.siblings, &mut choices)?;
        let links = self.chosen_links(context.siblings, &mut choices)?;
        let length = self.chosen_length(context.siblings, &mut choices)?;
        let link = Link::new(context, width, length)?;
        choices.push(Choice::new("stages", link.stages, "as many as the delay of the wires needs cycles"));
        Ok(Block {
            parts: vec![Part::group("link", link.parts).times(u64::from(links))],
            actions: vec![Action {
                name: "transfer".to_owned(),
                description: format!("{width} bits of random data over one link"),
                bits: Some(u64::from(width)),
                energy: vec![("wires", link.wire_energy), ("registers", link.register_energy)],
                capacity: PerCycle(f64::from(links)),
                tdp_activity: tdp_activity(|values| values.data_bus)?,
                clock_share: None,
            }],
            paths: vec![link.path],
            choices,
            ..Block::default()
        })
    }
}
