//! What can be wrong with a request for a circuit.

use crate::chip::technology::TechnologyError;

/// Why a circuit cannot be built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CircuitError {
    /// The node, the temperature or the voltage is outside of the technology's data.
    #[error(transparent)]
    Technology(#[from] TechnologyError),
    /// A request that no circuit fulfils.
    #[error("{what}: {why}; {cure}")]
    Impossible {
        /// What was asked for.
        what: String,
        /// Why it cannot be.
        why: String,
        /// The nearest that works.
        cure: String,
    },
    /// A data file of the program is broken.
    #[error("the built-in file {file} cannot be read: {message}; this is a bug, please report it")]
    Data {
        /// Its name.
        file: &'static str,
        /// The parser's message.
        message: String,
    },
}

impl CircuitError {
    pub(super) fn impossible(
        what: impl Into<String>,
        why: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        CircuitError::Impossible { what: what.into(), why: why.into(), cure: cure.into() }
    }
}
