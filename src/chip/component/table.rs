//! placeholder
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Block, Component, ComponentError, Context, Stage};

/// A table.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {}

impl Component for Table {
    fn stage(&self) -> Stage {
        Stage::Compute
    }
    fn build(&self, _context: &Context) -> Result<Block, ComponentError> {
        Ok(Block::default())
    }
}
