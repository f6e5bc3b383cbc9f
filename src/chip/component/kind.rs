//! The kinds of component that a chip file may name, listed in one place.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;

use super::chip_link::ChipLink;
use super::control::Control;
use super::data_bus::DataBus;
use super::dma::Dma;
use super::host_interface::HostInterface;
use super::instruction_fetch::InstructionFetch;
use super::load_store_unit::LoadStoreUnit;
use super::memory::Memory;
use super::memory_interface::MemoryInterface;
use super::noc::Noc;
use super::pcie::Pcie;
use super::reduction_tree::ReductionTree;
use super::scalar_unit::ScalarUnit;
use super::table::Table;
use super::tensor_unit::TensorUnit;
use super::vector_regfile::VectorRegfile;
use super::vector_unit::VectorUnit;
use super::{Component, ComponentError};

/// A kind of component.
#[derive(Clone, Copy)]
pub struct Kind {
    /// The name in a chip file: `kind = "dma"`.
    pub name: &'static str,
    /// Reads its keys, `kind` and those of any component left out.
    pub read: fn(toml::Table) -> Result<Box<dyn Component + Send + Sync>, KeyError>,
    /// The JSON schema of its keys.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
}

/// What is wrong with a component's table.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyError {
    /// Path of the key within the component; empty for the component itself.
    pub key: String,
    /// What is wrong.
    pub what: String,
}

/// All kinds. One more is one more file and one more line.
pub const KINDS: &[Kind] = &[
    kind::<TensorUnit>("tensor_unit"),
    kind::<ReductionTree>("reduction_tree"),
    kind::<VectorUnit>("vector_unit"),
    kind::<VectorRegfile>("vector_regfile"),
    kind::<ScalarUnit>("scalar_unit"),
    kind::<InstructionFetch>("instruction_fetch"),
    kind::<LoadStoreUnit>("load_store_unit"),
    kind::<Memory>("memory"),
    kind::<DataBus>("data_bus"),
    kind::<Noc>("noc"),
    kind::<MemoryInterface>("memory_interface"),
    kind::<Dma>("dma"),
    kind::<Pcie>("pcie"),
    kind::<ChipLink>("chip_link"),
    kind::<HostInterface>("host_interface"),
    kind::<Control>("control"),
    kind::<Table>("table"),
];

const fn kind<C: Component + DeserializeOwned + JsonSchema + Send + Sync + 'static>(
    name: &'static str,
) -> Kind {
    Kind { name, read: read::<C>, schema: SchemaGenerator::subschema_for::<C> }
}

fn read<C: Component + DeserializeOwned + Send + Sync + 'static>(
    table: toml::Table,
) -> Result<Box<dyn Component + Send + Sync>, KeyError> {
    match serde_path_to_error::deserialize::<_, C>(table) {
        Ok(component) => Ok(Box::new(component)),
        Err(error) => {
            let path = error.path().to_string();
            let key = if path == "." { String::new() } else { path };
            Err(KeyError { key, what: error.into_inner().message().to_owned() })
        }
    }
}

impl From<ComponentError> for KeyError {
    fn from(error: ComponentError) -> KeyError {
        KeyError { key: error.key().unwrap_or_default().to_owned(), what: error.to_string() }
    }
}
