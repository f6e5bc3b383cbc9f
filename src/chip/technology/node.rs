//! A process node: the door to everything that is known of it.

use super::bit_cell::{DynamicCell, DynamicCellRow, StaticCell};
use super::device::{Device, DeviceClass};
use super::error::TechnologyError;
use super::sense_amplifier::SenseAmplifier;
use super::table::{CircuitTable, Ends, tables};
use super::wire_layer::{WireClass, WireLayer, WireProjection};
use crate::units::{Kelvin, Micrometres};

/// A process node, tabulated or between two that are.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// The feature size after which the node is named, in µm. Below 22 nm it is a name and no length.
    pub feature_size_um: f64,
    circuits: Ends<CircuitTable>,
}

impl Node {
    /// The node of a feature size, from 90 nm to 5 nm. `"45nm".parse()` gives the feature size.
    ///
    /// # Errors
    /// [`TechnologyError::Node`] outside of that, with the nearest node.
    pub fn at(feature_size: Micrometres) -> Result<Node, TechnologyError> {
        let tables = tables()?;
        let circuits = Ends::around(feature_size.0, &tables.circuits).ok_or_else(|| {
            let sizes = || tables.circuits.iter().map(|end| end.feature_size_um);
            let (smallest_nm, largest_nm) = reach_nm(sizes());
            TechnologyError::Node { asked_nm: nanometres(feature_size.0), smallest_nm, largest_nm }
        })?;
        Ok(Node { feature_size_um: feature_size.0, circuits })
    }

    /// A flavour of transistor at a temperature and its nominal supply; for others [`Device::at_supply`].
    ///
    /// # Errors
    /// [`TechnologyError::Flavour`] if it is not made at this node, [`TechnologyError::Temperature`] beyond the law.
    pub fn device(&self, class: DeviceClass, temperature: Kelvin) -> Result<Device, TechnologyError> {
        let ends = &self.circuits;
        let device = |table: &CircuitTable| match table.devices.get(&class) {
            Some(row) => row.at(&table.laws, temperature),
            None => Err(self.no_flavour(class)),
        };
        let (smaller, larger) = (device(&ends.smaller.table)?, device(&ends.larger.table)?);
        Ok(Device::between(ends, &smaller, &larger))
    }

    /// A wire of a class of layers at minimum pitch.
    pub fn wire(&self, projection: WireProjection, class: WireClass) -> WireLayer {
        WireLayer::between(&self.circuits, self.feature_size_um, projection, class)
    }

    /// The bit line of commodity DRAM: 2 F of pitch; of its cross-section nothing is known, and told as 0.
    ///
    /// # Errors
    /// [`TechnologyError::Flavour`] if commodity DRAM is not made at this node.
    pub fn commodity_dram_wire(&self) -> Result<WireLayer, TechnologyError> {
        let ends = &self.circuits;
        let rows =
            (&ends.smaller.table.commodity_dram_local_wire, &ends.larger.table.commodity_dram_local_wire);
        match rows {
            (Some(smaller), Some(larger)) => {
                Ok(WireLayer::commodity_dram_local(ends, self.feature_size_um, smaller, larger))
            }
            _ => Err(self.no_flavour(DeviceClass::CommodityDram)),
        }
    }

    /// The six-transistor cell of SRAM.
    pub fn static_cell(&self) -> StaticCell {
        StaticCell::between(&self.circuits)
    }

    /// The cell of embedded or commodity DRAM.
    ///
    /// # Errors
    /// [`TechnologyError::Flavour`] if it is not made at this node, [`TechnologyError::NotDynamic`] for transistors of
    /// which no DRAM is made.
    pub fn dynamic_cell(&self, class: DeviceClass) -> Result<DynamicCell, TechnologyError> {
        if !matches!(class, DeviceClass::EmbeddedDram | DeviceClass::CommodityDram) {
            return Err(TechnologyError::NotDynamic { class });
        }
        let ends = &self.circuits;
        let row = |table: &'static CircuitTable| -> Option<&'static DynamicCellRow> {
            table.dynamic_cells.get(&class)
        };
        match (row(&ends.smaller.table), row(&ends.larger.table)) {
            (Some(smaller), Some(larger)) => Ok(DynamicCell::between(ends, smaller, larger)),
            _ => Err(self.no_flavour(class)),
        }
    }

    /// The sense amplifier of memory arrays.
    pub fn sense_amplifier(&self) -> SenseAmplifier {
        SenseAmplifier::between(&self.circuits)
    }

    /// The error of a flavour that this node has not.
    fn no_flavour(&self, class: DeviceClass) -> TechnologyError {
        let tables = match tables() {
            Ok(tables) => tables,
            Err(error) => return error,
        };
        let having = tables.circuits.iter().filter(|end| end.table.devices.contains_key(&class));
        let (smallest_nm, largest_nm) = reach_nm(having.map(|end| end.feature_size_um));
        let asked_nm = nanometres(self.feature_size_um);
        TechnologyError::Flavour { class, asked_nm, smallest_nm, largest_nm }
    }
}

/// The smallest and the largest of some feature sizes.
fn reach_nm(sizes_um: impl Iterator<Item = f64>) -> (f64, f64) {
    let (smallest, largest) =
        sizes_um.fold((f64::INFINITY, 0.0_f64), |(low, high), size| (low.min(size), high.max(size)));
    (nanometres(smallest), nanometres(largest))
}

/// Rounded to a thousandth, so that a message says 22 nm and not 22.000000000000004.
fn nanometres(micrometres: f64) -> f64 {
    (micrometres * 1e6).round() / 1e3
}
