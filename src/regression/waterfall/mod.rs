//! How the energy of one run became that of another.
//!
//! A component's energy is the sum over its actions of count × energy per action, and its mean clock and leakage power
//! × the length of the run. Each of these products changes with either factor, and each factor's part in the change is
//! a term of its own: its change × the mean of the other factor's two values. That split is the only one that does not
//! depend on the order of the two runs or of the factors (the Shapley value of two factors), and it leaves no rest:
//! `bB·cB - bA·cA = (bB-bA)·(cA+cB)/2 + (cB-cA)·(bA+bB)/2`. Terms are computed in twice the reports' precision.

mod account;
mod energy;
mod pairs;
mod regions;
mod summary;
mod wide;

use serde::Serialize;
use serde_json::{Value, json};
use thiserror::Error;

use crate::power::PowerReport;

pub(super) use self::account::EnergyAccount;
pub(super) use self::energy::Part;
use self::energy::ulp;

pub use self::energy::{ActionDifference, Causes, ComponentDifference, Waterfall};
pub use self::pairs::Presence;
pub use self::regions::{RegionCauses, RegionComponentDifference, RegionDifference};
pub use self::summary::{PeakSummary, RunSummary};

/// Version of the schema of a difference. It grows when a key is removed, renamed or changes its meaning.
pub const DIFFERENCE_SCHEMA_VERSION: u32 = 1;

/// A run whose energy is compared: its report, and what to call it.
pub struct ComparedRun<'a> {
    /// In messages and on pages.
    pub name: String,
    /// Its report.
    pub report: &'a PowerReport,
}

/// How two runs differ. Serialised, it is the JSON of `diff`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// [`DIFFERENCE_SCHEMA_VERSION`].
    pub schema_version: u32,
    /// What may differ between equal calls.
    pub provenance: Value,
    /// The first run.
    pub a: RunSummary,
    /// The second.
    pub b: RunSummary,
    /// From the energy of the first to that of the second.
    pub energy: Waterfall,
    /// The same of an inference; none unless both runs know how many they have.
    pub energy_per_inference: Option<Waterfall>,
    /// By region, kind by kind, largest difference first.
    pub regions: Vec<RegionDifference>,
    /// What to know before comparing.
    pub remarks: Vec<String>,
}

/// Why two runs cannot be compared.
#[derive(Debug, Error)]
pub enum DifferenceError {
    /// What stands beside the chip is in the numbers of one of them alone.
    #[error(
        "the numbers of {with} include what stands beside the chip, those of {without} do not; price both with \
         --include-system, or both without"
    )]
    SystemInOne {
        /// The run that includes it.
        with: String,
        /// The other.
        without: String,
    },
    /// The report's parts are not those of its total.
    #[error(
        "the report of {name} contradicts itself: its actions, clock and leakage sum to {parts_j:e} J, its energy_j is \
         {energy_j:e} J; was it edited? Write it again"
    )]
    DoesNotAddUp {
        /// The run.
        name: String,
        /// The sum of the parts.
        parts_j: f64,
        /// What the report says.
        energy_j: f64,
    },
}

impl Difference {
    /// From the first to the second.
    ///
    /// # Errors
    /// [`DifferenceError`]: why they cannot be compared.
    pub fn between(a: &ComparedRun<'_>, b: &ComparedRun<'_>) -> Result<Difference, DifferenceError> {
        match (a.report.includes_system, b.report.includes_system) {
            (true, false) => return Err(system_in_one(a, b)),
            (false, true) => return Err(system_in_one(b, a)),
            _ => {}
        }
        let (of_a, of_b) = (EnergyAccount::of_report(a.report), EnergyAccount::of_report(b.report));
        check(a, &of_a)?;
        check(b, &of_b)?;
        Ok(Difference {
            schema_version: DIFFERENCE_SCHEMA_VERSION,
            provenance: json!({ "tool": format!("nm-trace {}", env!("CARGO_PKG_VERSION")) }),
            a: RunSummary::of(a),
            b: RunSummary::of(b),
            energy: Waterfall::between(Part::run(&of_a), Part::run(&of_b)),
            energy_per_inference: per_inference(&of_a, &of_b),
            regions: regions::between((a.report, &of_a), (b.report, &of_b)),
            remarks: summary::remarks(a.report, b.report),
        })
    }
}

fn per_inference(a: &EnergyAccount, b: &EnergyAccount) -> Option<Waterfall> {
    Some(Waterfall::between(Part::inference(a)?, Part::inference(b)?))
}

fn system_in_one(with: &ComparedRun<'_>, without: &ComparedRun<'_>) -> DifferenceError {
    DifferenceError::SystemInOne { with: with.name.clone(), without: without.name.clone() }
}

/// A difference is explained by parts: they have to be the whole.
fn check(run: &ComparedRun<'_>, account: &EnergyAccount) -> Result<(), DifferenceError> {
    let energy_j = account.energy_j;
    let (parts_j, roundings) = account.sum_of_parts();
    let tolerance_j = roundings as f64 * ulp(energy_j.abs().max(parts_j.abs()));
    if (parts_j - energy_j).abs() <= tolerance_j {
        Ok(())
    } else {
        Err(DifferenceError::DoesNotAddUp { name: run.name.clone(), parts_j, energy_j })
    }
}
