//! stub
use anyhow::Result;
use clap::Args;
use std::process::ExitCode;
/// stub
#[derive(Debug, Args)]
pub struct Replay {}
impl Replay {
    /// stub
    pub fn run(self) -> Result<ExitCode> {
        Ok(ExitCode::SUCCESS)
    }
}
