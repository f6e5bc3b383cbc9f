//! The binding file as it is written: a list of rules, each from a pattern to the chip's channels.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BindingFile {
    #[serde(default)]
    pub bind: Vec<RuleFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleFile {
    pub from: String,
    #[serde(default)]
    pub to: Option<Targets>,
    #[serde(default)]
    pub ignore: bool,
    #[serde(default)]
    pub extra: bool,
    #[serde(default)]
    pub scale: Option<Scale>,
    #[serde(default)]
    pub from_bits: Option<u64>,
    #[serde(default)]
    pub from_words: Option<u64>,
    #[serde(default)]
    pub note: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "a channel such as \"unified_buffer/read\", or a list of alternatives")]
pub(super) enum Targets {
    One(String),
    Many(Vec<Alternative>),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "a channel such as \"unified_buffer/read\", or { channel = ..., from_bits = ... }"
)]
pub(super) enum Alternative {
    Name(String),
    Own(OwnAlternative),
}

/// An alternative with a factor of its own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OwnAlternative {
    pub channel: String,
    #[serde(default)]
    pub scale: Option<Scale>,
    #[serde(default)]
    pub from_bits: Option<u64>,
    #[serde(default)]
    pub from_words: Option<u64>,
    #[serde(default)]
    pub note: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "a number such as 0.5 or a fraction such as \"1/256\"")]
pub(super) enum Scale {
    Number(f64),
    Fraction(String),
}

impl Scale {
    /// The factor, larger than 0.
    pub(super) fn factor(&self) -> Result<f64, String> {
        let factor = match self {
            Scale::Number(number) => *number,
            Scale::Fraction(text) => fraction(text)?,
        };
        if factor.is_finite() && factor > 0.0 {
            return Ok(factor);
        }
        Err(format!(
            "the scale {factor} must be larger than 0 and finite; to leave a channel out: ignore = true"
        ))
    }
}

fn fraction(text: &str) -> Result<f64, String> {
    let number = |part: &str| {
        part.trim().parse::<f64>().map_err(|_| format!("the scale {text:?} is no number and no fraction"))
    };
    match text.split_once('/') {
        None => number(text),
        Some((_, below)) if number(below)? == 0.0 => Err(format!("the scale {text:?} divides by zero")),
        Some((above, below)) => Ok(number(above)? / number(below)?),
    }
}

impl RuleFile {
    /// The alternatives, each with its own factor or else the rule's.
    pub(super) fn alternatives(&self) -> Vec<OwnAlternative> {
        let named =
            |channel: &String| OwnAlternative { channel: channel.clone(), ..OwnAlternative::default() };
        let listed = match &self.to {
            None => Vec::new(),
            Some(Targets::One(channel)) => vec![named(channel)],
            Some(Targets::Many(list)) => list
                .iter()
                .map(|alternative| match alternative {
                    Alternative::Name(channel) => named(channel),
                    Alternative::Own(own) => own.clone(),
                })
                .collect(),
        };
        listed.into_iter().map(|alternative| self.with_own_factor(alternative)).collect()
    }

    fn with_own_factor(&self, mut alternative: OwnAlternative) -> OwnAlternative {
        let has_factor = alternative.scale.is_some()
            || alternative.from_bits.is_some()
            || alternative.from_words.is_some();
        if !has_factor {
            alternative.scale.clone_from(&self.scale);
            alternative.from_bits = self.from_bits;
            alternative.from_words = self.from_words;
        }
        alternative.note = alternative.note.or_else(|| self.note.clone());
        alternative
    }
}
