//! Ports of a bank, and what comes of streams that meet in one.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Memory;
use super::streams::Streams;
use crate::chip::circuit::array::Ports;
use crate::chip::component::storage::StorageCell;
use crate::chip::component::{Choice, ComponentError, Context};

/// What happens to streams that meet in a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Conflicts {
    /// Nothing: each stream has a port at every bank, so that no access is ever late.
    Never,
    /// Those that find no port wait for it: banks are so many that this is rare.
    Arbitrated,
}

impl Conflicts {
    /// As given, or what fits where the memory stands.
    pub fn of(memory: &Memory, context: &Context, choices: &mut Vec<Choice>) -> Conflicts {
        if let Some(given) = memory.conflicts {
            return given;
        }
        let (chosen, told, reason) = if context.siblings.beside_cores {
            let reason = "cores share it over a network, where accesses come late anyhow";
            (Conflicts::Arbitrated, "arbitrated", reason)
        } else {
            let reason = "compilers schedule the units of a core and count on its memories";
            (Conflicts::Never, "never", reason)
        };
        choices.push(Choice::new("conflicts", told, reason));
        chosen
    }
}

/// Ports of each bank, and what they are to do for the streams.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrangement {
    /// Ports of a bank.
    pub ports: Ports,
    /// Whether streams wait for them.
    pub conflicts: Conflicts,
}

impl Arrangement {
    /// Accesses that so many banks serve in a cycle, of those that streams ask for.
    pub fn served(&self, streams: &Streams, banks: u32) -> f64 {
        let Ports { read_write, read, write } = self.ports;
        let wanted = streams.reads + streams.writes;
        if self.conflicts == Conflicts::Never {
            return wanted.min(f64::from(self.ports.total()));
        }
        if read_write > 0 {
            return met(wanted, self.ports.total(), banks);
        }
        met(streams.reads, read, banks) + met(streams.writes, write, banks)
    }

    /// The least power of two of banks that serve the wanted part of what is asked for, where streams wait.
    pub fn fewest_banks(&self, streams: &Streams, part: f64) -> u32 {
        if self.conflicts == Conflicts::Never {
            return 1;
        }
        let wanted = part * (streams.reads + streams.writes);
        let powers = (0..16).map(|power| 1_u32 << power);
        powers.into_iter().find(|banks| self.served(streams, *banks) >= wanted).unwrap_or(1 << 16)
    }
}

/// Accesses served in a cycle of so many that go to banks by lot: n (1 − (1 − 1/n)^s) of s, where n ports have one access
/// at most (Hennessy and Patterson, Computer Architecture, on interleaved memory). Several ports of a bank serve at least
/// as many as those of so many more banks would.
fn met(streams: f64, ports: u32, banks: u32) -> f64 {
    if streams <= f64::from(ports) {
        return streams;
    }
    let ports = f64::from(ports) * f64::from(banks);
    ports * (1.0 - libm::pow(1.0 - 1.0 / ports, streams))
}

/// The sets of ports that give the streams what they need, the one without conflicts first.
pub fn arrangements(
    memory: &Memory,
    streams: &Streams,
    conflicts: Conflicts,
) -> Result<Vec<Arrangement>, ComponentError> {
    let never = |ports| Arrangement { ports, conflicts: Conflicts::Never };
    let arbitrated = |ports| Arrangement { ports, conflicts: Conflicts::Arbitrated };
    if let Some(ports) = memory.given_ports() {
        check_given(ports, memory, streams, conflicts)?;
        return Ok(vec![Arrangement { ports, conflicts }]);
    }
    if memory.functions.is_some() {
        // A bank serves one stream at a time.
        return Ok(vec![never(SHARED)]);
    }
    let all = streams.reads + streams.writes;
    if memory.cell == StorageCell::Edram {
        return match conflicts {
            Conflicts::Arbitrated => Ok(vec![arbitrated(SHARED)]),
            Conflicts::Never if all <= 1.0 => Ok(vec![never(SHARED)]),
            Conflicts::Never => Err(one_port(streams)),
        };
    }
    let (separate, together) = (streams.ports(), all.ceil() as u32);
    let mut found = vec![never(separate)];
    // As many shared ports would each need the circuits of both: they can win only where they are fewer.
    if together < separate.total() {
        found.push(never(Ports { read_write: together, read: 0, write: 0 }));
    }
    if conflicts == Conflicts::Arbitrated && all > 1.0 {
        found.push(arbitrated(SHARED));
        if streams.reads.max(streams.writes) > 1.0 && streams.reads.min(streams.writes) > 0.0 {
            found.push(arbitrated(Ports { read_write: 0, read: 1, write: 1 }));
        }
    }
    Ok(found)
}

const SHARED: Ports = Ports { read_write: 1, read: 0, write: 0 };

const WAIT: &str = "conflicts = \"arbitrated\", with which those that meet wait for each other";

fn one_port(streams: &Streams) -> ComponentError {
    ComponentError::value(
        "cell",
        "edram",
        format!("{} may meet in a bank whose cells have one port", streams.told()),
        format!("use sram; or {WAIT}; or give each stream banks of its own (functions)"),
    )
}

fn check_given(
    given: Ports,
    memory: &Memory,
    streams: &Streams,
    conflicts: Conflicts,
) -> Result<(), ComponentError> {
    let told = format!("{} read, {} write and {} shared", given.read, given.write, given.read_write);
    let key = if memory.read_ports.is_some() {
        "read_ports"
    } else if memory.write_ports.is_some() {
        "write_ports"
    } else {
        "shared_ports"
    };
    if given.reading() == 0 || given.writing() == 0 {
        let missing = if given.reading() == 0 { "read_ports" } else { "write_ports" };
        let cure = format!("add {missing} = 1 or shared_ports = 1");
        return Err(ComponentError::value(key, told, "nothing could read it, or nothing write it", cure));
    }
    // What has no port of its kind takes a shared one.
    let left = |streams: f64, ports: u32| (streams - f64::from(ports)).max(0.0);
    let shared = left(streams.reads, given.read) + left(streams.writes, given.write);
    let take_turns = memory.functions.is_some() || streams.are_open || conflicts == Conflicts::Arbitrated;
    if !take_turns && shared > f64::from(given.read_write) + 1e-9 {
        let Ports { read_write, read, write } = streams.ports();
        let nearest = [("read_ports", read), ("write_ports", write), ("shared_ports", read_write)];
        let nearest = nearest.into_iter().filter(|(_, count)| *count > 0);
        let nearest: Vec<_> = nearest.map(|(key, count)| format!("{key} = {count}")).collect();
        let reason = format!("{} may meet in a bank", streams.told());
        let cure = format!("give {WAIT}; or the nearest ports: {}; or fewer streams", nearest.join(", "));
        return Err(ComponentError::value(key, told, reason, cure));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAMS: Streams = Streams { reads: 1.0, writes: 1.0, are_open: false };

    #[test]
    fn two_accesses_by_lot_meet_in_one_of_as_many_cycles_as_there_are_banks() {
        let shared = Arrangement { ports: SHARED, conflicts: Conflicts::Arbitrated };
        // One of two waits in 1 of 8 cycles.
        assert!((shared.served(&STREAMS, 8) - (2.0 - 1.0 / 8.0)).abs() < 1e-12);
        assert!((shared.served(&STREAMS, 1) - 1.0).abs() < 1e-12);
        // 9 of 10 are served from 5 banks on.
        assert_eq!(shared.fewest_banks(&STREAMS, 0.9), 8);
    }

    #[test]
    fn reads_do_not_meet_writes_where_each_have_a_port() {
        let two = Arrangement {
            ports: Ports { read_write: 0, read: 1, write: 1 },
            conflicts: Conflicts::Arbitrated,
        };
        assert_eq!(two.served(&STREAMS, 1), 2.0);
        let streams = Streams { reads: 3.0, ..STREAMS };
        // 4 (1 - (3/4)³) of three reads.
        assert!((two.served(&streams, 4) - (4.0 * (1.0 - 27.0 / 64.0) + 1.0)).abs() < 1e-12);
    }
}
