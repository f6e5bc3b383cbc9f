//! Builds every component of a spec at a clock, in the order in which they need each other.

use super::process::{process_of, technology_problem};
use super::{Design, Placed, trunk, unmodelled};
use crate::chip::component::{ArrayCache, Block, ComponentError, Context, Siblings, Stage};
use crate::chip::error::Problem;
use crate::chip::spec::{AreaMeaning, ChipSpec, ClockGating, ComponentSpec, Scope};
use crate::units::{Hertz, SquareMicrometres};

/// Builds designs; keeps the arrays that it has found for the next one.
#[derive(Debug, Default)]
pub struct Builder {
    arrays: ArrayCache,
}

impl Builder {
    /// The chip at a clock, whether or not every path meets it.
    pub(super) fn at(
        &self,
        spec: &ChipSpec,
        clock: Hertz,
        clock_reason: String,
    ) -> Result<Design, Vec<Problem>> {
        let header = &spec.header;
        let technology = &header.technology;
        let (process, cells) = process_of(technology)?;
        let mut siblings = Siblings { cores: header.cores, ..Siblings::default() };
        let mut order: Vec<usize> = (0..spec.components.len()).collect();
        let at = |index: usize| &spec.components[index];
        order.sort_by_key(|&index| at(index).component.stage());
        for component in order.iter().map(|&index| at(index)) {
            siblings.beside_cores = component.scope == Scope::Chip;
            for _ in 0..component.instances {
                component.component.announce(&mut siblings);
            }
        }
        order.sort_by_key(|&index| (at(index).scope, at(index).component.stage()));
        let mut blocks: Vec<Option<Block>> = vec![None; spec.components.len()];
        let mut current: Option<(Scope, Stage)> = None;
        for index in order {
            let component = at(index);
            let place = (component.scope, component.component.stage());
            if current != Some(place) {
                current = Some(place);
                survey(spec, &blocks, component.scope, &mut siblings);
            }
            let context = Context {
                process,
                transistors: technology.transistors.into(),
                memory_cells: technology.static_cells(),
                clock,
                cells: &cells,
                siblings: &siblings,
                arrays: &self.arrays,
            };
            let block = component.component.build(&context).map_err(|error| complaint(component, &error))?;
            blocks[index] = Some(match technology.clock_gating {
                ClockGating::Registers => block,
                ClockGating::None => block.without_clock_gates(),
            });
        }
        let components = spec
            .components
            .iter()
            .zip(blocks)
            .flat_map(|(component, block)| placed(header.cores, component, block.unwrap_or_default()));
        let mut components: Vec<Placed> = components.collect();
        tell_apart(spec, &mut components);
        let mut design = Design {
            name: header.name.clone(),
            description: header.description.clone(),
            word_bits: header
                .word_bits
                .or_else(|| siblings.tensor_units.first().map(|unit| u64::from(unit.operand.bits()))),
            cores: header.cores,
            node: process.node,
            transistors: technology.transistors,
            voltage: cells.supply,
            junction_temperature: technology.junction_temperature.0,
            fast_leakage: technology.tdp_corner.leakage(&process.sign_off),
            clock,
            clock_reason,
            white_space: if header.area.means == AreaMeaning::Cells { 0.0 } else { header.area.white_space },
            unmodelled: header.area.unmodelled,
            area_means: header.area.means,
            components,
        };
        let is_named =
            |design: &Design, name| design.components.iter().any(|component| component.name == name);
        if !is_named(&design, unmodelled::NAME) {
            let unmodelled = design.unmodelled_functions();
            design.components.extend(unmodelled);
        }
        if !is_named(&design, trunk::NAME) {
            let transistors = technology.transistors.into();
            let trunk = design.clock_trunk(&process, transistors);
            design.components.extend(trunk.map_err(technology_problem)?);
        }
        Ok(design)
    }
}

/// A component and what comes with it.
fn placed(cores: u32, component: &ComponentSpec, mut block: Block) -> Vec<Placed> {
    let cores = if component.scope == Scope::Core { u64::from(cores) } else { 1 };
    let instances = u64::from(component.instances) * cores;
    let attached = std::mem::take(&mut block.attached);
    let own = Placed {
        name: component.name.clone(),
        description: component.description.clone(),
        kind: component.kind,
        scope: component.scope,
        placement: block.placement,
        comes_with: None,
        instances,
        block,
    };
    let attached = attached.into_iter().map(|attached| Placed {
        name: attached.name,
        description: attached.description,
        kind: component.kind,
        scope: component.scope,
        placement: attached.placement,
        comes_with: Some(component.name.clone()),
        instances: instances * attached.instances,
        block: attached.block,
    });
    let attached: Vec<Placed> = attached.collect();
    std::iter::once(own).chain(attached).collect()
}

/// Gives what comes with a component the component's name in front where its own is taken: two units may each come with
/// a bus of the same name.
fn tell_apart(spec: &ChipSpec, components: &mut [Placed]) {
    let is_own = |name: &str| spec.components.iter().any(|component| component.name == name);
    for at in 0..components.len() {
        let (before, rest) = components.split_at_mut(at);
        let Some(Placed { name, comes_with: Some(owner), .. }) = rest.first_mut() else { continue };
        while is_own(name) || before.iter().any(|other| other.name == *name) {
            *name = format!("{owner}_{name}");
        }
    }
}

/// Tells what has been built: how many components, and their areas.
fn survey(spec: &ChipSpec, blocks: &[Option<Block>], scope: Scope, siblings: &mut Siblings) {
    let built = spec.components.iter().zip(blocks).filter(|(component, block)| {
        block.is_some() && (scope == Scope::Chip || component.scope == Scope::Core)
    });
    siblings.built_components = built.count() as u32;
    let area_of = |wanted: Scope| -> SquareMicrometres {
        let built = spec.components.iter().zip(blocks).filter(|(component, _)| component.scope == wanted);
        built
            .filter_map(|(component, block)| {
                block.as_ref().map(|block| block.area_with_attached() * f64::from(component.instances))
            })
            .sum()
    };
    siblings.beside_cores = scope == Scope::Chip;
    siblings.core_area = area_of(Scope::Core);
    siblings.built_area = match scope {
        Scope::Core => siblings.core_area,
        Scope::Chip => siblings.core_area * f64::from(siblings.cores) + area_of(Scope::Chip),
    };
}

/// The problem with a component, with the path of the key.
fn complaint(component: &ComponentSpec, error: &ComponentError) -> Vec<Problem> {
    let path = format!("{}.{}", component.scope.key(), component.name);
    Problem::alone(error.key().map_or(path.clone(), |key| format!("{path}.{key}")), error.to_string())
}
