//! The fits over words, bits and ports that come with the program.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::chip::circuit::CircuitError;

const FILE: &str = "register_fits.toml";
const TEXT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/synthesis/results/register_fits.toml"));

/// Size of a circuit as the fits' terms have it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    /// `n`
    pub words: u32,
    /// `b`
    pub bits: u32,
    /// `p`: ports that share the circuit.
    pub ports: u32,
}

/// The logic of one circuit around the flip-flops.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Logic {
    /// NAND2-equivalents.
    pub area: f64,
    /// Fan-out-of-four delays.
    pub depth: f64,
    /// NAND2-equivalent transitions an access whose data do not change.
    pub standing: f64,
    /// Those that random data add.
    pub data: f64,
    /// Those in a read port for each word of random data that is written somewhere.
    pub written: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FitFile {
    fit: Vec<Fit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fit {
    circuit: String,
    quantity: String,
    terms: Vec<String>,
    coefficients: Vec<f64>,
    /// Kept for readers of the file.
    #[allow(dead_code)]
    residuals: Residuals,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Residuals {
    rms: f64,
    largest: f64,
}

impl Logic {
    /// A circuit by the name that the fits give it.
    ///
    /// # Errors
    /// [`CircuitError::Data`] if the built-in file cannot be read.
    pub fn of(circuit: &str, size: Size) -> Result<Logic, CircuitError> {
        let fits = fits()?;
        let value = |quantity: &str| -> Result<f64, CircuitError> {
            let of = |fit: &&Fit| fit.circuit == circuit && fit.quantity == quantity;
            fits.iter().find(of).map_or(Ok(0.0), |fit| fit.at(size))
        };
        Ok(Logic {
            area: value("area")?,
            depth: value("depth")?,
            standing: value("standing")?,
            data: value("data")?,
            written: value("written")?,
        })
    }
}

fn fits() -> Result<&'static [Fit], CircuitError> {
    static FITS: OnceLock<Result<FitFile, CircuitError>> = OnceLock::new();
    let read = || {
        toml::from_str(TEXT).map_err(|error| CircuitError::Data { file: FILE, message: error.to_string() })
    };
    FITS.get_or_init(read).as_ref().map(|file| file.fit.as_slice()).map_err(Clone::clone)
}

impl Fit {
    fn at(&self, size: Size) -> Result<f64, CircuitError> {
        let products = self.coefficients.iter().zip(&self.terms);
        products.map(|(coefficient, name)| Ok(coefficient * term(name, size)?)).sum()
    }
}

/// A term of the fits, by the name that the file gives it: a product of factors.
fn term(name: &str, size: Size) -> Result<f64, CircuitError> {
    name.split(" * ").map(|name| factor(name, size)).product()
}

fn factor(name: &str, size: Size) -> Result<f64, CircuitError> {
    let (n, b, p) = (f64::from(size.words), f64::from(size.bits), f64::from(size.ports));
    Ok(match name {
        "1" => 1.0,
        "n" => n,
        "b" => b,
        "p" => p,
        "(n - 1)" => n - 1.0,
        "(p - 1)" => p - 1.0,
        "(1 - 1/n)" => 1.0 - 1.0 / n,
        "log2 n" => libm::log2(n),
        "log2 b" => libm::log2(b),
        "log2 p" => libm::log2(p),
        _ => {
            let message = format!("a fit has an unknown term {name:?}");
            return Err(CircuitError::Data { file: FILE, message });
        }
    })
}
