//! Banks, slices and the wires between them, and the search for ports and banks.

use super::Memory;
use super::conflicts::{Arrangement, Conflicts};
use super::demand::Demand;
use crate::chip::circuit::array::Ports;
use crate::chip::circuit::{DataEnergy, Netlist, parameter_file};
use crate::chip::component::storage::{Distribution, FEWEST_WORDS, Pieces, Storage, address_bits};
use crate::chip::component::{Choice, ComponentError, Context, Cost, Part};
use crate::units::Seconds;

parameter_file! {
    /// The values of `control.toml`; ranges and sources stand there.
    MemoryControl from "control.toml" {
        gates_per_port: "Gates of a bank's port.",
        gates_per_bit: "Gates that bring a bit to or from a bank's port.",
        gates_per_pair: "Gates that decide between two of those who wait for a bank.",
        served: "Part of the accesses that banks must serve at once where streams wait for each other.",
    }
}

/// A memory, put together.
#[derive(Clone, Debug)]
pub struct Assembly {
    pub parts: Vec<Part>,
    pub read: Vec<(&'static str, DataEnergy)>,
    pub write: Vec<(&'static str, DataEnergy)>,
    pub cycle: Seconds,
    pub cycles: u32,
    /// Accesses that are served in a cycle.
    pub served: f64,
    pub choices: Vec<Choice>,
    arrangement: Arrangement,
    banks: u32,
}

impl Assembly {
    /// The one of the fewest ports that meets clock and latency.
    pub fn search(memory: &Memory, demand: &Demand, context: &Context) -> Result<Assembly, ComponentError> {
        let dedicated = memory.functions.as_ref().map(|functions| functions.values().sum::<u32>());
        let given = dedicated.or(memory.banks);
        let most = demand.most_banks(memory)?;
        if let Some(banks) = given.filter(|banks| *banks > most) {
            let key = if dedicated.is_some() { "functions" } else { "banks" };
            return Err(demand.too_many(banks, most, key));
        }
        let part = MemoryControl::built_in()?.served;
        let (mut tried, mut least) = (Vec::new(), u32::MAX);
        for arrangement in &demand.arrangements {
            let fewest = arrangement.fewest_banks(&demand.streams, part);
            least = least.min(fewest);
            let mut banks = given.unwrap_or(fewest);
            if banks < fewest || banks > most {
                continue;
            }
            let mut found = Assembly::of(memory, demand, *arrangement, banks, context)?;
            // Ports serve the streams, so that more banks are needed only for the clock or the latency.
            while given.is_none() && 2 * banks <= most && !found.meets(memory, context) {
                banks *= 2;
                tried.push(found);
                found = Assembly::of(memory, demand, *arrangement, banks, context)?;
            }
            tried.push(found);
        }
        sort(&mut tried, memory, context);
        let mut tried = tried.into_iter();
        let Some(mut best) = tried.next() else {
            let reason = format!("they serve too few of {}", demand.streams.told());
            let cure = format!(
                "the fewest are {least}, each of {FEWEST_WORDS} blocks or more; or give it more ports or capacity"
            );
            return Err(ComponentError::value("banks", given.unwrap_or(most), reason, cure));
        };
        best.explain(memory, demand, tried.next().as_ref(), context);
        Ok(best)
    }

    fn of(
        memory: &Memory,
        demand: &Demand,
        arrangement: Arrangement,
        banks: u32,
        context: &Context,
    ) -> Result<Assembly, ComponentError> {
        let bits = demand.block_bits.div_ceil(memory.slices);
        let words = demand.words.div_ceil(u64::from(banks));
        let bank = Storage::new(words, bits, arrangement.ports, memory.cell, context)?;
        let slice = Slice::of(&bank, banks, bits, demand, arrangement, context)?;
        let slices = f64::from(memory.slices);
        let all = |parts: &[(&'static str, DataEnergy)]| {
            parts.iter().map(|(name, energy)| (*name, *energy * slices)).collect::<Vec<_>>()
        };
        let (mut read, mut write) = (all(&bank.read), all(&bank.write));
        for energies in [&mut read, &mut write] {
            energies.push(("bank control", slice.control * slices));
            if banks > 1 {
                energies.push(("wires between banks", slice.wires * slices));
            }
        }
        let mut parts = slice.parts;
        if memory.slices > 1 {
            parts = vec![Part::group("slice", parts).times(u64::from(memory.slices))];
        }
        Ok(Assembly {
            parts,
            read,
            write,
            cycle: bank.cycle,
            cycles: bank.cycles + slice.cycles,
            served: match &memory.functions {
                Some(_) => f64::from(banks),
                None => arrangement.served(&demand.streams, banks),
            },
            choices: bank.choices,
            arrangement,
            banks,
        })
    }

    fn area(&self) -> f64 {
        self.parts.iter().map(|part| part.total().area().0).sum()
    }

    fn energy(&self, of: fn(&Assembly) -> &Vec<(&'static str, DataEnergy)>) -> f64 {
        of(self).iter().map(|(_, energy)| energy.total().0).sum()
    }

    fn meets(&self, memory: &Memory, context: &Context) -> bool {
        let time = context.clock.time_of(f64::from(self.cycles));
        self.cycle <= context.clock.time_of(1.0)
            && memory.latency_cycles.is_none_or(|most| self.cycles <= most)
            && memory.latency.is_none_or(|most| time.0 <= most.0.0 * (1.0 + 1e-9))
    }

    fn explain(&mut self, memory: &Memory, demand: &Demand, runner_up: Option<&Assembly>, context: &Context) {
        let rest = match runner_up {
            Some(other) => format!(
                "; the runner-up, {}, has {:.2} times the area and {:.2} times the energy of a read and a write{}",
                other.told(),
                other.area() / self.area(),
                (other.energy(|of| &of.read) + other.energy(|of| &of.write))
                    / (self.energy(|of| &of.read) + self.energy(|of| &of.write)),
                if other.meets(memory, context) { "" } else { " and misses the clock or the latency" },
            ),
            None => String::new(),
        };
        let streams = demand.streams.told();
        let arbitrated = self.arrangement.conflicts == Conflicts::Arbitrated;
        let reason = if memory.functions.is_some() {
            "each bank serves one stream at a time".to_owned()
        } else if arbitrated {
            let served = (self.served * 100.0).round() / 100.0;
            format!("{streams} wait for each other in a bank, and {served} go through; fewest ports{rest}")
        } else if demand.arrangements.len() > 1 {
            format!("{streams} may all meet in one bank and need their ports there; fewest ports{rest}")
        } else {
            format!(
                "{streams} may all meet in one bank and need their ports there; as many shared ports would each need the circuits of both"
            )
        };
        if memory.given_ports().is_none() {
            self.choices.push(Choice::new("ports", told(self.arrangement.ports), reason));
        }
        if memory.banks.is_none() && memory.functions.is_none() {
            let why = if arbitrated { "keep most of the streams apart" } else { "meet clock and latency" };
            let reason = format!("the fewest that {why}, as ports serve {streams}");
            self.choices.push(Choice::new("banks", self.banks, reason));
        }
        let uneven = u64::from(self.banks) * demand.words.div_ceil(u64::from(self.banks));
        if uneven > demand.words {
            let reason = format!("{} blocks do not divide into {} equal banks", demand.words, self.banks);
            self.choices.push(Choice::new("capacity", format!("{uneven} blocks"), reason));
        }
    }

    fn told(&self) -> String {
        format!("{} in {} banks", told(self.arrangement.ports), self.banks)
    }
}

fn told(ports: Ports) -> String {
    let named = [(ports.read, "read"), (ports.write, "write"), (ports.read_write, "shared")];
    let named = named.into_iter().filter(|(count, _)| *count > 0);
    named.map(|(count, name)| format!("{count} {name}")).collect::<Vec<_>>().join(" + ")
}

/// The best first: what meets clock and latency, of that what has the fewest ports at a bit, which cells pay for. Which is
/// smaller would change with the capacity, and leakage would then fall as that grows. What misses them, by how nearly.
fn sort(tried: &mut [Assembly], memory: &Memory, context: &Context) {
    let misses = |assembly: &Assembly| !assembly.meets(memory, context);
    let nearly = |a: &Assembly, b: &Assembly| a.cycles.cmp(&b.cycles).then(a.cycle.0.total_cmp(&b.cycle.0));
    tried.sort_by(|a, b| match (misses(a), misses(b)) {
        (true, true) => nearly(a, b),
        (false, false) => {
            let ports = |assembly: &Assembly| assembly.arrangement.ports.total();
            ports(a).cmp(&ports(b)).then(a.banks.cmp(&b.banks))
        }
        (a_misses, b_misses) => a_misses.cmp(&b_misses),
    });
}

/// The banks of a slice with what joins them.
struct Slice {
    parts: Vec<Part>,
    wires: DataEnergy,
    control: DataEnergy,
    cycles: u32,
}

impl Slice {
    fn of(
        bank: &Storage,
        banks: u32,
        bits: u32,
        demand: &Demand,
        arrangement: Arrangement,
        context: &Context,
    ) -> Result<Slice, ComponentError> {
        let control = MemoryControl::built_in()?;
        let Arrangement { ports, conflicts } = arrangement;
        let outer = if ports.read_write == 0 && conflicts == Conflicts::Never {
            ports
        } else {
            demand.streams.outer()
        };
        // Those who come to a bank: as many as it has ports, or all streams.
        let (comers, pairs) = match conflicts {
            Conflicts::Never => (ports, 0.0),
            Conflicts::Arbitrated => (outer, f64::from(outer.total() * (outer.total() - 1) / 2)),
        };
        // Enough gates to choose a bank, for its enables and for what comes back.
        let wires_in_and_out = f64::from(comers.reading() + comers.writing()) * f64::from(bits);
        let gates = control.gates_per_port * f64::from(comers.total())
            + control.gates_per_pair * pairs
            + control.gates_per_bit * wires_in_and_out;
        let logic = Netlist::of_gates(gates).placed(context.cells)?;
        let mut bank_parts = bank.parts.clone();
        bank_parts.push(Part::leaf("bank control", Cost::of_logic(&logic)));
        let mut parts = vec![Part::group("bank", bank_parts).times(u64::from(banks))];
        // Half of the bits and a few gates of the port switch.
        let control = DataEnergy {
            standing: logic.transitions(control.gates_per_port / 10.0),
            data: logic.transitions(control.gates_per_bit * f64::from(bits) / 2.0),
        };
        let (mut wires, mut cycles) = (DataEnergy::default(), 0);
        if banks > 1 {
            let bits_of = (f64::from(bits), f64::from(address_bits(demand.words)));
            let extent = (bank.width, bank.height);
            let pieces = Pieces::stacked(extent, f64::from(banks), 1.0, bits_of, outer);
            let joined = Distribution::of(&pieces, context)?;
            parts.push(Part::group("wires between banks", joined.parts));
            (wires, cycles) = (joined.energy, joined.cycles);
        }
        Ok(Slice { parts, wires, control, cycles })
    }
}
