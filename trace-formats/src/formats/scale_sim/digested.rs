//! The digests of a layer's traces, gathered while their chunks are decoded in any order.

use std::collections::BTreeMap;

use super::digest::Digest;
use super::folds::StreamedWordsFinder;
use super::layers::TraceSource;
use super::runs::{Kind, Run, Runs};
use super::streams::Stream;
use super::survey::{PaddingRule, Role, StreamSurvey, Untold, survey_digested};
use crate::decoder::Chunk;

/// The most bytes that a layer's digests take. SCALE-Sim's come to about a hundredth of the traces; what comes to more
/// has another shape in every row.
const MOST_BYTES: usize = 24 << 20;

/// The digests of a layer so far.
#[derive(Debug, Default)]
pub struct LayerDigests {
    /// By stream, and by where the chunk starts.
    chunks: BTreeMap<(Stream, u64), Digest>,
    bytes: usize,
    /// A chunk could not be digested, or the digests take too much: files have to be read again.
    is_irregular: bool,
}

impl LayerDigests {
    /// Whether another digest would be of use.
    pub fn is_open(&self) -> bool {
        !self.is_irregular
    }

    /// Takes the digest of a chunk, or the news that it has none.
    pub fn add(&mut self, stream: Stream, chunk: &Chunk<'_>, digest: Option<Digest>) {
        let Some(digest) = digest.filter(|_| !self.is_irregular) else {
            *self = LayerDigests { is_irregular: true, ..LayerDigests::default() };
            return;
        };
        self.bytes += digest.bytes();
        if let Some(again) = self.chunks.insert((stream, chunk.offset), digest) {
            self.bytes -= again.bytes();
        }
        if self.bytes > MOST_BYTES {
            *self = LayerDigests { is_irregular: true, ..LayerDigests::default() };
        }
    }

    /// The traces, unless one is irregular.
    pub fn traces(&self) -> Option<DigestedLayer<'_>> {
        let traces = Stream::ALL.map(|stream| DigestedTrace { layer: self, stream });
        (!self.is_irregular && traces.iter().all(DigestedTrace::is_rectangular))
            .then_some(DigestedLayer { traces })
    }
}

/// A layer whose traces are all digested.
pub struct DigestedLayer<'a> {
    traces: [DigestedTrace<'a>; 6],
}

impl DigestedLayer<'_> {
    /// The trace of a stream, without rows if there is none.
    pub fn trace(&self, stream: Stream) -> &DigestedTrace<'_> {
        &self.traces[stream.index()]
    }
}

impl TraceSource for DigestedLayer<'_> {
    type Error = Untold;

    fn first_row_ports(&self, stream: Stream) -> Option<usize> {
        self.trace(stream).ports().next()
    }

    fn streamed_words(&self, stream: Stream) -> Option<u64> {
        let mut finder = StreamedWordsFinder::default();
        let found = self.trace(stream).runs().find_map(|run| finder.rows(run.rows, run.shape));
        // A run of a single fold of an array of one column ends while port 0 is still busy.
        found.or_else(|| finder.so_far())
    }

    fn survey(&self, stream: Stream, rule: PaddingRule, role: Role<'_>) -> Result<StreamSurvey, Untold> {
        survey_digested(self.trace(stream), rule, role)
    }
}

/// The digests of one trace, in the order of its chunks.
pub struct DigestedTrace<'a> {
    layer: &'a LayerDigests,
    stream: Stream,
}

impl<'a> DigestedTrace<'a> {
    /// The digests.
    pub fn digests(&self) -> impl Iterator<Item = &'a Digest> + use<'a> {
        let stream = self.stream;
        self.layer.chunks.range((stream, 0)..=(stream, u64::MAX)).map(|(_, digest)| digest)
    }

    /// The runs of rows, as long as they can be: however the trace was cut, they are the same.
    pub fn runs(&self) -> impl Iterator<Item = Run> + use<'a> {
        let mut runs = JoinedRuns { digests: self.digests(), runs: Runs::of(&[], false), next: None };
        runs.next = runs.next_part();
        runs
    }

    /// Whether there is a rest without a line end.
    pub fn is_cut(&self) -> bool {
        self.digests().any(|digest| digest.is_cut)
    }

    fn ports(&self) -> impl Iterator<Item = usize> + use<'a> {
        self.digests().filter(|digest| digest.rows > 0).map(|digest| digest.ports)
    }

    fn is_rectangular(&self) -> bool {
        self.ports().next().is_none_or(|first| self.ports().all(|ports| ports == first))
    }
}

/// The runs of one digest after the other. Those of two digests may be one.
struct JoinedRuns<'a, D> {
    digests: D,
    runs: Runs<'a>,
    next: Option<Run>,
}

impl<'a, D: Iterator<Item = &'a Digest>> JoinedRuns<'a, D> {
    #[inline]
    fn next_part(&mut self) -> Option<Run> {
        loop {
            if let Some(run) = self.runs.next() {
                return Some(run);
            }
            self.runs = self.digests.next()?.runs();
        }
    }
}

impl<'a, D: Iterator<Item = &'a Digest>> Iterator for JoinedRuns<'a, D> {
    type Item = Run;

    #[inline]
    fn next(&mut self) -> Option<Run> {
        let mut run = self.next.take()?;
        self.next = self.next_part();
        while let Some(more) = self.next.filter(|next| run.is_continued_by(next)) {
            run.rows += more.rows;
            self.next = self.next_part();
        }
        Some(run)
    }
}

/// The digest of a chunk of a stream's trace, if it is plainly written.
pub fn digest(stream: Stream, chunk: &Chunk<'_>) -> Option<Digest> {
    Digest::of(chunk.bytes, Kind::of(stream))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(bytes: &[u8], offset: u64) -> Chunk<'_> {
        Chunk { bytes, offset, lines_before: 0, is_last: false }
    }

    #[test]
    fn digests_that_take_too_much_memory_make_a_layer_irregular() {
        let mut layer = LayerDigests::default();
        let bytes = b"1,2\n";
        let chunks = MOST_BYTES / size_of::<Digest>();
        for number in 0..chunks as u64 {
            let chunk = chunk(bytes, number * 4);
            layer.add(Stream::IfmapSram, &chunk, digest(Stream::IfmapSram, &chunk));
            if !layer.is_open() {
                break;
            }
        }
        assert!(layer.traces().is_none());
        assert!(layer.chunks.is_empty());
    }

    #[test]
    fn a_chunk_that_is_decoded_again_is_counted_once() {
        let mut layer = LayerDigests::default();
        for _ in 0..2 {
            let chunk = chunk(b"1,2\n2,3\n", 0);
            layer.add(Stream::IfmapSram, &chunk, digest(Stream::IfmapSram, &chunk));
        }
        let rows =
            layer.traces().map(|traces| traces.trace(Stream::IfmapSram).runs().map(|run| run.rows).sum());
        assert_eq!(rows, Some(2_u64));
        assert_eq!(layer.bytes, layer.chunks.values().map(Digest::bytes).sum::<usize>());
    }

    #[test]
    fn chunks_of_different_widths_make_a_layer_irregular() {
        let mut layer = LayerDigests::default();
        for (text, offset) in [(&b"1,2\n"[..], 0), (b"2,3,4\n", 4)] {
            layer.add(
                Stream::IfmapSram,
                &chunk(text, offset),
                digest(Stream::IfmapSram, &chunk(text, offset)),
            );
        }
        assert!(layer.traces().is_none());
    }
}
