//! What was found before: the answer is the same with and without it, and the same for all threads.

use std::hash::Hash;
use std::sync::Mutex;

use rustc_hash::FxHashMap;

use super::ComponentError;
use super::storage::{KindKey, MacroKind};
use crate::chip::circuit::CircuitError;
use crate::chip::circuit::array::{
    self, ArrayRequest, CellKind, MemoryArray, Objective, Organisation, Ports,
};
use crate::chip::technology::DeviceClass;

/// Answers by their questions.
#[derive(Debug)]
struct Memo<K, V>(Mutex<FxHashMap<K, V>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Memo<K, V> {
        Memo(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Memo<K, V> {
    /// The answer; it is worked out without holding others up, at worst twice.
    fn answer(&self, question: K, work_out: impl FnOnce() -> V) -> V {
        let known = self.0.lock().ok().and_then(|known| known.get(&question).cloned());
        if let Some(answer) = known {
            return answer;
        }
        let answer = work_out();
        if let Ok(mut known) = self.0.lock() {
            known.insert(question, answer.clone());
        }
        answer
    }
}

/// Arrays, and kinds of memory macro, by what was asked for.
#[derive(Debug, Default)]
pub struct ArrayCache {
    arrays: Memo<ArrayKey, Result<MemoryArray, CircuitError>>,
    kinds: Memo<KindKey, Result<MacroKind, ComponentError>>,
}

impl ArrayCache {
    /// The best array for a request.
    ///
    /// # Errors
    /// [`CircuitError`] as of [`array::find`].
    pub fn find(&self, request: &ArrayRequest) -> Result<MemoryArray, CircuitError> {
        self.arrays.answer(ArrayKey::of(request), || array::find(request))
    }

    /// The kind of macro that a search picks.
    pub(super) fn kind(
        &self,
        key: KindKey,
        search: impl FnOnce() -> Result<MacroKind, ComponentError>,
    ) -> Result<MacroKind, ComponentError> {
        self.kinds.answer(key, search)
    }
}

/// A request, its numbers by their bits.
#[derive(Debug, PartialEq, Eq, Hash)]
struct ArrayKey {
    sizes: (u64, u32, u32),
    ports: Ports,
    cell: CellKind,
    periphery: DeviceClass,
    organisation: Option<Organisation>,
    objective: Objective,
    conditions: [Option<u64>; 6],
}

impl ArrayKey {
    fn of(request: &ArrayRequest) -> ArrayKey {
        // Every field by name: a new one must be part of the key.
        let ArrayRequest {
            node,
            capacity_bytes,
            word_bytes,
            ports,
            cell,
            periphery,
            temperature,
            supply,
            banks,
            organisation,
            objective,
            limits: array::Limits { access, cycle, area },
        } = *request;
        let conditions = [
            Some(node.0),
            Some(temperature.0),
            supply.map(|supply| supply.0),
            access.map(|access| access.0),
            cycle.map(|cycle| cycle.0),
            area.map(|area| area.0),
        ];
        ArrayKey {
            sizes: (capacity_bytes, word_bytes, banks),
            ports,
            cell,
            periphery,
            organisation,
            objective,
            conditions: conditions.map(|value| value.map(f64::to_bits)),
        }
    }
}
