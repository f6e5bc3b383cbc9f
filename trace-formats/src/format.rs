//! The list of formats, how one is recognised, and what opening a trace gives.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::decoder::Decoder;
use crate::error::DataError;
use crate::formats;
use crate::input::{Content, Input};
use crate::metadata::Metadata;

/// Every format that is read, in the order in which they are asked whether a trace is theirs.
///
/// A new format is one new folder under `formats/`, one word here, and its page under `docs/formats/`.
pub static FORMATS: &[&dyn Format] = &[
    &formats::nmt::Nmt,
    &formats::scale_sim::ScaleSim,
    &formats::scale_sim_v1::ScaleSimV1,
    &formats::activity_jsonl::ActivityJsonLines,
    &formats::activity_csv::ActivityCsv,
];

/// A trace format.
pub trait Format: Sync {
    /// Short name, as reports print it: `scale-sim`, `activity-csv`.
    fn name(&self) -> &'static str;

    /// One line for help texts.
    fn summary(&self) -> &'static str;

    /// Whether a directory is a run of this format.
    fn owns_directory(&self, directory: &Path) -> bool {
        let _ = directory;
        false
    }

    /// Whether a file or stream that begins with `prefix` (at most [`SNIFF_BYTES`] decompressed bytes; all
    /// of the content if it is shorter) is of this format. `name` is the file's name without `.gz`/`.zst`.
    fn owns_content(&self, prefix: &[u8], name: Option<&str>) -> bool;

    /// Opens a trace that is of this format.
    ///
    /// # Errors
    /// A header, report or layout that cannot be understood, with its position.
    fn open(&self, input: Input, options: &OpenOptions) -> Result<OpenedTrace, DataError>;
}

/// How many decompressed bytes a format may look at to recognise its own.
pub const SNIFF_BYTES: usize = 8 * 1024;

/// What the user says about a trace that the trace does not say itself.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// Clock to turn seconds into cycles with when the trace names none, in hertz.
    pub default_clock_hz: Option<f64>,
    /// SCALE-Sim's `.cfg`, when it does not lie beside the run.
    pub scale_sim_config: Option<PathBuf>,
    /// SCALE-Sim's topology CSV.
    pub scale_sim_topology: Option<PathBuf>,
    /// How the layers of a SCALE-Sim run are joined into one timeline.
    pub join: LayerJoin,
    /// Whether all that is to be said of a run stands in its metadata, before its first event, even if that takes a pass
    /// of its own; else it may come as facts between the events.
    pub survey_first: bool,
    /// Threads to look through the files of a run with; `None`: as many as the machine has cores.
    pub threads: Option<usize>,
}

/// How layers that each restart at cycle 0 become one timeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LayerJoin {
    /// A layer's first prefetch follows the last cycle of the layer before: no overlap, longest.
    #[default]
    BackToBack,
    /// A layer's cycle 0 follows the last `OFMAP_SRAM` cycle of the layer before: prefetch and drain overlap.
    Overlap,
    /// As `Overlap`, and DRAM traffic outside of the layer's compute cycles is counted at their edge.
    ComputeOnly,
    /// Not joined: each layer keeps the cycles of its files. For looking at a run, not for pricing it.
    Separate,
}

/// An opened trace: what it says about itself, and its parts in the order in which they are read.
pub struct OpenedTrace {
    /// Name of the format.
    pub format: &'static str,
    /// Facts about the whole trace.
    pub metadata: Metadata,
    /// The parts. Most formats have one; a SCALE-Sim run has up to six a layer.
    pub parts: Vec<Part>,
}

/// One stream of bytes of a trace, with the decoder for it.
pub struct Part {
    /// Name for messages: a path, or `standard input`.
    pub name: String,
    /// The bytes, decompressed, from the start of the part.
    pub content: Content,
    /// How many bytes of header `content` starts with, which the decoder is not fed.
    pub header_bytes: u64,
    /// How many line ends the header has.
    pub header_lines: u64,
    /// The decoder of the body.
    pub decoder: Arc<dyn Decoder>,
    /// What is known of the order of the events.
    pub order: PartOrder,
}

/// What is known, before a part is read, of when its events start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartOrder {
    /// Events come roughly in order: none starts more than this many cycles before the latest start so
    /// far (`None`: the reader's default). One that does is an error.
    Lateness(Option<u64>),
    /// Events come in any order, and none starts before this cycle.
    NotBefore(i64),
    /// Events come in any order, and what [`Decoder::finish`] of this part or of one before it in the trace returned
    /// last is the cycle that none starts before.
    AsTold,
}

/// Recognises a trace and opens it.
///
/// # Errors
/// An empty input, content that no format owns, and what [`Format::open`] reports.
pub fn open(mut input: Input, options: &OpenOptions) -> Result<OpenedTrace, DataError> {
    let name = input.name().to_owned();
    let format = recognise(&mut input).map_err(|error| error.in_file(&name))?;
    format.open(input, options).map_err(|error| error.in_file(&name))
}

fn recognise(input: &mut Input) -> Result<&'static dyn Format, DataError> {
    let listed = || FORMATS.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ");
    if let Some(directory) = input.directory() {
        return FORMATS.iter().copied().find(|format| format.owns_directory(directory)).ok_or_else(|| {
            DataError::new(
                "no_traces",
                "a directory without traces",
                "a run directory of SCALE-Sim (layer0/IFMAP_SRAM_TRACE.csv …)",
                "name the run's own directory (v2 and v3: the run_name below -p; v1: the one with layer_wise/)",
            )
        });
    }
    let file_name = input.file_stem();
    let prefix = input.peek(SNIFF_BYTES)?;
    if prefix.is_empty() {
        return Err(
            DataError::new("empty", "an empty input", "a trace", "check that its writer finished").at(1, 0)
        );
    }
    FORMATS.iter().copied().find(|format| format.owns_content(prefix, file_name.as_deref())).ok_or_else(
        || {
            DataError::new(
                "unknown_format",
                format!(
                    "a first line {}",
                    crate::error::excerpt(prefix.split(|&b| b == b'\n').next().unwrap_or(prefix))
                ),
                format!("a trace in one of the formats {}", listed()),
                "give a CSV a header line (start,end,component,action,count)",
            )
            .at(1, 0)
        },
    )
}
