//! When an event was: cycles, or times that a clock turns into cycles.

use super::count::{not_a_number, small_whole};
use super::decimal::{Decimal, NotDecimal};
use super::text::{BadText, Text};
use crate::error::excerpt;
use crate::event::MAX_CYCLE;
use crate::metadata::{Metadata, Note};

/// The cycles `[start, end)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interval {
    /// First cycle.
    pub(crate) start: i64,
    /// First cycle after the last.
    pub(crate) end: i64,
}

/// Which edge of an event's interval a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// The start.
    Start,
    /// The end.
    End,
    /// The start of an interval of known length: one cycle, unless the trace says otherwise.
    Cycle,
}

/// The unit that a name says its value has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Unit {
    /// Cycles of the trace's clock.
    Cycles,
    /// A time, as so many of its unit a second.
    Time {
        /// 10⁹ for nanoseconds.
        per_second: f64,
    },
}

/// Every name of an edge, in both formats.
pub(crate) const EDGE_NAMES: &[(&str, Edge, Unit)] = &[
    ("start", Edge::Start, Unit::Cycles),
    ("end", Edge::End, Unit::Cycles),
    ("start_cycle", Edge::Start, Unit::Cycles),
    ("end_cycle", Edge::End, Unit::Cycles),
    ("cycle", Edge::Cycle, Unit::Cycles),
    ("start_s", Edge::Start, Unit::Time { per_second: 1.0 }),
    ("end_s", Edge::End, Unit::Time { per_second: 1.0 }),
    ("start_ms", Edge::Start, Unit::Time { per_second: 1e3 }),
    ("end_ms", Edge::End, Unit::Time { per_second: 1e3 }),
    ("start_us", Edge::Start, Unit::Time { per_second: 1e6 }),
    ("end_us", Edge::End, Unit::Time { per_second: 1e6 }),
    ("start_ns", Edge::Start, Unit::Time { per_second: 1e9 }),
    ("end_ns", Edge::End, Unit::Time { per_second: 1e9 }),
    ("start_ps", Edge::Start, Unit::Time { per_second: 1e12 }),
    ("end_ps", Edge::End, Unit::Time { per_second: 1e12 }),
];

/// How a pair of texts becomes an interval of cycles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum TimeScale {
    /// The texts are cycles.
    Cycles,
    /// The texts are times.
    Times {
        /// The clock.
        clock_hz: f64,
        /// How many of the unit a second has.
        per_second: f64,
    },
}

/// Says by which clock the times of a trace became cycles: the cycles mean nothing without it.
pub(crate) fn count_times_by(metadata: &mut Metadata, clock_hz: f64) {
    if metadata.clock_hz.is_none() {
        metadata.clock_hz = Some(clock_hz);
        metadata.notes.push(Note::assumption(format!(
            "the trace is in units of time and names no clock: its times became cycles of {clock_hz} Hz"
        )));
    }
}

impl TimeScale {
    /// The scale for a unit; `None` if it is a time and there is no clock.
    pub(crate) fn new(unit: Unit, clock_hz: Option<f64>) -> Option<TimeScale> {
        match unit {
            Unit::Cycles => Some(TimeScale::Cycles),
            Unit::Time { per_second } => Some(TimeScale::Times { clock_hz: clock_hz?, per_second }),
        }
    }

    /// Reads an interval.
    pub(crate) fn interval(self, start: Text<'_>, end: Text<'_>) -> Result<Interval, BadText> {
        match self {
            TimeScale::Cycles => {
                let interval = Interval { start: read_cycle(start)?, end: read_cycle(end)? };
                if interval.end <= interval.start { Err(end_before_start(start, end)) } else { Ok(interval) }
            }
            TimeScale::Times { clock_hz, per_second } => {
                let cycles = |text| Ok(in_cycles(read_time(text)?, clock_hz, per_second));
                let (start_cycles, end_cycles) = (cycles(start)?, cycles(end)?);
                if end_cycles <= start_cycles {
                    return Err(end_before_start(start, end));
                }
                let first = nearest_cycle(start, start_cycles)?;
                // An interval shorter than a cycle still happened.
                Ok(Interval { start: first, end: nearest_cycle(end, end_cycles)?.max(first + 1) })
            }
        }
    }

    /// The interval between whole numbers of at most 18 digits; `None` for what [`TimeScale::interval`] refuses.
    #[inline(always)]
    pub(crate) fn whole_interval(self, start: i64, end: i64) -> Option<Interval> {
        if end <= start {
            return None;
        }
        match self {
            TimeScale::Cycles => Some(Interval { start, end }),
            TimeScale::Times { clock_hz, per_second } => {
                let cycles = |time| in_cycles(time as f64, clock_hz, per_second);
                let (start_cycles, end_cycles) = (cycles(start), cycles(end));
                if end_cycles <= start_cycles {
                    return None;
                }
                let first = rounded(start_cycles)?;
                Some(Interval { start: first, end: rounded(end_cycles)?.max(first + 1) })
            }
        }
    }
}

fn in_cycles(time: f64, clock_hz: f64, per_second: f64) -> f64 {
    time * clock_hz / per_second
}

/// Reads a cycle: a whole number, which may be negative.
pub(crate) fn read_cycle(text: Text<'_>) -> Result<i64, BadText> {
    let (sign, digits) = match text.bytes {
        [b'-', rest @ ..] => (-1, rest),
        bytes => (1, bytes),
    };
    // 18 digits are below 2⁶⁰.
    small_whole(digits).map_or_else(|| read_any_cycle(text), |whole| Ok(sign * whole as i64))
}

fn read_any_cycle(text: Text<'_>) -> Result<i64, BadText> {
    let number = Decimal::parse(text.bytes).map_err(|kind| not_a_number(text, kind, "cycle"))?;
    if number.fraction != 0 {
        return Err(text.bad(
            "fractional_cycle",
            format!("a fractional cycle {}", excerpt(text.bytes)),
            "a whole cycle",
            "name times start_s and end_s (or _ms, _us, _ns, _ps)",
        ));
    }
    let size = i64::try_from(number.whole).ok().filter(|&size| size <= MAX_CYCLE);
    size.map(|size| if number.negative { -size } else { size }).ok_or_else(|| far_cycle(text))
}

fn read_time(text: Text<'_>) -> Result<f64, BadText> {
    // What Rust takes for a number but we do not (`infinity`) is refused by the same words as elsewhere.
    Decimal::check(text.bytes).map_err(|kind| not_a_number(text, kind, "time"))?;
    text.as_str()?.parse().map_err(|_| not_a_number(text, NotDecimal::Text, "time"))
}

fn nearest_cycle(text: Text<'_>, cycles: f64) -> Result<i64, BadText> {
    rounded(cycles).ok_or_else(|| far_cycle(text))
}

fn rounded(cycles: f64) -> Option<i64> {
    let nearest = cycles.round();
    (nearest.abs() <= MAX_CYCLE as f64).then_some(nearest as i64)
}

fn far_cycle(text: Text<'_>) -> BadText {
    text.bad(
        "cycle_out_of_range",
        format!("{}, beyond the last cycle", excerpt(text.bytes)),
        format!("a cycle between -{MAX_CYCLE} and {MAX_CYCLE} (2^60)"),
        "check the unit of the times and the clock",
    )
}

fn end_before_start(start: Text<'_>, end: Text<'_>) -> BadText {
    end.bad(
        "end_before_start",
        format!("an interval that ends at {} and starts at {}", excerpt(end.bytes), excerpt(start.bytes)),
        "an end after the start",
        "the end is the first cycle after the interval: an event of one cycle ends at start + 1",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NANOSECONDS: TimeScale = TimeScale::Times { clock_hz: 700e6, per_second: 1e9 };

    fn read(scale: TimeScale, start: &str, end: &str) -> Result<(i64, i64), &'static str> {
        let text = |text: &'static str| Text { bytes: text.as_bytes(), at: 0 };
        let (start, end) = (start.to_owned().leak(), end.to_owned().leak());
        let interval = scale.interval(text(start), text(end)).map_err(|bad| bad.error.reason())?;
        Ok((interval.start, interval.end))
    }

    #[test]
    fn cycles_may_be_negative_and_are_whole() {
        assert_eq!(read(TimeScale::Cycles, "-58", "1e3"), Ok((-58, 1000)));
        assert_eq!(read(TimeScale::Cycles, "0.5", "2"), Err("fractional_cycle"));
        assert_eq!(read(TimeScale::Cycles, "x", "2"), Err("not_a_number"));
        assert_eq!(read(TimeScale::Cycles, "nan", "2"), Err("not_finite"));
    }

    #[test]
    fn the_last_cycle_is_two_to_the_sixty() {
        assert_eq!(read(TimeScale::Cycles, "0", "1152921504606846976"), Ok((0, MAX_CYCLE)));
        assert_eq!(read(TimeScale::Cycles, "0", "1152921504606846977"), Err("cycle_out_of_range"));
        assert_eq!(read(TimeScale::Cycles, "-1152921504606846977", "0"), Err("cycle_out_of_range"));
        assert_eq!(read(NANOSECONDS, "0", "1e300"), Err("cycle_out_of_range"));
    }

    #[test]
    fn an_end_that_is_not_after_the_start_is_refused() {
        assert_eq!(read(TimeScale::Cycles, "7", "7"), Err("end_before_start"));
        assert_eq!(read(TimeScale::Cycles, "7", "6"), Err("end_before_start"));
        assert_eq!(read(NANOSECONDS, "7", "7"), Err("end_before_start"));
    }

    #[test]
    fn times_go_to_the_nearest_cycle_and_never_to_nothing() {
        assert_eq!(read(NANOSECONDS, "0", "10"), Ok((0, 7)));
        assert_eq!(read(NANOSECONDS, "-10", "1.5e1"), Ok((-7, 11)));
        assert_eq!(read(NANOSECONDS, "10", "10.1"), Ok((7, 8)));
    }
}
