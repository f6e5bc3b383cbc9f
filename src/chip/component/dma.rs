//! placeholder to compile the skeleton
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Block, Component, ComponentError, Context, Stage};

/// A DMA engine.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dma {
    /// Channels.
    #[serde(default)]
    pub channels: u32,
}

impl Component for Dma {
    fn stage(&self) -> Stage {
        Stage::Periphery
    }
    fn build(&self, _context: &Context) -> Result<Block, ComponentError> {
        Ok(Block::default())
    }
}
