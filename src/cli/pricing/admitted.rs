//! Which of a trace's channels are taken.

use trace_formats::Rejection;

use super::Unbound;
use crate::activity::ChannelName;
use crate::power::{self, Binding, Point, Resolution};
use crate::replay::{Admission, NameSet};

/// The channels that the bindings of all chips know, and what to do about the others.
pub(super) struct Admitted<'a> {
    /// Each binding that is not like another, and the name of its chip.
    bindings: Vec<(&'a str, &'a Binding)>,
    unbound: Unbound,
}

impl<'a> Admitted<'a> {
    pub fn new(points: &[Point<'a>], unbound: Unbound) -> Admitted<'a> {
        let mut bindings: Vec<(&str, &Binding)> = Vec::new();
        for point in points {
            if !bindings.iter().rev().any(|(_, known)| known.binds_as(point.binding)) {
                bindings.push((&point.pat.name, point.binding));
            }
        }
        Admitted { bindings, unbound }
    }
}

impl NameSet for Admitted<'_> {
    /// A channel that one chip knows is counted for it; the reports of the others leave it out.
    fn admit(&self, name: &ChannelName) -> Admission {
        let mut is_known = false;
        for (chip, binding) in &self.bindings {
            match binding.resolve(name) {
                Resolution::Bound(_) | Resolution::Ignored => is_known = true,
                Resolution::Unbound(_) if self.unbound != Unbound::Error => {}
                Resolution::Unbound(why) => {
                    // Of a component, what is expected says the chip itself.
                    let is_action = matches!(why, power::Unbound::Action { .. });
                    let of = match is_action && self.bindings.len() > 1 {
                        true => format!(" of the chip {chip}"),
                        false => String::new(),
                    };
                    return Admission::Refuse(Rejection {
                        reason: "unbound_channel",
                        found: format!("{why}{of}"),
                        expected: why.expected(),
                        cure: why.cure(),
                    });
                }
            }
        }
        if is_known { Admission::Take } else { Admission::LeaveUnbound }
    }
}
