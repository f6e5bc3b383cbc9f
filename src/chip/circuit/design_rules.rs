//! Layout rules and standard transistor sizes of the custom circuits around memory arrays.

use std::sync::OnceLock;

use serde::Deserialize;

use super::CircuitError;

/// A section of lengths: in the file in multiples of the feature size, scaled in µm.
macro_rules! lengths {
    ($(#[$about:meta])* $section:ident { $($(#[$note:meta])* $name:ident),* $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $section { $($(#[$note])* pub $name: f64),* }

        impl $section {
            fn scaled(&self, feature_size_um: f64) -> $section {
                $section { $($name: self.$name * feature_size_um),* }
            }
        }
    };
}

lengths! {
    /// Distances of a layout in µm.
    Layout {
        poly_width,
        contact_width,
        poly_to_contact,
        poly_to_poly,
        p_to_n_diffusion_gap,
        same_diffusion_gap,
        power_rail,
        logic_gate_height,
        word_line_strap,
    }
}

lengths! {
    /// Standard gate widths in µm.
    Width { minimum_n, maximum_n, sense_n, sense_p, sense_enable, isolation_p, column_select_n }
}

/// Pure numbers.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Count {
    /// Rows of cells across which a row decoder's gates are folded.
    pub cells_in_row_decoder_height: f64,
    /// Bit line precharge transistor, in p-channel transistors that match a minimum n-channel one.
    pub minimum_p_in_precharge: f64,
    /// Bit line equalising transistor, likewise.
    pub minimum_p_in_equaliser: f64,
    /// SRAM cells between two straps of a word line.
    pub static_cells_between_straps: f64,
    /// Embedded DRAM cells between two straps of a word line.
    pub dynamic_cells_between_straps: f64,
}

/// The rules of `design_rules.toml`, there in multiples of the feature size, here in µm at one feature size.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DesignRules {
    pub layout: Layout,
    pub width: Width,
    pub count: Count,
}

impl DesignRules {
    /// The rules at a feature size.
    ///
    /// # Errors
    /// [`CircuitError::Data`] when the built-in file is not what this struct says.
    pub fn at(feature_size_um: f64) -> Result<DesignRules, CircuitError> {
        static RULES: OnceLock<Result<DesignRules, CircuitError>> = OnceLock::new();
        let read = || {
            toml::from_str(include_str!("design_rules.toml"))
                .map_err(|error| CircuitError::Data { file: "design_rules.toml", message: error.to_string() })
        };
        let rules = RULES.get_or_init(read).as_ref().map_err(Clone::clone)?;
        Ok(DesignRules {
            layout: rules.layout.scaled(feature_size_um),
            width: rules.width.scaled(feature_size_um),
            count: rules.count,
        })
    }
}

impl Layout {
    /// A contacted gap between two gates: contact and its distance to both.
    pub fn contacted_gap(&self) -> f64 {
        self.contact_width + 2.0 * self.poly_to_contact
    }

    /// Height that the diffusions of a row of gates have: without power rails and the gap between p and n.
    pub fn diffusion_height(&self, row_height: f64) -> f64 {
        row_height - 2.0 * self.power_rail - self.p_to_n_diffusion_gap
    }

    /// Extent of a transistor across its gates when it is folded into fingers of at most a given width.
    pub fn folded_extent(&self, width: f64, finger_limit: f64) -> f64 {
        let fingers = (width / finger_limit).ceil();
        fingers * self.poly_width + (fingers + 1.0) * self.contacted_gap()
    }

    /// Extent of a diffusion with series stacks of gates, folded into fingers.
    fn diffusion_extent(&self, stacked: f64, fingers: f64) -> f64 {
        let stack = stacked * self.poly_width + (stacked - 1.0) * self.poly_to_poly;
        // Both ends are contacted; each further finger adds its stack and shares contacts with its neighbours.
        let shared_contacts = 2.0 * (fingers - 2.0).max(0.0);
        (2.0 + shared_contacts) * self.contacted_gap() + stack * fingers.max(1.0)
    }

    /// Area of a NAND gate (of one input: an inverter) in a row of a height, in µm².
    pub fn nand_area(&self, inputs: u32, n_width: f64, p_width: f64, row_height: f64) -> f64 {
        let diffusions = self.diffusion_height(row_height);
        let p_share = p_width / (p_width + n_width);
        let (p_finger, n_finger) = (diffusions * p_share, diffusions * (1.0 - p_share));
        let inputs = f64::from(inputs);
        let n_extent = self.diffusion_extent(inputs, (n_width / n_finger).ceil());
        let p_extent = self.diffusion_extent(1.0, inputs * (p_width / p_finger).ceil());
        let unfolded = n_finger > n_width;
        let height = if unfolded {
            n_width + p_width + self.p_to_n_diffusion_gap + 2.0 * self.power_rail
        } else {
            row_height
        };
        height * n_extent.max(p_extent)
    }
}
