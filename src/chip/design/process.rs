//! Where a design is made: its node, supply and temperature, and the standard cells there.

use crate::chip::circuit::array::CellKind;
use crate::chip::circuit::{CircuitError, Process, SignOff};
use crate::chip::component::ComponentError;
use crate::chip::error::Problem;
use crate::chip::spec::Technology;
use crate::chip::technology::{Node, StandardCells, TechnologyError};
use crate::units::{Kelvin, Volts};

/// The process that a design asks for, with its standard cells. A supply is chosen where none is given.
pub(super) fn process_of(technology: &Technology) -> Result<(Process, StandardCells), Vec<Problem>> {
    let temperature = Kelvin::from(technology.junction_temperature.0);
    let sign_off = SignOff::built_in().map_err(technology_problem)?;
    let node = Node::at(technology.node.0).map_err(technology_problem)?;
    let usual = node.usual_supply(technology.transistors.into(), temperature).map_err(technology_problem)?;
    let supply = technology.voltage.map_or(usual, |voltage| voltage.0);
    let process = Process { node: technology.node.0, supply: Some(supply), temperature, sign_off };
    let cells = process.cells().map_err(technology_problem)?;
    check_flavours(technology, &node, supply, usual)?;
    Ok((process, cells))
}

/// Refuses a supply at which the transistors of arrays, wires or memory cells do not work.
fn check_flavours(
    technology: &Technology,
    node: &Node,
    supply: Volts,
    usual: Volts,
) -> Result<(), Vec<Problem>> {
    let temperature = Kelvin::from(technology.junction_temperature.0);
    let cells = match technology.static_cells() {
        CellKind::Static(class) => Some(("technology.memory_cells", class)),
        CellKind::Foundry | CellKind::EmbeddedDram => None,
    };
    for (key, class) in [("technology.transistors", technology.transistors.into())].into_iter().chain(cells) {
        let device = node.device(class, temperature).map_err(technology_problem)?;
        if let Err(error) = device.at_supply(supply) {
            // A voltage that is given is what is wrong; without one, the flavour does not go with the others.
            let of_voltage =
                || format!("{supply}, with {class} transistors ({key}): {error}; leave it out for {usual}");
            let of_flavour = || {
                format!(
                    "{class}, at the {usual} of the rest: {error}; choose others, or a technology.voltage"
                )
            };
            return Err(match technology.voltage {
                Some(_) => Problem::alone("technology.voltage", of_voltage()),
                None => Problem::alone(key, of_flavour()),
            });
        }
    }
    Ok(())
}

/// What the technology has no answer to, with the key that it is about.
pub(super) fn technology_problem(error: impl Into<ComponentError>) -> Vec<Problem> {
    let error = error.into();
    Problem::alone(technology_key(&error), error.to_string())
}

/// The key that a complaint of the technology is about.
fn technology_key(error: &ComponentError) -> &'static str {
    let (ComponentError::Technology(error) | ComponentError::Circuit(CircuitError::Technology(error))) =
        error
    else {
        return "technology";
    };
    match error {
        TechnologyError::Node { .. } => "technology.node",
        TechnologyError::Supply { .. } => "technology.voltage",
        TechnologyError::Temperature { .. } => "technology.junction_temperature",
        TechnologyError::Flavour { .. } => "technology.transistors",
        _ => "technology",
    }
}
