//! The outputs of a replay.

use std::path::PathBuf;

use anyhow::Result;

use super::Replay;
use crate::cli::is_closed_pipe;
use crate::cli::outputs::TraceOutput;
use crate::report::comparison::{self, ComparedPoint, Comparison};
use crate::report::output::{Output, check_distinct, check_not_inputs, is_standard};
use crate::report::{json, text};

/// All outputs, found writable before the run.
pub(super) struct Outputs {
    /// The summary, unless another output takes standard output.
    text: Option<Output>,
    json: Option<Output>,
    pub csv: Option<Output>,
    pub profile: Option<TraceOutput>,
}

impl Outputs {
    pub fn prepare(arguments: &Replay, chips: &[String]) -> Result<Outputs> {
        let paths = [&arguments.json, &arguments.csv, &arguments.save_profile];
        let paths: Vec<&PathBuf> = paths.into_iter().flatten().collect();
        check_distinct(&paths)?;
        let chips: Vec<PathBuf> = chips.iter().map(PathBuf::from).collect();
        let inputs: Vec<&PathBuf> =
            arguments.input.traces.iter().chain(&arguments.bind).chain(&chips).collect();
        check_not_inputs(&paths, &inputs)?;
        let takes_standard_output = paths.iter().any(|path| is_standard(path));
        let prepare = |path: &Option<PathBuf>| path.as_ref().map(Output::prepare).transpose();
        let profile =
            arguments.save_profile.as_ref().map(|path| TraceOutput::prepare(path, None)).transpose()?;
        Ok(Outputs {
            text: (!takes_standard_output).then(|| Output::prepare("-")).transpose()?,
            json: prepare(&arguments.json)?,
            csv: prepare(&arguments.csv)?,
            profile,
        })
    }

    /// Why a replay ended early: the profile could not be written, if that was it.
    pub fn cause(&self, error: anyhow::Error) -> anyhow::Error {
        match &self.profile {
            Some(profile) => profile.cause(error),
            None => error,
        }
    }

    /// Writes what is written at the end; power over time and the profile were written while the run lasted. An
    /// output whose reader has gone (`| head`) keeps no other from being whole.
    pub fn write(mut self, points: &[ComparedPoint]) -> Result<()> {
        if let Some(output) = &mut self.json {
            let written = match points {
                [alone] => json::write(&alone.report, output.writer()),
                several => json::write(&Comparison::new(several), output.writer()),
            };
            unless_closed(written.map_err(Into::into))?;
        }
        if let Some(output) = &mut self.text {
            let text = match points {
                [alone] => text::render(&alone.report),
                several => comparison::render(several),
            };
            unless_closed(output.writer().write_all(text.as_bytes()).map_err(Into::into))?;
        }
        if let Some(profile) = self.profile {
            unless_closed(profile.commit())?;
        }
        for output in [self.csv, self.json, self.text].into_iter().flatten() {
            unless_closed(output.commit())?;
        }
        Ok(())
    }
}

/// A closed pipe is nothing to stop for.
fn unless_closed(result: Result<()>) -> Result<()> {
    match result {
        Err(error) if is_closed_pipe(&error) => Ok(()),
        result => result,
    }
}
