//! Ports of memory macros: one more never takes less.
//!
//! With more ports, macros are larger and slower. Where the largest then miss the clock, the search takes faster ones,
//! which may happen to fit the words of one memory better. Such a memory gets rows that are not used until it takes as
//! much as with any port less, as one of more words does.

use std::collections::HashMap;

use super::Storage;
use super::macros::MacroKind;
use crate::chip::circuit::array::Ports;
use crate::chip::component::{ComponentError, Context};
use crate::units::{SquareMicrometres, Watts};

type KindOf<'a> = &'a dyn Fn(Ports) -> Result<MacroKind, ComponentError>;

/// So many words in macros of the kind for their ports, of no less area and leakage than with fewer ports.
pub fn build(
    words: u64,
    ports: Ports,
    kind_of: KindOf,
    context: &Context,
) -> Result<Storage, ComponentError> {
    Growth { words, kind_of, context, built: HashMap::new() }.of(ports)
}

/// One memory with ever more ports.
struct Growth<'a> {
    words: u64,
    kind_of: KindOf<'a>,
    context: &'a Context<'a>,
    built: HashMap<Ports, (SquareMicrometres, Watts)>,
}

impl Growth<'_> {
    fn of(&mut self, ports: Ports) -> Result<Storage, ComponentError> {
        let kind = (self.kind_of)(ports)?;
        let mut least = (SquareMicrometres(0.0), Watts(0.0));
        for fewer in with_one_less(ports) {
            let (area, leakage) = self.taken(fewer)?;
            least = (SquareMicrometres(least.0.0.max(area.0)), Watts(least.1.0.max(leakage.0)));
        }
        let enough = |storage: &Storage| storage.area() >= least.0 && storage.leakage() >= least.1;
        let storage = kind.tiled(self.words, self.context)?;
        if enough(&storage) {
            return Ok(storage);
        }
        let (mut few, mut many) = (self.words, 2 * self.words);
        while !enough(&kind.tiled(many, self.context)?) {
            (few, many) = (many, 2 * many);
        }
        while many - few > 1 {
            let middle = few.midpoint(many);
            if enough(&kind.tiled(middle, self.context)?) { many = middle } else { few = middle }
        }
        kind.tiled(many, self.context)
    }

    fn taken(&mut self, ports: Ports) -> Result<(SquareMicrometres, Watts), ComponentError> {
        if let Some(taken) = self.built.get(&ports) {
            return Ok(*taken);
        }
        let storage = self.of(ports)?;
        let taken = (storage.area(), storage.leakage());
        self.built.insert(ports, taken);
        Ok(taken)
    }
}

/// The ports less any one of them, where something still reads and something writes.
fn with_one_less(ports: Ports) -> impl Iterator<Item = Ports> {
    let Ports { read_write, read, write } = ports;
    [
        read_write.checked_sub(1).map(|read_write| Ports { read_write, ..ports }),
        read.checked_sub(1).map(|read| Ports { read, ..ports }),
        write.checked_sub(1).map(|write| Ports { write, ..ports }),
    ]
    .into_iter()
    .flatten()
    .filter(|ports| ports.reading() > 0 && ports.writing() > 0)
}
