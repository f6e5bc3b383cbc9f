//! Why nothing is bound to a channel of the trace, in words that name the cure.

use std::fmt;

use trace_formats::DataVariant;

use crate::activity::ChannelName;
use crate::chip::pat::Pat;

/// Why nothing is bound to a channel. Prints as `unknown component "warp_core"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unbound {
    /// The chip has no such component.
    Component {
        /// What the trace says.
        component: String,
        /// The component that was likely meant.
        nearest: Option<String>,
        /// The chip.
        chip: String,
        /// All components with actions.
        known: Vec<String>,
    },
    /// The component has no such action.
    Action {
        /// The component.
        component: String,
        /// What the trace says.
        action: String,
        /// The action that was likely meant.
        nearest: Option<String>,
        /// All actions of the component.
        known: Vec<String>,
    },
}

impl Unbound {
    pub(super) fn new(name: &ChannelName, pat: &Pat) -> Unbound {
        let (component, action) = (name.component.clone(), name.action.clone());
        match pat.component(&component) {
            None => {
                let known = pat.components.iter().filter(|component| !component.actions.is_empty());
                Unbound::Component {
                    nearest: pat.nearest_component(&component).map(str::to_owned),
                    chip: pat.name.clone(),
                    known: known.map(|component| component.name.clone()).collect(),
                    component,
                }
            }
            Some(found) => Unbound::Action {
                // A variant is known wherever its action on random data is.
                nearest: found
                    .nearest_action(DataVariant::of(&action).map_or(&action, |(base, _)| base))
                    .map(str::to_owned),
                known: found.actions.iter().map(|action| action.name.clone()).collect(),
                component,
                action,
            },
        }
    }

    /// What would have been taken instead.
    pub fn expected(&self) -> String {
        match self {
            Unbound::Component { chip, known, .. } => {
                format!("a component of the chip {chip}: {}", known.join(", "))
            }
            Unbound::Action { known, component, .. } if known.is_empty() => {
                format!("no action at all: {component} has none")
            }
            Unbound::Action { known, .. } => format!("one of its actions: {}", known.join(", ")),
        }
    }

    /// What the user can do.
    pub fn cure(&self) -> String {
        let (Unbound::Component { nearest, .. } | Unbound::Action { nearest, .. }) = self;
        let meant = nearest.as_ref().map(|name| format!("did you mean {name:?}? ")).unwrap_or_default();
        format!("{meant}bind the name with --bind FILE, or go on without it with --unbound warn")
    }
}

impl fmt::Display for Unbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unbound::Component { component, .. } => write!(f, "unknown component {component:?}"),
            Unbound::Action { component, action, .. } => {
                write!(f, "unknown action {action:?} of component {component:?}")
            }
        }
    }
}
