//! The search that found a design.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::chip::design::{Candidate, SearchResult};
use crate::chip::spec::Objective;

/// What was tried, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SearchReport {
    /// What it wanted most of.
    pub objective: Objective,
    /// Combinations that were tried.
    pub tried: usize,
    /// Those that cannot be built.
    pub unbuildable: usize,
    /// Those beyond a limit.
    pub beyond_limits: usize,
    /// All that could be built: within the limits first, best first, then those beyond, nearest first.
    pub candidates: Vec<CandidateReport>,
}

/// One combination of values.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CandidateReport {
    /// The keys with their values, as they would be written.
    pub values: BTreeMap<String, String>,
    /// Peak performance in 10^12 operations a second.
    pub peak_tops: f64,
    /// Area of the chip.
    pub area_mm2: f64,
    /// Thermal design power.
    pub tdp_w: f64,
    /// What the objective makes of it; larger is better.
    pub score: f64,
    /// The limits that it exceeds.
    pub exceeded: Vec<ExceededReport>,
}

/// A limit that a design exceeds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExceededReport {
    /// The key: `limits.area`.
    pub limit: &'static str,
    /// What it has, over the limit.
    pub times: f64,
}

impl SearchReport {
    /// The report of a search; `None` if there was one combination only.
    pub(super) fn new(result: &SearchResult) -> Option<SearchReport> {
        let candidates: Vec<CandidateReport> = result.candidates.iter().map(candidate).collect();
        let tried = candidates.len() + result.unbuildable;
        let beyond = candidates.iter().filter(|candidate| !candidate.exceeded.is_empty()).count();
        let searched = result.candidates.first().is_some_and(|best| !best.values.is_empty());
        searched.then_some(SearchReport {
            objective: result.objective,
            tried,
            unbuildable: result.unbuildable,
            beyond_limits: beyond,
            candidates,
        })
    }
}

fn candidate(candidate: &Candidate) -> CandidateReport {
    let values = candidate.values.iter().map(|value| (value.key.clone(), value.value.to_string()));
    CandidateReport {
        values: values.collect(),
        peak_tops: candidate.tops,
        area_mm2: candidate.area_mm2,
        tdp_w: candidate.tdp_w,
        score: candidate.score,
        exceeded: exceeded(candidate),
    }
}

pub(super) fn exceeded(candidate: &Candidate) -> Vec<ExceededReport> {
    candidate.exceeded.iter().map(|(limit, times)| ExceededReport { limit, times: *times }).collect()
}
