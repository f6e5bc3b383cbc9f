//! How tiles are joined: counts that follow from it.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

/// How tiles are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Topology {
    /// Each tile's router to those of its four neighbours.
    Mesh,
    /// Each tile's router to that of the one before and the one behind.
    Ring,
    /// One set of wires past all tiles, one word a cycle.
    Bus,
    /// A tree of wires from the middle to all tiles, one set each way.
    HTree,
}

impl fmt::Display for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Topology::Mesh => "mesh",
            Topology::Ring => "ring",
            Topology::Bus => "bus",
            Topology::HTree => "h_tree",
        })
    }
}

/// A topology with its tiles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shape {
    pub topology: Topology,
    pub columns: u32,
    pub rows: u32,
}

impl Shape {
    pub fn tiles(self) -> u32 {
        self.columns * self.rows
    }

    /// Links in one direction through the narrowest cut into halves.
    pub fn links_across(self) -> u32 {
        match self.topology {
            Topology::Mesh => self.columns.min(self.rows),
            Topology::Ring => self.tiles().min(3) - 1,
            Topology::Bus | Topology::HTree => 1,
        }
    }

    /// Links between neighbours, each direction counted.
    pub fn links(self) -> u32 {
        let (columns, rows) = (self.columns, self.rows);
        match self.topology {
            Topology::Mesh => 2 * (rows * (columns - 1) + columns * (rows - 1)),
            // Two tiles have one link, more have as many as tiles.
            Topology::Ring => 2 * if self.tiles() == 2 { 1 } else { self.tiles() },
            Topology::Bus | Topology::HTree => 0,
        }
    }

    /// Ports of a router, that of its tile included; all are alike, at the edge too.
    pub fn router_ports(self) -> u32 {
        let along = |count: u32| count.min(3) - 1;
        match self.topology {
            Topology::Mesh => 1 + along(self.columns) + along(self.rows),
            Topology::Ring => 1 + along(self.tiles()),
            Topology::Bus | Topology::HTree => 0,
        }
    }

    /// Words that move in a cycle at most.
    pub fn flits_at_once(self) -> u32 {
        match self.topology {
            Topology::Mesh | Topology::Ring => self.links(),
            Topology::Bus => 1,
            Topology::HTree => 2,
        }
    }

    /// Levels of a binary tree over all tiles.
    pub fn levels(self) -> u32 {
        self.tiles().next_power_of_two().trailing_zeros()
    }
}
