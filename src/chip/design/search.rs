//! The search over what a design file leaves open: every combination of its candidates is built, those beyond a limit
//! are left out, and the objective picks the best.

use super::{Builder, Design};
use crate::chip::error::Problem;
use crate::chip::spec::{Limits, Objective, Override, SpecFile};

/// Most combinations that one search may have: a minute or two.
const MOST: usize = 20_000;

/// One combination and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The keys with their values.
    pub values: Vec<Override>,
    /// Peak performance in 10^12 operations a second.
    pub tops: f64,
    /// Area of the chip in mm².
    pub area_mm2: f64,
    /// Thermal design power in watts.
    pub tdp_w: f64,
    /// What the objective makes of it; larger is better.
    pub score: f64,
    /// Limits that it exceeds: which, and by how many times.
    pub exceeded: Vec<(&'static str, f64)>,
}

/// The best design with all others that were tried.
#[derive(Clone, Debug)]
pub struct SearchResult {
    /// The best; where none is within the limits, the nearest.
    pub design: Design,
    /// All that could be built, best first; where none is within the limits, nearest first. The first is the design.
    pub candidates: Vec<Candidate>,
    /// What it wanted most of.
    pub objective: Objective,
    /// Combinations that cannot be built.
    pub unbuildable: usize,
    /// Limits that the design exceeds, as no other is within them: which binds, by how much, and what would do.
    pub unmet: Vec<Problem>,
}

impl Builder {
    /// Builds the chip of a file: the best of its search, or the only one.
    ///
    /// # Errors
    /// What cannot be read or built, or misses its clock or performance.
    pub fn search(&self, file: &SpecFile) -> Result<SearchResult, Vec<Problem>> {
        let spec = file.read().map_err(|error| error.0)?;
        let combinations = combinations(&spec.search)?;
        let single = combinations.len() == 1;
        let (objective, limits) = (spec.header.target.optimise, spec.header.limits);
        let mut built: Vec<(Candidate, Design)> = Vec::new();
        let mut failures = Vec::new();
        for values in combinations {
            let spec = file.with(&values).and_then(|file| file.read()).map_err(|error| error.0);
            match spec.and_then(|spec| self.build(&spec)) {
                Ok(design) => built.push((judge(values, &design, objective, &limits), design)),
                Err(problems) => failures.push(problems),
            }
        }
        built.sort_by(|(a, _), (b, _)| b.score.total_cmp(&a.score));
        // Those within the limits first, and of the others the nearest.
        built.sort_by(|(a, _), (b, _)| a.excess().total_cmp(&b.excess()));
        let unbuildable = failures.len();
        let Some((best, design)) = built.first() else {
            return Err(failures.into_iter().next().unwrap_or_default());
        };
        let unmet = unmet(best, design, &limits, built.len(), single);
        let design = design.clone();
        let candidates = built.into_iter().map(|(candidate, _)| candidate).collect();
        Ok(SearchResult { design, candidates, objective, unbuildable, unmet })
    }
}

impl Candidate {
    /// How many times it exceeds the limit that binds; 1 within the limits.
    fn excess(&self) -> f64 {
        self.exceeded.iter().map(|(_, times)| *times).fold(1.0, f64::max)
    }
}

fn combinations(
    search: &std::collections::BTreeMap<String, Vec<toml::Value>>,
) -> Result<Vec<Vec<Override>>, Vec<Problem>> {
    let count = search.values().try_fold(1_usize, |product, list| product.checked_mul(list.len()));
    if count.is_none_or(|count| count > MOST) {
        let what = format!("more than {MOST} combinations; leave candidates out");
        return Err(vec![Problem { key: "search".to_owned(), what }]);
    }
    let mut combinations = vec![Vec::new()];
    for (key, values) in search {
        let with = |values_so_far: &Vec<Override>| {
            let values_so_far = values_so_far.clone();
            values
                .iter()
                .map(move |value| {
                    let mut longer = values_so_far.clone();
                    longer.push(Override { key: key.clone(), value: value.clone() });
                    longer
                })
                .collect::<Vec<_>>()
        };
        combinations = combinations.iter().flat_map(with).collect();
    }
    Ok(combinations)
}

fn judge(values: Vec<Override>, design: &Design, objective: Objective, limits: &Limits) -> Candidate {
    let (tops, area_mm2, tdp_w) = (design.peak_tops(), design.area().0, design.tdp().0);
    let score = match objective {
        Objective::Tops => tops,
        Objective::TopsPerWatt => tops / tdp_w,
        Objective::TopsPerTco => tops / (area_mm2 * area_mm2 * tdp_w),
    };
    let latency = design.latency().0;
    let limits = [
        ("limits.area", area_mm2, limits.area.map(|limit| limit.0.0)),
        ("limits.power", tdp_w, limits.power.map(|limit| limit.0.0)),
        ("limits.latency", latency, limits.latency.map(|limit| limit.0.0)),
    ];
    let exceeded = limits.iter().filter_map(|(key, value, limit)| {
        limit.filter(|limit| value > limit).map(|limit| (*key, value / limit))
    });
    let exceeded = exceeded.collect();
    Candidate { values, tops, area_mm2, tdp_w, score, exceeded }
}

/// The limits that the nearest of so many designs exceeds, each with what it has.
fn unmet(nearest: &Candidate, design: &Design, limits: &Limits, of: usize, single: bool) -> Vec<Problem> {
    let problem = |(key, times): &(&'static str, f64)| {
        let (limit, has) = match *key {
            "limits.area" => (limits.area.map(|limit| limit.0.to_string()), design.area().to_string()),
            "limits.power" => (limits.power.map(|limit| limit.0.to_string()), design.tdp().to_string()),
            _ => (limits.latency.map(|limit| limit.0.to_string()), design.latency().to_string()),
        };
        let whose = if single {
            "the chip has".to_owned()
        } else {
            let values: Vec<String> =
                nearest.values.iter().map(|value| format!("{} = {}", value.key, value.value)).collect();
            format!("the nearest of {of} designs ({}) has", values.join(", "))
        };
        let what = format!(
            "{}: {whose} {has}, {:.1} % more; the nearest limit that works is {has}",
            limit.unwrap_or_default(),
            100.0 * (times - 1.0)
        );
        Problem { key: (*key).to_owned(), what }
    };
    nearest.exceeded.iter().map(problem).collect()
}
