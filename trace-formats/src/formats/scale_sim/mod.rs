//! SCALE-Sim v2 and v3: a run's directory, or a single trace.
//!
//! What is read, derived, dropped and assumed is specified in `docs/formats/scale-sim.md`. In the order in
//! which a run is opened:
//!
//! 1. `layout` finds the files, `config`, `topology` and `reports` read what stands beside traces;
//! 2. `digest` turns chunks into `runs` of rows of one shape, in any order and in parallel; `digested` gathers them;
//! 3. when a layer is complete, `layers` surveys it: `padding` finds its phantom words, `folds` finds what the array
//!    held when, `partial_sums` which outputs are read back;
//! 4. `placement` joins it to the layers before, `emission` says its events;
//! 5. when the run is complete, `checks` compares reports and traces.
//!
//! `one_pass` leads through 2 to 5. A layer that a digest does not tell all of goes another way, which explains what is
//! wrong with it and gives the same otherwise: `survey` passes over its files, `rows` reads their rows, `decoder` turns
//! them into events. So does a whole run whose metadata are asked for before its events.
//!
//! `single` opens one trace alone.

use std::path::Path;

use crate::error::DataError;
use crate::format::{Format, OpenOptions, OpenedTrace};
use crate::input::Input;

pub(super) mod checks;
pub(super) mod config;
pub(super) mod decoder;
pub(super) mod digest;
mod digested;
mod emission;
pub(super) mod folds;
pub(super) mod layers;
pub(super) mod layout;
mod one_pass;
pub(super) mod padding;
pub(super) mod partial_sums;
pub(super) mod placement;
pub(super) mod reports;
pub(super) mod rows;
mod run;
pub(super) mod runs;
mod single;
pub(super) mod streams;
pub(super) mod survey;
pub(super) mod topology;

/// The format of SCALE-Sim v2 and v3.
pub struct ScaleSim;

impl Format for ScaleSim {
    fn name(&self) -> &'static str {
        "scale-sim"
    }

    fn summary(&self) -> &'static str {
        "SCALE-Sim v2 and v3: a run's directory, or one of its *_TRACE.csv"
    }

    fn owns_directory(&self, directory: &Path) -> bool {
        layout::has_layers(directory) || reports::has_report(directory)
    }

    fn owns_content(&self, prefix: &[u8], _name: Option<&str>) -> bool {
        single::begins_as_trace(prefix)
    }

    fn open(&self, input: Input, options: &OpenOptions) -> Result<OpenedTrace, DataError> {
        match input.directory() {
            Some(directory) => run::open(directory, options),
            None => single::open(input, options),
        }
    }
}
