//! Flit buffers: first-in-first-out queues, several of them behind one write and one read port.

use super::cost::Cost;
use super::fabric::{Fabric, Netlist, levels, side};
use super::limits::check_flit;
use crate::chip::circuit::array::{self, ArrayRequest, CellKind, Limits, MemoryArray, Objective, Ports};
use crate::chip::circuit::{CircuitError, DataEnergy, Leakage, Process};
use crate::chip::technology::DeviceClass;
use crate::units::{Joules, Seconds, Watts};

/// How flits are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// Flip-flops behind a clock gate for each flit, read through AND-OR trees.
    FlipFlops,
    /// An SRAM array of one read and one write port; at least 32 flits.
    Sram,
}

/// A buffer that is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BufferRequest {
    /// How flits are kept.
    pub storage: Storage,
    /// Queues: virtual channels.
    pub queues: u32,
    /// Flits of each.
    pub depth: u32,
    /// Bits of a flit.
    pub flit_bits: u32,
    /// Where it is made.
    pub process: Process,
}

/// A buffer and what it costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Buffer {
    /// What keeps the flits, with the way in and out.
    pub storage: Cost,
    /// Pointers and counters of the queues.
    pub pointers: Cost,
    /// Of writing a flit.
    pub write_energy: DataEnergy,
    /// Of reading one.
    pub read_energy: DataEnergy,
    /// From the choice of a flit to its bits at the output.
    pub read_delay: Seconds,
}

/// Most flits of a buffer.
const MOST_FLITS: u64 = 1 << 20;

impl Buffer {
    /// Builds a buffer.
    ///
    /// # Errors
    /// [`CircuitError`] without a queue, a flit or a bit, with more than the model's, for an SRAM of too few flits,
    /// and outside of the technology's tables.
    pub fn new(request: &BufferRequest) -> Result<Buffer, CircuitError> {
        Buffer::build(&Fabric::new(&request.process)?, request)
    }

    pub(super) fn build(fabric: &Fabric, request: &BufferRequest) -> Result<Buffer, CircuitError> {
        check_flit("a buffer", request.flit_bits)?;
        check_flits(request.queues, request.depth)?;
        let storage = match request.storage {
            Storage::FlipFlops => FlitStore::of_flip_flops(fabric, request),
            Storage::Sram => FlitStore::of_sram(fabric, request)?,
        };
        let pointers = Pointers::new(fabric, request);
        Ok(Buffer {
            storage: storage.cost,
            pointers: pointers.cost,
            write_energy: storage.write + DataEnergy::standing(pointers.advance),
            read_energy: storage.read + DataEnergy::standing(pointers.advance),
            read_delay: storage.read_delay,
        })
    }

    /// The parts with their names.
    pub fn parts(&self) -> [(&'static str, Cost); 2] {
        [("storage", self.storage), ("pointers", self.pointers)]
    }

    /// All of it.
    pub fn cost(&self) -> Cost {
        self.parts().into_iter().map(|(_, part)| part).sum()
    }
}

fn check_flits(queues: u32, depth: u32) -> Result<(), CircuitError> {
    if queues == 0 || depth == 0 {
        let (what, cure) = match queues {
            0 => ("a buffer with no virtual channel", "ask for at least one virtual channel"),
            _ => ("a virtual channel of no flits", "ask for at least one flit"),
        };
        return Err(CircuitError::impossible(what, "a flit could never wait or pass", cure));
    }
    let flits = u64::from(queues) * u64::from(depth);
    if flits > MOST_FLITS {
        return Err(CircuitError::impossible(
            format!("a buffer of {flits} flits"),
            format!("buffers are modelled up to {MOST_FLITS} flits"),
            format!(
                "ask for at most {} flits in each of {queues} virtual channels",
                MOST_FLITS / u64::from(queues)
            ),
        ));
    }
    Ok(())
}

/// What keeps the flits.
struct FlitStore {
    cost: Cost,
    write: DataEnergy,
    read: DataEnergy,
    read_delay: Seconds,
}

impl FlitStore {
    /// Each bit of each flit has a flip-flop, an AND2 with the flit's select and a gate of the OR tree; each flit
    /// has its clock gates, and an AND2 each for write and read select.
    fn of_flip_flops(fabric: &Fabric, request: &BufferRequest) -> FlitStore {
        let rules = &fabric.rules;
        let bits = f64::from(request.flit_bits);
        let flits = f64::from(request.queues) * f64::from(request.depth);
        let clock_gates = fabric.clock_gates(flits, bits);
        let gates = 2.0 * flits * bits + clock_gates * rules.clock_gate + 2.0 * flits * rules.and2;
        let cost = fabric.place(Netlist { gates, flip_flops: flits * bits, clocked: clock_gates });
        let across = side(cost.area);
        let changed = bits * rules.toggle;
        // Data go past all flits, and the clock to one of them.
        let entering = (fabric.line_transition(across) + fabric.pins(flits)) * changed;
        let leaving = (fabric.transitions(1.0 + levels(flits)) + fabric.line_transition(across)) * changed;
        let selects = fabric.pins(bits) * 2.0;
        let choice = fabric.fan_out_delay(bits) + fabric.gate_delay(1.0 + levels(flits));
        FlitStore {
            cost,
            write: DataEnergy { standing: fabric.clock_pulse(bits), data: entering + fabric.store(changed) },
            read: DataEnergy { standing: selects, data: leaving },
            read_delay: choice + fabric.line.delay(across),
        }
    }

    fn of_sram(fabric: &Fabric, request: &BufferRequest) -> Result<FlitStore, CircuitError> {
        let word_bytes = request.flit_bits.div_ceil(8);
        let flits = u64::from(request.queues) * u64::from(request.depth);
        let array = array::find(&ArrayRequest {
            node: request.process.node,
            capacity_bytes: flits * u64::from(word_bytes),
            word_bytes,
            ports: Ports { read_write: 0, read: 1, write: 1 },
            cell: CellKind::Static(DeviceClass::HighPerformance),
            periphery: DeviceClass::HighPerformance,
            temperature: request.process.temperature,
            supply: request.process.supply,
            banks: 1,
            organisation: None,
            objective: Objective::default(),
            limits: Limits::default(),
        })?;
        Ok(FlitStore {
            // The array's clock is that of the pulses which its accesses start with: one gate sees it always.
            cost: Cost { leakage: leakage(&array), area: array.area.total(), ..Cost::default() }
                + fabric.place(Netlist { gates: fabric.rules.clock_gate, flip_flops: 0.0, clocked: 1.0 }),
            write: access(&array.one_port.write),
            read: access(&array.one_port.read),
            read_delay: array.access.total(),
        })
    }
}

/// Bit lines are precharged with each access; drivers and wires of data hold their level between flits.
fn access(energy: &array::AccessEnergy) -> DataEnergy {
    let data = energy.data_drivers + energy.data_tree;
    DataEnergy { standing: energy.total() - data, data }
}

fn leakage(array: &MemoryArray) -> Watts {
    let Leakage { subthreshold, gate } = array.leakage.total() + array.tree_leakage;
    subthreshold + gate
}

/// Read and write pointers and a count of flits for each queue.
struct Pointers {
    cost: Cost,
    /// Energy of moving one pointer and the count on.
    advance: Joules,
}

impl Pointers {
    fn new(fabric: &Fabric, request: &BufferRequest) -> Pointers {
        let (rules, queues) = (&fabric.rules, f64::from(request.queues));
        let pointer_bits = levels(f64::from(request.depth));
        let count_bits = levels(f64::from(request.depth) + 1.0);
        let bits = 2.0 * pointer_bits + count_bits;
        let clock_gates = fabric.clock_gates(queues, bits);
        let gates = queues * bits * rules.gates_beside_state + clock_gates * rules.clock_gate;
        // A counter changes two bits on average when it advances.
        let moving = pointer_bits + count_bits;
        let changes = 2.0 * (pointer_bits.min(2.0) + count_bits.min(2.0)) / 2.0;
        let logic = fabric.transitions(moving * rules.gates_beside_state * rules.control_switching);
        Pointers {
            cost: fabric.place(Netlist { gates, flip_flops: queues * bits, clocked: clock_gates }),
            advance: logic + fabric.clock_pulse(moving) + fabric.store(changes),
        }
    }
}
