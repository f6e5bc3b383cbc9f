//! Trace-driven runtime power simulation for ML accelerators.
//!
//! The modules stand in the order in which data flows: the trace's bytes become events in the crate
//! [`trace_formats`]; [`replay`] turns events into closed windows of [`activity`]; [`chip`] says what each
//! action costs; [`power`] prices activity with a chip; [`regression`] compares results with those that were kept;
//! [`report`] shows all of it; [`cli`] is the command line.

pub mod activity;
pub mod chip;
pub mod cli;
pub mod power;
pub mod regression;
pub mod replay;
pub mod report;
pub mod units;
