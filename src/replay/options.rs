//! How a run is read.

/// How many bytes a chunk has, about: small enough for a core's share of the caches, large enough to forget that it is handed from
/// thread to thread.
pub const DEFAULT_CHUNK_BYTES: usize = 1024 * 1024;

/// How many cycles an event may start before the latest one ahead of it, unless the trace or the user says.
pub const DEFAULT_LATENESS_CYCLES: u64 = 1_000_000;

/// How regular files are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Io {
    /// Mapped if nobody has written to it lately, else read.
    #[default]
    Auto,
    /// Mapped into memory, piece by piece.
    Map,
    /// Read into buffers; for files that may still change.
    Read,
}

/// How a run is read.
#[derive(Clone, Debug)]
pub struct ReplayOptions {
    /// Worker threads, at least 1.
    pub threads: usize,
    /// About how many bytes a chunk has. Does not change any result.
    pub chunk_bytes: usize,
    /// How regular files are read. Does not change any result.
    pub io: Io,
    /// Skip records that cannot be decoded, and count them by reason.
    pub skip_bad_records: bool,
    /// Lateness in cycles that wins over the trace's own.
    pub lateness_cycles: Option<u64>,
}

impl Default for ReplayOptions {
    fn default() -> ReplayOptions {
        ReplayOptions {
            threads: 1,
            chunk_bytes: DEFAULT_CHUNK_BYTES,
            io: Io::Auto,
            skip_bad_records: false,
            lateness_cycles: None,
        }
    }
}
