//! A frozen chip at another supply, clock and temperature: power moves by the laws, and the design never does.

use super::pat::{Component, Pat, Placement, Sourced, Technology};
use super::technology::{Node, TechnologyError};
use crate::units::{Celsius, Hertz, Kelvin, Quantity, Seconds, Volts};

/// What a replay asks for; what is left out stays as the chip was designed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Conditions {
    /// Supply of the core.
    pub voltage: Option<Volts>,
    /// Clock at which the chip runs.
    pub clock: Option<Hertz>,
    /// Junction temperature.
    pub temperature: Option<Kelvin>,
}

/// A chip under other conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct OperatingPoint {
    /// The same chip: areas, capacities and names are those of the design.
    pub pat: Pat,
    /// What was changed, for the report's reader; empty if nothing was.
    pub notes: Vec<String>,
    /// What may make the numbers wrong: a clock that a path does not meet.
    pub warnings: Vec<String>,
}

/// Why a chip cannot be taken to an operating point.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OperatingPointError {
    /// The chip file lacks what the laws start from.
    #[error(
        "{asked} cannot be changed at replay: the chip file of {chip:?} does not say its {missing}; add \
         `{missing}` to the file (docs/chip-files.md), or leave the option out"
    )]
    Unknown {
        /// What was to be changed.
        asked: &'static str,
        /// The chip.
        chip: String,
        /// The missing key.
        missing: &'static str,
    },
    /// Beyond the laws.
    #[error(transparent)]
    Technology(#[from] TechnologyError),
}

/// What new conditions make of figures at the old ones: factors, all 1 if nothing changes.
#[derive(Clone, Copy, Debug)]
struct Factors {
    /// On the energy of an action.
    energy: f64,
    /// On leakage.
    leakage: f64,
    /// On the leakage of what has a supply of its own: of the temperature alone.
    leakage_of_heat: f64,
    /// On the delay of a path.
    delay: f64,
    /// On the rate of the clock's edges.
    rate: f64,
}

impl Pat {
    /// The chip at other conditions.
    ///
    /// * Energy of actions and of clock edges: as that of the node's standard cells, by the square of the supply.
    /// * Leakage: as that of the node's standard cells, by supply and temperature.
    /// * Clock power: in proportion to the clock.
    /// * What has a supply of its own keeps energy, clock power and speed; its leakage follows the temperature. What
    ///   stands beside the chip keeps everything.
    /// * Areas, capacities, TDP activities stay.
    ///
    /// # Errors
    /// [`OperatingPointError`]: beyond the laws, with the nearest value within, or a chip file without a technology,
    /// whose clock alone can be changed.
    pub fn at(&self, conditions: &Conditions) -> Result<OperatingPoint, OperatingPointError> {
        let moves = |asked: f64, own: Option<f64>| own.is_none_or(|own| !same(asked, own));
        let own_clock = Some(self.clock.value.0);
        let own_voltage = self.voltage.as_ref().map(|voltage| voltage.value.0);
        let own_heat = self.junction_temperature.as_ref().map(|celsius| Kelvin::from(celsius.value).0);
        let clock = conditions.clock.filter(|clock| moves(clock.0, own_clock));
        let voltage = conditions.voltage.filter(|voltage| moves(voltage.0, own_voltage));
        let temperature = conditions.temperature.filter(|kelvin| moves(kelvin.0, own_heat));
        let conditions = Conditions { voltage, clock, temperature };
        if conditions == Conditions::default() {
            return Ok(OperatingPoint { pat: self.clone(), notes: Vec::new(), warnings: Vec::new() });
        }
        let factors = self.factors(&conditions)?;
        let pat = self.moved(&conditions, &factors);
        let notes = vec![self.note(&pat)];
        let warnings = pat.missed_clock().into_iter().collect();
        Ok(OperatingPoint { pat, notes, warnings })
    }

    fn factors(&self, conditions: &Conditions) -> Result<Factors, OperatingPointError> {
        let rate = conditions.clock.map_or(1.0, |clock| clock / self.clock.value);
        let same = Factors { energy: 1.0, leakage: 1.0, leakage_of_heat: 1.0, delay: 1.0, rate };
        let asked = match (conditions.voltage, conditions.temperature) {
            (None, None) => return Ok(same),
            (Some(_), _) => "the supply voltage",
            (None, Some(_)) => "the temperature",
        };
        let unknown = |missing| OperatingPointError::Unknown { asked, chip: self.name.clone(), missing };
        let Technology { node, transistors } =
            self.technology.as_ref().ok_or_else(|| unknown("technology"))?;
        let supply = self.voltage.as_ref().ok_or_else(|| unknown("voltage"))?.value;
        let own = self.junction_temperature.as_ref().ok_or_else(|| unknown("junction_temperature"))?;
        let (cool, hot) = (Kelvin::from(own.value), conditions.temperature.unwrap_or(own.value.into()));
        let new_supply = conditions.voltage.unwrap_or(supply);
        let node = Node::at(node.value)?;
        let designed = node.standard_cells(Some(supply), cool)?;
        let heated = node.standard_cells(Some(supply), hot)?;
        let now = node.standard_cells(Some(new_supply), hot)?;
        // Memories and long wires must work at this supply, too; the slower of both limits the clock.
        let device = node.device((*transistors).into(), hot)?;
        let of_memories = match conditions.voltage {
            None => 1.0,
            Some(_) => {
                device.at_supply(new_supply)?.resistance_n_ohm_um
                    / device.at_supply(supply)?.resistance_n_ohm_um
            }
        };
        let of_logic = now.fanout_of_four_delay / designed.fanout_of_four_delay;
        Ok(Factors {
            energy: now.nand2_energy / designed.nand2_energy,
            leakage: now.nand2_leakage / designed.nand2_leakage,
            leakage_of_heat: heated.nand2_leakage / designed.nand2_leakage,
            delay: of_logic.max(of_memories),
            rate,
        })
    }

    fn moved(&self, conditions: &Conditions, factors: &Factors) -> Pat {
        let given = || "given at replay".to_owned();
        let mut pat = self.clone();
        if let Some(clock) = conditions.clock {
            pat.clock = Sourced { value: clock, source: given() };
        }
        if let Some(voltage) = conditions.voltage {
            pat.voltage = Some(Sourced { value: voltage, source: given() });
        }
        if let Some(temperature) = conditions.temperature {
            // 60 °C as it was written, without what the way over kelvins leaves.
            let celsius = Celsius((Celsius::from(temperature).0 * 1e9).round() / 1e9);
            pat.junction_temperature = Some(Sourced { value: celsius, source: given() });
        }
        for component in &mut pat.components {
            component.take_to(factors);
        }
        pat
    }

    /// The old and the new conditions, in words.
    fn note(&self, now: &Pat) -> String {
        format!("the chip was designed for {} and runs at {}", spoken(self), spoken(now))
    }

    /// The warning that the clock is too fast, if it is.
    fn missed_clock(&self) -> Option<String> {
        let clock = self.clock.value;
        let slowest = self
            .components
            .iter()
            .filter(|component| component.placement == Placement::Chip && !component.own_supply)
            .filter_map(|component| Some((component, component.cycle_time.as_ref()?.value)))
            .max_by(|(_, a), (_, b)| a.0.total_cmp(&b.0));
        let (component, needed) = slowest?;
        let period = clock.time_of(1.0);
        let at = self.voltage.as_ref().map(|voltage| format!(" at {}", voltage.value)).unwrap_or_default();
        (needed.0 > period.0 * (1.0 + 1e-9)).then(|| {
            format!(
                "a clock of {clock} leaves {period} for a cycle, but {} needs {needed}{at}: the chip would not work; \
                 the fastest clock that it meets is {}",
                component.name,
                Hertz(1.0 / needed.0)
            )
        })
    }
}

/// Whether two figures are the same but for how they were rounded: 0.86 V, written and interpolated.
fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs()
}

/// A chip's conditions in words.
fn spoken(pat: &Pat) -> String {
    let voltage = pat.voltage.as_ref().map(|voltage| voltage.value.to_string());
    let temperature = pat.junction_temperature.as_ref().map(|celsius| celsius.value.to_string());
    let known = [Some(pat.clock.value.to_string()), voltage, temperature];
    known.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

impl Component {
    fn take_to(&mut self, factors: &Factors) {
        if self.placement == Placement::System {
            return;
        }
        if self.own_supply {
            scale(&mut self.leakage, factors.leakage_of_heat);
            return;
        }
        scale(&mut self.leakage, factors.leakage);
        for clock in [&mut self.clock_running, &mut self.clock_gated] {
            scale(clock, factors.energy * factors.rate);
        }
        if let Some(time) = &mut self.cycle_time {
            scale::<Seconds>(time, factors.delay);
        }
        for action in &mut self.actions {
            scale(&mut action.energy, factors.energy);
        }
    }
}

/// Multiplies a figure, and says so of its source.
fn scale<Q: Quantity>(figure: &mut Sourced<Q>, factor: f64) {
    if factor != 1.0 {
        figure.value = Q::new(figure.value.value() * factor);
        figure.source.push_str("; taken to the conditions of the replay");
    }
}
