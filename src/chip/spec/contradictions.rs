//! What each key allows by itself and the file as a whole does not.

use super::{ChipSpec, Scope};
use crate::chip::error::Problem;

/// Past any product; each of them is announced to the others by itself.
const MOST_INSTANCES: u32 = 1_000_000;

/// What cannot be together, or is out of range.
pub(super) fn contradictions(spec: &ChipSpec) -> Vec<Problem> {
    let mut problems = Vec::new();
    of_header(spec, &mut problems);
    of_components(spec, &mut problems);
    problems
}

fn of_header(spec: &ChipSpec, problems: &mut Vec<Problem>) {
    let mut complain = |key: &str, what: String| problems.push(Problem { key: key.to_owned(), what });
    let header = &spec.header;
    if header.name.trim().is_empty() {
        complain("name", "is empty: give the chip a name".to_owned());
    }
    if header.cores == 0 {
        complain("cores", "0: a chip has at least 1 core".to_owned());
    }
    if header.word_bits == Some(0) {
        complain(
            "word_bits",
            "0: a word has at least 1 bit; leave it out for the operand's width".to_owned(),
        );
    }
    if spec.components.is_empty() {
        complain("core", "the chip has no component: add [core.NAME] with its kind".to_owned());
    }
    let area = &header.area;
    for (key, part) in [("area.white_space", area.white_space), ("area.unmodelled", area.unmodelled)] {
        if !(0.0..1.0).contains(&part) {
            complain(key, format!("{part}: is a part of the chip's area, from 0 to below 1; e.g. 0.21"));
        }
    }
    let sum = area.white_space + area.unmodelled;
    if sum >= 1.0 && area.white_space < 1.0 && area.unmodelled < 1.0 {
        let what = format!(
            "white_space and unmodelled make {sum} of the chip, which leaves nothing for components: together below 1"
        );
        complain("area", what);
    }
    let target = &header.target;
    let quantities = [
        ("target.tops", target.tops, "TOPS"),
        ("target.clock", target.clock.map(|clock| clock.value()), "Hz"),
        ("technology.voltage", header.technology.voltage.map(|voltage| voltage.value()), "V"),
        ("limits.area", header.limits.area.map(|area| area.value()), "mm2"),
        ("limits.power", header.limits.power.map(|power| power.value()), "W"),
        ("limits.latency", header.limits.latency.map(|latency| latency.value()), "s"),
    ];
    for (key, value, unit) in quantities {
        if let Some(value) = value.filter(|value| !(value.is_finite() && *value > 0.0)) {
            complain(key, format!("{value} {unit}: must be above 0; leave the key out for its default"));
        }
    }
}

fn of_components(spec: &ChipSpec, problems: &mut Vec<Problem>) {
    let mut complain = |key: &str, what: String| problems.push(Problem { key: key.to_owned(), what });
    let mut seen: Vec<(&str, Scope)> = Vec::new();
    for component in &spec.components {
        let key = format!("{}.{}", component.scope.key(), component.name);
        let instances = component.instances;
        if instances == 0 {
            complain(&format!("{key}.instances"), "0: leave the component out instead".to_owned());
        } else if instances > MOST_INSTANCES {
            complain(
                &format!("{key}.instances"),
                format!("{instances}: at most {MOST_INSTANCES} of a component"),
            );
        }
        if component.name.contains('/') || component.name.trim().is_empty() {
            let what = "a name is not empty and has no \"/\", which stands between component and action";
            complain(&key, what.to_owned());
        }
        if let Some((_, scope)) = seen.iter().find(|(name, _)| *name == component.name) {
            let other = format!("[{}.{}]", scope.key(), component.name);
            complain(&key, format!("the name is taken by {other}: names are unique on a chip; rename one"));
        }
        seen.push((&component.name, component.scope));
    }
}
