//! The search for the best organisation: exact, but it builds only what can still win.
//!
//! A *plan* is a shape with a degree of multiplexing, which decides how many mats work on an access. Plans are
//! visited in the order of the least cost that their arrays can have, until the best array found is below the
//! least of all that are left. The result is that of an exhaustive search.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::assembly::build;
use super::costs::MemoryArray;
use super::fabric::Fabric;
use super::geometry::Geometry;
use super::objective::{Figures, Limits, Objective};
use super::organisation::Organisation;
use super::request::ArrayRequest;
use super::shape::Shape;
use super::subarray::Subarray;
use crate::chip::circuit::CircuitError;

/// Most cuts of a word or bit line, words in a row, and lines that share anything (CACTI 5.1, HPL-2008-20).
const MOST_CUTS: u32 = 512;
const MOST_WORDS_IN_ROW: u32 = 256;
const MOST_MULTIPLEXING: u32 = 256;

/// Builds the array of the request: of its organisation if it names one, else of the best.
///
/// # Errors
/// [`CircuitError`] when there is no such array, with the nearest that is.
pub fn find(request: &ArrayRequest) -> Result<MemoryArray, CircuitError> {
    request.check()?;
    let fabric = Fabric::new(request)?;
    match request.organisation {
        Some(organisation) => build_given(&fabric, request, organisation),
        None => Search::new(&fabric, request).run(),
    }
}

fn build_given(
    fabric: &Fabric,
    request: &ArrayRequest,
    organisation: Organisation,
) -> Result<MemoryArray, CircuitError> {
    let built = Geometry::of_shape(request, organisation)
        .and_then(|geometry| build(&Subarray::new(fabric, &geometry), request, organisation));
    built.map_err(|why| {
        let found = Search::new(fabric, request).run();
        let cure = match found {
            Ok(array) => format!("{} works", array.organisation),
            Err(_) => "no other does either".to_owned(),
        };
        CircuitError::impossible(format!("the organisation {organisation}"), why, cure)
    })
}

/// A shape with a degree of multiplexing.
struct Plan<'s, 'a> {
    /// What no array of the plan can cost less than.
    least_cost: f64,
    shape: &'s Shape<'a>,
    geometry: Geometry,
    multiplexing: u32,
}

struct Search<'a> {
    fabric: &'a Fabric,
    request: &'a ArrayRequest,
    objective: Objective,
    limits: Limits,
    best: Option<(f64, MemoryArray)>,
}

impl<'a> Search<'a> {
    fn new(fabric: &'a Fabric, request: &'a ArrayRequest) -> Search<'a> {
        Search { fabric, request, objective: request.objective, limits: request.limits, best: None }
    }

    fn run(mut self) -> Result<MemoryArray, CircuitError> {
        let shapes = self.shapes();
        let mut plans: Vec<Plan> = shapes.iter().flat_map(|shape| self.plans(shape)).collect();
        plans.sort_by(|a, b| a.least_cost.total_cmp(&b.least_cost));
        for plan in plans {
            if !self.can_win(plan.least_cost) {
                break;
            }
            self.visit(&plan);
        }
        match self.best {
            Some((_, array)) => Ok(array),
            None => Err(self.nothing_found()),
        }
    }

    /// All shapes of the request. Many have the same subarray, in other numbers: it is sized once.
    fn shapes(&self) -> Vec<Shape<'a>> {
        let mut subarrays: FxHashMap<(u64, u64), Rc<Subarray>> = FxHashMap::default();
        let shape = |geometry: Geometry| {
            let lines = (geometry.rows as u64, geometry.columns as u64);
            let sized = || Rc::new(Subarray::new(self.fabric, &geometry));
            Shape { subarray: subarrays.entry(lines).or_insert_with(sized).clone(), geometry }
        };
        let geometries = shapes().filter_map(|shape| Geometry::of_shape(self.request, shape).ok());
        geometries.map(shape).collect()
    }

    fn can_win(&self, least_cost: f64) -> bool {
        self.best.as_ref().is_none_or(|(cost, _)| least_cost < *cost)
    }

    /// The plans of a shape whose bounds are within the limits.
    fn plans<'s>(&self, shape: &'s Shape<'a>) -> Vec<Plan<'s, 'a>> {
        let bound = shape.bound(self.request);
        let plan = |multiplexing: u32| {
            let all_at_once =
                Organisation { sense_multiplexing_1: multiplexing, ..shape.geometry.organisation };
            let geometry = Geometry::new(self.request, all_at_once).ok()?;
            let figures = bound.of(&geometry, self.request.ports);
            let least_cost = self.objective.cost(&figures);
            self.limits.allow(&figures).then_some(Plan { least_cost, shape, geometry, multiplexing })
        };
        powers(1 << (3 * MOST_MULTIPLEXING.ilog2())).filter_map(plan).collect()
    }

    /// Builds every way to share the multiplexing of a plan between bit lines and sense amplifiers.
    fn visit(&mut self, plan: &Plan) {
        let close_bound = plan.shape.close_bound(self.request, &plan.geometry);
        if !self.can_win(self.objective.cost(&close_bound)) {
            return;
        }
        for organisation in multiplexings(plan.shape.geometry.organisation, plan.multiplexing) {
            let Ok(array) = build(&plan.shape.subarray, self.request, organisation) else { continue };
            let figures = Figures::from(&array);
            let cost = self.objective.cost(&figures);
            if self.can_win(cost) && self.limits.allow(&figures) {
                self.best = Some((cost, array));
            }
        }
    }

    /// Says which limits are out of reach, or that there is no such array at all.
    fn nothing_found(&self) -> CircuitError {
        let least = |objective: Objective| {
            let search = Search { objective, limits: Limits::default(), best: None, ..*self };
            search.run().map(|array| Figures::from(&array))
        };
        if self.limits != Limits::default() {
            let (access, cycle, area) =
                (least(Objective::Access), least(Objective::Cycle), least(Objective::Area));
            return match (access, cycle, area) {
                (Ok(access), Ok(cycle), Ok(area)) => self.limits.unmet(access.access, cycle.cycle, area.area),
                (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => error,
            };
        }
        let request = self.request;
        CircuitError::impossible(
            format!("{} bytes in words of {} bytes", request.capacity_bytes, request.word_bytes),
            "no division into subarrays gives a whole word",
            "ask for more words of fewer bytes, or for fewer banks",
        )
    }
}

/// Every shape: an organisation without multiplexing.
fn shapes() -> impl Iterator<Item = Organisation> {
    powers(MOST_CUTS).flat_map(|word_line_cuts| {
        powers(MOST_CUTS).flat_map(move |bit_line_cuts| {
            powers(MOST_WORDS_IN_ROW).map(move |words_in_row| Organisation {
                word_line_cuts,
                bit_line_cuts,
                words_in_row,
                bit_line_multiplexing: 1,
                sense_multiplexing_1: 1,
                sense_multiplexing_2: 1,
            })
        })
    })
}

/// Every way to share a multiplexing.
fn multiplexings(shape: Organisation, multiplexing: u32) -> impl Iterator<Item = Organisation> {
    powers(multiplexing.min(MOST_MULTIPLEXING)).flat_map(move |bit_line_multiplexing| {
        let rest = multiplexing / bit_line_multiplexing;
        powers(rest.min(MOST_MULTIPLEXING)).filter(move |first| rest / first <= MOST_MULTIPLEXING).map(
            move |sense_multiplexing_1| Organisation {
                bit_line_multiplexing,
                sense_multiplexing_1,
                sense_multiplexing_2: rest / sense_multiplexing_1,
                ..shape
            },
        )
    })
}

fn powers(most: u32) -> impl Iterator<Item = u32> {
    (0..=most.ilog2()).map(|power| 1 << power)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::chip::circuit::array::request::{CellKind, Ports};
    use crate::chip::technology::DeviceClass;
    use crate::units::{Kelvin, Micrometres};

    fn request(capacity_bytes: u64, word_bytes: u32, ports: Ports, class: DeviceClass) -> ArrayRequest {
        ArrayRequest {
            node: Micrometres(0.032),
            capacity_bytes,
            word_bytes,
            ports,
            cell: CellKind::Static(class),
            periphery: class,
            temperature: Kelvin(350.0),
            supply: None,
            banks: 1,
            organisation: None,
            objective: Objective::default(),
            limits: Limits::default(),
        }
    }

    /// The least cost of all organisations, each built.
    fn exhaustive(fabric: &Fabric, request: &ArrayRequest, objective: Objective) -> f64 {
        let geometries = shapes().filter_map(|shape| Geometry::of_shape(request, shape).ok());
        let costs = geometries.flat_map(|geometry| {
            let subarray = Subarray::new(fabric, &geometry);
            let degrees = powers(1 << (3 * MOST_MULTIPLEXING.ilog2()));
            let all = degrees.flat_map(|degree| multiplexings(geometry.organisation, degree));
            let arrays = all.filter_map(|organisation| build(&subarray, request, organisation).ok());
            arrays.map(|array| objective.cost(&Figures::from(&array))).collect::<Vec<_>>()
        });
        costs.fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn the_bounded_search_finds_what_building_every_organisation_finds() {
        let one = Ports { read_write: 1, read: 0, write: 0 };
        let three = Ports { read_write: 0, read: 2, write: 1 };
        let banks = request(8192, 4, one, DeviceClass::HighPerformance);
        let dram = request(16_384, 8, one, DeviceClass::HighPerformance);
        for request in [
            request(2048, 4, one, DeviceClass::HighPerformance),
            request(3000, 3, three, DeviceClass::LowStandbyPower),
            request(12_288, 24, one, DeviceClass::LowOperatingPower),
            ArrayRequest { banks: 4, ..banks },
            ArrayRequest { cell: CellKind::EmbeddedDram, ..dram },
        ] {
            let fabric = Fabric::new(&request).unwrap();
            for objective in [
                Objective::EnergyDelaySquared,
                Objective::EnergyDelay,
                Objective::Access,
                Objective::Cycle,
                Objective::ReadEnergy,
                Objective::Leakage,
                Objective::Area,
            ] {
                let found = find(&ArrayRequest { objective, ..request }).unwrap();
                let cost = objective.cost(&Figures::from(&found));
                assert_eq!(cost, exhaustive(&fabric, &request, objective), "{request:?} {objective:?}");
            }
        }
    }

    #[test]
    fn limits_are_kept_and_what_cannot_be_is_told_with_the_least_that_can() {
        let request =
            request(65_536, 16, Ports { read_write: 1, read: 0, write: 0 }, DeviceClass::HighPerformance);
        let free = find(&request).unwrap();
        let least = find(&ArrayRequest { objective: Objective::Access, ..request }).unwrap();
        let limits = Limits { access: Some(least.access.total()), ..Limits::default() };
        let fastest = find(&ArrayRequest { limits, ..request }).unwrap();
        assert!(fastest.access.total() <= least.access.total());
        assert!(fastest.all_ports.read.total() >= free.all_ports.read.total());
        let limits = Limits { access: Some(least.access.total() * 0.99), ..Limits::default() };
        let error = find(&ArrayRequest { limits, ..request }).unwrap_err().to_string();
        assert!(error.contains(&least.access.total().to_string()), "{error}");
    }
}
