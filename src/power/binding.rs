//! From a trace's channel names to the chip's channels.
//!
//! A name is bound by the user's rules if one of them names it; else to the chip's channel of the same name;
//! else by the built-in rules that the trace asks for. Extra rules add to whatever else a name is bound to.

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::power::rules::split;

    fn resolve(binding: &Binding, channel: &str) -> Resolution {
        binding.resolve(&split(channel).unwrap())
    }

    /// What a channel is bound to, as text.
    fn bound(binding: &Binding, channel: &str) -> Vec<(String, f64)> {
        let Resolution::Bound(targets) = resolve(binding, channel) else { panic!("{channel} is not bound") };
        let name = |target: &Target| binding.chip_channels()[target.channel].to_string();
        targets.iter().map(|target| (name(target), target.factor)).collect()
    }

    fn own(channel: &str, factor: f64) -> (String, f64) {
        (channel.to_owned(), factor)
    }

    #[test]
    fn scale_sim_binds_to_tpu_v1_by_rows_of_its_memories() {
        let binding = Binding::new(&crate::chip::load("tpu-v1").unwrap(), None, Some("scale-sim")).unwrap();
        assert_eq!(bound(&binding, "tensor_unit/mac"), [own("tensor_unit/mac", 1.0)]);
        assert_eq!(bound(&binding, "ifmap_sram/read"), [own("unified_buffer/read", 1.0 / 256.0)]);
        assert_eq!(bound(&binding, "filter_sram/read"), [own("weight_fifo/read", 1.0 / 256.0)]);
        assert_eq!(bound(&binding, "ofmap_sram/write"), [own("accumulators/write", 1.0 / 256.0)]);
        assert_eq!(
            bound(&binding, "ifmap_dram/read"),
            [own("dram/read", 1.0 / 64.0), own("dram_port/read", 1.0 / 64.0)]
        );
        let names = [split("ofmap_sram/write").unwrap()];
        assert!(binding.assumptions(names.iter())[0].contains("32 bits"));
    }

    #[test]
    fn scale_sim_binds_to_eyeriss_by_words_of_16_bits_and_charges_the_scratchpads() {
        let binding = Binding::new(&crate::chip::load("eyeriss").unwrap(), None, Some("scale-sim")).unwrap();
        assert_eq!(bound(&binding, "ifmap_sram/read"), [own("global_buffer/read", 0.25)]);
        assert_eq!(bound(&binding, "ofmap_dram/write"), [own("dram/write", 1.0)]);
        let mac: Vec<String> = bound(&binding, "tensor_unit/mac").into_iter().map(|(name, _)| name).collect();
        let pads = ["filter_spad/read", "ifmap_spad/read", "psum_spad/read", "psum_spad/write"];
        assert_eq!(mac[0], "tensor_unit/mac");
        assert_eq!(mac[1..], pads);
    }

    #[test]
    fn the_chips_own_name_comes_before_the_built_in_rules_and_the_users_rules_before_both() {
        let pat = crate::chip::load("tpu-v1").unwrap();
        let toml = pat.to_toml().unwrap().replace("\"weight_fifo\"", "\"filter_sram\"");
        let pat = Pat::parse("mine", &toml).unwrap();
        let binding = Binding::new(&pat, None, Some("scale-sim")).unwrap();
        assert_eq!(bound(&binding, "filter_sram/read"), [own("filter_sram/read", 1.0)]);
        let file = "[[bind]]\nfrom = \"filter_sram/*\"\nto = \"unified_buffer/read\"\nscale = 2";
        let binding = Binding::new(&pat, Some(("f", file)), Some("scale-sim")).unwrap();
        assert_eq!(bound(&binding, "filter_sram/read"), [own("unified_buffer/read", 2.0)]);
        assert_eq!(bound(&binding, "ifmap_sram/read"), [own("unified_buffer/read", 1.0 / 256.0)]);
    }

    #[test]
    fn an_extra_rule_adds_to_what_a_channel_is_bound_to_and_binds_nothing_alone() {
        let pat = crate::chip::load("tpu-v1").unwrap();
        let file = "[[bind]]\nfrom = \"*/*\"\nto = \"pcie/transfer\"\nextra = true\nscale = 0.5";
        let binding = Binding::new(&pat, Some(("f", file)), None).unwrap();
        assert_eq!(
            bound(&binding, "tensor_unit/mac"),
            [own("tensor_unit/mac", 1.0), own("pcie/transfer", 0.5)]
        );
        assert!(matches!(resolve(&binding, "warp_core/spin"), Resolution::Unbound(_)));
    }

    #[test]
    fn an_unbound_name_is_explained_with_the_nearest_and_a_cure() {
        let binding = Binding::new(&crate::chip::load("tpu-v1").unwrap(), None, None).unwrap();
        let unbound = |channel| match resolve(&binding, channel) {
            Resolution::Unbound(why) => (why.to_string(), why.expected(), why.cure()),
            other => panic!("{other:?}"),
        };
        let (found, expected, cure) = unbound("warp_core/spin");
        assert_eq!(found, "unknown component \"warp_core\"");
        assert!(
            expected.contains("tensor_unit, unified_buffer") && cure.contains("--bind"),
            "{expected} {cure}"
        );
        assert!(unbound("tensor_unt/mac").2.contains("did you mean \"tensor_unit\"?"));
        let (found, expected, _) = unbound("tensor_unit/fly");
        assert_eq!(found, "unknown action \"fly\" of component \"tensor_unit\"");
        assert_eq!(expected, "one of its actions: mac");
    }

    #[test]
    fn a_rule_that_cannot_be_is_explained_with_its_number() {
        let pat = crate::chip::load("tpu-v1").unwrap();
        let complaint = |rule: &str| {
            let file = format!(
                "[[bind]]\nfrom = \"a/b\"\nto = \"control/x\"\nextra = true\n[[bind]]\nfrom = \"c/d\"\n{rule}"
            );
            Binding::new(&pat, Some(("mine.toml", &file)), None).unwrap_err().to_string()
        };
        for (rule, part) in [
            (
                "to = \"unified_bufer/read\"",
                "rule 2 (from = \"c/d\"): the chip tpu-v1 has no such channel: unknown component",
            ),
            ("to = \"tensor_unit/fly\"", "unknown action \"fly\" of component \"tensor_unit\""),
            ("to = \"tensor_unit/mac\"\nscale = \"1/0\"", "divides by zero"),
            ("to = \"tensor_unit/mac\"\nscale = -1", "must be larger than 0"),
            ("to = \"tensor_unit/mac\"\nfrom_bits = 8", "give that action `bits`"),
            ("to = \"tensor_unit/mac\"\nscale = 1\nfrom_bits = 8", "more than one of scale"),
            ("to = \"tensor_unit\"", "is no channel; write component/action"),
            ("ignore = true\nto = \"tensor_unit/mac\"", "has both"),
            ("", "has no `to`"),
            ("too = 1", "unknown field `too`"),
            ("to = 5", "a channel such as"),
        ] {
            assert!(complaint(rule).contains(part), "no {part:?} in {}", complaint(rule));
        }
        assert!(
            Binding::new(&pat, None, Some("timeloop")).unwrap_err().to_string().contains("known: scale-sim")
        );
    }

    #[test]
    fn the_examples_in_the_documentation_bind() {
        let page = include_str!("../../docs/binding.md");
        let examples: Vec<&str> =
            page.split("```toml").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        let pat = crate::chip::load("tpu-v1").unwrap();
        let binding = Binding::new(&pat, Some(("docs", &examples.concat())), Some("scale-sim")).unwrap();
        assert_eq!(bound(&binding, "PE[167]/mac"), [own("tensor_unit/mac", 1.0)]);
        assert_eq!(bound(&binding, "ifmap_sram/read"), [own("unified_buffer/read", 1.0 / 16.0)]);
        assert_eq!(bound(&binding, "ifmap_dram/read").len(), 3);
        assert_eq!(resolve(&binding, "debug-port/x"), Resolution::Ignored);
    }
}
