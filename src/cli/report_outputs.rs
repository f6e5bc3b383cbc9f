//! The outputs of a replay.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use super::is_closed_pipe;
use super::outputs::TraceOutput;
use crate::power::{PowerObserver, PowerRecord, PowerRow};
use crate::report::comparison::{self, ComparedPoint};
use crate::report::formats::{self, FinishedRun, ReportFormat, ReportWriter, RunHeading, Takes};
use crate::report::output::{Output, check_distinct, check_not_inputs, is_standard};
use crate::report::{json, tables, text};

/// Which outputs are asked for.
#[derive(Debug, Args)]
pub struct OutputArguments {
    /// Write the result to a file; its name's ending says the format, or FORMAT before it (`json=-`: `-` is standard
    /// output). Give it again for more outputs. The formats are listed below
    #[arg(short, long, value_name = "[FORMAT=]FILE")]
    output: Vec<String>,

    /// Write the report as JSON: `-o json=FILE`
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Write power over time as CSV: `-o csv=FILE`
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,

    /// Save the activity by window (`.nmt`), to be priced again without the trace
    #[arg(long, value_name = "FILE")]
    save_profile: Option<PathBuf>,
}

/// All outputs, found writable before the run.
pub struct Outputs {
    /// The summary, unless another output takes standard output.
    text: Option<Output>,
    files: Vec<(&'static ReportFormat, PathBuf, Output)>,
    profile: Option<TraceOutput>,
}

impl OutputArguments {
    fn reports(&self) -> Result<Vec<(&'static ReportFormat, PathBuf)>> {
        let mut reports = Vec::new();
        for argument in &self.output {
            match formats::format_of(argument) {
                Ok((format, path)) => reports.push((format, path.to_owned())),
                Err(expected) => bail!("found the output {argument:?}, {expected}"),
            }
        }
        reports.extend(self.json.iter().map(|path| (&json::FORMAT, path.clone())));
        reports.extend(self.csv.iter().map(|path| (&tables::csv::POWER, path.clone())));
        Ok(reports)
    }

    /// Finds all outputs writable. `inputs` are files that no output may replace.
    ///
    /// # Errors
    /// An output that cannot be written, that names no format, or that another output or an input is.
    pub fn prepare(&self, inputs: &[PathBuf]) -> Result<Outputs> {
        let reports = self.reports()?;
        let paths: Vec<&PathBuf> = reports.iter().map(|(_, path)| path).chain(&self.save_profile).collect();
        check_distinct(&paths)?;
        check_not_inputs(&paths, inputs)?;
        let takes_standard_output = paths.iter().any(|path| is_standard(path));
        let profile = self.save_profile.as_ref();
        let profile = profile.map(|path| TraceOutput::prepare(path, None)).transpose()?;
        let prepare = |(format, path): (&'static ReportFormat, PathBuf)| -> Result<_> {
            let output = Output::prepare(&path)?;
            Ok((format, path, output))
        };
        Ok(Outputs {
            text: (!takes_standard_output).then(|| Output::prepare("-")).transpose()?,
            files: reports.into_iter().map(prepare).collect::<Result<_>>()?,
            profile,
        })
    }
}

impl Outputs {
    /// Where the activity by window is saved.
    pub fn profile(&self) -> Option<&TraceOutput> {
        self.profile.as_ref()
    }

    /// Starts to write the outputs. They are to be told of every window, if anything is.
    ///
    /// # Errors
    /// What writing reports, and a format that holds one operating point where there are several.
    pub fn start(&mut self, heading: &RunHeading<'_>) -> Result<RunningOutputs> {
        let mut running = RunningOutputs { writers: Vec::new(), record: None };
        for (format, path, output) in self.files.drain(..) {
            if heading.points.len() > 1 && !format.is_for_several {
                bail!(
                    "found {} operating points, expected one for {}: the format {} holds one; leave it out, or replay \
                     each by itself",
                    heading.points.len(),
                    path.display(),
                    format.name
                );
            }
            if let ([point], Takes::Record, None) = (&heading.points[..], format.takes, &running.record) {
                running.record = Some(PowerRecord::new(point.pat.components.len()));
            }
            running.writers.push((format, unless_closed((format.start)(output, heading))?));
        }
        Ok(running)
    }

    /// Writes what is written at the end, and gives the files their names. An output whose reader has gone (`| head`)
    /// keeps no other from being whole.
    ///
    /// # Errors
    /// What writing reports.
    pub fn write(self, running: RunningOutputs, points: &[ComparedPoint]) -> Result<()> {
        let run = FinishedRun { points, record: running.record.as_ref() };
        let mut whole = Vec::new();
        for (_, writer) in running.writers {
            if let Some(writer) = writer {
                whole.extend(unless_closed(writer.finish(&run))?);
            }
        }
        if let Some(mut output) = self.text {
            let text = match points {
                [alone] => text::render(&alone.report),
                several => comparison::render(several),
            };
            unless_closed(output.writer().write_all(text.as_bytes()).map_err(Into::into))?;
            whole.push(output);
        }
        if let Some(profile) = self.profile {
            unless_closed(profile.commit())?;
        }
        for output in whole {
            unless_closed(output.commit())?;
        }
        Ok(())
    }
}

/// Outputs while the run lasts. One whose reader has gone is told nothing more; the others go on.
pub struct RunningOutputs {
    writers: Vec<(&'static ReportFormat, Option<Box<dyn ReportWriter>>)>,
    record: Option<PowerRecord>,
}

impl RunningOutputs {
    /// Itself, if any output takes windows.
    pub fn observer(&mut self) -> Option<&mut dyn PowerObserver> {
        let takes_windows = self.writers.iter().any(|(format, _)| format.takes == Takes::Windows);
        if takes_windows || self.record.is_some() { Some(self) } else { None }
    }
}

impl PowerObserver for RunningOutputs {
    fn row(&mut self, row: &PowerRow<'_>) -> Result<()> {
        if let Some(record) = &mut self.record {
            record.row(row)?;
        }
        let of_windows = self.writers.iter_mut().filter(|(format, _)| format.takes == Takes::Windows);
        for (_, writer) in of_windows {
            if let Some(open) = writer
                && unless_closed(open.row(row))?.is_none()
            {
                *writer = None;
            }
        }
        Ok(())
    }
}

/// A closed pipe is nothing to stop for; there is then no result.
pub(super) fn unless_closed<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Err(error) if is_closed_pipe(&error) => Ok(None),
        result => result.map(Some),
    }
}
