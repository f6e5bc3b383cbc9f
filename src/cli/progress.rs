//! Progress on a terminal: a counter that the pipeline bumps, and a painter that reads it.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use trace_formats::OpenedTrace;

use crate::units::{Seconds, Watts};

/// Time between two pictures.
const FRAME: Duration = Duration::from_millis(50);

/// Draws bytes done until it is dropped. Silent where standard error is no terminal.
pub struct Progress {
    done: Arc<AtomicU64>,
    painter: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
}

impl Progress {
    /// Starts to draw. `total` is the number of bytes to come, if it is known.
    pub fn start(total: Option<u64>, quiet: bool) -> Progress {
        Progress::draw(quiet, move |counter, stopped| paint(total, counter, stopped))
    }

    /// Starts to draw bytes done and the latest power of a run that is followed.
    pub fn follow(latest: Arc<LatestPower>, quiet: bool) -> Progress {
        Progress::draw(quiet, move |counter, stopped| paint_power(&latest, counter, stopped))
    }

    /// Starts to draw that something goes on, for work whose size is not known.
    pub fn spin(what: &'static str, quiet: bool) -> Progress {
        Progress::draw(quiet, move |_, stopped| spin(what, stopped))
    }

    fn draw(quiet: bool, paint: impl FnOnce(&AtomicU64, &AtomicBool) + Send + 'static) -> Progress {
        let done = Arc::new(AtomicU64::new(0));
        let painter = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let stop = Arc::new(AtomicBool::new(false));
            let (counter, stopped) = (done.clone(), stop.clone());
            (stop, thread::spawn(move || paint(&counter, &stopped)))
        });
        Progress { done, painter }
    }

    /// The counter to bump, in decompressed bytes.
    pub fn counter(&self) -> &AtomicU64 {
        &self.done
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, painter)) = self.painter.take() {
            stop.store(true, Ordering::Relaxed);
            // A painter that panicked has nothing to say that matters more than the run's own result.
            let _ = painter.join();
        }
    }
}

/// The power of the window that was priced last, for whoever paints it meanwhile.
#[derive(Debug, Default)]
pub struct LatestPower {
    /// The bits of the watts.
    watts: AtomicU64,
    /// The bits of the seconds at which the window ends.
    end: AtomicU64,
}

impl LatestPower {
    /// Takes the next window's.
    pub fn set(&self, power: Watts, end: Seconds) {
        self.watts.store(power.0.to_bits(), Ordering::Relaxed);
        self.end.store(end.0.to_bits(), Ordering::Relaxed);
    }
}

fn paint_power(latest: &LatestPower, counter: &AtomicU64, stopped: &AtomicBool) {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {bytes}, {msg}") {
        bar.set_style(style);
    }
    let number = |bits: &AtomicU64| f64::from_bits(bits.load(Ordering::Relaxed));
    while !stopped.load(Ordering::Relaxed) {
        let (power, end) = (Watts(number(&latest.watts)), Seconds(number(&latest.end)));
        bar.set_message(format!("{power} at {end}"));
        bar.set_position(counter.load(Ordering::Relaxed));
        thread::sleep(FRAME);
    }
    bar.finish_and_clear();
}

fn spin(what: &'static str, stopped: &AtomicBool) {
    let bar = ProgressBar::new_spinner().with_message(what);
    while !stopped.load(Ordering::Relaxed) {
        bar.tick();
        thread::sleep(FRAME);
    }
    bar.finish_and_clear();
}

fn paint(total: Option<u64>, counter: &AtomicU64, stopped: &AtomicBool) {
    let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    let template = match total {
        Some(_) => "{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} to go",
        None => "{spinner} {bytes}, {bytes_per_sec}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    while !stopped.load(Ordering::Relaxed) {
        bar.set_position(counter.load(Ordering::Relaxed));
        thread::sleep(FRAME);
    }
    bar.finish_and_clear();
}

/// Bytes of all parts, if all are plain files.
pub fn total_bytes(traces: &[OpenedTrace]) -> Option<u64> {
    traces
        .iter()
        .flat_map(|trace| &trace.parts)
        .map(|part| Some(part.content.plain_file()?.metadata().ok()?.len()))
        .sum()
}
