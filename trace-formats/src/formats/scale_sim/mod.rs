//! SCALE-Sim v2 and v3: a run's directory, or a single trace.
//!
//! What is read, derived, dropped and assumed is specified in `docs/formats/scale-sim.md`. In the order in
//! which a run is opened:
//!
//! 1. `layout` finds the files, `config`, `topology` and `reports` read what stands beside traces;
//! 2. `layers` surveys all traces in parallel: `survey` passes over one, `rows` reads its rows,
//!    `padding` finds its phantom words, `folds` finds what the array held when,
//!    `partial_sums` which outputs are read back;
//! 3. `placement` joins the layers on one timeline, `checks` compares reports and traces;
//! 4. `decoder` turns rows into events, in any order and in parallel.
//!
//! `single` opens one trace alone.

use std::path::Path;

use crate::error::DataError;
use crate::format::{Format, OpenOptions, OpenedTrace};
use crate::input::Input;

pub(super) mod checks;
pub(super) mod config;
pub(super) mod decoder;
mod digest;
pub(super) mod folds;
pub(super) mod layers;
pub(super) mod layout;
pub(super) mod padding;
pub(super) mod partial_sums;
pub(super) mod placement;
pub(super) mod reports;
pub(super) mod rows;
mod run;
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
