//! From a request to a register file: the parts one by one.

use super::fits::{Logic, Size};
use super::parameters::Parameters;
use super::register_file::{Part, PartKind, RegisterFile};
use super::request::{RegisterFileRequest, Use, WritePorts};
use crate::chip::circuit::{CircuitError, DataEnergy, RANDOM_TOGGLE};
use crate::chip::technology::StandardCells;
use crate::units::{Joules, Seconds, SquareMicrometres, Watts};

const NONE: DataEnergy = DataEnergy { standing: Joules(0.0), data: Joules(0.0) };

pub(super) struct Builder<'a> {
    request: &'a RegisterFileRequest,
    cells: &'a StandardCells,
    parameters: Parameters,
    write_ports: WritePorts,
    /// One read port.
    read: Logic,
    /// All write ports; energies of a write through one.
    write: Logic,
    /// Both pointers; energies of an access.
    pointers: Logic,
    pointer_bits: u32,
}

/// Clock energies of a part: all words take data, none does, gated as a whole.
struct Clock {
    running: Joules,
    idle: Joules,
    gated: Joules,
}

impl<'a> Builder<'a> {
    pub fn new(
        request: &'a RegisterFileRequest,
        write_ports: WritePorts,
        cells: &'a StandardCells,
    ) -> Result<Builder<'a>, CircuitError> {
        let RegisterFileRequest { words, bits, .. } = *request;
        let size = |ports| Size { words, bits, ports };
        let queue = request.used_as == Use::Queue;
        // A single word is always read, and its one write port drives its flip-flops directly.
        let direct = words == 1 && write_ports == WritePorts::Broadcast;
        let read = if words > 1 { Logic::of("read", size(1))? } else { Logic::default() };
        let write = if direct {
            Logic::default()
        } else {
            Logic::of(write_ports.circuit(), size(request.write_ports))?
        };
        let pointers = if queue { Logic::of("queue", size(1))? } else { Logic::default() };
        // A pointer of a queue tells apart twice as many places as there are words: full from empty.
        let pointer_bits = if queue { 2 * (words.next_power_of_two().ilog2() + 1) } else { 0 };
        let parameters = Parameters::built_in()?;
        Ok(Builder { request, cells, parameters, write_ports, read, write, pointers, pointer_bits })
    }

    pub fn build(&self) -> RegisterFile {
        let (request, cells, layout) = (self.request, self.cells, &self.request.layout);
        let read_ports = f64::from(request.read_ports);
        let delay = |depth: f64| cells.fanout_of_four_delay * (depth * (1.0 + layout.wiring_delay));
        let read_delay = delay(self.read.depth);
        let write_delay = delay(self.write.depth);
        let slowest = Seconds(read_delay.0.max(write_delay.0).max(delay(self.pointers.depth).0));
        RegisterFile {
            request: *request,
            write_ports: self.write_ports,
            flip_flops: request.words * request.bits + self.pointer_bits,
            gates: self.read.area * read_ports + self.write.area + self.pointers.area,
            read_delay,
            write_delay,
            minimum_cycle: slowest
                + cells.flip_flop.overhead_delay
                + cells.fanout_of_four_delay * layout.skew_and_jitter,
            parts: self.parts(),
        }
    }

    fn parts(&self) -> Vec<Part> {
        let layout = &self.request.layout;
        let logic = [self.read_ports(), self.written_words(), self.pointers()];
        let registers = [self.storage(), self.clock_gates()];
        let wiring = |access: fn(&Part) -> DataEnergy| -> DataEnergy {
            let of_gates: DataEnergy = logic.iter().map(access).sum();
            of_gates * layout.wiring_energy
        };
        let wiring = Part {
            read: wiring(|part| part.read),
            write: wiring(|part| part.write),
            ..empty(PartKind::Wiring)
        };
        let distribution = self.clock_distribution(&registers);
        let mut parts = Vec::from(registers);
        parts.extend(logic);
        parts.extend([wiring, distribution]);
        let filled: SquareMicrometres = parts.iter().map(|part| part.area).sum();
        parts.push(Part {
            area: filled * (1.0 / layout.row_utilisation - 1.0),
            ..empty(PartKind::Whitespace)
        });
        parts
    }

    /// The flip-flops that hold words.
    fn storage(&self) -> Part {
        let flip_flop = &self.cells.flip_flop;
        let (words, bits) = (f64::from(self.request.words), f64::from(self.request.bits));
        let all = words * bits;
        let clock_of_word = match self.write_ports {
            WritePorts::Multiplexer => Joules(0.0),
            WritePorts::Broadcast | WritePorts::Isolated => flip_flop.clock_energy * bits,
        };
        // A bit that changes takes the input's share there, and the rest where it is stored.
        let input = flip_flop.data_energy * self.parameters.input_share;
        let stored = flip_flop.data_energy - input;
        let data = (input * self.inputs_changed() + stored) * (bits * RANDOM_TOGGLE.0);
        let running = flip_flop.clock_energy * all;
        let idle = match self.write_ports {
            WritePorts::Multiplexer => running,
            WritePorts::Broadcast | WritePorts::Isolated => Joules(0.0),
        };
        Part {
            area: flip_flop.area * all,
            leakage: flip_flop.leakage * all,
            write: DataEnergy { standing: clock_of_word, data },
            ..self.clocked(
                PartKind::Storage,
                Clock { running, idle, gated: idle * self.request.layout.gated_clock },
            )
        }
    }

    /// Flip-flops whose input changes with a write, for each bit that differs between two words that are written.
    fn inputs_changed(&self) -> f64 {
        let words = f64::from(self.request.words);
        match self.write_ports {
            WritePorts::Broadcast => words,
            // The word that was written before falls back to zero, unless it is written again.
            WritePorts::Isolated => 2.0 - 1.0 / words,
            WritePorts::Multiplexer => 1.0,
        }
    }

    fn clock_gates(&self) -> Part {
        if self.write_ports == WritePorts::Multiplexer {
            return empty(PartKind::ClockGates);
        }
        let (flip_flop, words) = (&self.cells.flip_flop, f64::from(self.request.words));
        let size = self.parameters.clock_gate_area * words;
        let closed = flip_flop.clock_energy * (self.parameters.clock_gate_energy * words);
        Part {
            area: flip_flop.area * size,
            leakage: flip_flop.leakage * size,
            ..self.clocked(
                PartKind::ClockGates,
                Clock { running: closed, idle: closed, gated: closed * self.request.layout.gated_clock },
            )
        }
    }

    fn read_ports(&self) -> Part {
        let ports = f64::from(self.request.read_ports);
        Part {
            read: self.transitions(self.read.standing, self.read.data),
            write: self.transitions(0.0, self.read.written * ports),
            ..self.gates(PartKind::ReadPorts, self.read.area * ports)
        }
    }

    fn written_words(&self) -> Part {
        Part {
            write: self.transitions(self.write.standing, self.write.data),
            ..self.gates(PartKind::WritePorts, self.write.area)
        }
    }

    /// Both pointers of a queue. Their clock runs; a counter changes two bits a step in the mean.
    fn pointers(&self) -> Part {
        let flip_flop = &self.cells.flip_flop;
        let bits = f64::from(self.pointer_bits);
        let step = self.transitions(self.pointers.standing, 0.0);
        let changed = flip_flop.data_energy * (bits / 2.0).min(2.0);
        let step = DataEnergy { standing: step.standing + changed, ..step };
        let running = flip_flop.clock_energy * bits;
        let gates = self.gates(PartKind::Pointers, self.pointers.area);
        Part {
            area: gates.area + flip_flop.area * bits,
            leakage: gates.leakage + flip_flop.leakage * bits,
            read: step,
            write: step,
            ..self.clocked(
                PartKind::Pointers,
                Clock { running, idle: running, gated: running * self.request.layout.gated_clock },
            )
        }
    }

    /// Buffers and wires of the clock of flip-flops and clock gates, pointers included.
    fn clock_distribution(&self, registers: &[Part]) -> Part {
        let layout = &self.request.layout;
        let flip_flop = &self.cells.flip_flop;
        let pointers = f64::from(self.pointer_bits);
        let sum = |energy: fn(&Part) -> Joules| -> Joules { registers.iter().map(energy).sum() };
        let of_pointers = flip_flop.clock_energy * pointers;
        let share = layout.clock_distribution;
        let area: SquareMicrometres = registers.iter().map(|part| part.area).sum();
        let leakage: Watts = registers.iter().map(|part| part.leakage).sum();
        let clock_of_word = sum(|part| part.write.standing) * share;
        Part {
            area: (area + flip_flop.area * pointers) * layout.clock_buffers,
            leakage: (leakage + flip_flop.leakage * pointers) * layout.clock_buffers,
            write: DataEnergy { standing: clock_of_word, ..NONE },
            ..self.clocked(
                PartKind::ClockDistribution,
                Clock {
                    running: (sum(|part| part.running_clock_energy) + of_pointers) * share,
                    idle: (sum(|part| part.clock_energy) + of_pointers) * share,
                    gated: (sum(|part| part.clock_energy) + of_pointers) * (share * layout.gated_clock),
                },
            )
        }
    }

    fn transitions(&self, standing: f64, data: f64) -> DataEnergy {
        DataEnergy { standing: self.cells.nand2_energy * standing, data: self.cells.nand2_energy * data }
    }

    fn gates(&self, kind: PartKind, nand2: f64) -> Part {
        Part { area: self.cells.nand2_area * nand2, leakage: self.cells.nand2_leakage * nand2, ..empty(kind) }
    }

    fn clocked(&self, kind: PartKind, clock: Clock) -> Part {
        Part {
            running_clock_energy: clock.running,
            clock_energy: clock.idle,
            gated_clock_energy: clock.gated,
            ..empty(kind)
        }
    }
}

fn empty(kind: PartKind) -> Part {
    Part {
        kind,
        area: SquareMicrometres(0.0),
        read: NONE,
        write: NONE,
        running_clock_energy: Joules(0.0),
        clock_energy: Joules(0.0),
        gated_clock_energy: Joules(0.0),
        leakage: Watts(0.0),
    }
}
