//! Which parts of two reports are the same one.

use std::collections::BTreeMap;

use serde::Serialize;

/// In which of two runs a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    /// In both.
    Both,
    /// In the first alone: vanished.
    A,
    /// In the second alone: new.
    B,
}

/// A part of one run and the same of another: of one of them at least.
pub(super) enum Pair<'a, T> {
    Both(&'a T, &'a T),
    A(&'a T),
    B(&'a T),
}

impl<'a, T> Pair<'a, T> {
    pub fn presence(&self) -> Presence {
        match self {
            Pair::Both(..) => Presence::Both,
            Pair::A(_) => Presence::A,
            Pair::B(_) => Presence::B,
        }
    }

    /// What tells it: the second run's words, where it has any.
    pub fn either(&self) -> &'a T {
        match self {
            Pair::Both(_, part) | Pair::A(part) | Pair::B(part) => part,
        }
    }

    pub fn a(&self) -> Option<&'a T> {
        match self {
            Pair::Both(a, _) | Pair::A(a) => Some(a),
            Pair::B(_) => None,
        }
    }

    pub fn b(&self) -> Option<&'a T> {
        match self {
            Pair::Both(_, b) | Pair::B(b) => Some(b),
            Pair::A(_) => None,
        }
    }
}

/// Parts of equal keys are the same; of several with one key, the first is the first, and so on. In the order of `b`,
/// then what `a` alone has.
pub(super) fn pairs<'a, T, K: Ord>(
    a: impl IntoIterator<Item = &'a T>,
    b: impl IntoIterator<Item = &'a T>,
    key: impl Fn(&'a T) -> K,
) -> Vec<Pair<'a, T>> {
    let mut waiting: BTreeMap<(K, usize), (usize, &'a T)> =
        keyed(a, &key).into_iter().enumerate().map(|(at, (key, part))| (key, (at, part))).collect();
    let mut pairs: Vec<Pair<'a, T>> = keyed(b, &key)
        .into_iter()
        .map(|(key, b)| match waiting.remove(&key) {
            Some((_, a)) => Pair::Both(a, b),
            None => Pair::B(b),
        })
        .collect();
    let mut vanished: Vec<(usize, &'a T)> = waiting.into_values().collect();
    vanished.sort_by_key(|(at, _)| *at);
    pairs.extend(vanished.into_iter().map(|(_, part)| Pair::A(part)));
    pairs
}

/// Each part with its key and how many with that key came before.
fn keyed<'a, T, K: Ord>(
    parts: impl IntoIterator<Item = &'a T>,
    key: &impl Fn(&'a T) -> K,
) -> Vec<((K, usize), &'a T)> {
    let mut seen: BTreeMap<K, usize> = BTreeMap::new();
    let mut number = |part| {
        let before = seen.entry(key(part)).or_default();
        *before += 1;
        ((key(part), *before), part)
    };
    parts.into_iter().map(&mut number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_pair_in_order_and_what_one_alone_has_stays() {
        let (a, b) = ([(1, "x"), (2, "y"), (3, "x"), (4, "z")], [(5, "x"), (6, "x"), (7, "x"), (8, "y")]);
        let found: Vec<(Option<i32>, Option<i32>)> = pairs(&a, &b, |part| part.1)
            .iter()
            .map(|pair| (pair.a().map(|part| part.0), pair.b().map(|part| part.0)))
            .collect();
        let expected =
            [(Some(1), Some(5)), (Some(3), Some(6)), (None, Some(7)), (Some(2), Some(8)), (Some(4), None)];
        assert_eq!(found, expected);
    }
}
