//! Routers: input buffers with virtual channels, allocators, a crossbar and pipeline registers.
//!
//! The pipeline is that of Dally and Towles, "Principles and Practices of Interconnection Networks", 2004, chapter
//! 16: virtual channel allocation, switch allocation, buffer read, switch traversal; allocators are separable,
//! inputs first (Becker and Dally, "Allocator implementations for network-on-chip routers", SC 2009).

use super::arbiter::{Arbiter, ArbiterKind};
use super::buffer::{Buffer, BufferRequest, Storage};
use super::cost::Cost;
use super::crossbar::{Crossbar, CrossbarKind};
use super::fabric::{Fabric, Netlist, levels};
use super::limits::{check_flit, check_ports};
use crate::chip::circuit::{CircuitError, DataEnergy, Process};
use crate::units::{Joules, PerCycle, Seconds};

/// A router that is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RouterRequest {
    /// Ports, each an input and an output; a mesh has five.
    pub ports: u32,
    /// Bits of a flit: what a port takes in a cycle.
    pub flit_bits: u32,
    /// Virtual channels of an input.
    pub virtual_channels: u32,
    /// Flits that a virtual channel buffers.
    pub buffer_depth: u32,
    /// How flits are kept.
    pub storage: Storage,
    /// How arbiters remember whose turn it is.
    pub arbiter: ArbiterKind,
    /// How inputs meet outputs.
    pub crossbar: CrossbarKind,
    /// Where it is made.
    pub process: Process,
}

/// A router and what it costs. Each total is the sum of its parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Router {
    /// Area, clock and leakage.
    pub parts: RouterParts,
    /// Energy of a flit.
    pub flit: FlitEnergy,
    /// Delay of the stages.
    pub stages: RouterStages,
    /// Least cycle: the slowest stage with a flip-flop's overhead, skew and jitter.
    pub minimum_cycle: Seconds,
    /// Most flits in a cycle.
    pub capacity: PerCycle,
}

/// The parts of a router's area, clock and leakage.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RouterParts {
    /// Of all inputs.
    pub buffers: Cost,
    /// Arbiters of output virtual channels.
    pub channel_allocator: Cost,
    /// Arbiters of the crossbar.
    pub switch_allocator: Cost,
    /// Route computation, states of virtual channels, credits.
    pub control: Cost,
    /// The crossbar.
    pub crossbar: Cost,
    /// Registers before and behind the crossbar.
    pub registers: Cost,
}

impl RouterParts {
    /// The parts with their names.
    pub fn named(&self) -> [(&'static str, Cost); 6] {
        [
            ("buffers", self.buffers),
            ("channel_allocator", self.channel_allocator),
            ("switch_allocator", self.switch_allocator),
            ("control", self.control),
            ("crossbar", self.crossbar),
            ("registers", self.registers),
        ]
    }
}

/// The parts of the energy of a flit that passes a router. The clock of what it passes is in them;
/// what the clock takes when nothing passes is in [`Cost::clock_energy`], every cycle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FlitEnergy {
    /// Into the input's buffer.
    pub buffer_write: DataEnergy,
    /// Out of it.
    pub buffer_read: DataEnergy,
    /// Allocation of a virtual channel: of the first flit of a packet only.
    pub channel_allocation: DataEnergy,
    /// Allocation of the crossbar.
    pub switch_allocation: DataEnergy,
    /// Route, state and credit.
    pub control: DataEnergy,
    /// Through the crossbar.
    pub crossbar: DataEnergy,
    /// Into the registers before and behind the crossbar.
    pub registers: DataEnergy,
}

impl FlitEnergy {
    /// The parts with their names.
    pub fn parts(&self) -> [(&'static str, DataEnergy); 7] {
        [
            ("buffer_write", self.buffer_write),
            ("buffer_read", self.buffer_read),
            ("channel_allocation", self.channel_allocation),
            ("switch_allocation", self.switch_allocation),
            ("control", self.control),
            ("crossbar", self.crossbar),
            ("registers", self.registers),
        ]
    }

    /// Of the first flit of a packet, as far as its bits matter.
    pub fn by_data(&self) -> DataEnergy {
        self.parts().into_iter().map(|(_, part)| part).sum()
    }

    /// Of the first flit of a packet, with random data.
    pub fn head(&self) -> Joules {
        self.by_data().total()
    }

    /// Of another flit of a packet, with random data.
    pub fn body(&self) -> Joules {
        FlitEnergy { channel_allocation: DataEnergy::default(), ..*self }.head()
    }
}

/// Delay of the stages of a router, registers apart.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RouterStages {
    /// An output virtual channel for a packet.
    pub channel_allocation: Seconds,
    /// A cycle of the crossbar for a flit.
    pub switch_allocation: Seconds,
    /// A flit out of its buffer.
    pub buffer_read: Seconds,
    /// Through the crossbar.
    pub crossbar: Seconds,
}

impl RouterStages {
    /// The stages with their names, in the order of the pipeline.
    pub fn named(&self) -> [(&'static str, Seconds); 4] {
        [
            ("channel_allocation", self.channel_allocation),
            ("switch_allocation", self.switch_allocation),
            ("buffer_read", self.buffer_read),
            ("crossbar", self.crossbar),
        ]
    }

    /// The slowest.
    pub fn slowest(&self) -> Seconds {
        Seconds(self.named().into_iter().fold(0.0, |most, (_, stage)| most.max(stage.0)))
    }
}

impl Router {
    /// Builds a router.
    ///
    /// # Errors
    /// [`CircuitError`] without a port, a bit, a virtual channel or a flit of buffer, with more than the model's, for
    /// SRAM buffers of too few flits, and outside of the technology's tables.
    pub fn new(request: &RouterRequest) -> Result<Router, CircuitError> {
        check_ports("a router", "port", request.ports)?;
        check_flit("a router", request.flit_bits)?;
        let fabric = Fabric::new(&request.process)?;
        let buffer = Buffer::build(&fabric, &buffer_request(request))?;
        let (ports, bits) = (f64::from(request.ports), f64::from(request.flit_bits));
        let crossbar =
            Crossbar::build(&fabric, request.crossbar, request.ports, request.ports, request.flit_bits);
        let channels = Allocator::of_channels(&fabric, request);
        let switch = Allocator::of_switch(&fabric, request);
        let control = Control::new(&fabric, request);
        let registers = Registers::new(&fabric, ports, bits);
        let stages = RouterStages {
            channel_allocation: channels.delay,
            switch_allocation: switch.delay,
            buffer_read: buffer.read_delay,
            crossbar: crossbar.delay,
        };
        Ok(Router {
            parts: RouterParts {
                buffers: buffer.cost() * ports,
                channel_allocator: channels.cost,
                switch_allocator: switch.cost,
                control: control.cost,
                crossbar: crossbar.cost(),
                registers: registers.cost,
            },
            flit: FlitEnergy {
                buffer_write: buffer.write_energy,
                buffer_read: buffer.read_energy,
                channel_allocation: DataEnergy::standing(channels.energy),
                switch_allocation: DataEnergy::standing(switch.energy),
                control: DataEnergy::standing(control.energy),
                crossbar: crossbar.energy.by_data(),
                registers: registers.energy,
            },
            stages,
            minimum_cycle: stages.slowest() + fabric.cycle_overhead(),
            capacity: crossbar.capacity,
        })
    }

    /// Area, clock and leakage of all parts.
    pub fn cost(&self) -> Cost {
        self.parts.named().into_iter().map(|(_, part)| part).sum()
    }
}

fn buffer_request(request: &RouterRequest) -> BufferRequest {
    BufferRequest {
        storage: request.storage,
        queues: request.virtual_channels,
        depth: request.buffer_depth,
        flit_bits: request.flit_bits,
        process: request.process,
    }
}

/// Two ranks of arbiters.
struct Allocator {
    cost: Cost,
    /// Of one request that passes both ranks.
    energy: Joules,
    delay: Seconds,
}

impl Allocator {
    /// Each input virtual channel asks for one of the channels of its output; each output channel chooses among
    /// all that ask, first by port and then among ports.
    fn of_channels(fabric: &Fabric, request: &RouterRequest) -> Allocator {
        let (ports, channels) = (f64::from(request.ports), f64::from(request.virtual_channels));
        let among_channels = Arbiter::build(fabric, request.arbiter, request.virtual_channels);
        let among_ports = Arbiter::build(fabric, request.arbiter, request.ports);
        let ranks = [
            (among_channels, ports * channels),
            (among_channels, ports * channels * ports),
            (among_ports, ports * channels),
        ];
        Allocator::of(&ranks, request.virtual_channels)
    }

    /// Each input chooses one of its virtual channels, each output one of the inputs.
    fn of_switch(fabric: &Fabric, request: &RouterRequest) -> Allocator {
        let ports = f64::from(request.ports);
        let among_channels = Arbiter::build(fabric, request.arbiter, request.virtual_channels);
        let among_ports = Arbiter::build(fabric, request.arbiter, request.ports);
        Allocator::of(&[(among_channels, ports), (among_ports, ports)], request.virtual_channels)
    }

    /// Ranks of arbiters with how many there are. With one virtual channel there is nothing to choose among.
    fn of(ranks: &[(Arbiter, f64)], channels: u32) -> Allocator {
        let real = || ranks.iter().filter(|(arbiter, _)| channels > 1 || arbiter.requesters > channels);
        Allocator {
            cost: real().map(|(arbiter, count)| arbiter.cost * *count).sum(),
            energy: real().map(|(arbiter, _)| arbiter.energy).sum(),
            delay: real().map(|(arbiter, _)| arbiter.delay).sum(),
        }
    }
}

/// Route computation, and for each virtual channel the state of its input and the credits of its output.
struct Control {
    cost: Cost,
    energy: Joules,
}

impl Control {
    fn new(fabric: &Fabric, request: &RouterRequest) -> Control {
        let rules = &fabric.rules;
        let (ports, channels) = (f64::from(request.ports), f64::from(request.virtual_channels));
        // Two bits of state, output port, output channel; and a count of free flits downstream.
        let state_bits = 2.0 + levels(ports) + levels(channels);
        let bits = state_bits + levels(f64::from(request.buffer_depth) + 1.0);
        let clock_gates = fabric.clock_gates(ports * channels, bits);
        let gates = ports * rules.route_gates
            + ports * channels * bits * rules.gates_beside_state
            + clock_gates * rules.clock_gate;
        let moving = rules.route_gates + bits * rules.gates_beside_state;
        let changes = bits * rules.toggle;
        Control {
            cost: fabric.place(Netlist { gates, flip_flops: ports * channels * bits, clocked: clock_gates }),
            energy: fabric.transitions(moving * rules.control_switching)
                + fabric.clock_pulse(bits)
                + fabric.store(changes),
        }
    }
}

/// A rank before the crossbar and one behind it, each port's behind clock gates.
struct Registers {
    cost: Cost,
    energy: DataEnergy,
}

impl Registers {
    fn new(fabric: &Fabric, ports: f64, bits: f64) -> Registers {
        let clock_gates = fabric.clock_gates(2.0 * ports, bits);
        let gates = clock_gates * fabric.rules.clock_gate;
        let flip_flops = 2.0 * ports * bits;
        Registers {
            cost: fabric.place(Netlist { gates, flip_flops, clocked: clock_gates }),
            energy: DataEnergy {
                standing: fabric.clock_pulse(bits),
                data: fabric.store(bits * fabric.rules.toggle),
            } * 2.0,
        }
    }
}
