//! Metal layers: resistance and capacitance of a micrometre of wire.

use serde::{Deserialize, Serialize};

use super::interpolation::{At, Ends};

/// Permittivity of free space in F/µm.
pub(in crate::chip) const PERMITTIVITY_F_PER_UM: f64 = 8.854e-18;

/// A class of metal layers, from the thinnest to the thickest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WireClass {
    /// Inside cells, word and bit lines.
    Local,
    /// Between blocks, inside a macro.
    SemiGlobal,
    /// Across the chip.
    Global,
}

/// How optimistic the wires are: low-κ dielectrics and no barrier, or what was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WireProjection {
    /// ITRS projections of what could become possible.
    Aggressive,
    /// What foundries were expected to make.
    Conservative,
}

/// A wire of one class at minimum pitch, at one node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WireLayer {
    /// Width plus spacing in µm.
    pub pitch_um: f64,
    /// Whether no wire of the layer can be denser: foundries' pitches are minima, ITRS's of planar nodes are not.
    pub pitch_is_minimum: bool,
    /// Thickness over width.
    pub aspect_ratio: f64,
    /// Resistance in Ω/µm.
    pub resistance_ohm_per_um: f64,
    /// Capacitance to neighbours and to the layers above and below, in F/µm.
    pub capacitance_f_per_um: f64,
    /// Fringe capacitance in F/µm, a part of the capacitance.
    pub fringe_capacitance_f_per_um: f64,
    /// Thickness of the dielectric to the next layer in µm.
    pub dielectric_thickness_um: f64,
    /// Worst-case switching neighbours: factor on the coupling capacitance.
    pub miller_factor: f64,
    /// Relative permittivity between wires of the layer.
    pub horizontal_permittivity: f64,
    /// Relative permittivity to the next layer.
    pub vertical_permittivity: f64,
}

/// The wires of a node's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireRows {
    aggressive: ProjectionRows,
    conservative: ProjectionRows,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProjectionRows {
    local: WireRow,
    semi_global: WireRow,
    global: WireRow,
}

impl WireRows {
    fn row(&self, projection: WireProjection, class: WireClass) -> &WireRow {
        let rows = match projection {
            WireProjection::Aggressive => &self.aggressive,
            WireProjection::Conservative => &self.conservative,
        };
        match class {
            WireClass::Local => &rows.local,
            WireClass::SemiGlobal => &rows.semi_global,
            WireClass::Global => &rows.global,
        }
    }
}

/// A wire told by its cross-section.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireRow {
    #[serde(rename = "source")]
    _source: String,
    pitch_feature_sizes: f64,
    aspect_ratio: f64,
    /// Of bulk metal; Ω·µm is what CACTI calls µΩ·m.
    resistivity_ohm_um: f64,
    /// Scattering at surfaces and grain boundaries: factor on the resistivity.
    scattering_factor: f64,
    barrier_um: f64,
    dishing_um: f64,
    dielectric_thickness_um: f64,
    miller_factor: f64,
    horizontal_permittivity: f64,
    vertical_permittivity: f64,
    fringe_capacitance_f_per_um: f64,
}

impl WireRow {
    /// R and C of the cross-section at minimum pitch, half metal and half space, with neighbours and planes on
    /// both sides (CACTI 7; Ho, Mai and Horowitz, "The future of wires", Proceedings of the IEEE 89(4) 2001).
    fn layer(&self, feature_size_um: f64) -> WireLayer {
        let pitch_um = self.pitch_feature_sizes * feature_size_um;
        let (width, spacing) = (pitch_um / 2.0, pitch_um / 2.0);
        let thickness = self.aspect_ratio * width;
        let metal = (thickness - self.barrier_um - self.dishing_um) * (width - 2.0 * self.barrier_um);
        let planes = self.vertical_permittivity * width / self.dielectric_thickness_um;
        let neighbours = self.miller_factor * self.horizontal_permittivity * thickness / spacing;
        WireLayer {
            pitch_um,
            pitch_is_minimum: false,
            aspect_ratio: self.aspect_ratio,
            resistance_ohm_per_um: self.scattering_factor * self.resistivity_ohm_um / metal,
            capacitance_f_per_um: 2.0 * PERMITTIVITY_F_PER_UM * (planes + neighbours)
                + self.fringe_capacitance_f_per_um,
            fringe_capacitance_f_per_um: self.fringe_capacitance_f_per_um,
            dielectric_thickness_um: self.dielectric_thickness_um,
            miller_factor: self.miller_factor,
            horizontal_permittivity: self.horizontal_permittivity,
            vertical_permittivity: self.vertical_permittivity,
        }
    }
}

/// A wire told by its resistance and capacitance.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MeasuredWireRow {
    #[serde(rename = "source")]
    _source: String,
    pitch_feature_sizes: f64,
    resistance_ohm_per_um: f64,
    capacitance_f_per_um: f64,
}

impl MeasuredWireRow {
    fn layer(&self, feature_size_um: f64) -> WireLayer {
        WireLayer {
            pitch_um: self.pitch_feature_sizes * feature_size_um,
            pitch_is_minimum: false,
            aspect_ratio: 0.0,
            resistance_ohm_per_um: self.resistance_ohm_per_um,
            capacitance_f_per_um: self.capacitance_f_per_um,
            fringe_capacitance_f_per_um: 0.0,
            dielectric_thickness_um: 0.0,
            miller_factor: 0.0,
            horizontal_permittivity: 0.0,
            vertical_permittivity: 0.0,
        }
    }
}

impl WireLayer {
    /// Between two planar nodes both cross-sections are drawn at the wanted feature size, and what results lies
    /// on a straight line, as in CACTI 7. Below, where names are no lengths, each is drawn at its own node.
    pub(super) fn between<T>(
        ends: &Ends<T>,
        rows: fn(&T) -> &WireRows,
        wanted_um: f64,
        projection: WireProjection,
        class: WireClass,
    ) -> WireLayer {
        let layer =
            |end: &At<T>| rows(&end.table).row(projection, class).layer(drawn_at(ends, end, wanted_um));
        WireLayer::on_line(ends, layer(ends.smaller), layer(ends.larger))
    }

    /// The bit line of commodity DRAM, of which only resistance and capacitance are known.
    pub(super) fn commodity_dram_local<T>(
        ends: &Ends<T>,
        wanted_um: f64,
        smaller: &MeasuredWireRow,
        larger: &MeasuredWireRow,
    ) -> WireLayer {
        let (low, high) = (drawn_at(ends, ends.smaller, wanted_um), drawn_at(ends, ends.larger, wanted_um));
        WireLayer::on_line(ends, smaller.layer(low), larger.layer(high))
    }

    fn on_line<T>(ends: &Ends<T>, smaller: WireLayer, larger: WireLayer) -> WireLayer {
        let line = |figure: fn(&WireLayer) -> f64| ends.linear(figure(&smaller), figure(&larger));
        WireLayer {
            pitch_um: line(|wire| wire.pitch_um),
            pitch_is_minimum: !ends.planar(),
            aspect_ratio: line(|wire| wire.aspect_ratio),
            resistance_ohm_per_um: line(|wire| wire.resistance_ohm_per_um),
            capacitance_f_per_um: line(|wire| wire.capacitance_f_per_um),
            fringe_capacitance_f_per_um: line(|wire| wire.fringe_capacitance_f_per_um),
            dielectric_thickness_um: line(|wire| wire.dielectric_thickness_um),
            miller_factor: line(|wire| wire.miller_factor),
            horizontal_permittivity: line(|wire| wire.horizontal_permittivity),
            vertical_permittivity: line(|wire| wire.vertical_permittivity),
        }
    }
}

fn drawn_at<T>(ends: &Ends<T>, end: &At<T>, wanted_um: f64) -> f64 {
    if ends.planar() { wanted_um } else { end.name_um }
}
