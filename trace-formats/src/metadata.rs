//! What a trace says about itself, beside its events.

use serde::{Deserialize, Serialize};

/// Facts about a whole trace. Every own format writes and reads all of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Metadata {
    /// Who wrote the trace: `SCALE-Sim 3`, `my-simulator 1.2`.
    pub producer: Option<String>,
    /// Where the trace came from before it was converted: name of the original input.
    pub origin: Option<String>,
    /// Clock of the cycles that the trace counts, in hertz. `None`: the chip's clock.
    pub clock_hz: Option<f64>,
    /// Number of inferences that the trace covers.
    pub inferences: Option<u64>,
    /// Name of the built-in binding that the source's channels go by (`scale-sim`).
    pub binding: Option<String>,
    /// k: counts are integers in units of 2⁻ᵏ of an action. At most 20.
    pub count_fraction_bits: u32,
    /// How many cycles an event may start before the latest event so far; `None`: the reader's default.
    pub lateness_cycles: Option<u64>,
    /// The source holds sums over windows of this many cycles rather than events.
    pub window_cycles: Option<u64>,
    /// The cycles that the run covers; `None`: from the first event to the last.
    pub span: Option<Span>,
    /// Regions that are known before the first event.
    pub regions: Vec<RegionDeclaration>,
    /// Entries that the source's reader left out.
    pub skipped: Vec<Skipped>,
    /// Warnings and assumptions that every report repeats.
    pub notes: Vec<Note>,
}

/// The cycles `[start, end)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// First cycle.
    pub start: i64,
    /// First cycle after the last.
    pub end: i64,
}

impl Span {
    /// The shortest span that holds both.
    #[must_use]
    pub fn join(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The shortest span that holds all of them, if there is any.
    pub fn join_all(spans: impl IntoIterator<Item = Span>) -> Option<Span> {
        spans.into_iter().reduce(Span::join)
    }
}

/// A named interval of cycles: a layer, an operation, an inference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionDeclaration {
    /// `layer`, `op`, `inference`, or a word of the user's. Regions of one kind are one view.
    pub kind: String,
    /// Number of the region in its source (SCALE-Sim's LayerID); `None`: in order of appearance.
    #[serde(default)]
    pub id: Option<u64>,
    /// Name, unique within the kind.
    pub name: String,
    /// First cycle.
    pub start: i64,
    /// First cycle after the last.
    pub end: i64,
}

/// Entries that a reader recognised and left out, counted by reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skipped {
    /// Why: `phantom_padding`, `cut_last_row`, ...
    pub reason: String,
    /// The region (as a tag, `layer:conv1`), where known.
    #[serde(default)]
    pub region: Option<String>,
    /// The channel (`ifmap_dram/read`), where known.
    #[serde(default)]
    pub channel: Option<String>,
    /// How many.
    pub count: u64,
}

/// How many events of one channel were summed up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelEvents {
    /// The component.
    pub component: String,
    /// Its action.
    pub action: String,
    /// How many.
    pub events: u64,
}

/// Something that a reader wants every report to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// How serious it is.
    pub kind: NoteKind,
    /// One sentence.
    pub text: String,
}

/// How serious a [`Note`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// How the reader read the trace where there was a choice.
    Assumption,
    /// Something that may make the numbers wrong.
    Warning,
}

impl Note {
    /// A note that states a choice.
    pub fn assumption(text: impl Into<String>) -> Note {
        Note { kind: NoteKind::Assumption, text: text.into() }
    }

    /// A note that warns.
    pub fn warning(text: impl Into<String>) -> Note {
        Note { kind: NoteKind::Warning, text: text.into() }
    }
}
