//! `nm-trace chip export`: a chip's numbers, frozen, as a chip file.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use super::load;
use crate::report::output::{Output, check_not_inputs};

/// Write a chip's frozen numbers as a chip file, which `replay --chip` prices exactly as the chip itself.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Export {
    /// A built-in chip's name, or a chip file; of a design with values: NAME:KEY=VALUE,KEY=VALUE
    #[arg(value_name = "CHIP")]
    chip: String,

    /// Where to write it; `-` is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,

    /// TOML or JSON [default: by the file's name, else TOML]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
}

/// A format of chip files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Toml,
    /// For programs
    Json,
}

const EXAMPLES: &str = "\
Examples:
  nm-trace chip export tpu-v1
  nm-trace chip export eyeriss -o eyeriss.json";

impl Export {
    /// Runs the subcommand.
    pub(super) fn run(self) -> Result<ExitCode> {
        check_not_inputs(&[&self.output], &[&PathBuf::from(&self.chip)])?;
        let format = self.format()?;
        let pat = load(&self.chip)?.within_limits()?;
        let text = match format {
            Format::Toml => pat.to_toml()?,
            Format::Json => pat.to_json()? + "\n",
        };
        let mut output = Output::prepare(&self.output)?;
        output.writer().write_all(text.as_bytes())?;
        output.commit()?;
        Ok(ExitCode::SUCCESS)
    }

    fn format(&self) -> Result<Format> {
        let named = self.output.extension().and_then(|extension| extension.to_str());
        Ok(match (self.format, named) {
            (Some(format), _) => format,
            (None, Some("json")) => Format::Json,
            (None, Some("toml") | None) => Format::Toml,
            (None, Some(other)) => bail!(
                "found an output called .{other}, expected .toml or .json; or say the format: --format toml"
            ),
        })
    }
}
