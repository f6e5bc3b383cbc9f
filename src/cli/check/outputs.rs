//! What `check` writes, and where.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use anyhow::{Context, Result, bail};
use clap::Args;
use clap::builder::PossibleValuesParser;
use clap::builder::styling::{AnsiColor, Style};

use crate::cli::report_outputs::unless_closed;
use crate::regression::CheckReport;
use crate::report::check::{CHECK_FORMATS, CheckFormat, Mark};
use crate::report::formats::format_among;
use crate::report::output::{Output, check_distinct, check_not_inputs, is_standard};

/// Which outputs are asked for.
#[derive(Debug, Args)]
pub struct CheckOutputArguments {
    /// What is printed [default: text, unless an output takes standard output]
    #[arg(long, value_name = "FORMAT", value_parser = names())]
    format: Option<String>,

    /// Write the result to a file; its name's ending says the format, or FORMAT before it (`github=-`: `-` is standard
    /// output). Give it again for more outputs. The formats are listed below
    #[arg(short, long, value_name = "[FORMAT=]FILE")]
    output: Vec<String>,
}

fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(CHECK_FORMATS.iter().map(|format| format.name))
}

/// All outputs, found writable before the run.
pub struct CheckOutputs(Vec<(&'static CheckFormat, Output, bool)>);

impl CheckOutputArguments {
    /// Finds all outputs writable. `inputs` are files that no output may replace, and so is a baseline that is written.
    ///
    /// # Errors
    /// An output that cannot be written, that names no format, or that another output or an input is.
    pub fn prepare(&self, inputs: &[PathBuf], baseline: Option<&Path>) -> Result<CheckOutputs> {
        let mut asked: Vec<(&'static CheckFormat, &Path)> = Vec::new();
        for argument in &self.output {
            match format_among(CHECK_FORMATS, argument) {
                Ok(output) => asked.push(output),
                Err(expected) => bail!("found the output {argument:?}, {expected}"),
            }
        }
        let is_taken = asked.iter().any(|(_, path)| is_standard(path));
        let printed = self.format.as_deref().or((!is_taken).then_some("text"));
        let printed = CHECK_FORMATS.iter().find(|format| Some(format.name) == printed);
        asked.extend(printed.map(|format| (*format, Path::new("-"))));
        let paths: Vec<&Path> = asked.iter().map(|(_, path)| *path).collect();
        check_distinct(&paths.iter().copied().chain(baseline).collect::<Vec<_>>())?;
        check_not_inputs(&paths, inputs)?;
        let prepare = |(format, path)| Ok((format, Output::prepare(path)?, is_standard(path)));
        Ok(CheckOutputs(asked.into_iter().map(prepare).collect::<Result<_>>()?))
    }
}

impl CheckOutputs {
    /// Writes all of them. One whose reader has gone (`| head`) keeps no other from being whole, and changes no verdict.
    ///
    /// # Errors
    /// What writing reports.
    pub fn write(self, report: &CheckReport) -> Result<()> {
        let is_colourful = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
        let mut whole = Vec::new();
        for (format, mut output, is_standard) in self.0 {
            let mut bytes = Vec::new();
            (format.write)(report, &mut bytes).with_context(|| format!("cannot write {}", format.name))?;
            if is_standard && is_colourful && format.name == CHECK_FORMATS[0].name {
                bytes = coloured(&String::from_utf8_lossy(&bytes)).into_bytes();
            }
            whole.extend(unless_closed(output.write_all(&bytes).map(|()| output).map_err(Into::into))?);
        }
        for output in whole {
            unless_closed(output.commit())?;
        }
        Ok(())
    }
}

/// The text with its lines coloured by their marks.
fn coloured(text: &str) -> String {
    let line = |line: &str| match Mark::of_line(line) {
        Some(Mark::Good) => painted(line, AnsiColor::Green.on_default()),
        Some(Mark::Bad) => painted(line, AnsiColor::Red.on_default()),
        Some(Mark::Neutral) | None => line.to_owned(),
    };
    text.split_inclusive('\n').map(line).collect()
}

fn painted(line: &str, style: Style) -> String {
    let (words, end) = line.strip_suffix('\n').map_or((line, ""), |words| (words, "\n"));
    format!("{style}{words}{style:#}{end}")
}
