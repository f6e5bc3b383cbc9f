//! The clock of a chip: given, of a performance, or the fastest that every component meets.

use super::{Builder, Design};
use crate::chip::component::TimingPath;
use crate::chip::error::Problem;
use crate::chip::spec::ChipSpec;
use crate::units::Hertz;

/// No clock is slower, and none is faster: past what any product has.
const SLOWEST: Hertz = Hertz(50e6);
const FASTEST: Hertz = Hertz(6e9);

/// Steps of the ladder of clocks between them. Clocks that work have a lower end as well, as what is sized by a bandwidth
/// gets wider the slower the clock: a range narrower than a step, 35 %, may be missed.
const RUNGS: u32 = 16;

/// Clocks are found to this part.
const CLOCK_STEP: f64 = 1e-3;

/// Most components that a message names as too slow.
const MOST_TOLD: usize = 5;

/// A cycle may exceed the clock's by so much, as units are sized to fill it exactly.
const ROUNDING: f64 = 1e-9;

impl Design {
    /// The longest path of each component that misses the clock, the slowest first.
    fn missed(&self) -> Vec<(&str, &TimingPath)> {
        let most = self.clock.time_of(1.0) * (1.0 + ROUNDING);
        let mut slow: Vec<_> = self.critical_paths().filter(|(_, path)| path.cycle > most).collect();
        slow.sort_by(|(_, a), (_, b)| b.cycle.0.total_cmp(&a.cycle.0));
        slow
    }
}

/// Clocks to try, the slowest first.
fn ladder() -> impl DoubleEndedIterator<Item = Hertz> {
    let ratio = FASTEST.0 / SLOWEST.0;
    (0..=RUNGS).map(move |rung| Hertz(SLOWEST.0 * libm::pow(ratio, f64::from(rung) / f64::from(RUNGS))))
}

/// A clock as a message tells it, in three digits, and no faster than it is: what is told works.
fn rounded_down(clock: Hertz) -> Hertz {
    let unit = libm::pow(10.0, libm::floor(libm::log10(clock.0)) - 2.0);
    Hertz((clock.0 / unit).floor() * unit)
}

impl Builder {
    /// The chip of a spec.
    ///
    /// # Errors
    /// What cannot be built or met: the key, the value, the reason and what works.
    pub fn build(&self, spec: &ChipSpec) -> Result<Design, Vec<Problem>> {
        let target = &spec.header.target;
        match (target.clock, target.tops) {
            (Some(clock), tops) => {
                let reason = "given".to_owned();
                let design = self.at(spec, clock.0, reason).map_err(|found| {
                    self.blame(spec, clock.0, "target.clock", &clock.0.to_string(), found)
                })?;
                self.check_clock(spec, &design)?;
                match tops {
                    Some(tops) if design.peak_tops() < tops * (1.0 - 1e-9) => {
                        Err(self.too_few_tops(spec, &design, tops))
                    }
                    _ => Ok(design),
                }
            }
            (None, Some(tops)) => {
                let macs = self.at_any_clock(spec)?.peak_macs();
                if macs <= 0.0 {
                    return Err(Problem::alone(
                        "target.tops",
                        "the chip has no tensor unit, reduction tree or vector unit that multiplies: give target.clock instead",
                    ));
                }
                let clock = Hertz(tops * 1e12 / (2.0 * macs));
                let needed = format!("{tops} TOPS of {macs} multiply-accumulates a cycle");
                let value = format!("{tops}: needs {clock} with {macs} multiply-accumulates a cycle");
                let design = self
                    .at(spec, clock, needed)
                    .map_err(|found| self.blame(spec, clock, "target.tops", &value, found))?;
                self.check_clock(spec, &design)?;
                Ok(design)
            }
            (None, None) => {
                let clock = self.fastest(spec)?;
                self.at(spec, clock, "the fastest that every component meets".to_owned())
            }
        }
    }

    /// The chip misses its performance at the given clock: what would do, tried out.
    fn too_few_tops(&self, spec: &ChipSpec, design: &Design, tops: f64) -> Vec<Problem> {
        let (has, clock) = (design.peak_tops(), design.clock);
        let times = tops / has;
        let needed = clock * times;
        let more = format!("{times:.2} times the multiply-accumulators would do");
        let cure = if self.meets(spec, needed).unwrap_or(false) {
            format!("a clock of {needed} or {more}")
        } else {
            match self.fastest(spec) {
                Ok(fastest) => {
                    format!(
                        "{more}; the fastest clock that every component meets is {}",
                        rounded_down(fastest)
                    )
                }
                Err(_) => more,
            }
        };
        let less = 100.0 * (1.0 - has / tops);
        Problem::alone(
            "target.tops",
            format!("{tops}: the chip has {has:.4} at {clock}, {less:.1} % less; {cure}"),
        )
    }

    /// What cannot be built at a clock and can at another is the clock's fault, and so that of the key that gave it.
    fn blame(
        &self,
        spec: &ChipSpec,
        clock: Hertz,
        key: &str,
        value: &str,
        found: Vec<Problem>,
    ) -> Vec<Problem> {
        match (self.fastest(spec), found.first()) {
            (Ok(fastest), Some(first)) if fastest.0 < clock.0 => {
                let reason = format!("{} ({})", first.what, first.key);
                let cure =
                    format!("the fastest clock that every component meets is {}", rounded_down(fastest));
                Problem::alone(key, format!("{value}: {reason}; {cure}"))
            }
            _ => found,
        }
    }

    /// Fails if components are slower than the clock, with all of them and the fastest clock that works.
    fn check_clock(&self, spec: &ChipSpec, design: &Design) -> Result<(), Vec<Problem>> {
        let slow = design.missed();
        if slow.is_empty() {
            return Ok(());
        }
        let period = design.clock.time_of(1.0);
        let told = slow.iter().take(MOST_TOLD).map(|(name, path)| {
            let more = 100.0 * (path.cycle.0 / period.0 - 1.0);
            format!("{name} ({}) takes {}, {more:.0} % more", path.name, path.cycle)
        });
        let mut told: Vec<String> = told.collect();
        if slow.len() > MOST_TOLD {
            told.push(format!("{} others miss it too", slow.len() - MOST_TOLD));
        }
        let fastest = rounded_down(self.fastest(spec)?);
        let key = if spec.header.target.clock.is_some() { "target.clock" } else { "target.tops" };
        Err(Problem::alone(
            key,
            format!(
                "{} needs a cycle of {period}, but {}; the fastest clock that every component meets is {fastest}",
                design.clock,
                told.join(", "),
            ),
        ))
    }

    /// Whether every component can be built at a clock and meets it.
    fn meets(&self, spec: &ChipSpec, clock: Hertz) -> Result<bool, Vec<Problem>> {
        let design = self.at(spec, clock, String::new())?;
        Ok(design.missed().is_empty())
    }

    /// The chip at the slowest clock of the ladder at which it can be built, for what no clock changes.
    fn at_any_clock(&self, spec: &ChipSpec) -> Result<Design, Vec<Problem>> {
        let at = |clock| self.at(spec, clock, String::new());
        at(SLOWEST).or_else(|found| ladder().skip(1).find_map(|clock| at(clock).ok()).ok_or(found))
    }

    /// The fastest clock at which every component can be built and meets it: the fastest of a ladder, and then what is
    /// left of the step above.
    fn fastest(&self, spec: &ChipSpec) -> Result<Hertz, Vec<Problem>> {
        let meets = |clock: Hertz| self.meets(spec, clock).unwrap_or(false);
        let mut fast = FASTEST.0;
        for clock in ladder().rev() {
            if !meets(clock) {
                fast = clock.0;
                continue;
            }
            let mut slow = clock.0;
            while fast / slow > 1.0 + CLOCK_STEP {
                let middle = (slow * fast).sqrt();
                if meets(Hertz(middle)) { slow = middle } else { fast = middle }
            }
            return Ok(Hertz(slow));
        }
        let design = self.at_any_clock(spec)?;
        let path = design.critical_path().map(|(name, path)| {
            format!("; at {}, {name} ({}) takes a cycle of {}", design.clock, path.name, path.cycle)
        });
        let what = format!("no clock from {SLOWEST} on can be met{}", path.unwrap_or_default());
        Err(Problem::alone("target.clock", what))
    }
}
