//! Why an arithmetic unit cannot be had, and the nearest that can.

use crate::chip::circuit::CircuitError;
use crate::units::{Hertz, Seconds};

/// A request that cannot be met.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ArithmeticError {
    /// A text names no number format.
    #[error("{text:?} is not a number format{}; there are {known}, and int of any other width", did_you_mean(.meant))]
    Format {
        /// What was found.
        text: String,
        /// What was likely meant.
        meant: Option<String>,
        /// Formats that are known.
        known: String,
    },
    /// Integers and floating-point numbers, or formats that were not synthesised together.
    #[error("there are no data for {operation}; {nearest}")]
    Combination {
        /// What was asked for.
        operation: String,
        /// What there is.
        nearest: String,
    },
    /// An integer width outside of the measured ones.
    #[error(
        "{operation}: a width of {bits} bits is outside of what was synthesised; the nearest is {nearest}"
    )]
    Width {
        /// What was asked for.
        operation: String,
        /// The width that is outside.
        bits: u32,
        /// The nearest width.
        nearest: u32,
    },
    /// An accumulator that is narrower than an operand.
    #[error(
        "{operation}: an accumulator of {accumulator} bits is narrower than an operand; the narrowest is int{operand}"
    )]
    Accumulator {
        /// What was asked for.
        operation: String,
        /// Bits of the accumulator.
        accumulator: u32,
        /// Bits of the wider operand.
        operand: u32,
    },
    /// A number of stages that cannot be built.
    #[error(
        "{operation} cannot have {stages} stages: a stage holds at least {least} fan-out-of-four delays of logic; \
         from 1 to {most} stages can be built"
    )]
    Stages {
        /// What was asked for.
        operation: String,
        /// The stages that were asked for.
        stages: u32,
        /// The most stages.
        most: u32,
        /// The least logic of a stage.
        least: f64,
    },
    /// A clock that no number of stages meets.
    #[error(
        "{operation} cannot run at {clock} ({cycle} a cycle) {with}: the fastest is {fastest} with {stages} stages"
    )]
    Clock {
        /// What was asked for.
        operation: String,
        /// The clock that was asked for.
        clock: Hertz,
        /// Its cycle.
        cycle: Seconds,
        /// Which stages were allowed.
        with: String,
        /// The fastest clock.
        fastest: Hertz,
        /// The stages at that clock.
        stages: u32,
    },
    /// The data that come with the program cannot be read.
    #[error("the built-in data of arithmetic circuits cannot be read: {0}")]
    Data(String),
}

impl From<CircuitError> for ArithmeticError {
    /// What arithmetic units share with other circuits is data of the program.
    fn from(error: CircuitError) -> ArithmeticError {
        ArithmeticError::Data(error.to_string())
    }
}

fn did_you_mean(meant: &Option<String>) -> String {
    meant.as_ref().map_or_else(String::new, |meant| format!(" (did you mean {meant}?)"))
}
