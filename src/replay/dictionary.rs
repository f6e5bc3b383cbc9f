//! Names to numbers, shared by the workers of one run.

use std::sync::{PoisonError, RwLock};

use rustc_hash::FxHashMap;
use trace_formats::Rejection;

use crate::activity::ChannelName;

/// The most channels a trace may name. A trace with more has something else in its name columns.
const MAX_CHANNELS: usize = 1 << 16;

/// The most different sets of region tags a trace may use.
const MAX_REGION_SETS: usize = 1 << 20;

/// The longest name of a component, an action or a set of region tags, in bytes.
const MAX_NAME_BYTES: usize = 4096;

/// What becomes of a channel that a trace names.
#[derive(Clone, Debug, PartialEq)]
pub enum Admission {
    /// It is counted.
    Take,
    /// Nothing is bound to it, and the user asked to go on: it is counted, and reported as unbound.
    LeaveUnbound,
    /// The run stops at its first event.
    Refuse(Rejection),
}

/// The names that whoever takes the windows can do something with.
pub trait NameSet: Sync {
    /// Decides about a channel, always the same way; asked once a channel and worker, and once at the end.
    fn admit(&self, name: &ChannelName) -> Admission;
}

/// Takes every name, for runs without a chip.
pub struct AdmitAll;

impl NameSet for AdmitAll {
    fn admit(&self, _name: &ChannelName) -> Admission {
        Admission::Take
    }
}

/// Channels and region sets in the order in which any worker first met them.
///
/// That order differs from run to run; whatever is printed is sorted by name.
pub struct Dictionary<'a> {
    names: &'a dyn NameSet,
    channels: RwLock<Interned<ChannelName>>,
    region_sets: RwLock<Interned<String>>,
}

struct Interned<T> {
    numbers: FxHashMap<T, u32>,
    items: Vec<T>,
}

impl<T: Clone + Eq + std::hash::Hash> Interned<T> {
    fn number_of(&mut self, item: &T, most: usize, what: &str) -> Result<u32, Rejection> {
        if let Some(&number) = self.numbers.get(item) {
            return Ok(number);
        }
        if self.items.len() >= most {
            return Err(Rejection {
                reason: "too_many_names",
                found: format!("more than {most} different {what}"),
                expected: format!("at most {most} {what}"),
                cure: "check that the columns hold names, not addresses or counts".to_owned(),
            });
        }
        let number = self.items.len() as u32;
        self.items.push(item.clone());
        self.numbers.insert(item.clone(), number);
        Ok(number)
    }
}

impl<'a> Dictionary<'a> {
    /// An empty dictionary that admits the channels of `names`. Region set 0 is the empty one.
    pub fn new(names: &'a dyn NameSet) -> Dictionary<'a> {
        let region_sets =
            Interned { numbers: FxHashMap::from_iter([(String::new(), 0)]), items: vec![String::new()] };
        let channels = Interned { numbers: FxHashMap::default(), items: Vec::new() };
        Dictionary { names, channels: RwLock::new(channels), region_sets: RwLock::new(region_sets) }
    }

    /// The number of a channel.
    pub fn channel(&self, component: &str, action: &str) -> Result<u32, Rejection> {
        check_length(component)?;
        check_length(action)?;
        let name = ChannelName { component: component.to_owned(), action: action.to_owned() };
        if let Admission::Refuse(rejection) = self.names.admit(&name) {
            return Err(rejection);
        }
        let mut channels = self.channels.write().unwrap_or_else(PoisonError::into_inner);
        channels.number_of(&name, MAX_CHANNELS, "channels")
    }

    /// Whether nothing is bound to a channel.
    pub fn is_unbound(&self, name: &ChannelName) -> bool {
        self.names.admit(name) == Admission::LeaveUnbound
    }

    /// The number of a set of region tags.
    pub fn region_set(&self, tags: &str) -> Result<u32, Rejection> {
        check_length(tags)?;
        let mut sets = self.region_sets.write().unwrap_or_else(PoisonError::into_inner);
        sets.number_of(&tags.to_owned(), MAX_REGION_SETS, "sets of region tags")
    }

    /// The channels from number `from` on.
    pub fn channels_from(&self, from: usize) -> Vec<ChannelName> {
        self.channels.read().unwrap_or_else(PoisonError::into_inner).items[from..].to_vec()
    }

    /// All region sets, by number.
    pub fn region_sets(&self) -> Vec<String> {
        self.region_sets.read().unwrap_or_else(PoisonError::into_inner).items.clone()
    }
}

fn check_length(name: &str) -> Result<(), Rejection> {
    if name.len() <= MAX_NAME_BYTES {
        return Ok(());
    }
    Err(Rejection {
        reason: "name_too_long",
        found: format!("a name of {} bytes", name.len()),
        expected: format!("names of at most {MAX_NAME_BYTES} bytes"),
        cure: "check that the file has line ends and the right columns".to_owned(),
    })
}
