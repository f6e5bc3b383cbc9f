//! The names that were seen last, so that a row costs no lookup in the sink.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use crate::event::ChannelId;
use crate::variant::DataVariant;

/// How many names are remembered: more than a trace has channels, mostly.
const SLOTS: usize = 64;

/// Remembers what a sink called the names it was last asked for. Lives as long as one chunk.
pub(crate) struct RecentNames<Id> {
    slots: Vec<Option<Slot<Id>>>,
}

struct Slot<Id> {
    first: Box<[u8]>,
    second: Box<[u8]>,
    id: Id,
}

impl<Id: Copy> RecentNames<Id> {
    /// Remembers nothing yet.
    pub(crate) fn new() -> RecentNames<Id> {
        RecentNames { slots: (0..SLOTS).map(|_| None).collect() }
    }

    /// What a pair of names was called, or else what `ask` says it is.
    pub(crate) fn get_or<E>(
        &mut self,
        first: &[u8],
        second: &[u8],
        ask: impl FnOnce() -> Result<Id, E>,
    ) -> Result<Id, E> {
        let mut hasher = FxHasher::default();
        hasher.write(first);
        hasher.write(second);
        let slot = &mut self.slots[(hasher.finish() % SLOTS as u64) as usize];
        if let Some(known) = slot.as_ref().filter(|known| *known.first == *first && *known.second == *second)
        {
            return Ok(known.id);
        }
        let id = ask()?;
        *slot = Some(Slot { first: first.into(), second: second.into(), id });
        Ok(id)
    }
}

/// The channels that were seen last: actions on random data, and their variants once a trace has any.
pub(crate) struct RecentChannels {
    random: RecentNames<ChannelId>,
    variants: [Option<RecentNames<ChannelId>>; DataVariant::ALL.len()],
}

impl RecentChannels {
    /// Remembers nothing yet.
    pub(crate) fn new() -> RecentChannels {
        RecentChannels { random: RecentNames::new(), variants: [const { None }; DataVariant::ALL.len()] }
    }

    /// The channels of one variant, or of random data, by the name of the action on random data.
    pub(crate) fn of(&mut self, variant: Option<DataVariant>) -> &mut RecentNames<ChannelId> {
        match variant {
            None => &mut self.random,
            Some(variant) => self.variants[variant as usize].get_or_insert_with(RecentNames::new),
        }
    }
}
