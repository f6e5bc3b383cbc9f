//! Wires that join pieces of storage, in columns above one another. A word leaves at the lower edge, each bit where its
//! column ends; addresses come to the middle of it.

use crate::chip::circuit::array::Ports;
use crate::chip::circuit::wire::{Drive, Wire, WireRequest};
use crate::chip::circuit::{DataEnergy, Layout, Netlist, RANDOM_TOGGLE, parameter_file};
use crate::chip::component::{ComponentError, Context, Cost, Part};
use crate::chip::technology::{WireClass, WireProjection};
use crate::units::{Micrometres, Ratio, Seconds, SquareMicrometres};

parameter_file! {
    /// The values of `distribution.toml`; ranges and sources stand there.
    DistributionStyle from "distribution.toml" {
        random_wire: "Part of a wire's rise and fall that a transfer of a random bit takes.",
        on_the_ground: "Part of the wires between macros for which macros leave channels.",
    }
}

/// Delay that these wires may lose to save power, over the least (CACTI's choice "Global_30").
const DELAY_BUDGET: Ratio = Ratio(0.3);

const MILLIMETRE: Micrometres = Micrometres(1000.0);

/// What is joined: equal pieces over an area.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pieces {
    /// Extent of all across.
    pub width: Micrometres,
    /// Extent of all down.
    pub height: Micrometres,
    /// Columns that an address must reach: each holds a part of the word.
    pub columns: f64,
    /// Stacks side by side that hold other words of the same bits.
    pub stacks: f64,
    /// Bits of the word.
    pub data: f64,
    /// Bits of the address.
    pub address: f64,
    /// Ports of all.
    pub ports: Ports,
}

impl Pieces {
    /// So many rows of pieces, each so wide and high and giving a word, in as many stacks side by side as make a square. As
    /// a plan is not drawn the number of stacks need not be whole.
    pub fn stacked(
        (row_width, row_height): (Micrometres, Micrometres),
        rows: f64,
        columns: f64,
        (data, address): (f64, f64),
        ports: Ports,
    ) -> Pieces {
        let stacks = (row_height.0 * rows / row_width.0).sqrt().max(1.0);
        let (width, height) = (row_width * stacks, row_height * (rows / stacks));
        Pieces { width, height, columns, stacks, data, address, ports }
    }
}

/// Wires, repeaters and pipeline registers that join pieces.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// What they cost.
    pub parts: Vec<Part>,
    /// Energy of an access; addresses are random whatever the data.
    pub energy: DataEnergy,
    /// Cycles there and back.
    pub cycles: u32,
    /// Area of channels, repeaters and registers.
    pub area: SquareMicrometres,
}

impl Distribution {
    /// Joins pieces, pipelined so that each stage fits in a cycle.
    ///
    /// # Errors
    /// [`ComponentError`] when the node has no such wires.
    pub fn of(pieces: &Pieces, context: &Context) -> Result<Distribution, ComponentError> {
        let style = DistributionStyle::built_in()?;
        let millimetre = millimetre(context)?;
        let Pieces { width, height, data, address, ports, columns, stacks } = *pieces;
        let (accesses, wires) = (f64::from(ports.total()), f64::from(ports.reading() + ports.writing()));
        // Each bit leaves at the edge of the piece that holds it: whoever takes the word is as wide, or carries it on and
        // counts that. On the way it passes the whole column, and those of the other stacks.
        let stack = width / stacks;
        let data_length = (width - stack + height * stacks) * (data * wires);
        let address_length = (width + height * (columns * stacks)) * (address * accesses);
        let all = data_length + address_length;
        let pitch = millimetre.track.width + millimetre.track.spacing;
        let repeaters = millimetre.driver_area * (all / MILLIMETRE);
        let channels = SquareMicrometres(all.0 * pitch.0 * style.on_the_ground);
        // Repeaters stand in the channels.
        let free = SquareMicrometres((channels - repeaters).0.max(0.0));
        let leakage = context.leakage_of_drawn(repeaters, millimetre.leakage * (all / MILLIMETRE));
        let standing = Cost { whitespace: free, leakage, ..Cost::of_area(repeaters) };
        // The data of an access come from the middle of a column on the mean, and from stacks to both sides of the one
        // where the word leaves: of n stacks the mean is (n - 1/n) / 4 of one's width away. Branches beyond are gated.
        let wires_energy =
            |moved: Micrometres| millimetre.energy * (style.random_wire * (moved / MILLIMETRE));
        let to_the_side = stack * ((stacks - 1.0 / stacks) / 4.0);
        let data_energy = wires_energy((to_the_side + height / 2.0) * data);
        let address_energy = wires_energy((width + height / 2.0 * columns) * address);

        // Addresses reach all of a row, data come down their own column.
        let stages_of = |longest: Micrometres| {
            stages(millimetre.delay * (longest / MILLIMETRE * context.process.sign_off.slow_corner), context)
        };
        let (there, back) = (stages_of(width / 2.0 + height)?, stages_of((width - stack) / 2.0 + height)?);
        let latched = there * address + back * data;
        let registers = Netlist::of_flip_flops(there * address * accesses + back * data * wires);
        let registers = registers.placed(context.cells)?;
        // Registers take data only with an access: their clock is in its energy.
        let of_registers = Cost::of_logic(&registers);
        let of_registers = Cost { clock_running: of_registers.clock_gated, ..of_registers };
        let clock =
            context.cells.flip_flop.clock_energy * (latched * (1.0 + Layout::placed()?.clock_distribution));
        let mut parts = vec![Part::leaf("wires", standing)];
        if there > 0.0 {
            parts.push(Part::leaf("pipeline registers", of_registers));
        }
        Ok(Distribution {
            area: parts.iter().map(|part| part.total().area()).sum(),
            parts,
            energy: DataEnergy {
                standing: address_energy + clock + registers.store(there * address, RANDOM_TOGGLE),
                data: data_energy + registers.store(back * data, RANDOM_TOGGLE),
            },
            cycles: (there + back) as u32,
        })
    }
}

/// Pipeline registers that a delay needs so that no stage is longer than a cycle.
fn stages(delay: Seconds, context: &Context) -> Result<f64, ComponentError> {
    let cells = context.cells;
    let skew = cells.fanout_of_four_delay * Layout::placed()?.skew_and_jitter;
    let usable = context.clock.time_of(1.0) - cells.flip_flop.overhead_delay - skew;
    // Faster than its own registers no clock can be; the path of the macros then says so.
    let least = cells.fanout_of_four_delay * Layout::placed()?.least_stage;
    Ok((delay / Seconds(usable.0.max(least.0))).floor())
}

fn millimetre(context: &Context) -> Result<Wire, ComponentError> {
    Ok(Wire::new(&WireRequest {
        node: context.process.node,
        class: WireClass::SemiGlobal,
        projection: WireProjection::Conservative,
        length: MILLIMETRE,
        drive: Drive::Repeated { delay_budget: DELAY_BUDGET },
        transistors: context.transistors,
        temperature: context.process.temperature,
        supply: context.process.supply,
    })?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::chip::component::trial::Trial;

    const PORTS: Ports = Ports { read_write: 1, read: 0, write: 0 };

    #[test]
    fn a_word_of_many_macros_leaves_each_at_its_own_edge() {
        // One row of macros in 400 um or in 6.4 mm: data go half of its height, 50 um.
        for columns in [1.0, 16.0] {
            let row = (Micrometres(400.0 * columns), Micrometres(100.0));
            let pieces = Pieces::stacked(row, 1.0, columns, (4096.0, 6.0), PORTS);
            let at = Trial::at(28.0).clocked(50.0);
            let found = Distribution::of(&pieces, &at.context()).unwrap();
            let a_millimetre = millimetre(&at.context()).unwrap().energy.0 * 0.25 * 4096.0;
            assert_eq!(found.cycles, 0);
            assert!((found.energy.data.0 / (a_millimetre * 0.05) - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn stacks_side_by_side_bring_a_word_to_the_middle_one() {
        // 9 rows of 100 um below one another of 100 um each: 3 stacks of 3; two of three stacks are 100 um away.
        let row = (Micrometres(100.0), Micrometres(100.0));
        let pieces = Pieces::stacked(row, 9.0, 1.0, (8.0, 0.0), PORTS);
        assert_eq!((pieces.stacks, pieces.width.0, pieces.height.0), (3.0, 300.0, 300.0));
        let at = Trial::at(28.0).clocked(100.0);
        let found = Distribution::of(&pieces, &at.context()).unwrap();
        let a_millimetre = millimetre(&at.context()).unwrap().energy.0 * 0.25 * 8.0;
        assert!((found.energy.data.0 / (a_millimetre * (0.2 / 3.0 + 0.15)) - 1.0).abs() < 1e-9);
    }
}
