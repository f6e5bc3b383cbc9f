//! From a trace's channel names to the chip's channels.
//!
//! A name is bound by the user's rules if one of them names it; else to the chip's channel of the same name;
//! else by the built-in rules that the trace asks for. Extra rules add to whatever else a name is bound to.

use crate::activity::ChannelName;
use crate::chip::pat::Pat;

use super::binding_file::{BindingFile, OwnAlternative, RuleFile};
use super::pattern::ChannelPattern;
use super::unbound::Unbound;

/// Built-in bindings by the name that a trace's metadata gives, listed in one place.
pub const BUILT_IN_BINDINGS: &[(&str, &str)] = &[("scale-sim", include_str!("bindings/scale-sim.toml"))];

/// Bits of a word where the chip names none; SCALE-Sim's own default.
const DEFAULT_WORD_BITS: u64 = 8;

/// Why a binding file cannot be used with a chip.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BindingError {
    /// It is not TOML, or has a key that is unknown, missing or of the wrong type.
    #[error("{file}: {}\ncure: docs/binding.md lists the keys, each with an example", message.trim_end())]
    Syntax {
        /// The file.
        file: String,
        /// The parser's message with line and column.
        message: String,
    },
    /// A rule cannot be.
    #[error("{file}: rule {number} (from = {from:?}): {what}")]
    Rule {
        /// The file.
        file: String,
        /// The rule's place in the file, from 1.
        number: usize,
        /// Its pattern.
        from: String,
        /// What is wrong and what would be right.
        what: String,
    },
    /// The trace asks for a built-in binding that this version does not have.
    #[error("unknown built-in binding {name:?}; known: {known}; or give --bind FILE")]
    UnknownBuiltIn {
        /// What the trace asks for.
        name: String,
        /// What there is.
        known: String,
    },
}

/// One of the chip's channels that a trace's channel is priced as.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// Position in [`Pat::channels`].
    pub channel: usize,
    /// Actions of the chip for one of the trace.
    pub factor: f64,
}

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

/// What of the chip a message or a lookup needs.
#[derive(Clone, Debug)]
pub(super) struct ChipNames {
    pub pat: Pat,
    /// Names in the order of [`Pat::channels`].
    pub channels: Vec<ChannelName>,
}

#[derive(Clone, Debug)]
struct Rule {
    text: String,
    from: ChannelPattern,
    extra: bool,
    /// `None`: leave it out.
    target: Option<Target>,
    note: Option<String>,
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

    /// What becomes of a channel of the trace.
    pub fn resolve(&self, name: &ChannelName) -> Resolution {
        let applied = self.applied(name);
        let identity = if self.is_bound_by_user(name) { None } else { self.chip.position(name) };
        let identity = identity.map(|channel| Target { channel, factor: 1.0 });
        let targets: Vec<Target> =
            identity.into_iter().chain(applied.iter().filter_map(|r| r.target)).collect();
        // An extra cost alone does not say what the channel itself is.
        let is_known = identity.is_some() || applied.iter().any(|rule| !rule.extra);
        match (is_known, targets.is_empty()) {
            (true, false) => Resolution::Bound(targets),
            (true, true) => Resolution::Ignored,
            (false, _) => Resolution::Unbound(Unbound::new(name, &self.chip.pat)),
        }
    }

    fn is_bound_by_user(&self, name: &ChannelName) -> bool {
        self.user.iter().any(|rule| !rule.extra && rule.matches(name))
    }

    /// The rules that apply to a name, in the order of their files.
    fn applied(&self, name: &ChannelName) -> Vec<&Rule> {
        let user = self.user.iter().filter(|rule| rule.matches(name));
        if self.is_bound_by_user(name) {
            return user.collect();
        }
        let has_identity = self.chip.position(name).is_some();
        let built_in =
            self.built_in.iter().filter(|rule| rule.matches(name) && (rule.extra || !has_identity));
        user.chain(built_in).collect()
    }

    /// The chip's channels in the order of [`Pat::channels`].
    pub fn chip_channels(&self) -> &[ChannelName] {
        &self.chip.channels
    }

    /// What the rules that these names met assume, without repetition, in order.
    pub fn assumptions<'a>(&self, names: impl Iterator<Item = &'a ChannelName>) -> Vec<String> {
        let mut notes: Vec<String> = Vec::new();
        for note in names.flat_map(|name| self.applied(name)).filter_map(|rule| rule.note.as_ref()) {
            if !notes.contains(note) {
                notes.push(note.clone());
            }
        }
        notes
    }

    /// A warning for each of the user's rules that none of these names met.
    pub fn unused_rules<'a>(&self, names: impl Iterator<Item = &'a ChannelName> + Clone) -> Vec<String> {
        let unused = self.user.iter().filter(|rule| !names.clone().any(|name| rule.matches(name)));
        unused
            .map(|rule| {
                format!("{}: the rule from = {:?} matched no channel of the trace", self.file, rule.text)
            })
            .collect()
    }
}

impl ChipNames {
    fn new(pat: &Pat) -> ChipNames {
        let name = |component: &str, action: &str| ChannelName {
            component: component.to_owned(),
            action: action.to_owned(),
        };
        let channels =
            pat.channels().map(|(component, action)| name(&component.name, &action.name)).collect();
        ChipNames { pat: pat.clone(), channels }
    }

    fn position(&self, name: &ChannelName) -> Option<usize> {
        self.channels.iter().position(|channel| channel == name)
    }
}

impl Rule {
    fn matches(&self, name: &ChannelName) -> bool {
        self.from.matches(&name.component, &name.action)
    }
}

/// The rules of a file for a chip. A built-in rule that the chip has no channel for is left out.
fn rules(file: &str, text: &str, chip: &ChipNames, must_bind: bool) -> Result<Vec<Rule>, BindingError> {
    let written: BindingFile = toml::from_str(text)
        .map_err(|error| BindingError::Syntax { file: file.to_owned(), message: error.to_string() })?;
    let mut rules = Vec::new();
    for (at, rule) in written.bind.iter().enumerate() {
        let compiled = compile(rule, chip, must_bind).map_err(|what| BindingError::Rule {
            file: file.to_owned(),
            number: at + 1,
            from: rule.from.clone(),
            what,
        })?;
        rules.extend(compiled);
    }
    Ok(rules)
}

fn compile(rule: &RuleFile, chip: &ChipNames, must_bind: bool) -> Result<Option<Rule>, String> {
    let from = ChannelPattern::parse(&rule.from)?;
    let alternatives = rule.alternatives();
    let made = |target, note| Rule { text: rule.from.clone(), from, extra: rule.extra, target, note };
    if rule.ignore && !alternatives.is_empty() {
        return Err("has both `to` and ignore = true; keep one".to_owned());
    }
    if rule.ignore || (rule.to.is_some() && alternatives.is_empty()) {
        return Ok(Some(made(None, rule.note.clone())));
    }
    if rule.to.is_none() {
        return Err("has no `to`; to leave the channel out: ignore = true".to_owned());
    }
    for alternative in &alternatives {
        let name = split(&alternative.channel)?;
        if let Some(channel) = chip.position(&name) {
            let (factor, note) = factor(alternative, channel, &chip.pat)?;
            return Ok(Some(made(Some(Target { channel, factor }), note)));
        }
    }
    if rule.extra || !must_bind {
        return Ok(None);
    }
    let whys = alternatives.iter().filter_map(|alternative| split(&alternative.channel).ok());
    let whys: Vec<String> = whys.map(|name| Unbound::new(&name, &chip.pat).to_string()).collect();
    Err(format!("the chip {} has no such channel: {}", chip.pat.name, whys.join("; ")))
}

fn split(channel: &str) -> Result<ChannelName, String> {
    let (component, action) = channel
        .rsplit_once('/')
        .ok_or_else(|| format!("{channel:?} is no channel; write component/action"))?;
    Ok(ChannelName { component: component.to_owned(), action: action.to_owned() })
}

/// Actions of the chip for one of the trace, and what that assumes.
fn factor(to: &OwnAlternative, channel: usize, pat: &Pat) -> Result<(f64, Option<String>), String> {
    let action_bits = pat.channels().nth(channel).and_then(|(_, action)| action.bits);
    match (&to.scale, to.from_bits, to.from_words) {
        (None, None, None) => Ok((1.0, to.note.clone())),
        (Some(scale), None, None) => Ok((scale.factor()?, to.note.clone())),
        (None, Some(0), None) | (None, None, Some(0)) => Err("moves nothing: 0 bits or words".to_owned()),
        (None, Some(bits), None) => match action_bits {
            Some(action) => Ok((bits as f64 / action as f64, to.note.clone())),
            None => Err(format!(
                "from_bits needs to know how many bits {} moves: give that action `bits` in the chip file, or use scale",
                to.channel
            )),
        },
        (None, None, Some(words)) => Ok(word_factor(words, action_bits, pat, to.note.clone())),
        _ => Err("has more than one of scale, from_bits and from_words; keep one".to_owned()),
    }
}

/// Words are the chip's words; an action whose bits are not said moves one word.
fn word_factor(
    words: u64,
    action_bits: Option<u64>,
    pat: &Pat,
    note: Option<String>,
) -> (f64, Option<String>) {
    let Some(action_bits) = action_bits else { return (words as f64, note) };
    let Some(word_bits) = pat.word_bits else {
        let assumed = format!(
            "the chip {} names no word_bits: a word of the trace is taken as {DEFAULT_WORD_BITS} bits",
            pat.name
        );
        return ((words * DEFAULT_WORD_BITS) as f64 / action_bits as f64, Some(assumed));
    };
    (words as f64 * word_bits as f64 / action_bits as f64, note)
}
