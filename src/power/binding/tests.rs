//! Names of traces that find their way to a chip's channels, and those that do not.
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
    let binding = Binding::new(
        &crate::chip::load("fixtures/chips/tpu-v1-published.toml").unwrap(),
        None,
        Some("scale-sim"),
    )
    .unwrap();
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
fn scale_sim_binds_memory_in_the_package_to_its_interface() {
    let binding = Binding::new(&crate::chip::load("tpu-v2").unwrap(), None, Some("scale-sim")).unwrap();
    // 64 bytes of 16-bit words.
    assert_eq!(bound(&binding, "ifmap_dram/read"), [own("hbm/read", 1.0 / 32.0)]);
    assert_eq!(bound(&binding, "ofmap_dram/write").len(), 1);
}

#[test]
fn scale_sim_binds_to_eyeriss_by_words_of_16_bits_and_charges_the_scratchpads() {
    let binding = Binding::new(
        &crate::chip::load("fixtures/chips/eyeriss-published.toml").unwrap(),
        None,
        Some("scale-sim"),
    )
    .unwrap();
    assert_eq!(bound(&binding, "ifmap_sram/read"), [own("global_buffer/read", 0.25)]);
    assert_eq!(bound(&binding, "ofmap_dram/write"), [own("dram/write", 1.0)]);
    let mac: Vec<String> = bound(&binding, "tensor_unit/mac").into_iter().map(|(name, _)| name).collect();
    let pads = ["filter_spad/read", "ifmap_spad/read", "psum_spad/read", "psum_spad/write"];
    assert_eq!(mac[0], "tensor_unit/mac");
    assert_eq!(mac[1..], pads);
}

#[test]
fn the_chips_own_name_comes_before_the_built_in_rules_and_the_users_rules_before_both() {
    let pat = crate::chip::load("fixtures/chips/tpu-v1-published.toml").unwrap();
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
    let pat = crate::chip::load("fixtures/chips/tpu-v1-published.toml").unwrap();
    let file = "[[bind]]\nfrom = \"*/*\"\nto = \"pcie/transfer\"\nextra = true\nscale = 0.5";
    let binding = Binding::new(&pat, Some(("f", file)), None).unwrap();
    assert_eq!(bound(&binding, "tensor_unit/mac"), [own("tensor_unit/mac", 1.0), own("pcie/transfer", 0.5)]);
    assert!(matches!(resolve(&binding, "warp_core/spin"), Resolution::Unbound(_)));
}

/// A chip that does not tell data from random data.
fn of_random_data(chip: &str) -> Pat {
    let mut pat = crate::chip::load(chip).unwrap();
    for component in &mut pat.components {
        component.actions.retain(|action| DataVariant::of(&action.name).is_none());
    }
    pat
}

/// A chip whose action `component/action` stands beside a copy with another name and energy.
fn with_action(chip: &str, component: &str, action: &str, new: &str) -> Pat {
    let mut pat = of_random_data(chip);
    let component = pat.components.iter_mut().find(|found| found.name == component).unwrap();
    let mut copy = component.actions.iter().find(|found| found.name == action).unwrap().clone();
    copy.name = new.to_owned();
    component.actions.push(copy);
    pat
}

#[test]
fn data_that_the_chip_does_not_tell_from_random_are_priced_as_random_and_said_so_once() {
    let binding = Binding::new(
        &crate::chip::load("fixtures/chips/tpu-v1-published.toml").unwrap(),
        None,
        Some("scale-sim"),
    )
    .unwrap();
    for variant in ["zero", "gated", "still"] {
        let mac = format!("tensor_unit/mac_{variant}");
        assert_eq!(bound(&binding, &mac), [own("tensor_unit/mac", 1.0)]);
    }
    assert_eq!(bound(&binding, "ifmap_sram/read_still"), [own("unified_buffer/read", 1.0 / 256.0)]);
    let names =
        ["ifmap_sram/read_still", "tensor_unit/mac", "tensor_unit/mac_zero", "unified_buffer/read_still"]
            .map(|name| split(name).unwrap());
    assert_eq!(
        binding.assumptions(names.iter()),
        [
            "the chip tpu-v1 has no unified_buffer/read_still, tensor_unit/mac_zero: these are priced as on random data"
        ]
    );
    let unbound = |name| match resolve(&binding, name) {
        Resolution::Unbound(why) => format!("{why}; {}", why.cure()),
        other => panic!("{other:?}"),
    };
    assert!(
        unbound("tensor_unit/macs_zero").contains("\"macs_zero\"")
            && unbound("tensor_unit/macs_zero").contains("did you mean \"mac\"?")
    );
    assert!(unbound("warp_core/spin_zero").contains("unknown component \"warp_core\""));
}

#[test]
fn data_that_the_chip_tells_from_random_have_their_own_energy_whatever_their_names() {
    let pat = with_action("tpu-v1", "unified_buffer", "read", "read_still");
    let file = "[[bind]]\nfrom = \"PE[0..9]/load\"\nto = \"unified_buffer/read\"\nscale = 2";
    let binding = Binding::new(&pat, Some(("f", file)), Some("scale-sim")).unwrap();
    let names = ["unified_buffer/read_still", "ifmap_sram/read_still", "PE[3]/load_still"];
    for (name, factor) in names.into_iter().zip([1.0, 1.0 / 256.0, 2.0]) {
        assert_eq!(bound(&binding, name), [own("unified_buffer/read_still", factor)], "{name}");
    }
    let names = names.map(|name| split(name).unwrap());
    assert!(binding.assumptions(names.iter()).is_empty());
    assert!(binding.unused_rules(names.iter()).is_empty());
}

#[test]
fn a_rule_that_names_the_variant_comes_before_those_of_its_action() {
    let pat = with_action("tpu-v1", "tensor_unit", "mac", "mac_zero");
    let rule = |from: &str, to: &str| format!("[[bind]]\nfrom = \"{from}\"\nto = \"{to}\"\n");
    let file = rule("*/mac_zero", "control/skip").replace("to = \"control/skip\"", "ignore = true")
        + &rule("a/*", "tensor_unit/mac");
    let binding = Binding::new(&pat, Some(("f", &file)), None).unwrap();
    assert_eq!(resolve(&binding, "a/mac_zero"), Resolution::Ignored);
    assert_eq!(resolve(&binding, "tensor_unit/mac_zero"), Resolution::Ignored);
    // A pattern that takes both speaks of the action, whose variant is the chip's variant.
    assert_eq!(bound(&binding, "a/x_zero"), [own("tensor_unit/mac_zero", 1.0)]);
    assert_eq!(bound(&binding, "a/x_gated"), [own("tensor_unit/mac", 1.0)]);
}

#[test]
fn zeros_among_operands_of_a_trained_network_are_zeros() {
    let pat = crate::chip::load("tpu-v1").unwrap();
    let rule = "[[bind]]\nfrom = \"*/mac\"\nto = \"tensor_unit/mac_trained\"\n";
    let binding = Binding::new(&pat, Some(("f", rule)), None).unwrap();
    assert_eq!(bound(&binding, "tensor_unit/mac"), [own("tensor_unit/mac_trained", 1.0)]);
    for variant in ["tensor_unit/mac_zero", "tensor_unit/mac_gated"] {
        assert_eq!(bound(&binding, variant), [own(variant, 1.0)]);
    }
}

#[test]
fn a_gated_multiply_accumulate_reads_its_input_alone_and_a_zero_one_all_that_any_does() {
    let pat = with_action("eyeriss", "tensor_unit", "mac", "mac_gated");
    let binding = Binding::new(&pat, None, Some("scale-sim")).unwrap();
    assert_eq!(
        bound(&binding, "tensor_unit/mac_gated"),
        [own("tensor_unit/mac_gated", 1.0), own("ifmap_spad/read", 1.0)]
    );
    assert_eq!(bound(&binding, "tensor_unit/mac_zero"), bound(&binding, "tensor_unit/mac"));
    assert_eq!(bound(&binding, "tensor_unit/mac").len(), 5);
}

#[test]
fn an_unbound_name_is_explained_with_the_nearest_and_a_cure() {
    let binding =
        Binding::new(&crate::chip::load("fixtures/chips/tpu-v1-published.toml").unwrap(), None, None)
            .unwrap();
    let unbound = |channel| match resolve(&binding, channel) {
        Resolution::Unbound(why) => (why.to_string(), why.expected(), why.cure()),
        other => panic!("{other:?}"),
    };
    let (found, expected, cure) = unbound("warp_core/spin");
    assert_eq!(found, "unknown component \"warp_core\"");
    assert!(expected.contains("tensor_unit, unified_buffer") && cure.contains("--bind"), "{expected} {cure}");
    assert!(unbound("tensor_unt/mac").2.contains("did you mean \"tensor_unit\"?"));
    let (found, expected, _) = unbound("tensor_unit/fly");
    assert_eq!(found, "unknown action \"fly\" of component \"tensor_unit\"");
    assert_eq!(expected, "one of its actions: mac");
}

#[test]
fn a_rule_that_cannot_be_is_explained_with_its_number() {
    let pat = crate::chip::load("fixtures/chips/tpu-v1-published.toml").unwrap();
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
    assert!(Binding::new(&pat, None, Some("timeloop")).unwrap_err().to_string().contains("known: scale-sim"));
}

#[test]
fn the_examples_in_the_documentation_bind() {
    let page = include_str!("../../../docs/binding.md");
    let examples: Vec<&str> =
        page.split("```toml").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let pat = crate::chip::load("fixtures/chips/tpu-v1-published.toml").unwrap();
    let binding = Binding::new(&pat, Some(("docs", &examples.concat())), Some("scale-sim")).unwrap();
    assert_eq!(bound(&binding, "PE[167]/mac"), [own("tensor_unit/mac", 1.0)]);
    assert_eq!(bound(&binding, "ifmap_sram/read"), [own("unified_buffer/read", 1.0 / 16.0)]);
    assert_eq!(bound(&binding, "ifmap_dram/read").len(), 3);
    assert_eq!(resolve(&binding, "debug-port/x"), Resolution::Ignored);
}
