//! What `nm-trace chip array`, `chip wire` and `chip mac` say: the figures of a circuit as plain numbers with their units
//! in their names. It is all that a report may read of circuits; JSON prints it as it is, text from the same numbers.

mod arithmetic;
mod array;
mod names;
mod parts;
mod wire;

pub use arithmetic::{
    ArithmeticReport, ArithmeticReportError, ArithmeticRequest, ArithmeticRequestReport, CellsReport,
    OperandFactors, VIEWS, View,
};
pub use array::{ArrayReport, ArrayRequestReport, NamedOrganisation};
pub use names::{CELLS, OBJECTIVES, TRANSISTORS, WIRE_CLASSES, WIRE_PROJECTIONS};
pub use parts::Parts;
pub use wire::{BusReport, WireReport, WireRequestReport};

use crate::units::{Micrometres, SquareMicrometres, SquareMillimetres};

/// Version of the schema of these reports.
const SCHEMA_VERSION: u32 = 1;

/// A feature size in nm, rounded to a millionth: 28, not 28.000000000000004.
fn nanometres(size: Micrometres) -> f64 {
    (size.0 * 1e9).round() / 1e6
}

fn square_millimetres(area: SquareMicrometres) -> f64 {
    SquareMillimetres::from(area).0
}
