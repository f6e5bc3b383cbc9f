//! The six traces that SCALE-Sim writes for a layer.

/// What a trace's file holds: one memory, one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stream {
    /// `IFMAP_SRAM_TRACE.csv`: input words that the array reads.
    IfmapSram,
    /// `FILTER_SRAM_TRACE.csv`: weights that the array reads.
    FilterSram,
    /// `OFMAP_SRAM_TRACE.csv`: outputs and partial sums that the array writes.
    OfmapSram,
    /// `IFMAP_DRAM_TRACE.csv`: input words fetched from DRAM.
    IfmapDram,
    /// `FILTER_DRAM_TRACE.csv`: weights fetched from DRAM.
    FilterDram,
    /// `OFMAP_DRAM_TRACE.csv`: outputs drained to DRAM.
    OfmapDram,
}

/// The component and the action of the multiply-accumulates that are derived.
pub const MAC_CHANNEL: (&str, &str) = ("tensor_unit", "mac");

/// The component and the action of the partial sums that are read back.
pub const PARTIAL_SUM_CHANNEL: (&str, &str) = ("ofmap_sram", "read");

impl Stream {
    /// All six, in the order in which a layer's parts are read.
    pub const ALL: [Stream; 6] = [
        Stream::IfmapSram,
        Stream::FilterSram,
        Stream::OfmapSram,
        Stream::IfmapDram,
        Stream::FilterDram,
        Stream::OfmapDram,
    ];

    /// All six, in the order in which SCALE-Sim writes them.
    pub const AS_WRITTEN: [Stream; 6] = [
        Stream::IfmapSram,
        Stream::IfmapDram,
        Stream::FilterSram,
        Stream::FilterDram,
        Stream::OfmapSram,
        Stream::OfmapDram,
    ];

    /// The name that SCALE-Sim v2 and v3 give the file.
    pub fn file_name(self) -> &'static str {
        match self {
            Stream::IfmapSram => "IFMAP_SRAM_TRACE.csv",
            Stream::FilterSram => "FILTER_SRAM_TRACE.csv",
            Stream::OfmapSram => "OFMAP_SRAM_TRACE.csv",
            Stream::IfmapDram => "IFMAP_DRAM_TRACE.csv",
            Stream::FilterDram => "FILTER_DRAM_TRACE.csv",
            Stream::OfmapDram => "OFMAP_DRAM_TRACE.csv",
        }
    }

    /// The component and the action that the stream's words are counted as.
    pub fn channel(self) -> (&'static str, &'static str) {
        match self {
            Stream::IfmapSram => ("ifmap_sram", "read"),
            Stream::FilterSram => ("filter_sram", "read"),
            Stream::OfmapSram => ("ofmap_sram", "write"),
            Stream::IfmapDram => ("ifmap_dram", "read"),
            Stream::FilterDram => ("filter_dram", "read"),
            Stream::OfmapDram => ("ofmap_dram", "write"),
        }
    }

    /// The channel as one word: `ifmap_sram/read`.
    pub fn channel_name(self) -> String {
        let (component, action) = self.channel();
        format!("{component}/{action}")
    }

    /// Whether the traffic is on the chip.
    pub fn is_sram(self) -> bool {
        matches!(self, Stream::IfmapSram | Stream::FilterSram | Stream::OfmapSram)
    }

    /// The position in [`Stream::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// The operand's column in SCALE-Sim's address space: 0 ifmap, 1 filter, 2 ofmap.
    pub fn operand(self) -> usize {
        self.index() % 3
    }
}
