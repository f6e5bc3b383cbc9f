//! The operating points of a replay: every chip with every supply, clock and temperature.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail};

use crate::chip::pat::Pat;
use crate::chip::{self, Conditions, OperatingPoint};
use crate::units::{Celsius, Hertz, Kelvin, Volts};

/// What is asked for of one operating point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Asked {
    /// Its chip's place.
    pub chip: usize,
    pub voltage: Option<Volts>,
    pub clock: Option<Hertz>,
    pub temperature: Option<Kelvin>,
}

/// All combinations, the last of the conditions first to change.
pub(super) fn combinations(
    chips: usize,
    voltages: &[Volts],
    clocks: &[Hertz],
    temperatures: &[Kelvin],
) -> Vec<Asked> {
    let (voltages, clocks) = (given(voltages), given(clocks));
    let temperatures = given(temperatures);
    let mut all = Vec::new();
    for chip in 0..chips {
        for &voltage in &voltages {
            for &clock in &clocks {
                all.extend(temperatures.iter().map(|&temperature| Asked {
                    chip,
                    voltage,
                    clock,
                    temperature,
                }));
            }
        }
    }
    all
}

/// Each of the values once, or none.
fn given<T: Copy + PartialEq>(values: &[T]) -> Vec<Option<T>> {
    let mut given: Vec<Option<T>> = Vec::new();
    for value in values {
        if !given.contains(&Some(*value)) {
            given.push(Some(*value));
        }
    }
    if given.is_empty() { vec![None] } else { given }
}

/// The chips that the arguments name, each once.
pub(super) fn expand(arguments: &[String]) -> Result<Vec<String>> {
    let mut chips: Vec<String> = Vec::new();
    for argument in arguments {
        for chip in chip::expand(argument)? {
            if !chips.contains(&chip) {
                chips.push(chip);
            }
        }
    }
    Ok(chips)
}

/// Loads chips, designs several at a time.
pub(super) fn load(chips: &[String], threads: usize) -> Result<Vec<Pat>> {
    in_threads(chips, threads, |chip| Ok(chip::load(chip)?))
}

/// Takes the chips to the operating points. `own_clock` is that of the trace's cycles, if it names one: a clock that no
/// trace's cycles are of is not the chip's either.
pub(super) fn operating_points(
    chips: &[Pat],
    asked: &[Asked],
    own_clock: Option<Hertz>,
    threads: usize,
) -> Result<Vec<OperatingPoint>> {
    in_threads(asked, threads, |asked| {
        let clock = asked.clock.filter(|clock| own_clock.is_none_or(|own| own == *clock));
        let conditions = Conditions { voltage: asked.voltage, clock, temperature: asked.temperature };
        let point = chips[asked.chip].at(&conditions);
        if chips.len() == 1 { Ok(point?) } else { point.with_context(|| chips[asked.chip].name.clone()) }
    })
}

/// Short names that tell the points apart: `tpu-v1@0.8V@700MHz`.
pub(super) fn labels(chips: &[String], asked: &[Asked]) -> Vec<String> {
    let label = |asked: &Asked| {
        let volts = asked.voltage.map(|voltage| format!("@{}V", voltage.0));
        let clock = asked.clock.map(|clock| format!("@{}MHz", clock.0 / 1e6));
        let heat =
            asked.temperature.map(|temperature| format!("@{}C", written(Celsius::from(temperature).0)));
        let conditions: Vec<String> = [volts, clock, heat].into_iter().flatten().collect();
        format!("{}{}", chips[asked.chip], conditions.concat())
    };
    asked.iter().map(label).collect()
}

/// 60 °C as it was written, without what the way over kelvins leaves.
fn written(celsius: f64) -> f64 {
    (celsius * 1e9).round() / 1e9
}

/// What tells the chips apart in few words: their own names, else the ends of their paths, else what was asked for.
pub(super) fn chip_labels(arguments: &[String], chips: &[Pat]) -> Vec<String> {
    let names: Vec<String> = chips.iter().map(|chip| chip.name.clone()).collect();
    let ends: Vec<String> =
        arguments.iter().map(|argument| argument.rsplit('/').next().unwrap_or(argument).to_owned()).collect();
    let distinct = |labels: &Vec<String>| {
        let set: BTreeSet<&String> = labels.iter().collect();
        set.len() == labels.len()
    };
    [names, ends].into_iter().find(distinct).unwrap_or_else(|| arguments.to_vec())
}

/// The one length of a window in cycles.
pub(super) fn window_cycles(lengths: impl Iterator<Item = Result<(u64, Hertz)>>) -> Result<u64> {
    let mut first: Option<(u64, Hertz)> = None;
    for length in lengths {
        let (cycles, clock) = length?;
        match first {
            None => first = Some((cycles, clock)),
            Some((expected, _)) if expected == cycles => {}
            Some((expected, other)) => bail!(
                "found a window that is {expected} cycles of {other} and {cycles} of {clock}, expected one that is equally                  many at each clock: windows are the same cycles for all operating points; give --window in cycles"
            ),
        }
    }
    first.map(|(cycles, _)| cycles).context("there is no operating point")
}

/// Makes something of each item, in order; the first error in that order is the one.
pub(in crate::cli) fn in_threads<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    make: impl Fn(&T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let threads = threads.min(items.len());
    if threads <= 1 {
        return items.iter().map(make).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut made = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            match items.get(at) {
                Some(item) => made.push((at, make(item))),
                None => return made,
            }
        }
    };
    let mut made: Vec<(usize, Result<R>)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let joined = workers.into_iter().map(|worker| worker.join());
        joined.flat_map(|made| made.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    made.sort_by_key(|(at, _)| *at);
    made.into_iter().map(|(_, made)| made).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_chip_meets_every_condition_once() {
        let volts = [Volts(0.7), Volts(0.8), Volts(0.7)];
        let all = combinations(2, &volts, &[Hertz(1e9)], &[]);
        assert_eq!(all.len(), 4);
        assert_eq!((all[1].chip, all[1].voltage, all[1].clock), (0, Some(Volts(0.8)), Some(Hertz(1e9))));
        assert_eq!(all[3].temperature, None);
        let hot = combinations(1, &[], &[], &[Kelvin::from(Celsius(60.1))]);
        assert_eq!(labels(&["a".to_owned()], &hot), ["a@60.1C"]);
        assert_eq!(labels(&["a".to_owned(), "b".to_owned()], &all)[3], "b@0.8V@1000MHz");
    }

    #[test]
    fn the_first_error_in_order_is_told_whatever_thread_met_it() {
        let make = |item: &u64| if *item % 3 == 2 { bail!("item {item}") } else { Ok(item * 2) };
        for threads in [1, 2, 7] {
            assert_eq!(in_threads(&[0, 1, 3, 4], threads, make).unwrap(), [0, 2, 6, 8]);
            assert_eq!(in_threads(&[0, 5, 1, 2], threads, make).unwrap_err().to_string(), "item 5");
        }
    }
}
