//! What tests of components share.

#![allow(clippy::unwrap_used)]
use super::storage::tests::Surroundings;
use super::{Action, Block, Component, ComponentError, Part};
use crate::units::Joules;

/// 28 nm at 0.86 V and 700 MHz.
pub(super) fn typical() -> Surroundings {
    Surroundings::at(0.028, Some(0.86), 700.0)
}

/// A component of a file's text, beside those that are announced already.
pub(super) fn build_beside<C: Component + serde::de::DeserializeOwned>(
    text: &str,
    around: &mut Surroundings,
) -> Result<Block, ComponentError> {
    let component: C = toml::from_str(text).unwrap();
    component.announce(&mut around.siblings);
    component.build(&around.context())
}

/// A component of a file's text by itself, at 28 nm, 0.86 V and 700 MHz.
pub(super) fn build<C: Component + serde::de::DeserializeOwned>(text: &str) -> Result<Block, ComponentError> {
    build_beside::<C>(text, &mut typical())
}

/// The action of that name.
pub(super) fn action<'a>(block: &'a Block, name: &str) -> &'a Action {
    block.actions.iter().find(|action| action.name == name).unwrap()
}

/// Energy of the action of that name.
pub(super) fn energy(block: &Block, name: &str) -> Joules {
    action(block, name).energy()
}

/// The part of that name, however deep.
pub(super) fn part<'a>(parts: &'a [Part], name: &str) -> Option<&'a Part> {
    parts.iter().find_map(|found| if found.name == name { Some(found) } else { part(&found.parts, name) })
}

/// Whether one costs at least as much area and leakage as another, what comes with them included.
pub(super) fn costs_no_less(more: &Block, less: &Block) -> bool {
    let leakage = |block: &Block| {
        let attached = block.attached.iter();
        let attached: f64 = attached.map(|a| a.block.cost().leakage.0 * a.instances as f64).sum();
        block.cost().leakage.0 + attached
    };
    let slack = 1.0 + 1e-9;
    more.area_with_attached().0 * slack >= less.area_with_attached().0
        && leakage(more) * slack >= leakage(less)
}
