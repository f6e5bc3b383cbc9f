//! The rules of a binding file, checked against a chip and turned into factors.

use crate::activity::ChannelName;
use crate::chip::pat::Pat;

use super::binding_file::{BindingFile, OwnAlternative, RuleFile};
use super::pattern::ChannelPattern;
use super::unbound::Unbound;

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

/// What of the chip a message or a lookup needs.
#[derive(Clone, Debug)]
pub(super) struct ChipNames {
    pub pat: Pat,
    /// Names in the order of [`Pat::channels`].
    pub channels: Vec<ChannelName>,
}

/// A rule for one chip.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub text: String,
    from: ChannelPattern,
    pub extra: bool,
    /// `None`: leave it out.
    pub target: Option<Target>,
    pub note: Option<String>,
}

impl ChipNames {
    pub(super) fn new(pat: &Pat) -> ChipNames {
        let name = |component: &str, action: &str| ChannelName {
            component: component.to_owned(),
            action: action.to_owned(),
        };
        let channels =
            pat.channels().map(|(component, action)| name(&component.name, &action.name)).collect();
        ChipNames { pat: pat.clone(), channels }
    }

    pub(super) fn position(&self, name: &ChannelName) -> Option<usize> {
        self.channels.iter().position(|channel| channel == name)
    }
}

impl Rule {
    /// Whether both bind the same names to the same; what they say of it may differ.
    pub(super) fn binds_as(&self, other: &Rule) -> bool {
        (&self.from, self.extra, self.target) == (&other.from, other.extra, other.target)
    }

    pub(super) fn matches(&self, name: &ChannelName) -> bool {
        self.from.matches(&name.component, &name.action)
    }
}

/// The rules of a file for a chip. A built-in rule that the chip has no channel for is left out.
pub(super) fn rules(
    file: &str,
    text: &str,
    chip: &ChipNames,
    must_bind: bool,
) -> Result<Vec<Rule>, BindingError> {
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

pub(super) fn split(channel: &str) -> Result<ChannelName, String> {
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
    let bits = |word_bits: u64| words as f64 * word_bits as f64 / action_bits as f64;
    if let Some(word_bits) = pat.word_bits {
        return (bits(word_bits), note);
    }
    let assumed = format!(
        "the chip {} names no word_bits: a word of the trace is taken as {DEFAULT_WORD_BITS} bits",
        pat.name
    );
    let both = note.map_or(assumed.clone(), |note| format!("{note}; {assumed}"));
    (bits(DEFAULT_WORD_BITS), Some(both))
}
