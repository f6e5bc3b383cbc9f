//! Power over time beside layers, ops and inferences, for Perfetto: JSON in the format of Chrome's trace events.
//!
//! A counter a component tells of a window only where its power changes. Perfetto keeps whole nanoseconds and drops what is
//! before 0, so that a run which starts before cycle 0 is moved to 0; cycles and times of the report stand beside it.

mod lanes;
mod numbers;
mod slices;

use std::io::Write;

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

use super::formats::{FinishedRun, ReportFormat, ReportWriter, RunHeading, Takes};
use super::output::Output;
use crate::power::PowerRow;
use crate::units::Hertz;

/// The one process of the trace.
const PROCESS: u32 = 1;

/// Counters and slices.
pub const FORMAT: ReportFormat = ReportFormat {
    name: "perfetto",
    endings: &[".perfetto.json"],
    summary: "power counters beside layers, ops and inferences, for ui.perfetto.dev and chrome://tracing",
    takes: Takes::Windows,
    is_for_several: false,
    start: |output, heading| start(output, heading),
};

/// The same, compressed.
pub const COMPRESSED: ReportFormat = ReportFormat {
    name: "perfetto-gz",
    endings: &[".perfetto.json.gz"],
    summary: "the same, compressed: Perfetto reads it as it is",
    takes: Takes::Windows,
    is_for_several: false,
    start: |output, heading| start(GzEncoder::new(output, Compression::fast()), heading),
};

/// Where the text goes: an output, or what compresses for one.
trait Sink: Write {
    fn end(self) -> Result<Output>;
}

impl Sink for Output {
    fn end(self) -> Result<Output> {
        Ok(self)
    }
}

impl Sink for GzEncoder<Output> {
    fn end(self) -> Result<Output> {
        Ok(self.finish()?)
    }
}

fn start<S: Sink + 'static>(sink: S, heading: &RunHeading<'_>) -> Result<Box<dyn ReportWriter>> {
    let point = heading.points.first().context("found no operating point, expected one")?;
    let is_counted = heading.is_counted(point.pat);
    let counted = point.pat.components.iter().zip(&is_counted).filter(|(_, is_counted)| **is_counted);
    let components = counted.map(|(component, _)| component.name.as_str());
    let names = std::iter::once(TOTAL).chain(components).chain(std::iter::once(SYSTEM));
    let counters = names.map(Counter::new).collect::<Result<_>>()?;
    let mut events = Events { sink, is_first: true, time: Time { first_cycle: 0, clock: point.clock } };
    events.sink.write_all(b"{\"traceEvents\":[")?;
    Ok(Box::new(Trace { events, counters, is_counted, end_cycle: None }))
}

/// Counter of what the report's average power means.
const TOTAL: &str = "total power";
/// Counter of everything beside the chip.
const SYSTEM: &str = "system power";

/// Where cycles lie on the trace's axis.
#[derive(Clone, Copy)]
struct Time {
    /// The cycle at 0.
    first_cycle: i64,
    clock: Hertz,
}

impl Time {
    fn nanoseconds(&self, cycle: i64) -> u64 {
        let cycles = cycle.saturating_sub(self.first_cycle).max(0);
        (self.clock.time_of(cycles as f64).0 * 1e9).round() as u64
    }
}

/// Microseconds, to the nanosecond.
fn microseconds(nanoseconds: u64) -> String {
    format!("{}.{:03}", nanoseconds / 1000, nanoseconds % 1000)
}

/// The list of events, as it is written.
struct Events<S> {
    sink: S,
    is_first: bool,
    time: Time,
}

impl<S: Sink> Events<S> {
    /// Starts a line for the next event.
    fn next(&mut self) -> Result<&mut S> {
        let separator: &[u8] = if std::mem::replace(&mut self.is_first, false) { b"\n" } else { b",\n" };
        self.sink.write_all(separator)?;
        Ok(&mut self.sink)
    }

    /// Names a process or a thread, or says where a thread stands among others.
    fn name(&mut self, event: &str, thread: Option<usize>, args: &impl Serialize) -> Result<()> {
        let args = numbers::json(args)?;
        let thread = thread.map_or(String::new(), |thread| format!("\"tid\":{thread},"));
        Ok(write!(
            self.next()?,
            "{{\"ph\":\"M\",\"pid\":{PROCESS},{thread}\"name\":\"{event}\",\"args\":{args}}}"
        )?)
    }
}

/// A counter, and what it stands at.
struct Counter {
    /// The beginning of each of its events.
    head: String,
    last: Option<f64>,
}

impl Counter {
    fn new(name: &str) -> Result<Counter> {
        let name = serde_json::to_string(name)?;
        let head = format!("{{\"ph\":\"C\",\"pid\":{PROCESS},\"name\":{name},\"ts\":");
        Ok(Counter { head, last: None })
    }

    fn set(&mut self, ts: &str, value: f64, events: &mut Events<impl Sink>) -> Result<()> {
        if self.last == Some(value) {
            return Ok(());
        }
        if !value.is_finite() {
            bail!("a power is {value} at {ts} us, expected a finite number");
        }
        self.last = Some(value);
        Ok(write!(events.next()?, "{}{ts},\"args\":{{\"W\":{value:e}}}}}", self.head)?)
    }
}

struct Trace<S> {
    events: Events<S>,
    counters: Vec<Counter>,
    is_counted: Vec<bool>,
    /// Where the windows so far end.
    end_cycle: Option<i64>,
}

impl<S: Sink> ReportWriter for Trace<S> {
    fn row(&mut self, row: &PowerRow<'_>) -> Result<()> {
        if self.end_cycle.is_none() {
            self.events.time.first_cycle = row.start_cycle.min(0);
        }
        self.end_cycle = Some(row.end_cycle);
        let ts = microseconds(self.events.time.nanoseconds(row.start_cycle));
        let components = row.components.iter().zip(&self.is_counted);
        let components = components.filter(|(_, is_counted)| **is_counted).map(|(power, _)| *power);
        let powers = std::iter::once(row.total).chain(components).chain(std::iter::once(row.system));
        let mut counters = self.counters.iter_mut().zip(powers);
        counters.try_for_each(|(counter, power)| counter.set(&ts, power.0, &mut self.events))
    }

    fn finish(mut self: Box<Self>, run: &FinishedRun<'_>) -> Result<Output> {
        if let Some(end) = self.end_cycle {
            let ts = microseconds(self.events.time.nanoseconds(end));
            self.counters.iter_mut().try_for_each(|counter| counter.set(&ts, 0.0, &mut self.events))?;
        }
        if let Some(point) = run.points.first() {
            slices::write(&point.report, &mut self.events)?;
            let about = numbers::json(&slices::about(&point.report, self.events.time))?;
            write!(self.events.sink, "\n],\"otherData\":{about}}}\n")?;
        }
        self.events.sink.end()
    }
}
