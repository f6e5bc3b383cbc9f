//! Why a component cannot be built.

use crate::chip::circuit::CircuitError;
use crate::chip::circuit::arithmetic::ArithmeticError;
use crate::chip::technology::TechnologyError;

/// Why a component cannot be built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ComponentError {
    /// A key's value cannot be.
    #[error("{value}: {reason}; {cure}")]
    Value {
        /// The key, within the component.
        key: &'static str,
        /// Its value, as written or as chosen.
        value: String,
        /// Why it cannot be.
        reason: String,
        /// What works.
        cure: String,
    },
    /// A circuit of it cannot be built.
    #[error(transparent)]
    Circuit(#[from] CircuitError),
    /// An arithmetic unit of it cannot be built.
    #[error(transparent)]
    Arithmetic(#[from] ArithmeticError),
    /// The technology has no answer.
    #[error(transparent)]
    Technology(#[from] TechnologyError),
}

impl ComponentError {
    /// A complaint about a key.
    pub fn value(
        key: &'static str,
        value: impl ToString,
        reason: impl Into<String>,
        cure: impl Into<String>,
    ) -> ComponentError {
        ComponentError::Value { key, value: value.to_string(), reason: reason.into(), cure: cure.into() }
    }

    /// The key that it is about, where it is about one.
    pub fn key(&self) -> Option<&'static str> {
        match self {
            ComponentError::Value { key, .. } => Some(key),
            _ => None,
        }
    }
}
