//! From a trace's channel names to the chip's channels.
//!
//! A name is bound by the user's rules if one of them names it; else to the chip's channel of the same name;
//! else by the built-in rules that the trace asks for. Extra rules add to whatever else a name is bound to.
//!
//! A variant of an action (`mac_zero`, see [`DataVariant`]) goes the same way, by its own name first and then by that
//! of the action on random data: then it is priced as the variant of what that is bound to, or as random data where
//! the chip has no such action.

use trace_formats::DataVariant;

use crate::activity::ChannelName;
use crate::chip::pat::Pat;

use super::rules::{BindingError, ChipNames, Rule, Target, rules};
use super::unbound::Unbound;

/// Built-in bindings by the name that a trace's metadata gives, listed in one place.
pub const BUILT_IN_BINDINGS: &[(&str, &str)] = &[("scale-sim", include_str!("bindings/scale-sim.toml"))];

/// What becomes of a trace's channel.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolution {
    /// It is priced as these.
    Bound(Vec<Target>),
    /// A rule says to leave it out.
    Ignored,
    /// Nothing is bound to it.
    Unbound(Unbound),
}

/// The rules by which a trace's names become the chip's.
#[derive(Clone, Debug)]
pub struct Binding {
    file: String,
    user: Vec<Rule>,
    built_in: Vec<Rule>,
    chip: ChipNames,
}

impl Binding {
    /// The rules for a chip: those of the user's file (its name and text), and the built-in ones that the
    /// trace's metadata names.
    ///
    /// # Errors
    /// [`BindingError`]: which rule cannot be, and why.
    pub fn new(
        pat: &Pat,
        user_file: Option<(&str, &str)>,
        built_in: Option<&str>,
    ) -> Result<Binding, BindingError> {
        let chip = ChipNames::new(pat);
        let user = user_file.map(|(file, text)| rules(file, text, &chip, true)).transpose()?;
        let found = BUILT_IN_BINDINGS.iter().find(|(name, _)| Some(*name) == built_in);
        let built_in = match (found, built_in) {
            (Some((name, text)), _) => rules(&format!("built-in binding {name}"), text, &chip, false)?,
            (None, Some(name)) if user.is_none() => {
                let known = BUILT_IN_BINDINGS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
                return Err(BindingError::UnknownBuiltIn { name: name.to_owned(), known });
            }
            _ => Vec::new(),
        };
        let file = user_file.map_or_else(String::new, |(file, _)| file.to_owned());
        Ok(Binding { file, user: user.unwrap_or_default(), built_in, chip })
    }

    /// Whether both bind every name alike, to channels of the same numbers.
    pub fn binds_as(&self, other: &Binding) -> bool {
        let rules = |binding: &Binding| (binding.user.len(), binding.built_in.len());
        let alike = |(a, b): (&Rule, &Rule)| a.binds_as(b);
        std::ptr::eq(self, other)
            || self.chip.channels == other.chip.channels
                && rules(self) == rules(other)
                && self.user.iter().zip(&other.user).all(alike)
                && self.built_in.iter().zip(&other.built_in).all(alike)
    }

    /// What becomes of a channel of the trace.
    pub fn resolve(&self, name: &ChannelName) -> Resolution {
        let Bound { is_known, targets, .. } = self.bound(name);
        match (is_known, targets.is_empty()) {
            (true, false) => Resolution::Bound(targets),
            (true, true) => Resolution::Ignored,
            (false, _) => Resolution::Unbound(Unbound::new(name, &self.chip.pat)),
        }
    }

    fn bound(&self, name: &ChannelName) -> Bound<'_> {
        let variant = DataVariant::of(&name.action).map(|(_, variant)| variant);
        let (identity, rules) = self.applied(name);
        let mut bound = Bound { is_known: identity.is_some(), ..Bound::default() };
        if let Some(channel) = identity {
            let is_own = self.chip.channels[channel] == *name;
            self.add(&mut bound, Target { channel, factor: 1.0 }, variant.filter(|_| !is_own));
        }
        for AppliedRule { rule, by_base } in rules {
            // An extra cost alone does not say what the channel itself is, nor what its own data were like.
            bound.is_known |= !rule.extra;
            bound.notes.extend(rule.note.as_ref());
            if let Some(target) = rule.target {
                self.add(&mut bound, target, variant.filter(|_| by_base && !rule.extra));
            }
        }
        bound
    }

    /// Adds what a name is priced as: the action of the chip on such data, or else what the rule says. A rule may bind to
    /// an action on other data, `mac_trained`, of which zeros are zeros of the same action, `mac_zero`.
    fn add(&self, bound: &mut Bound<'_>, target: Target, variant: Option<DataVariant>) {
        let Some(variant) = variant else { return bound.targets.push(target) };
        let random = on_random_data(&self.chip.channels[target.channel]);
        let wanted = ChannelName { action: variant.name(&random.action), ..random };
        match self.chip.position(&wanted) {
            Some(channel) => bound.targets.push(Target { channel, ..target }),
            None => {
                bound.targets.push(target);
                bound.missing.push(wanted);
            }
        }
    }

    /// The chip's channel of that name, and the rules that apply to it, in the order of their files.
    fn applied(&self, name: &ChannelName) -> (Option<usize>, Vec<AppliedRule<'_>>) {
        let user = rules_for(&self.user, name);
        if user.iter().any(|applied| !applied.rule.extra) {
            return (None, user);
        }
        let identity = self.chip.position(name).or_else(|| self.chip.position(&on_random_data(name)));
        let built_in = rules_for(&self.built_in, name).into_iter();
        let built_in = built_in.filter(|applied| applied.rule.extra || identity.is_none());
        (identity, user.into_iter().chain(built_in).collect())
    }

    /// The chip's channels in the order of [`Pat::channels`].
    pub fn chip_channels(&self) -> &[ChannelName] {
        &self.chip.channels
    }

    /// What the rules that these names met assume, and which data the chip does not tell from random data; without
    /// repetition, in order.
    pub fn assumptions<'a>(&self, names: impl Iterator<Item = &'a ChannelName>) -> Vec<String> {
        let mut notes: Vec<String> = Vec::new();
        let mut missing: Vec<String> = Vec::new();
        for bound in names.map(|name| self.bound(name)).filter(|bound| bound.is_known) {
            add_new(&mut notes, bound.notes.into_iter().cloned());
            add_new(&mut missing, bound.missing.iter().map(ChannelName::to_string));
        }
        if !missing.is_empty() {
            let (chip, missing) = (&self.chip.pat.name, missing.join(", "));
            notes.push(format!("the chip {chip} has no {missing}: these are priced as on random data"));
        }
        notes
    }

    /// A warning for each of the user's rules that none of these names met.
    pub fn unused_rules<'a>(&self, names: impl Iterator<Item = &'a ChannelName> + Clone) -> Vec<String> {
        let is_met =
            |rule: &Rule| names.clone().any(|name| rule.matches(name) || rule.matches(&on_random_data(name)));
        let unused = self.user.iter().filter(|rule| !is_met(rule));
        unused
            .map(|rule| {
                format!("{}: the rule from = {:?} matched no channel of the trace", self.file, rule.text)
            })
            .collect()
    }
}

/// What a name is priced as, and why.
#[derive(Default)]
struct Bound<'a> {
    /// Something says what the channel is, if only that it costs nothing.
    is_known: bool,
    targets: Vec<Target>,
    /// Of the rules that apply.
    notes: Vec<&'a String>,
    /// Actions on other than random data that the chip would need.
    missing: Vec<ChannelName>,
}

/// A rule that applies to a name.
struct AppliedRule<'a> {
    rule: &'a Rule,
    /// It speaks of the action on random data, and so of its variants.
    by_base: bool,
}

/// The rules of a list that apply to a name, in order. For an action on other than random data they are those that
/// name the variant, or else those of the action on random data; extra costs likewise, for themselves.
fn rules_for<'a>(list: &'a [Rule], name: &ChannelName) -> Vec<AppliedRule<'a>> {
    let base = on_random_data(name);
    let names_variant = |rule: &Rule| rule.matches(name) && !rule.matches(&base);
    let has_own =
        [false, true].map(|extra| list.iter().any(|rule| rule.extra == extra && names_variant(rule)));
    let applied = list.iter().filter_map(|rule| {
        let by_base = !has_own[usize::from(rule.extra)];
        let applies = if by_base { rule.matches(&base) } else { names_variant(rule) };
        applies.then_some(AppliedRule { rule, by_base })
    });
    applied.collect()
}

/// The action on random data: `mac` of `mac_zero`, and each other as it is.
fn on_random_data(name: &ChannelName) -> ChannelName {
    let action = DataVariant::of(&name.action).map_or(&*name.action, |(action, _)| action);
    ChannelName { component: name.component.clone(), action: action.to_owned() }
}

fn add_new(list: &mut Vec<String>, texts: impl Iterator<Item = String>) {
    for text in texts {
        if !list.contains(&text) {
            list.push(text);
        }
    }
}

#[cfg(test)]
mod tests;
