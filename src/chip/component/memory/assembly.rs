//! Banks, slices and the wires between them, and the search for ports and banks.

use super::Memory;
use super::demand::Demand;
use crate::chip::circuit::array::Ports;
use crate::chip::circuit::{DataEnergy, Netlist, parameter_file};
use crate::chip::component::storage::{Distribution, Pieces, Storage, address_bits};
use crate::chip::component::{Choice, ComponentError, Context, Cost, Part};
use crate::units::Seconds;

parameter_file! {
    /// The values of `control.toml`; ranges and sources stand there.
    MemoryControl from "control.toml" {
        gates_per_port: "Gates of a bank's port.",
        gates_per_bit: "Gates that bring a bit to or from a bank's port.",
    }
}

/// Most banks that are tried where their number is open.
const MOST_BANKS: u32 = 64;

/// Most banks that may be asked for.
const MOST_BANKS_ASKED: u32 = 1024;

/// A memory, put together.
#[derive(Clone, Debug)]
pub struct Assembly {
    pub parts: Vec<Part>,
    pub read: Vec<(&'static str, DataEnergy)>,
    pub write: Vec<(&'static str, DataEnergy)>,
    pub cycle: Seconds,
    pub cycles: u32,
    /// Ports of a bank.
    pub ports: Ports,
    /// Banks that are sure to work at once.
    pub independent: f64,
    pub choices: Vec<Choice>,
    banks: u32,
    merit: f64,
}

impl Assembly {
    /// The one of least area times energy that meets clock and latency.
    pub fn search(memory: &Memory, demand: &Demand, context: &Context) -> Result<Assembly, ComponentError> {
        let dedicated = memory.functions.as_ref().map(|functions| functions.values().sum::<u32>());
        let given = dedicated.or(memory.banks);
        let most = demand.words.min(u64::from(MOST_BANKS_ASKED)) as u32;
        if let Some(banks) = given.filter(|banks| *banks > most) {
            let key = if dedicated.is_some() { "functions" } else { "banks" };
            let reason = format!("{} blocks cannot be divided into so many banks", demand.words);
            return Err(ComponentError::value(key, banks, reason, format!("the most is {most}")));
        }
        let first = given.unwrap_or(1);
        let mut tried = Vec::new();
        for ports in &demand.ports {
            tried.push(Assembly::of(memory, demand, *ports, first, context)?);
        }
        sort(&mut tried, memory, context);
        let ports = tried[0].ports;
        let mut banks = first * 2;
        // Ports serve all streams, so that more banks are needed only for the clock or the latency.
        while given.is_none() && banks <= MOST_BANKS.min(most) && !tried[0].meets(memory, context) {
            tried.push(Assembly::of(memory, demand, ports, banks, context)?);
            sort(&mut tried, memory, context);
            banks *= 2;
        }
        let runner_up = tried.get(1).cloned();
        let mut best = tried.swap_remove(0);
        best.explain(memory, demand, runner_up.as_ref(), context);
        Ok(best)
    }

    fn of(
        memory: &Memory,
        demand: &Demand,
        ports: Ports,
        banks: u32,
        context: &Context,
    ) -> Result<Assembly, ComponentError> {
        let bits = demand.block_bits.div_ceil(memory.slices);
        let words = demand.words.div_ceil(u64::from(banks));
        let bank = Storage::new(words, bits, ports, memory.cell, context)?;
        let slice = Slice::of(&bank, banks, bits, demand, ports, context)?;
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
        let mut assembly = Assembly {
            parts,
            read,
            write,
            cycle: bank.cycle,
            cycles: bank.cycles + slice.cycles,
            ports,
            independent: if memory.functions.is_some() { f64::from(banks) } else { 1.0 },
            choices: bank.choices,
            banks,
            merit: 0.0,
        };
        assembly.merit = assembly.area() * (assembly.energy(|of| &of.read) + assembly.energy(|of| &of.write));
        Ok(assembly)
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
        let streams = format!("{} reads and {} writes a cycle", demand.reads, demand.writes);
        let ports_are_open = memory.read_ports.or(memory.write_ports).or(memory.shared_ports).is_none();
        let reason = if memory.functions.is_some() {
            "each bank serves one stream at a time".to_owned()
        } else if demand.ports.len() > 1 {
            format!(
                "{streams} may all meet in one bank and need their ports there; least area times energy{rest}"
            )
        } else {
            format!(
                "{streams} may all meet in one bank and need their ports there; as many shared ports would each need the circuits of both"
            )
        };
        if ports_are_open {
            self.choices.push(Choice::new("ports", told(self.ports), reason));
        }
        if memory.banks.is_none() && memory.functions.is_none() {
            let reason = format!("the fewest that meet clock and latency, as ports serve {streams}");
            self.choices.push(Choice::new("banks", self.banks, reason));
        }
        let uneven = u64::from(self.banks) * demand.words.div_ceil(u64::from(self.banks));
        if uneven > demand.words {
            let reason = format!("{} blocks do not divide into {} equal banks", demand.words, self.banks);
            self.choices.push(Choice::new("capacity", format!("{uneven} blocks"), reason));
        }
    }

    fn told(&self) -> String {
        format!("{} in {} banks", told(self.ports), self.banks)
    }
}

fn told(ports: Ports) -> String {
    let named = [(ports.read, "read"), (ports.write, "write"), (ports.read_write, "shared")];
    let named = named.into_iter().filter(|(count, _)| *count > 0);
    named.map(|(count, name)| format!("{count} {name}")).collect::<Vec<_>>().join(" + ")
}

/// The best first: what meets clock and latency, then the least area times energy.
fn sort(tried: &mut [Assembly], memory: &Memory, context: &Context) {
    tried.sort_by(|a, b| {
        let misses = |assembly: &Assembly| !assembly.meets(memory, context);
        misses(a).cmp(&misses(b)).then(a.merit.total_cmp(&b.merit))
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
        ports: Ports,
        context: &Context,
    ) -> Result<Slice, ComponentError> {
        let control = MemoryControl::built_in()?;
        // Enough gates to choose a bank, for its enables and for what comes back.
        let wires_in_and_out = f64::from(ports.reading() + ports.writing()) * f64::from(bits);
        let gates =
            control.gates_per_port * f64::from(ports.total()) + control.gates_per_bit * wires_in_and_out;
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
            let ports = outer_ports(demand, ports);
            let extent = (bank.width, bank.height);
            let pieces = Pieces::stacked(extent, f64::from(banks), 1.0, bits_of, ports);
            let joined = Distribution::of(&pieces, context)?;
            parts.push(Part::group("wires between banks", joined.parts));
            (wires, cycles) = (joined.energy, joined.cycles);
        }
        Ok(Slice { parts, wires, control, cycles })
    }
}

/// Ports of the memory as a whole: as many as streams, or as a bank has if those are more.
fn outer_ports(demand: &Demand, ports: Ports) -> Ports {
    let (read, write) = (demand.reads.ceil() as u32, demand.writes.ceil() as u32);
    if ports.read_write == 0 { ports } else { Ports { read_write: 0, read, write } }
}
