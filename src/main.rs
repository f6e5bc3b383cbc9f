//! Parse, run, map the error to an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    nm_trace::cli::run()
}
