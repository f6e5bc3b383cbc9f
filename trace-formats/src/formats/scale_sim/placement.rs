//! Layers, each of which restarts at cycle 0, on one timeline.

use crate::error::DataError;
use crate::event::MAX_CYCLE;
use crate::format::LayerJoin;
use crate::metadata::{Note, Span};

/// The cycles of a layer in its own count, first and last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerCycles {
    /// Over all of its traces.
    pub all: (i64, i64),
    /// Over its SRAM traces; all of them if it has none.
    pub compute: (i64, i64),
    /// The last cycle of `OFMAP_SRAM`; of compute if there is none.
    pub last_output: i64,
}

impl LayerCycles {
    /// Those of a layer without a readable row.
    pub const NONE: LayerCycles = LayerCycles { all: (0, -1), compute: (0, -1), last_output: -1 };
}

/// Where a layer lies on the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// What to add to the layer's own cycles.
    pub offset: i64,
    /// The layer's cycles on the timeline.
    pub span: Span,
    /// First and last cycle, in the layer's own count, that DRAM traffic is moved into.
    pub clamp: Option<(i64, i64)>,
}

/// Places the layers one after the other; the first keeps its own cycle 0.
///
/// # Errors
/// A timeline longer than any that can be counted.
pub fn place(layers: &[LayerCycles], join: LayerJoin) -> Result<Vec<Placed>, DataError> {
    let mut placed: Vec<Placed> = Vec::with_capacity(layers.len());
    for (index, layer) in layers.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| (layers[before], placed[before]));
        placed.push(place_next(before, layer, index, join)?);
    }
    Ok(placed)
}

/// Places the layer with this position in the run after the one before it.
///
/// # Errors
/// As [`place`].
pub fn place_next(
    before: Option<(LayerCycles, Placed)>,
    layer: &LayerCycles,
    index: usize,
    join: LayerJoin,
) -> Result<Placed, DataError> {
    let offset = match (before, join) {
        (None, _) | (_, LayerJoin::Separate) => 0,
        (Some((_, placed)), LayerJoin::BackToBack) => placed.span.end - layer.all.0,
        (Some((before, placed)), _) => placed.offset + before.last_output + 1,
    };
    let (first, last) = if join == LayerJoin::ComputeOnly { layer.compute } else { layer.all };
    let span = Span { start: offset + first, end: offset + last + 1 };
    if span.start.abs().max(span.end.abs()) > MAX_CYCLE {
        return Err(too_long(index));
    }
    let clamp = (join == LayerJoin::ComputeOnly && first <= last).then_some(layer.compute);
    Ok(Placed { offset, span, clamp })
}

/// From the first cycle of any layer to the last.
pub fn whole(placed: &[Placed]) -> Option<Span> {
    let start = placed.iter().map(|layer| layer.span.start).min()?;
    let end = placed.iter().map(|layer| layer.span.end).max()?;
    Some(Span { start, end })
}

/// How the layers were joined, for every report to say.
pub fn note(join: LayerJoin) -> Note {
    Note::assumption(match join {
        LayerJoin::BackToBack => {
            "layers are joined back to back: a layer's first prefetch follows the last cycle of the layer before"
        }
        LayerJoin::Overlap => {
            "layers are joined with overlap: a layer's compute follows the last OFMAP_SRAM cycle of the layer \
             before, so prefetch and drain overlap other layers' compute and DRAM may carry more than its port"
        }
        LayerJoin::ComputeOnly => {
            "layers are joined by compute only: a layer's compute follows the last OFMAP_SRAM cycle of the layer \
             before; DRAM words outside of a layer's compute are counted in its first or last compute cycle"
        }
        LayerJoin::Separate => {
            "layers are not joined: each keeps the cycles of its files, which restart at 0"
        }
    })
}

fn too_long(index: usize) -> DataError {
    DataError::new(
        "cycle_too_large",
        format!("a timeline of more than 2^60 cycles at the run's layer {index}"),
        "cycles that some hardware could run",
        "check the first column of that layer's traces for damage",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYERS: [LayerCycles; 2] = [
        LayerCycles { all: (-5, 12), compute: (0, 10), last_output: 9 },
        LayerCycles { all: (-3, 8), compute: (0, 6), last_output: 5 },
    ];

    fn offsets_and_spans(join: LayerJoin) -> Vec<(i64, i64, i64)> {
        let placed = place(&LAYERS, join).unwrap_or_default();
        placed.iter().map(|layer| (layer.offset, layer.span.start, layer.span.end)).collect()
    }

    #[test]
    fn back_to_back_lets_prefetch_follow_the_last_drain() {
        assert_eq!(offsets_and_spans(LayerJoin::BackToBack), [(0, -5, 13), (16, 13, 25)]);
    }

    #[test]
    fn overlap_lets_compute_follow_the_last_output() {
        assert_eq!(offsets_and_spans(LayerJoin::Overlap), [(0, -5, 13), (10, 7, 19)]);
    }

    #[test]
    fn compute_only_has_no_cycles_outside_of_compute() {
        assert_eq!(offsets_and_spans(LayerJoin::ComputeOnly), [(0, 0, 11), (10, 10, 17)]);
        let placed = place(&LAYERS, LayerJoin::ComputeOnly).unwrap_or_default();
        assert_eq!(placed[1].clamp, Some((0, 6)));
        assert_eq!(whole(&placed), Some(Span { start: 0, end: 17 }));
    }

    #[test]
    fn a_timeline_that_nothing_could_run_is_refused() {
        let long = LayerCycles { all: (0, 1 << 53), compute: (0, 1 << 53), last_output: 1 << 53 };
        assert!(place(&[long; 127], LayerJoin::Overlap).is_ok());
        let error = place(&[long; 129], LayerJoin::Overlap).err();
        assert_eq!(error.map(|error| error.reason()), Some("cycle_too_large"));
    }
}
