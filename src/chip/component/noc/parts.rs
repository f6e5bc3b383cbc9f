//! Routers, links and network interfaces.

use super::super::buffer::{Control, of_network};
use super::super::link::Link;
use super::super::{Choice, ComponentError, Context, Part, TimingPath};
use super::topology::{Shape, Topology};
use super::{Noc, NocRules};
use crate::chip::circuit::DataEnergy;
use crate::chip::circuit::network::{
    Arbiter, ArbiterKind, ArbiterRequest, Buffer, BufferRequest, CrossbarKind, Router, RouterRequest, Storage,
};
use crate::units::Micrometres;

type Energy = Vec<(&'static str, DataEnergy)>;

/// What chooses the way of a word: routers, or the arbiter of a bus.
pub(super) struct Switches {
    pub parts: Vec<Part>,
    /// Of one word.
    pub energy: Energy,
    pub paths: Vec<TimingPath>,
}

impl Switches {
    pub fn new(
        context: &Context,
        shape: Shape,
        noc: &Noc,
        flit_bits: u32,
        choices: &mut Vec<Choice>,
    ) -> Result<Switches, ComponentError> {
        match shape.topology {
            Topology::Mesh | Topology::Ring => Switches::routers(context, shape, noc, flit_bits, choices),
            Topology::Bus => Switches::arbiter(context, shape),
            // Each tile has its word by its turn: nothing is chosen.
            Topology::HTree => Ok(Switches { parts: Vec::new(), energy: Vec::new(), paths: Vec::new() }),
        }
    }

    fn routers(
        context: &Context,
        shape: Shape,
        noc: &Noc,
        flit_bits: u32,
        choices: &mut Vec<Choice>,
    ) -> Result<Switches, ComponentError> {
        let router = fastest_that_is_needed(
            context,
            RouterRequest {
                ports: shape.router_ports(),
                flit_bits,
                virtual_channels: noc.virtual_channels,
                buffer_depth: noc.buffer_depth,
                storage: Storage::FlipFlops,
                arbiter: ArbiterKind::RoundRobin,
                crossbar: CrossbarKind::MultiplexerTree,
                process: context.process,
            },
            choices,
        )?;
        let part = |(name, cost): (&'static str, _)| {
            Ok::<_, ComponentError>(Part::leaf(name.replace('_', " "), of_network(cost)?))
        };
        let parts: Result<Vec<Part>, ComponentError> = router.parts.named().into_iter().map(part).collect();
        Ok(Switches {
            parts: vec![Part::group("router", parts?).times(u64::from(shape.tiles()))],
            energy: router.flit.parts().to_vec(),
            paths: vec![TimingPath {
                name: "slowest stage of a router".to_owned(),
                cycle: router.minimum_cycle,
            }],
        })
    }

    fn arbiter(context: &Context, shape: Shape) -> Result<Switches, ComponentError> {
        let kind = ArbiterKind::RoundRobin;
        let request = ArbiterRequest { kind, requesters: shape.tiles(), process: context.process };
        let arbiter = Arbiter::new(&request)?;
        let cycle = arbiter.delay + context.cells.flip_flop.overhead_delay;
        Ok(Switches {
            parts: vec![Part::leaf("arbiter", of_network(arbiter.cost)?)],
            energy: vec![("arbitration", DataEnergy::standing(arbiter.energy))],
            paths: vec![TimingPath { name: "arbiter of the bus".to_owned(), cycle }],
        })
    }
}

/// A router with round-robin arbiters, or with the faster and larger matrix arbiters where the clock needs them.
fn fastest_that_is_needed(
    context: &Context,
    request: RouterRequest,
    choices: &mut Vec<Choice>,
) -> Result<Router, ComponentError> {
    let round_robin = Router::new(&request)?;
    if round_robin.minimum_cycle <= context.clock.time_of(1.0) {
        return Ok(round_robin);
    }
    let matrix = Router::new(&RouterRequest { arbiter: ArbiterKind::Matrix, ..request })?;
    if matrix.minimum_cycle >= round_robin.minimum_cycle {
        return Ok(round_robin);
    }
    choices.push(Choice::new("arbiter", "matrix", "round-robin arbiters are too slow for the clock"));
    Ok(matrix)
}

/// The wires between tiles.
pub(super) struct Wires {
    pub part: Part,
    /// Of one word on its way.
    pub energy: Energy,
    pub path: TimingPath,
}

impl Wires {
    pub fn new(
        context: &Context,
        shape: Shape,
        flit_bits: u32,
        side: Micrometres,
    ) -> Result<Wires, ComponentError> {
        if shape.topology == Topology::HTree {
            return Wires::tree(context, shape, flit_bits, side);
        }
        let bus = shape.topology == Topology::Bus;
        let (length, count) = if bus { (side * f64::from(shape.tiles()), 1) } else { (side, shape.links()) };
        let link = Link::new(context, flit_bits, length)?;
        Ok(Wires {
            part: Part::group("link", link.parts).times(u64::from(count)),
            energy: vec![("wires", link.wire_energy), ("link_registers", link.register_energy)],
            path: link.path,
        })
    }

    /// Levels of a tree in a square: from the middle a quarter of the side, twice; then an eighth, twice.
    fn tree(
        context: &Context,
        shape: Shape,
        flit_bits: u32,
        tile_side: Micrometres,
    ) -> Result<Wires, ComponentError> {
        let side = tile_side * f64::from(shape.tiles()).sqrt();
        let mut levels = Vec::new();
        let (mut wires, mut registers) = (DataEnergy::default(), DataEnergy::default());
        let mut slowest: Option<TimingPath> = None;
        for level in 1..=shape.levels() {
            let length = side * 0.5_f64.powi(1 + level.div_ceil(2) as i32);
            let link = Link::new(context, flit_bits, length)?;
            wires += link.wire_energy;
            registers += link.register_energy;
            // A word goes one way or the other: a set of wires each.
            levels.push(Part::group(format!("level {level}"), link.parts).times(2 << level));
            if slowest.as_ref().is_none_or(|path| path.cycle < link.path.cycle) {
                slowest = Some(link.path);
            }
        }
        let path = slowest.unwrap_or(TimingPath { name: "tree".to_owned(), cycle: Default::default() });
        let energy = vec![("wires", wires), ("link_registers", registers)];
        Ok(Wires { part: Part::group("tree", levels), energy, path })
    }
}

/// The network interface of a tile: packs words into flits and back.
pub(super) struct Interface {
    pub part: Part,
    /// Of one flit.
    pub energy: Energy,
}

impl Interface {
    pub fn new(context: &Context, flit_bits: u32) -> Result<Interface, ComponentError> {
        let rules = NocRules::built_in()?;
        let queue = Buffer::new(&BufferRequest {
            storage: Storage::FlipFlops,
            queues: 1,
            depth: rules.interface_flits as u32,
            flit_bits,
            process: context.process,
        })?;
        let bits = f64::from(flit_bits);
        let gates = rules.interface_gates + rules.interface_gates_per_bit * bits;
        let control = Control::new(context, "packing", gates, rules.interface_flip_flop_share)?;
        let packing = control.bit(0.0, rules.interface_gates_per_bit / 2.0) * bits;
        Ok(Interface {
            part: Part::group(
                "network interface",
                vec![Part::leaf("queue", of_network(queue.cost())?).times(2), control.part],
            ),
            energy: vec![
                ("queue_write", queue.write_energy),
                ("queue_read", queue.read_energy),
                ("packing", packing),
            ],
        })
    }
}
