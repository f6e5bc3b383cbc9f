//! One run beside its baseline.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use super::alone_with_ending;
use crate::cli::pricing::PricingArguments;
use crate::power::PowerReport;
use crate::regression::{
    Baseline, BaselineError, CheckedRun, JudgeError, Verdict, is_report, read_baseline, read_report, renewed,
};
use crate::report::output::{Output, check_not_inputs, is_standard};

/// A run and what it is judged by.
#[derive(Debug, Args)]
pub struct RunArguments {
    #[command(flatten)]
    pub pricing: PricingArguments,

    /// The baseline (TOML), which --update writes; or a report that `replay` wrote (.json)
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// How far the metrics that a pattern fits may go: 'layer.*.energy=2 nJ', '*=1%', 'cycles=ignore'. Stands over the
    /// baseline's own; of several that fit, the last counts
    #[arg(long, value_name = "PATTERN=TOLERANCE")]
    pub tolerance: Vec<String>,
}

/// A baseline that may be written.
struct BaselineFile {
    path: PathBuf,
    name: String,
    text: Option<String>,
}

impl RunArguments {
    /// The files that are read, which no output may replace.
    pub fn files(&self) -> Vec<PathBuf> {
        let chips = self.pricing.chips().unwrap_or_default();
        self.pricing.files(&chips).into_iter().chain(self.baseline.clone()).collect()
    }

    /// The report that is judged instead of a trace, if it is one.
    pub fn report(&self) -> Option<&Path> {
        alone_with_ending(&self.pricing.input.traces, "json")
    }

    /// Judges the run by its baseline; or writes the baseline, and says how it differs from what it was.
    ///
    /// # Errors
    /// What the baseline, the chip or the trace has wrong.
    pub fn check(&self, name: String, update: bool) -> Result<CheckedRun> {
        let file = BaselineFile::open(self.baseline.as_deref(), update)?;
        let kept = file.read(update)?;
        let output = update.then(|| self.prepare(&file)).transpose()?;
        let run = Baseline::of(&self.priced()?);
        let verdict = kept.map(|kept| self.judge(&kept, &run, update)).transpose()?.flatten();
        if let Some(mut output) = output {
            let text = renewed(&file.name, file.text.as_deref(), &run)?;
            output.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", file.name))?;
            output.commit()?;
        }
        Ok(CheckedRun { name, baseline: file.name, updated: update, problem: None, verdict })
    }

    fn prepare(&self, file: &BaselineFile) -> Result<Output> {
        if is_report(&file.name) {
            bail!(
                "found the report {} to be updated, expected a baseline whose name ends in .toml; a report is written by \
                 `nm-trace replay ... --json {}`",
                file.name,
                file.name
            );
        }
        let inputs: Vec<PathBuf> = self.files().into_iter().filter(|input| *input != file.path).collect();
        check_not_inputs(&[&file.path], &inputs)?;
        Output::prepare(&file.path)
    }

    fn judge(&self, kept: &Baseline, run: &Baseline, update: bool) -> Result<Option<Verdict>> {
        let mut tolerances = kept.tolerances.clone();
        for written in &self.tolerance {
            tolerances.add_written(written).with_context(|| format!("--tolerance {written:?}"))?;
        }
        match Verdict::new(kept, run, &tolerances) {
            Err(JudgeError::System(_)) if update => Ok(None),
            verdict => Ok(Some(verdict?)),
        }
    }

    fn priced(&self) -> Result<PowerReport> {
        if let Some(path) = self.report() {
            let name = path.display().to_string();
            let text =
                std::fs::read_to_string(path).with_context(|| format!("cannot read the report {name}"))?;
            return Ok(read_report(&name, &text)?);
        }
        let chips = self.pricing.chips()?;
        if chips.is_empty() {
            bail!("found no --chip, expected the chip that prices the run: --chip tpu-v1, or a chip file");
        }
        let mut points = self.pricing.prepare(chips)?.price(None, None)?;
        match (points.pop(), points.len()) {
            (Some(alone), 0) => Ok(alone.report),
            (_, others) => bail!(
                "found {} operating points, expected one: a baseline is of one chip at one supply, clock and temperature",
                others + 1
            ),
        }
    }
}

impl BaselineFile {
    fn open(path: Option<&Path>, update: bool) -> Result<BaselineFile> {
        let Some(path) = path else {
            bail!("found no --baseline, expected the file to compare with: --baseline energy.toml");
        };
        if is_standard(path) {
            bail!("found a baseline on standard input or output, expected a file");
        }
        let name = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound && update => None,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                bail!("there is no baseline {name}; --update creates it from this run")
            }
            Err(error) => return Err(error).with_context(|| format!("cannot read the baseline {name}")),
        };
        Ok(BaselineFile { path: path.to_owned(), name, text })
    }

    /// What it says; nothing where it is written for the first time, or anew from another schema.
    fn read(&self, update: bool) -> Result<Option<Baseline>> {
        let Some(text) = &self.text else { return Ok(None) };
        match read_baseline(&self.name, text) {
            Err(BaselineError::OtherSchema { .. }) if update => Ok(None),
            baseline => Ok(Some(baseline?)),
        }
    }
}
