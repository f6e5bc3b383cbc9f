//! SCALE-Sim v1: a run's directory with `layer_wise/`.
//!
//! The same channels as v2 and v3 (specified in `docs/formats/scale-sim.md`), from other files: rows are
//! ragged, idle ports are blank, and `sram_read` holds ifmap and filter words in one row. What is the same
//! is shared with [`super::scale_sim`].

use std::path::Path;

use crate::error::DataError;
use crate::format::{Format, OpenOptions, OpenedTrace};
use crate::input::Input;

mod layout;
mod operands;
mod reads;
mod run;

/// The format of SCALE-Sim v1.
pub struct ScaleSimV1;

impl Format for ScaleSimV1 {
    fn name(&self) -> &'static str {
        "scale-sim-v1"
    }

    fn summary(&self) -> &'static str {
        "SCALE-Sim v1: a run's directory with layer_wise/"
    }

    fn owns_directory(&self, directory: &Path) -> bool {
        directory.join(layout::TRACE_FOLDER).is_dir()
    }

    fn owns_content(&self, _prefix: &[u8], _name: Option<&str>) -> bool {
        false
    }

    fn open(&self, input: Input, options: &OpenOptions) -> Result<OpenedTrace, DataError> {
        match input.directory() {
            Some(directory) => run::open(directory, options),
            None => {
                Err(DataError::new("not_a_run", "a file", "a run's directory", "name the run's directory"))
            }
        }
    }
}
