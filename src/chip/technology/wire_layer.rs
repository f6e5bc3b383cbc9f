//! Metal layers: resistance and capacitance of a micrometre of wire.

use serde::{Deserialize, Serialize};

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
