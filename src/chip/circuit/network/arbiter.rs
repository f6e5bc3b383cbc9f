//! Arbiters: which of several requesters is granted next.

use super::cost::Cost;
use super::fabric::{Fabric, Netlist, levels};
use crate::chip::circuit::{CircuitError, Process};
use crate::units::{Joules, Seconds};

/// How an arbiter remembers whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArbiterKind {
    /// A bit for each pair of requesters says who was granted longer ago (Dally and Towles, "Principles and
    /// Practices of Interconnection Networks", 2004, section 18.5): fast, and quadratic in the requesters.
    Matrix,
    /// A pointer goes round; two prefix networks find the first request behind it (same source, section 18.4).
    RoundRobin,
}

/// An arbiter that is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArbiterRequest {
    /// How it is built.
    pub kind: ArbiterKind,
    /// How many it chooses from.
    pub requesters: u32,
    /// Where it is made.
    pub process: Process,
}

/// An arbiter and what it costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arbiter {
    /// How many it chooses from.
    pub requesters: u32,
    /// Area, clock and leakage.
    pub cost: Cost,
    /// Of one grant, the requests drawn at random, without the clock.
    pub energy: Joules,
    /// From requests to grants, without registers.
    pub delay: Seconds,
}

/// Most requesters: beyond, fan-out and area of either kind make no sense of one arbiter.
pub(super) const MOST_REQUESTERS: u32 = 1024;

impl Arbiter {
    /// Builds an arbiter.
    ///
    /// # Errors
    /// [`CircuitError`] without a requester or with more than 1024, and outside of the technology's tables.
    pub fn new(request: &ArbiterRequest) -> Result<Arbiter, CircuitError> {
        let requesters = request.requesters;
        if requesters == 0 {
            return Err(CircuitError::impossible(
                "an arbiter without a requester",
                "there is nobody to grant",
                "ask for at least one",
            ));
        }
        if requesters > MOST_REQUESTERS {
            return Err(CircuitError::impossible(
                format!("an arbiter of {requesters} requesters"),
                format!("one arbiter is modelled for up to {MOST_REQUESTERS}"),
                format!("ask for {MOST_REQUESTERS}, or for a tree of arbiters"),
            ));
        }
        Ok(Arbiter::build(&Fabric::new(&request.process)?, request.kind, requesters))
    }

    pub(super) fn build(fabric: &Fabric, kind: ArbiterKind, requesters: u32) -> Arbiter {
        match kind {
            ArbiterKind::Matrix => Arbiter::matrix(fabric, requesters),
            ArbiterKind::RoundRobin => Arbiter::round_robin(fabric, requesters),
        }
    }

    /// Each requester's grant: a NAND2 with each rival's request and priority, a tree over them, an AND2 with its
    /// own request. Each pair has a priority bit with two AND-ORs that set and clear it.
    fn matrix(fabric: &Fabric, requesters: u32) -> Arbiter {
        let (rules, n) = (&fabric.rules, f64::from(requesters));
        let pairs = n * (n - 1.0) / 2.0;
        let gates = 2.0 * n * (n - 1.0) + n * rules.and2 + 2.0 * pairs * rules.and_or;
        // The granted one yields to all others: of its n - 1 priorities half do so already.
        let bits_changed = (n - 1.0) / 2.0;
        let depth = 2.0 + levels(n - 1.0);
        Arbiter::of(fabric, requesters, gates, pairs, bits_changed, depth, n - 1.0)
    }

    /// A masked and an unmasked prefix network of n/2 log2 n AND2s each, a grant of each network and the choice
    /// between them, and the next pointer behind its enable.
    fn round_robin(fabric: &Fabric, requesters: u32) -> Arbiter {
        let (rules, n) = (&fabric.rules, f64::from(requesters));
        let prefix_levels = levels(n);
        let gates = rules.and2 * n * (3.0 + prefix_levels) + rules.and_or * n + rules.multiplexer * n;
        // A thermometer of n bits moves from one random place to another: a third of them change.
        let bits_changed = n / 3.0;
        Arbiter::of(fabric, requesters, gates, n, bits_changed, 3.0 + prefix_levels, n / 2.0)
    }

    fn of(
        fabric: &Fabric,
        requesters: u32,
        gates: f64,
        bits: f64,
        bits_changed: f64,
        depth: f64,
        fan_out: f64,
    ) -> Arbiter {
        Arbiter {
            requesters,
            cost: fabric.place(Netlist { gates, flip_flops: bits, clocked: bits }),
            energy: fabric.transitions(gates * fabric.rules.control_switching) + fabric.store(bits_changed),
            delay: fabric.gate_delay(depth) + fabric.fan_out_delay(fan_out),
        }
    }
}
