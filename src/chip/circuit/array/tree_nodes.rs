//! The nodes of H-trees: gates that let a signal into the branch that needs it, or gather it from there.

use super::fabric::Fabric;
use crate::chip::circuit::transistor::{Channel, Folding, Leakage, Transistors, gate_delay_s};
use crate::units::{Joules, Seconds};

/// A wire of a bus changes from one access to the next in half of the cases.
const DATA_ACTIVITY: f64 = 0.5;

/// A link between two nodes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub length_um: f64,
    /// Length of the last link across: the nodes of the drops after it keep its strength.
    pub across_um: f64,
    /// How many wires run there for one at the root.
    pub copies: f64,
}

/// Delay of a tree, and energy of one of its signals.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Signal {
    pub delay: Seconds,
    pub energy: Joules,
}

/// How the nodes of a tree pass on or gather signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nodes {
    /// NAND gates that let an address or datum into the branch that needs it.
    Gating,
    /// Tri-state buffers that gather outputs.
    Gathering,
    /// Nothing but the wire: between banks.
    Plain,
}

impl Nodes {
    /// Delay and energy of one signal in the node at the head of a link.
    pub fn pass(self, fabric: &Fabric, link: &Link) -> Signal {
        match self {
            Nodes::Gating => Gating::new(fabric, link).pass(&fabric.periphery),
            Nodes::Gathering => Gathering::new(fabric, link).pass(&fabric.periphery),
            Nodes::Plain => Signal::default(),
        }
    }

    /// Leakage of that node.
    pub fn leakage(self, fabric: &Fabric, link: &Link) -> Leakage {
        match self {
            Nodes::Gating => Gating::new(fabric, link).leakage(&fabric.periphery),
            Nodes::Gathering => Gathering::new(fabric, link).leakage(&fabric.periphery),
            Nodes::Plain => Leakage::default(),
        }
    }
}

/// The repeater at the head of a link, in minimum inverters: smaller where links are short.
fn head(fabric: &Fabric, link: &Link) -> f64 {
    let repeated = &fabric.repeated;
    repeated.repeater_size * (link.across_um / repeated.repeater_spacing.0).min(1.0)
}

/// A NAND that loads the wire like a repeater and drives the heads of two branches.
struct Gating {
    n_um: f64,
    p_um: f64,
    branches_f: f64,
}

impl Gating {
    fn new(fabric: &Fabric, link: &Link) -> Gating {
        let periphery = &fabric.periphery;
        let ratio = periphery.device.p_to_n_width_ratio;
        let head = head(fabric, link);
        let size = (head * (1.0 + ratio) / (2.0 + ratio)).max(1.0);
        let n_um = size * periphery.rules.width.minimum_n;
        Gating { n_um, p_um: periphery.matching_p_um(n_um), branches_f: 2.0 * inverters_f(periphery, head) }
    }

    fn pass(&self, periphery: &Transistors) -> Signal {
        let n_drain_f = drain_f(periphery, self.n_um, Channel::N);
        let ohm = 2.0 * periphery.resistance_ohm(self.n_um, Channel::N, 1);
        let time_constant_s = ohm * (2.0 * n_drain_f + self.branches_f);
        let switched_f = 2.0 * drain_f(periphery, self.p_um, Channel::P) + n_drain_f + self.branches_f;
        signal(periphery, time_constant_s, switched_f)
    }

    fn leakage(&self, periphery: &Transistors) -> Leakage {
        periphery.nand_leakage(2, 2.0 * self.n_um, 2.0 * self.p_um).at_supply(periphery.device.supply)
    }
}

/// A tri-state buffer: NAND, NOR and inverter of one size, and a pair of output transistors.
struct Gathering {
    n_um: f64,
    p_um: f64,
    out_n_um: f64,
    out_p_um: f64,
    head_f: f64,
}

impl Gathering {
    fn new(fabric: &Fabric, link: &Link) -> Gathering {
        let periphery = &fabric.periphery;
        let ratio = periphery.device.p_to_n_width_ratio;
        let (minimum_n, minimum_p) =
            (periphery.rules.width.minimum_n, periphery.matching_p_um(periphery.rules.width.minimum_n));
        let head = head(fabric, link);
        // NAND and NOR together load the wire like a repeater.
        let size = (head * (1.0 + ratio) / (3.0 + 3.0 * ratio)).max(1.0);
        let head_f = inverters_f(periphery, head);
        let reach_um = link.length_um.min(fabric.repeated.repeater_spacing.0);
        let wire_f = fabric.repeated.track.capacitance_f_per_um * reach_um;
        let stage_effort = (head_f + wire_f) / head_f;
        let output = head_f / (2.0 * stage_effort * periphery.gate_capacitance_f(minimum_p));
        Gathering {
            n_um: size * minimum_n,
            p_um: size * minimum_p,
            out_n_um: output * minimum_n,
            out_p_um: output * minimum_p,
            head_f,
        }
    }

    fn pass(&self, periphery: &Transistors) -> Signal {
        let (n_f, p_f) =
            (drain_f(periphery, self.n_um, Channel::N), drain_f(periphery, self.p_um, Channel::P));
        let out_drains_f = 2.0
            * (drain_f(periphery, self.out_p_um, Channel::P) + drain_f(periphery, self.out_n_um, Channel::N));
        let behind_f = out_drains_f + self.head_f;
        let nand_f = n_f + 2.0 * p_f + periphery.gate_capacitance_f(self.out_p_um);
        let nor_f = p_f + 2.0 * n_f + periphery.gate_capacitance_f(self.out_n_um + self.out_p_um);
        let inverter_f = p_f + n_f + periphery.gate_capacitance_f(self.n_um + self.p_um);
        let nor_ohm = 2.0 * periphery.resistance_ohm(self.p_um, Channel::P, 1);
        let pass_ohm = periphery.resistance_ohm(self.out_n_um, Channel::N, 1);
        let time_constant_s = nor_ohm * nand_f + (nor_ohm + pass_ohm) * behind_f;
        signal(periphery, time_constant_s, nand_f + inverter_f + nor_f + behind_f)
    }

    fn leakage(&self, periphery: &Transistors) -> Leakage {
        let (n_um, p_um) = (3.0 * self.n_um, 3.0 * self.p_um);
        let current = periphery.inverter_leakage(2.0 * self.out_n_um, 2.0 * self.out_p_um)
            + periphery.nand_leakage(2, n_um, p_um)
            + periphery.nor_leakage(2, n_um, p_um);
        current.at_supply(periphery.device.supply)
    }
}

/// A node sees the sharp edge of the last repeater and switches at its threshold voltage; the part of the swing
/// that this is does not change with the supply, or a higher one would be slower.
fn signal(periphery: &Transistors, time_constant_s: f64, switched_f: f64) -> Signal {
    let (device, supply_v) = (&periphery.device, periphery.supply_v());
    let threshold = device.threshold.0 / device.voltage.nominal.0;
    Signal {
        delay: Seconds(gate_delay_s(0.0, time_constant_s, threshold)),
        energy: Joules(DATA_ACTIVITY * switched_f * supply_v * supply_v),
    }
}

fn inverters_f(periphery: &Transistors, size: f64) -> f64 {
    periphery.inverter_input_f(size * periphery.rules.width.minimum_n)
}

fn drain_f(periphery: &Transistors, width_um: f64, channel: Channel) -> f64 {
    let row = Folding::Row { height_um: periphery.rules.layout.logic_gate_height };
    periphery.drain_capacitance_f(width_um, channel, 1, row)
}
