//! Chips drawn by lot: every kind of component, each with keys from a table of values that are legal together.
//!
//! What makes the words of a memory wider is not drawn as something that grows (`block`, `bits` in SRAM, `bundle_bits`,
//! `bandwidth` of a link): other macros hold them, which may take a little less. Nor are numbers of banks, to which
//! `issue_width` belongs and streams that wait for each other: what divides better may take less.

use std::collections::BTreeMap;
use std::fmt::Write;

use nm_trace::chip::spec::{ChipSpec, SpecFile};
use proptest::prelude::*;

/// Values of a key.
#[derive(Clone, Copy, Debug)]
enum Values {
    /// One of these, as TOML.
    OneOf(&'static [&'static str]),
    /// More of it is more hardware: whole numbers in a range with what follows them, in quotes if anything does.
    From(u64, u64, &'static str),
    /// The same where only some numbers will do.
    Rising(&'static [&'static str]),
}
use Values::{From, OneOf, Rising};

/// A kind with its scope and keys.
type Kind = (&'static str, &'static str, &'static [(&'static str, Values)]);

const KINDS: &[Kind] = &[
    (
        "tensor_unit",
        "core",
        &[
            ("rows", From(1, 48, "")),
            ("columns", From(1, 48, "")),
            ("operand", OneOf(&["\"int8\"", "\"int16\"", "\"bf16\"", "\"int5\""])),
            ("interconnect", OneOf(&["\"systolic\"", "\"multicast\""])),
            ("weight_buffers", From(1, 4, "")),
            ("input_fifo_depth", From(0, 40, "")),
            ("output_fifo_depth", From(0, 40, "")),
        ],
    ),
    (
        "tensor_unit",
        "core",
        &[
            ("rows", From(1, 20, "")),
            ("columns", From(1, 20, "")),
            ("interconnect", OneOf(&["\"multicast\""])),
            ("cell_fifo_depth", From(1, 8, "")),
            (
                "local_buffers",
                Rising(&[
                    "[]",
                    "[{ name = \"spad\", words = 24 }]",
                    "[{ name = \"spad\", words = 57 }]",
                    "[{ name = \"spad\", words = 57, read_ports = 2 }]",
                ]),
            ),
        ],
    ),
    (
        "reduction_tree",
        "core",
        &[
            ("inputs", From(2, 80, "")),
            ("trees", From(1, 9, "")),
            ("operand", OneOf(&["\"int8\"", "\"bf16\""])),
            ("registers", OneOf(&["\"auto\"", "\"every_layer\""])),
            ("accumulator_words", From(1, 40, "")),
            ("weight_buffers", From(1, 4, "")),
        ],
    ),
    (
        "vector_unit",
        "core",
        &[
            ("lanes", From(1, 130, "")),
            ("alus", From(1, 4, "")),
            ("format", OneOf(&["\"int32\"", "\"fp32\"", "\"int16\"", "\"bf16\""])),
            ("multiply", Rising(&["false", "true"])),
            ("special_functions", Rising(&["false", "true"])),
        ],
    ),
    (
        "vector_regfile",
        "core",
        &[
            ("words", From(2, 200, "")),
            ("lanes", From(1, 100, "")),
            ("bits", From(4, 80, "")),
            ("read_ports", From(1, 6, "")),
            ("write_ports", From(1, 3, "")),
            ("cell", OneOf(&["\"flip_flop\""])),
        ],
    ),
    (
        "vector_regfile",
        "core",
        &[
            ("words", From(2, 400, "")),
            ("lanes", From(1, 100, "")),
            ("bits", OneOf(&["16", "32", "50"])),
            ("read_ports", From(1, 6, "")),
            ("write_ports", From(1, 3, "")),
            ("cell", OneOf(&["\"sram\""])),
        ],
    ),
    (
        "scalar_unit",
        "core",
        &[
            ("instruction_memory", From(1, 80, " KiB")),
            ("data_memory", From(1, 80, " KiB")),
            ("registers", From(2, 128, "")),
            ("issue_width", OneOf(&["1", "2", "3", "4"])),
            ("bits", OneOf(&["8", "9", "16", "32", "64"])),
        ],
    ),
    (
        "instruction_fetch",
        "core",
        &[("bundle_bits", OneOf(&["32", "100", "322"])), ("capacity", From(40, 200, " KiB"))],
    ),
    ("load_store_unit", "core", &[("width", From(8, 1200, "")), ("entries", From(1, 40, ""))]),
    (
        "memory",
        "core",
        &[
            // Each bank has at least the 32 words of a memory macro.
            ("capacity", From(240, 3000, " KiB")),
            ("block", OneOf(&["\"8 B\"", "\"13 B\"", "\"32 B\"", "\"96 B\"", "\"256 B\""])),
            ("banks", OneOf(&["1", "2", "3", "5", "8", "27"])),
            ("read_ports", From(1, 4, "")),
            ("write_ports", From(1, 3, "")),
        ],
    ),
    (
        "memory",
        "core",
        &[
            ("capacity", From(16, 3000, " KiB")),
            ("block", OneOf(&["\"16 B\"", "\"64 B\""])),
            ("slices", OneOf(&["1", "4", "16"])),
            ("read_streams", From(0, 4, "")),
            ("write_streams", From(1, 3, "")),
        ],
    ),
    (
        "memory",
        "chip",
        &[
            ("capacity", From(64, 3000, " KiB")),
            ("block", OneOf(&["\"8 B\"", "\"32 B\""])),
            ("read_streams", OneOf(&["0", "0.4", "1", "2"])),
            ("write_streams", OneOf(&["0.4", "1", "3"])),
            ("conflicts", OneOf(&["\"never\"", "\"arbitrated\""])),
        ],
    ),
    (
        "memory",
        "core",
        &[
            ("capacity", From(16, 1000, " KiB")),
            ("block", OneOf(&["\"32 B\"", "\"64 B\""])),
            ("style", OneOf(&["\"cache\""])),
            ("banks", OneOf(&["1", "2"])),
            ("shared_ports", From(1, 3, "")),
        ],
    ),
    (
        "memory",
        "core",
        &[
            ("capacity", From(64, 3000, " KiB")),
            ("block", OneOf(&["\"32 B\""])),
            ("cell", OneOf(&["\"edram\""])),
            ("banks", OneOf(&["1", "4"])),
            ("shared_ports", OneOf(&["1"])),
        ],
    ),
    (
        "data_bus",
        "core",
        &[("width", From(8, 3000, "")), ("links", From(1, 8, "")), ("length", From(100, 9000, " um"))],
    ),
    (
        "noc",
        "chip",
        &[
            ("columns", From(1, 5, "")),
            ("rows", From(1, 5, "")),
            ("flit_bits", From(16, 600, "")),
            ("topology", OneOf(&["\"mesh\"", "\"ring\"", "\"bus\"", "\"h_tree\""])),
            ("virtual_channels", From(1, 5, "")),
            ("buffer_depth", From(1, 12, "")),
            ("link_length", From(200, 5000, " um")),
        ],
    ),
    (
        "memory_interface",
        "chip",
        &[
            ("interface", OneOf(&["\"ddr3\"", "\"ddr4\"", "\"lpddr4\"", "\"gddr5\"", "\"hbm2\""])),
            ("channels", From(1, 6, "")),
            ("dram", OneOf(&["\"dram\""])),
        ],
    ),
    (
        "memory_interface",
        "chip",
        &[
            ("interface", OneOf(&["\"ddr3\"", "\"ddr4\""])),
            ("data_bits", Rising(&["16", "24", "32", "64", "72"])),
            ("dram", OneOf(&["\"\""])),
        ],
    ),
    ("dma", "chip", &[("bandwidth", From(1, 400, " GB/s")), ("channels", From(1, 40, ""))]),
    (
        "pcie",
        "chip",
        &[
            ("generation", OneOf(&["\"gen1\"", "\"gen2\"", "\"gen3\""])),
            ("lanes", Rising(&["1", "2", "4", "8", "16", "32"])),
        ],
    ),
    (
        "chip_link",
        "chip",
        &[
            ("links", From(1, 8, "")),
            ("bandwidth", OneOf(&["\"5 Gb/s\"", "\"60 Gb/s\"", "\"500 Gb/s\""])),
            ("lane_rate", OneOf(&["\"6 Gb/s\"", "\"10 Gb/s\""])),
            ("switch", Rising(&["false", "true"])),
        ],
    ),
    (
        "host_interface",
        "chip",
        &[("bandwidth", From(1, 60, " GB/s")), ("buffer", From(2, 300, " KiB")), ("queues", From(1, 40, ""))],
    ),
    ("control", "chip", &[("gates", From(1, 900_000, "")), ("state_bits", From(1, 90_000, ""))]),
    (
        "table",
        "chip",
        &[
            ("area", OneOf(&["{ value = 0.7, unit = \"mm2\", source = \"a test\" }"])),
            ("leakage", OneOf(&["{ value = 3.1, unit = \"mW\", source = \"a test\" }"])),
            ("clock_running", OneOf(&["{ value = 2.9, unit = \"mW\", source = \"a test\" }"])),
            (
                "actions",
                OneOf(&["{ go = { energy = { value = 1.7, unit = \"pJ\", source = \"a test\" } } }"]),
            ),
        ],
    ),
];

/// A component that was drawn: its kind, and the lots of its keys.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// Its name.
    pub name: String,
    kind: usize,
    lots: Vec<u64>,
    /// Keys over those that were drawn.
    over: BTreeMap<&'static str, &'static str>,
}

/// A chip that was drawn.
#[derive(Clone, Debug)]
pub struct Sketch {
    node: &'static str,
    megahertz: u32,
    cores: u32,
    /// Its components.
    pub components: Vec<Drawn>,
}

impl Values {
    fn count(self) -> u64 {
        match self {
            OneOf(values) | Rising(values) => values.len() as u64,
            From(least, most, _) => most - least + 1,
        }
    }

    fn at(self, lot: u64) -> String {
        let index = lot % self.count();
        match self {
            OneOf(values) | Rising(values) => values[index as usize].to_owned(),
            From(least, _, "") => (least + index).to_string(),
            From(least, _, unit) => format!("\"{}{unit}\"", least + index),
        }
    }
}

impl Drawn {
    fn keys(&self) -> impl Iterator<Item = (&'static str, Values, u64)> {
        KINDS[self.kind].2.iter().zip(&self.lots).map(|((key, values), lot)| (*key, *values, *lot))
    }
}

impl Sketch {
    /// The chip file.
    pub fn text(&self) -> String {
        let mut text = format!(
            "name = \"drawn\"\ncores = {}\n[technology]\nnode = \"{}\"\n[target]\nclock = \"{} MHz\"\n",
            self.cores, self.node, self.megahertz
        );
        for drawn in &self.components {
            let (kind, scope, _) = KINDS[drawn.kind];
            writeln!(text, "[{scope}.{}]\nkind = \"{kind}\"", drawn.name).unwrap();
            for (key, values, lot) in drawn.keys() {
                writeln!(text, "{key} = {}", values.at(lot)).unwrap();
            }
            for (key, value) in &drawn.over {
                writeln!(text, "{key} = {value}").unwrap();
            }
        }
        text
    }

    /// The chip file, read.
    pub fn spec(&self) -> ChipSpec {
        let text = self.text();
        let table = text.parse().unwrap_or_else(|error| panic!("{text}\n{error}"));
        SpecFile::new(table).read().unwrap_or_else(|error| panic!("{text}\n{error:?}"))
    }

    /// The same with one more key of a component.
    pub fn with(&self, at: usize, key: &'static str, value: &'static str) -> Sketch {
        let mut other = self.clone();
        other.components[at].over.insert(key, value);
        other
    }

    /// The same with more of one thing of a component, if there is anything of which it can have more: which, and by how
    /// much, is drawn.
    pub fn grown(&self, at: usize, lot: u64) -> Option<(&'static str, Sketch)> {
        let can_grow = |(_, (_, values, lot)): &(usize, (&str, Values, u64))| {
            !matches!(values, OneOf(_)) && lot % values.count() + 1 < values.count()
        };
        let growing: Vec<_> = self.components[at].keys().enumerate().filter(can_grow).collect();
        let count = growing.len() as u64;
        let (key, (name, values, now)) = growing.get((lot % count.max(1)) as usize)?;
        let (now, free) = (now % values.count(), values.count() - now % values.count() - 1);
        // A little more, twice as many, or anything.
        let by = [1, now + 1, 1 + (lot / 7) % free][(lot / count % 3) as usize].min(free);
        let mut other = self.clone();
        other.components[at].lots[*key] = now + by;
        Some((*name, other))
    }
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let lots = |kind: usize| proptest::collection::vec(0_u64..1 << 40, KINDS[kind].2.len());
    (0..KINDS.len()).prop_flat_map(move |kind| {
        lots(kind).prop_map(move |lots| Drawn { name: String::new(), kind, lots, over: BTreeMap::new() })
    })
}

/// A chip of a few components.
pub fn sketch() -> impl Strategy<Value = Sketch> {
    let nodes = prop::sample::select(&["65 nm", "40 nm", "28 nm", "16 nm", "7 nm"][..]);
    let components = proptest::collection::vec(drawn(), 1..5);
    (nodes, 50_u32..500, 1_u32..5, components).prop_map(|(node, megahertz, cores, mut components)| {
        for (at, drawn) in components.iter_mut().enumerate() {
            drawn.name = format!("c{at}");
        }
        Sketch { node, megahertz, cores, components }
    })
}
