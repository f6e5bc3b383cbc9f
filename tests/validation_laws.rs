//! The laws of voltage, frequency and temperature, and the scaling between nodes, against published points.
//! The errors stand on docs/validation/laws.md, which this test recomputes.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::fmt::Write;

use common::validation::{Spread, assert_page_is_true};
use nm_trace::chip::technology::{Device, DeviceClass, Node, StandardCells, switching_power};
use nm_trace::units::{Hertz, Joules, Kelvin, Micrometres, Volts};

/// The temperature of Stillmaker and Baas's simulations and of Nangate's library, 25 °C.
const ROOM: Kelvin = Kelvin(298.15);

/// A published figure and ours.
#[derive(Clone, Copy)]
struct Point {
    published: f64,
    model: f64,
}

impl Point {
    /// In percent.
    fn error(self) -> f64 {
        100.0 * (self.model / self.published - 1.0)
    }

    fn cells(self) -> String {
        format!("{:.2} | {:.2} | {:+.0} %", self.published, self.model, self.error())
    }
}

/// How far ours are from what was published.
fn spread(points: &[Point]) -> Spread {
    Spread::of(&points.iter().map(|point| point.error()).collect::<Vec<_>>())
}

fn spread_row(name: &str, spread: &Spread) -> String {
    let Spread { count, median, ninetieth, largest } = spread;
    format!("| {name} | {count} | {median:.1} % | {ninetieth:.1} % | {largest:.1} % |\n")
}

/// The data lines of a fixture, split at commas.
fn fixture(name: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(common::fixture("technology").join(name)).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn node(nanometres: f64) -> Node {
    Node::at(Micrometres(nanometres / 1000.0)).unwrap()
}

/// Stillmaker and Baas's polynomials of one technology.
struct Fit {
    kind: String,
    node_nm: f64,
    nominal: f64,
    area_over_45nm: f64,
    coefficients: Vec<f64>,
}

impl Fit {
    fn all() -> Vec<Fit> {
        let parse = |row: Vec<String>| {
            let numbers: Vec<f64> = row[1..].iter().map(|text| text.parse().unwrap()).collect();
            let [node_nm, nominal, area_over_45nm] = [numbers[0], numbers[1], numbers[2]];
            let coefficients = numbers[3..].to_vec();
            Fit { kind: row[0].clone(), node_nm, nominal, area_over_45nm, coefficients }
        };
        fixture("stillmaker.csv").into_iter().map(parse).collect()
    }

    fn find(kind: &str, node_nm: f64) -> Fit {
        Fit::all().into_iter().find(|fit| fit.kind == kind && fit.node_nm == node_nm).unwrap()
    }

    fn name(&self) -> String {
        format!("{} {}", self.kind, self.node_nm)
    }

    fn delay(&self, volts: f64) -> f64 {
        self.coefficients[..4].iter().fold(0.0, |sum, c| sum * volts + c)
    }

    fn energy(&self, volts: f64) -> f64 {
        self.coefficients[4..7].iter().fold(0.0, |sum, c| sum * volts + c)
    }

    fn power(&self, volts: f64) -> f64 {
        self.coefficients[7..].iter().fold(0.0, |sum, c| sum * volts + c)
    }

    /// Whether the fit is one of a transistor there: from the nominal supply on, in steps of 0.1 V, delay falls and
    /// energy rises with voltage. Beyond, a cubic through few points turns around.
    fn holds(&self, volts: f64) -> bool {
        let steps = ((volts - self.nominal).abs() / 0.1).round() as usize;
        let sign = (volts - self.nominal).signum();
        (0..steps).all(|step| {
            let (near, far) =
                (self.nominal + sign * 0.1 * step as f64, self.nominal + sign * 0.1 * (step + 1) as f64);
            sign * (self.delay(far) - self.delay(near)) < 0.0
                && sign * (self.energy(far) - self.energy(near)) > 0.0
        })
    }

    /// Our delay and energy at a supply, up to a factor that is the same at all supplies; `None` beyond our law.
    fn model(&self, volts: f64) -> Option<(f64, f64)> {
        let node = node(self.node_nm);
        if self.kind == "HP" {
            let cells: StandardCells = node.standard_cells(Some(Volts(volts)), ROOM).ok()?;
            return Some((cells.fanout_of_four_delay.0, cells.nand2_energy.0));
        }
        let device: Device = node.device(DeviceClass::LowStandbyPower, ROOM).unwrap();
        let there = device.at_supply(Volts(volts)).ok()?;
        Some((there.resistance_n_ohm_um, device.voltage.factors(Volts(volts)).unwrap().energy))
    }
}

/// Delay, energy and power over those at the nominal supply, at every tenth of a volt of a fit.
struct VoltageTable {
    page: String,
    delay: Vec<Point>,
    energy: Vec<Point>,
    power: Vec<Point>,
}

fn voltage_table(kind: &str) -> VoltageTable {
    let mut page = String::from(
        "| fit | V | delay, published | model | error | energy, published | model | error | power, published | model | error |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    let (mut delay, mut energy, mut power) = (Vec::new(), Vec::new(), Vec::new());
    for fit in Fit::all().iter().filter(|fit| fit.kind == kind) {
        let (nominal_delay, nominal_energy) = fit.model(fit.nominal).unwrap();
        for step in [-4, -3, -2, -1, 1, 2, 3, 4] {
            let volts = fit.nominal + 0.1 * f64::from(step);
            write!(page, "| {} | {volts:.2} | ", fit.name()).unwrap();
            let Some((model_delay, model_energy)) = fit.model(volts) else {
                page += "beyond our law | | | | | | | | |\n";
                continue;
            };
            if !fit.holds(volts) {
                page += "beyond the fit: it turns around | | | | | | | | |\n";
                continue;
            }
            let over = |figure: fn(&Fit, f64) -> f64| figure(fit, volts) / figure(fit, fit.nominal);
            let watts = |energy: f64| switching_power(Joules(energy), Hertz(1e9)).0;
            let points = [
                Point { published: over(Fit::delay), model: model_delay / nominal_delay },
                Point { published: over(Fit::energy), model: model_energy / nominal_energy },
                Point { published: over(Fit::power), model: watts(model_energy) / watts(nominal_energy) },
            ];
            writeln!(page, "{} |", points.map(Point::cells).join(" | ")).unwrap();
            delay.push(points[0]);
            energy.push(points[1]);
            power.push(points[2]);
        }
    }
    VoltageTable { page, delay, energy, power }
}

const NODE_REASONS: &[(f64, &str)] = &[
    (90.0, "ours: pins and wires shrink with F; theirs simulates inverters without wire"),
    (65.0, "ours: pins and wires shrink with F; theirs simulates inverters without wire"),
    (32.0, "ours: Horowitz, ALADDIN and Jouppi say that energy falls slower than the bare transistors' does"),
    (
        20.0,
        "their models change from bulk to multi-gate here, and delay gets worse from 32 nm on; ours is between 22 and 16 nm",
    ),
    (
        16.0,
        "wires of a gate do not shrink as its transistors do; fins load more than their models of 2012 say",
    ),
    (14.0, "as 16 nm; foundry 14 nm shares most rules with 16 nm, theirs is a full step"),
    (10.0, "as 16 nm, and foundries tell less speed than the ITRS of 2011 hoped"),
    (
        7.0,
        "as 10 nm; Jouppi et al. measure 2.1 to 4.3 times less energy than at 45 nm and 0.9 V, this fit says 14.6",
    ),
];

fn node_table() -> String {
    let mut page = String::from(
        "| node | V | delay over 45 nm, published | model | error | energy, published | model | error | area, published | model | error | why |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    let base = Fit::find("HP", 45.0);
    let cells = |fit: &Fit| node(fit.node_nm).standard_cells(Some(Volts(fit.nominal)), ROOM).unwrap();
    let at_base = cells(&base);
    for (node_nm, why) in NODE_REASONS {
        let fit = Fit::find("HP", *node_nm);
        let ours = cells(&fit);
        let delay = Point {
            published: fit.delay(fit.nominal) / base.delay(base.nominal),
            model: ours.fanout_of_four_delay / at_base.fanout_of_four_delay,
        };
        let energy = Point {
            published: fit.energy(fit.nominal) / base.energy(base.nominal),
            model: ours.nand2_energy / at_base.nand2_energy,
        };
        let area = Point { published: fit.area_over_45nm, model: ours.nand2_area / at_base.nand2_area };
        writeln!(
            page,
            "| {node_nm} nm | {:.2} | {} | {} | {} | {why} |",
            fit.nominal,
            delay.cells(),
            energy.cells(),
            area.cells()
        )
        .unwrap();
    }
    page
}

const FLAVOURS: [(&str, DeviceClass); 5] = [
    ("hp", DeviceClass::HighPerformance),
    ("lstp", DeviceClass::LowStandbyPower),
    ("lop", DeviceClass::LowOperatingPower),
    ("edram", DeviceClass::EmbeddedDram),
    ("dram", DeviceClass::CommodityDram),
];

/// The figures of CACTI 7 that are misprinted.
fn misprint(node_nm: f64, flavour: &str, kelvin: f64) -> Option<&'static str> {
    match (node_nm as u32, flavour, kelvin as u32) {
        (90, "lop", 350 | 360 | 370) => Some("misprint: ten times too large; the decimal point moved back"),
        (22, "lstp", 360) => Some("misprint: less than at 350 K; the geometric mean of its neighbours taken"),
        _ => None,
    }
}

/// The law at each tabulated temperature, and what it would say there from the neighbours 10 K away alone.
struct LeakageTable {
    page: String,
    at_rows: Vec<Point>,
    from_neighbours: Vec<Point>,
    /// The two ends, each from the two temperatures next to it: what the law does beyond the table.
    beyond: Vec<Point>,
}

fn leakage_table() -> LeakageTable {
    let mut page = String::from(
        "| node | flavour | K | published A/µm | model | error | from its neighbours | error | why |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    let (mut at_rows, mut from_neighbours, mut beyond) = (Vec::new(), Vec::new(), Vec::new());
    for row in fixture("cacti_off_currents.csv") {
        let node_nm: f64 = row[0].parse().unwrap();
        let class = FLAVOURS.iter().find(|(name, _)| *name == row[1]).unwrap().1;
        let off = |kelvin: f64| node(node_nm).device(class, Kelvin(kelvin)).unwrap().off_current_a_per_um;
        for (step, published) in row[2..].iter().enumerate() {
            let (kelvin, published) = (300.0 + 10.0 * step as f64, published.parse::<f64>().unwrap());
            let model = off(kelvin);
            let why = misprint(node_nm, &row[1], kelvin);
            let point = Point { published, model };
            let neighbours =
                Point { published: model, model: (off(kelvin - 10.0) * off(kelvin + 10.0)).sqrt() };
            let inner = (1..10).contains(&step);
            if !inner {
                let inward = if step == 0 { 10.0 } else { -10.0 };
                let (near, far) = (off(kelvin + inward), off(kelvin + 2.0 * inward));
                beyond.push(Point { published: model, model: near * near / far });
            }
            let told = if inner {
                format!("{:.2e} | {:+.0} %", neighbours.model, neighbours.error())
            } else {
                "end | ".to_owned()
            };
            writeln!(
                page,
                "| {node_nm} | {} | {kelvin} | {published:.2e} | {model:.2e} | {:+.0} % | {told} | {} |",
                row[1],
                point.error(),
                why.unwrap_or("")
            )
            .unwrap();
            if why.is_none() {
                at_rows.push(point);
            }
            if inner {
                from_neighbours.push(neighbours);
            }
        }
    }
    LeakageTable { page, at_rows, from_neighbours, beyond }
}

const INTRODUCTION: &str = "# Laws of technology against published points

This page is written by `tests/validation_laws.rs`, which fails when it is no longer true. What the laws are stands on
[technology.md](../technology.md). An error is ours over the published figure, less one.

The points of Stillmaker and Baas are their polynomials, each at tenths of a volt from its nominal supply, over the figure at
the nominal supply. The polynomials are cubics and parabolas through a few simulations, and turn around beyond them; where
they do, the row says so. Their 180 and 130 nm are larger than any node here.

";

#[test]
fn the_page_of_the_laws_is_true() {
    let (logic, low_power) = (voltage_table("HP"), voltage_table("LP"));
    let leakage = leakage_table();
    let spreads = [
        ("delay against voltage, regular logic", spread(&logic.delay)),
        ("energy against voltage, regular logic", spread(&logic.energy)),
        ("power at one frequency against voltage, regular logic", spread(&logic.power)),
        ("delay against voltage, low standby power", spread(&low_power.delay)),
        ("energy against voltage, low standby power", spread(&low_power.energy)),
        ("power at one frequency against voltage, low standby power", spread(&low_power.power)),
        ("off current at CACTI's temperatures, misprints apart", spread(&leakage.at_rows)),
        ("off current from its neighbours 10 K away", spread(&leakage.from_neighbours)),
        ("off current at 300 and 400 K, 10 K beyond a table that lacks them", spread(&leakage.beyond)),
    ];
    let mut page = INTRODUCTION.to_owned();
    page += "| law | points | median error | 90th percentile | largest |\n|---|---|---|---|---|\n";
    spreads.iter().for_each(|(name, spread)| page += &spread_row(name, spread));
    page += VOLTAGE_TEXT;
    page += &logic.page;
    page += LOW_POWER_TEXT;
    page += &low_power.page;
    page += NODE_TEXT;
    page += &node_table();
    page += LEAKAGE_TEXT;
    page += &leakage.page;
    assert_page_is_true("laws.md", &page);
}

const VOLTAGE_TEXT: &str = "
## Voltage and frequency: regular logic

The fan-out-of-four delay and the switched energy of standard cells; power is energy times a frequency that stays: their
power over their energy is the same at every voltage to a tenth, so theirs was simulated at one rate.

Why they differ: energy by the square is C V² with one C; theirs has in it what flows straight through while a gate switches,
which grows faster than V² above the nominal supply (ours is up to 14 % less there) and vanishes below (ours up to 14 %
more). Delay: the alpha-power law with one threshold fails within 0.2 V of it (16 nm at 0.45 V). HP 20 is a multi-gate
transistor there; ours at 20 nm stands between a planar 22 nm and the fins of 16 nm, with a threshold between theirs. The cubic
of HP 45 is flat from 0.9 V on, that of HP 32 from 0.8 V on, which no transistor is.

";
const LOW_POWER_TEXT: &str = "
## Voltage and frequency: low standby power

Our transistors of ITRS low standby power beside their low-power fits. Why they differ: theirs are models of a higher
threshold (0.62 V at 45 nm, where the ITRS has 0.50 V; about 0.4 V at the fins), so they slow down sooner; the energy
of theirs has leakage in it, which lasts longer the slower they are.

";
const NODE_TEXT: &str = "
## From node to node

Standard cells at Stillmaker and Baas's nominal supplies, over 45 nm at 1.0 V. Ours are not theirs, and are not meant to be:
they go through Nangate's 45 nm library (consistent with Horowitz), ALADDIN's 40 nm register and adder, and the arithmetic of Jouppi et
al. at 7 nm, each an anchor of its own. An anchor is no validation: what this table shows is how much rests on that choice.
Areas are those of libraries, each with its tracks; theirs follow one trend of gate density.

";
const LEAKAGE_TEXT: &str = "
## Temperature

The law is a straight line in the logarithm between the tabulated temperatures, so that at them it is the table. What it does
between shows when a row is left out and told from its neighbours. Why they differ: the high-performance columns of 32 and
22 nm have knees at 340 to 400 K (scaled by hand from older figures, as McPAT's comments say), as has 22 nm low operating power.

";

/// A bound holds what the law is known to miss, with the reason on the page, and no more.
#[test]
fn the_laws_of_voltage_hold_within_their_bounds() {
    let (logic, low_power) = (voltage_table("HP"), voltage_table("LP"));
    // One C for all supplies misses the current that flows straight through: a seventh at 0.3 V from nominal.
    let energy = spread(&logic.energy);
    assert!(energy.count > 30 && energy.median < 8.0 && energy.largest < 16.0);
    // At a fixed frequency power is energy over again, with leakage below.
    assert!(spread(&logic.power).median < 8.0 && spread(&logic.power).ninetieth < 15.0);
    // Near threshold and at 20 nm the alpha-power law is off by a third; elsewhere it follows the fits.
    let delay = spread(&logic.delay);
    assert!(delay.median < 6.0 && delay.ninetieth < 20.0 && delay.largest < 45.0);
    // ITRS low standby power has a lower threshold than the models of the low-power fits.
    assert!(spread(&low_power.energy).median < 6.0);
    assert!(spread(&low_power.delay).median < 15.0 && spread(&low_power.delay).largest < 40.0);
}

#[test]
fn the_law_of_temperature_is_the_table_and_smooth_between() {
    let leakage = leakage_table();
    assert_eq!((leakage.at_rows.len(), leakage.from_neighbours.len()), (260, 216));
    assert!(spread(&leakage.at_rows).largest < 1e-6);
    // Straight lines miss the curvature of a decade over 100 K by 1 to 2 %, and the knees of 32 and 22 nm by a quarter.
    let between = spread(&leakage.from_neighbours);
    assert!(between.median < 2.0 && between.ninetieth < 5.0 && between.largest < 25.0);
}

/// The authors' corrected example: from 65 nm at 1.3 V to 32 nm at 0.9 V energy falls to 0.1755 of what it was.
#[test]
fn the_published_polynomials_are_transcribed() {
    let factor = Fit::find("HP", 32.0).energy(0.9) / Fit::find("HP", 65.0).energy(1.3);
    // They divide figures that are rounded to four digits, 0.4571 by 2.604.
    assert!((factor - 0.1755).abs() < 1e-4, "{factor}");
}

/// Jouppi et al., ISCA 2021, table 2: the eight rows of arithmetic, 45 nm at 0.9 V (Horowitz) over 7 nm. Each table's
/// level is the mean of its own rows over our units, so the ratio is not anchored; it lies within that of the rows.
#[test]
fn energy_at_7_nm_lies_within_the_arithmetic_that_it_is_anchored_on() {
    let at = |nm, volts| node(nm).standard_cells(Some(Volts(volts)), ROOM).unwrap().nand2_energy.0;
    let ratio = at(45.0, 0.9) / at(7.0, 0.7);
    assert!((2.09..4.29).contains(&ratio), "{ratio}");
}
