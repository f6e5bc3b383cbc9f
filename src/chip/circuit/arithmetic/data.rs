//! The measured curves and the fits over widths that come with the program.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use serde::Deserialize;

use super::activity::ActivityFactors;
use super::curve::{Curve, Point, STAGES};
use super::error::ArithmeticError;
use super::number_format::NumberFormat;
use super::operation::Operation;

const CURVES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/synthesis/results/curves.toml"));
const FITS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/synthesis/results/fits.toml"));

/// Efforts for which there are fits: 0, 1/4, 1/2, 3/4, 1.
const EFFORTS: usize = 5;

/// Everything that was measured.
pub(super) struct Data {
    /// By operation, wider operand first.
    pub measured: HashMap<Operation, Measured>,
    /// By kind of operation.
    pub fits: HashMap<String, Fit>,
}

/// A circuit that was synthesised.
pub(super) struct Measured {
    /// Its designs.
    pub curve: Curve,
    /// Designs of it from effort 0 to 1, to hold fits against.
    pub at_efforts: Vec<Point>,
    /// Energy with other operands than random ones.
    pub factors: ActivityFactors,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CurveFile {
    curve: Vec<CurveEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CurveEntry {
    operation: String,
    formats: Vec<String>,
    activities: ActivityFactors,
    points: Vec<PointEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PointEntry {
    depth: f64,
    area: f64,
    settled: f64,
    switched: [f64; STAGES.len()],
    cut: [f64; 7],
}

/// Coefficients of the quantities of one kind of integer operation.
#[derive(Deserialize)]
pub(super) struct Fit {
    terms: Vec<String>,
    #[serde(flatten)]
    quantities: BTreeMap<String, Quantity>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Quantity {
    /// Kept for readers of the file.
    #[allow(dead_code)]
    residuals: Residuals,
    coefficients: [Vec<f64>; EFFORTS],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Residuals {
    rms: f64,
    largest: f64,
}

/// The data, read once.
pub(super) fn data() -> Result<&'static Data, ArithmeticError> {
    static DATA: OnceLock<Result<Data, ArithmeticError>> = OnceLock::new();
    DATA.get_or_init(read).as_ref().map_err(Clone::clone)
}

fn read() -> Result<Data, ArithmeticError> {
    let wrong = |error: toml::de::Error| ArithmeticError::Data(error.to_string());
    let curves: CurveFile = toml::from_str(CURVES).map_err(wrong)?;
    let fits = toml::from_str(FITS).map_err(wrong)?;
    let measured = curves.curve.into_iter().map(CurveEntry::read).collect::<Result<_, _>>()?;
    Ok(Data { measured, fits })
}

impl CurveEntry {
    fn read(self) -> Result<(Operation, Measured), ArithmeticError> {
        let formats: Vec<NumberFormat> =
            self.formats.iter().map(|format| format.parse()).collect::<Result<_, _>>()?;
        let operation = match (self.operation.as_str(), formats.as_slice()) {
            ("add", &[format]) => Operation::add(format),
            ("multiply", &[format]) => Operation::multiply(format),
            ("multiply", &[left, right]) => Operation::Multiply { left, right },
            ("multiply_accumulate", &[format, accumulator]) => {
                Operation::multiply_accumulate(format, accumulator)
            }
            ("multiply_accumulate", &[left, right, accumulator]) => {
                Operation::MultiplyAccumulate { left, right, accumulator }
            }
            _ => return Err(ArithmeticError::Data(format!("{} of {:?}", self.operation, self.formats))),
        };
        let points = self.points.iter().map(|entry| entry.point(operation)).collect();
        let curve =
            Curve::new(points).ok_or_else(|| ArithmeticError::Data(format!("{operation} has no points")))?;
        let efforts = (0..EFFORTS).map(|effort| effort as f64 / (EFFORTS - 1) as f64);
        let at_efforts = efforts.filter_map(|effort| curve.at_effort(effort)).collect();
        Ok((operation, Measured { curve, at_efforts, factors: self.activities }))
    }
}

impl PointEntry {
    fn point(&self, operation: Operation) -> Point {
        let mut cut = [0.0; 9];
        cut[1..8].copy_from_slice(&self.cut);
        (cut[0], cut[8]) = ends(operation);
        let PointEntry { depth, area, settled, switched, .. } = *self;
        Point { depth, area, settled, switched, cut }
    }
}

fn ends(operation: Operation) -> (f64, f64) {
    (f64::from(operation.input_bits()), f64::from(operation.output_bits()))
}

impl Fit {
    /// Designs of an integer operation with operands of `n` and `m` and a result of `w` bits, from effort 0 to 1.
    pub fn points(&self, operation: Operation, [n, m, w]: [u32; 3]) -> Result<Vec<Point>, ArithmeticError> {
        let terms: Vec<f64> = self.terms.iter().map(|name| term(name, n, m, w)).collect::<Result<_, _>>()?;
        (0..EFFORTS).map(|effort| self.point(operation, &terms, effort)).collect()
    }

    fn point(&self, operation: Operation, terms: &[f64], effort: usize) -> Result<Point, ArithmeticError> {
        let value = |name: &str| -> Result<f64, ArithmeticError> {
            let missing = || ArithmeticError::Data(format!("no fit of {name} for {operation}"));
            let coefficients = &self.quantities.get(name).ok_or_else(missing)?.coefficients[effort];
            Ok(coefficients.iter().zip(terms).map(|(coefficient, term)| coefficient * term).sum())
        };
        let mut cut = [0.0; 9];
        (cut[0], cut[8]) = ends(operation);
        for (eighth, bits) in cut.iter_mut().enumerate().take(8).skip(1) {
            *bits = value(&format!("cut_{eighth}"))?;
        }
        let mut switched = [0.0; STAGES.len()];
        for (switched, stages) in switched.iter_mut().zip(STAGES) {
            *switched = value(&format!("switched_{stages}"))?;
        }
        Ok(Point { depth: value("depth")?, area: value("area")?, settled: value("settled")?, switched, cut })
    }
}

/// A term of the fits, by the name that the file gives it.
fn term(name: &str, n: u32, m: u32, w: u32) -> Result<f64, ArithmeticError> {
    let (n, m, w) = (f64::from(n), f64::from(m), f64::from(w));
    Ok(match name {
        "1" => 1.0,
        "n" => n,
        "w" => w,
        "n + m" => n + m,
        "(n - 1) (m - 1)" => (n - 1.0) * (m - 1.0),
        "(n - 1) (m - 1) (n + m)" => (n - 1.0) * (m - 1.0) * (n + m),
        "log2 n" => libm::log2(n),
        "log2 w" => libm::log2(w),
        "log2 (n + m)" => libm::log2(n + m),
        "n log2 n" => n * libm::log2(n),
        _ => return Err(ArithmeticError::Data(format!("a fit has an unknown term {name:?}"))),
    })
}
