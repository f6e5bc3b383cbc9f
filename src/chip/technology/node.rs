//! A process node: the door to everything that is known of it.

use super::bit_cell::{DynamicCell, DynamicCellRow, FoundryCellRow, StaticCell};
use super::device::Device;
use super::device_class::DeviceClass;
use super::error::TechnologyError;
use super::interpolation::{At, Ends};
use super::sense_amplifier::SenseAmplifier;
use super::standard_cells::{StandardCellRow, StandardCells};
use super::table::{CircuitTable, tables};
use super::wire_layer::{WireClass, WireLayer, WireProjection};
use crate::units::{Kelvin, Micrometres, SquareMicrometres, Volts};

/// The flavour whose laws those of logic and of foundries' bit cells follow.
const LOGIC: DeviceClass = DeviceClass::HighPerformance;

/// A process node, tabulated or between two that are.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// The size after which the node is named, in µm.
    pub name_um: f64,
    /// F, the length of which layouts are made, in µm: the one after which a planar node is named. Below 22 nm, where
    /// names are no lengths, the F of which the foundry's SRAM cell is 146 squares: 22.5 nm at 16 nm, 12.0 nm at 5 nm.
    pub feature_size_um: f64,
    circuits: Ends<CircuitTable>,
    foundry_static_cells: Ends<FoundryCellRow>,
    standard_cells: Ends<StandardCellRow>,
}

impl Node {
    /// The node of a feature size, from 90 nm to 5 nm. `"45nm".parse()` gives the feature size.
    ///
    /// # Errors
    /// [`TechnologyError::Node`] outside of that, with the nearest node.
    pub fn at(feature_size: Micrometres) -> Result<Node, TechnologyError> {
        let tables = tables()?;
        let name_um = feature_size.0;
        let ends = (
            Ends::around(name_um, &tables.circuits),
            Ends::around(name_um, &tables.foundry_static_cells),
            Ends::around(name_um, &tables.standard_cells),
        );
        let (Some(circuits), Some(foundry_static_cells), Some(standard_cells)) = ends else {
            let (smallest_nm, largest_nm) = reach_nm(tables.circuits.iter().map(|end| end.name_um));
            return Err(TechnologyError::Node { asked_nm: nanometres(name_um), smallest_nm, largest_nm });
        };
        let feature_size_um = if circuits.planar() {
            name_um
        } else {
            circuits.power_law(circuits.smaller.feature_size_um, circuits.larger.feature_size_um)
        };
        Ok(Node { name_um, feature_size_um, circuits, foundry_static_cells, standard_cells })
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
        WireLayer::between(&self.circuits, |table| &table.wires, self.name_um, projection, class)
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
                Ok(WireLayer::commodity_dram_local(ends, self.name_um, smaller, larger))
            }
            _ => Err(self.no_flavour(DeviceClass::CommodityDram)),
        }
    }

    /// The six-transistor cell of SRAM.
    pub fn static_cell(&self) -> StaticCell {
        let ends = &self.circuits;
        StaticCell::between(ends, &ends.smaller.table.static_cell, &ends.larger.table.static_cell)
    }

    /// Area of the smallest static cell that a foundry has told, to see how far [`Node::static_cell`] is from silicon:
    /// above 22 nm that is CACTI's 146 F², 18 % more than TSMC's cell at 90 nm and 10 % less at 28 nm.
    pub fn foundry_static_cell_area(&self) -> SquareMicrometres {
        let ends = &self.foundry_static_cells;
        SquareMicrometres(ends.power_law(ends.smaller.table.area_um2, ends.larger.table.area_um2))
    }

    /// Leakage in A of a foundry's static cell with one port, a high-threshold one as all are that are made, at a supply:
    /// typical silicon, word line low.
    ///
    /// # Errors
    /// [`TechnologyError::Supply`] and [`TechnologyError::Temperature`] beyond the laws.
    pub fn foundry_static_cell_leakage_a(
        &self,
        supply: Volts,
        temperature: Kelvin,
    ) -> Result<f64, TechnologyError> {
        let leakage_a = |end: &At<FoundryCellRow>| {
            let logic = Node::at(Micrometres(end.name_um))?.device(LOGIC, temperature)?;
            end.table.leakage_a(supply, temperature, &logic)
        };
        let ends = &self.foundry_static_cells;
        Ok(ends.power_law(leakage_a(ends.smaller)?, leakage_a(ends.larger)?))
    }

    /// The standard cells at a supply, by default that of the node's high-performance transistors.
    ///
    /// # Errors
    /// [`TechnologyError::Supply`] and [`TechnologyError::Temperature`] beyond the laws.
    pub fn standard_cells(
        &self,
        supply: Option<Volts>,
        temperature: Kelvin,
    ) -> Result<StandardCells, TechnologyError> {
        let nominal = self.device(LOGIC, temperature)?.supply;
        let cells = |end: &At<StandardCellRow>| {
            let node = Node::at(Micrometres(end.name_um))?;
            let hot = node.device(LOGIC, temperature)?;
            let cool = node.device(LOGIC, end.table.temperature())?;
            end.table.at(supply.unwrap_or(nominal), &hot, &cool)
        };
        let ends = &self.standard_cells;
        Ok(StandardCells::between(ends, &cells(ends.smaller)?, &cells(ends.larger)?))
    }

    /// The supply of a chip whose arrays are of a flavour, where none is given: that of the node's logic, if the flavour
    /// works there; else the flavour's own, or as much more as standard cells need.
    ///
    /// # Errors
    /// As [`Node::device`] and [`Node::standard_cells`].
    pub fn usual_supply(&self, class: DeviceClass, temperature: Kelvin) -> Result<Volts, TechnologyError> {
        let logic = self.device(LOGIC, temperature)?.supply;
        let device = self.device(class, temperature)?;
        if device.at_supply(logic).is_ok() {
            return Ok(logic);
        }
        match self.standard_cells(Some(device.supply), temperature) {
            Ok(cells) => Ok(cells.supply),
            Err(TechnologyError::Supply { asked, lowest, .. }) if asked.0 < lowest.0 => Ok(lowest),
            Err(error) => Err(error),
        }
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
        SenseAmplifier::of(&self.circuits.smaller.table.sense_amplifier)
    }

    /// The error of a flavour that this node has not.
    fn no_flavour(&self, class: DeviceClass) -> TechnologyError {
        let tables = match tables() {
            Ok(tables) => tables,
            Err(error) => return error,
        };
        let having = tables.circuits.iter().filter(|end| end.table.devices.contains_key(&class));
        let (smallest_nm, largest_nm) = reach_nm(having.map(|end| end.name_um));
        let asked_nm = nanometres(self.name_um);
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
