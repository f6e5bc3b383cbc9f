//! The command line: one file a subcommand. The only place for clap, progress bars and standard error.

mod check;
mod chip;
mod convert;
mod diff;
mod inspect;
mod limits;
mod outputs;
mod pricing;
mod progress;
mod replay;
mod report_outputs;
mod sinks;
mod skipping_writer;
mod trace_input;
mod window_length;

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use trace_formats::DataError;

use trace_formats::FORMATS;

use crate::report::output::abandon_all;

/// How many watts, and when? Reads what an accelerator simulator says happened, and a chip's power model, and
/// reports power over time, peaks, TDP headroom and energy per inference.
#[derive(Debug, Parser)]
#[command(name = "nm-trace", version, about, max_term_width = 100, after_help = after_help())]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  nm-trace replay fixtures/scale-sim/conv_ws_calc --chip tpu-v1
  nm-trace diff fixtures/scale-sim/conv_ws_calc --chip tpu-v1 --chip eyeriss
  nm-trace inspect fixtures/scale-sim/conv_ws_calc
  nm-trace convert fixtures/scale-sim/conv_ws_calc -o run.nmt
  nm-trace check fixtures/scale-sim/conv_ws_calc --chip tpu-v1 --baseline energy.toml --update
  nm-trace chip tpu-v1
  nm-trace chip array --node 45nm --capacity 48KiB --word 24B

Exit codes: 0 good; 1 a regression or a limit exceeded; 2 usage or data.";

/// Examples, and the formats that are read, from their list.
fn after_help() -> String {
    let formats = FORMATS.iter().map(|format| format!("\n  {:15} {}", format.name(), format.summary()));
    format!("{EXAMPLES}\n\nFormats:{}", formats.collect::<String>())
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Price a trace with a chip: power over time, peaks, energy by component, layer and inference
    Replay(Box<replay::Replay>),
    /// Explain how the energy of one run became that of another
    Diff(Box<diff::Diff>),
    /// Compare a run with a baseline, and fail if it costs more energy or power than is tolerated
    Check(Box<check::Check>),
    /// Say what a trace holds, without a chip
    Inspect(inspect::Inspect),
    /// Write a trace in one of our own formats, event by event or summed over windows
    Convert(convert::Convert),
    /// Show a chip's area, TDP and energy per action; or estimate a memory array, a wire or a MAC
    Chip(chip::Chip),
}

/// Exit code of a program that an interrupt ended, as shells have it (128 + SIGINT).
const INTERRUPTED: i32 = 130;

/// Runs the program with the process's arguments.
pub fn run() -> ExitCode {
    // Without a handler an interrupt ends the program too, but may leave a temporary file behind.
    let _ = ctrlc::set_handler(|| {
        abandon_all();
        std::process::exit(INTERRUPTED);
    });
    let result = match Arguments::parse().command {
        Command::Replay(command) => command.run(),
        Command::Diff(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Inspect(command) => command.run(),
        Command::Convert(command) => command.run(),
        Command::Chip(command) => command.run(),
    };
    match result {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whoever reads our output has gone (`| head`): nothing to complain of.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
            || cause
                .downcast_ref::<DataError>()
                .is_some_and(|error| error.reason() == trace_formats::error::CLOSED_PIPE)
            || cause
                .downcast_ref::<serde_json::Error>()
                .is_some_and(|error| error.io_error_kind() == Some(io::ErrorKind::BrokenPipe))
    })
}

/// The command line's definition, for help texts, completions and tests.
pub fn command() -> clap::Command {
    Arguments::command()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_well_formed() {
        super::command().debug_assert();
    }
}
