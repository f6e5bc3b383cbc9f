//! The frame around every block: what it is, how long it is, and two checksums.
//!
//! The header has a checksum of its own, so that a length can be trusted before the payload is there:
//! whoever cuts a stream into blocks never follows a damaged length, and a block whose payload is
//! damaged can be skipped without losing the place.

use crate::error::DataError;

/// Bytes of a frame before its payload.
pub const HEADER_BYTES: usize = 20;
/// The largest payload of any block but the metadata.
pub const MAX_PAYLOAD_BYTES: usize = 1 << 20;
/// The largest payload of the metadata block, which lists every region known in advance.
pub const MAX_METADATA_BYTES: usize = 16 << 20;
/// The most records of one block: what a reader must be able to hold decoded.
pub const MAX_RECORDS: u32 = 1 << 16;
/// A reader that does not know the block's kind may skip it: it holds nothing that counts.
pub const FLAG_OPTIONAL: u16 = 1;

/// The kinds of blocks that this version knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// What the trace says about itself; once, first.
    Metadata = 1,
    /// Events.
    Events = 2,
    /// Sums over windows.
    Windows = 3,
    /// Rare facts between the events.
    Facts = 4,
    /// Where blocks start and what they hold, for readers that seek.
    Index = 5,
    /// Totals and where the index is; once, last.
    Footer = 6,
}

impl BlockKind {
    const ALL: [BlockKind; 6] = [
        BlockKind::Metadata,
        BlockKind::Events,
        BlockKind::Windows,
        BlockKind::Facts,
        BlockKind::Index,
        BlockKind::Footer,
    ];

    /// The kind with this number, if this version knows it.
    pub fn from_number(number: u16) -> Option<BlockKind> {
        BlockKind::ALL.into_iter().find(|&kind| kind as u16 == number)
    }
}

/// What stands before a payload. Its checksum was found right and its length is within the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    /// A [`BlockKind`], or a number of a later version's.
    pub kind: u16,
    /// [`FLAG_OPTIONAL`], or bits of a later version.
    pub flags: u16,
    /// How many records the payload holds.
    pub records: u32,
    /// Length of the payload.
    pub payload_bytes: usize,
    payload_checksum: u32,
}

impl FrameHeader {
    /// Reads the header at the start of `bytes`; `None` if they are too few.
    ///
    /// # Errors
    /// A wrong checksum, and lengths or counts over the limits. Without a position.
    pub fn parse(bytes: &[u8]) -> Result<Option<FrameHeader>, DataError> {
        let Some(header) = bytes.first_chunk::<HEADER_BYTES>() else { return Ok(None) };
        let [k0, k1, f0, f1, r0, r1, r2, r3, l0, l1, l2, l3, p0, p1, p2, p3, h0, h1, h2, h3] = *header;
        if u32::from_le_bytes([h0, h1, h2, h3]) != crc32fast::hash(&header[..16]) {
            return Err(bad_checksum("a block header"));
        }
        let parsed = FrameHeader {
            kind: u16::from_le_bytes([k0, k1]),
            flags: u16::from_le_bytes([f0, f1]),
            records: u32::from_le_bytes([r0, r1, r2, r3]),
            payload_bytes: u32::from_le_bytes([l0, l1, l2, l3]) as usize,
            payload_checksum: u32::from_le_bytes([p0, p1, p2, p3]),
        };
        parsed.check_limits()?;
        Ok(Some(parsed))
    }

    fn check_limits(&self) -> Result<(), DataError> {
        let is_metadata = self.kind == BlockKind::Metadata as u16;
        let limit = if is_metadata { MAX_METADATA_BYTES } else { MAX_PAYLOAD_BYTES };
        if self.payload_bytes > limit {
            let found = format!("a block that claims {} bytes", self.payload_bytes);
            return Err(bad_block(found, format!("at most {limit}")));
        }
        if self.records > MAX_RECORDS {
            let found = format!("a block that claims {} records", self.records);
            return Err(bad_block(found, format!("at most {MAX_RECORDS}")));
        }
        Ok(())
    }

    /// Bytes of the whole block.
    pub fn block_bytes(&self) -> usize {
        HEADER_BYTES + self.payload_bytes
    }

    /// The payload of the block that starts `block`, once it is whole (`None` before) and its checksum right.
    ///
    /// # Errors
    /// A wrong checksum. Without a position.
    pub fn payload<'a>(&self, block: &'a [u8]) -> Result<Option<&'a [u8]>, DataError> {
        let Some(payload) = block.get(HEADER_BYTES..self.block_bytes()) else { return Ok(None) };
        if crc32fast::hash(payload) != self.payload_checksum {
            return Err(bad_checksum("a block"));
        }
        Ok(Some(payload))
    }
}

/// Frames a payload.
///
/// # Errors
/// A payload over the limit, which no reader would take.
pub fn frame(kind: BlockKind, records: u32, payload: &[u8]) -> Result<Vec<u8>, DataError> {
    let header = FrameHeader {
        kind: kind as u16,
        flags: 0,
        records,
        payload_bytes: payload.len(),
        payload_checksum: crc32fast::hash(payload),
    };
    header.check_limits()?;
    let mut block = Vec::with_capacity(header.block_bytes());
    block.extend(header.kind.to_le_bytes());
    block.extend(header.flags.to_le_bytes());
    block.extend(header.records.to_le_bytes());
    block.extend((header.payload_bytes as u32).to_le_bytes());
    block.extend(header.payload_checksum.to_le_bytes());
    block.extend(crc32fast::hash(&block).to_le_bytes());
    block.extend(payload);
    Ok(block)
}

/// The error for a block that contradicts itself or the specification.
pub fn bad_block(found: impl Into<String>, expected: impl Into<String>) -> DataError {
    DataError::new("bad_block", found, expected, "report it to the program that wrote the file")
}

/// The error for bytes that are not what was written.
pub fn bad_checksum(what: &str) -> DataError {
    DataError::new(
        "bad_checksum",
        format!("{what} whose checksum is wrong"),
        "the bytes that were written",
        "the file is damaged: copy or convert it again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_comes_back() {
        let block = frame(BlockKind::Facts, 3, b"payload").unwrap();
        let header = FrameHeader::parse(&block).unwrap().unwrap();
        assert_eq!((header.kind, header.records, header.flags), (BlockKind::Facts as u16, 3, 0));
        assert_eq!(header.payload(&block).unwrap(), Some(&b"payload"[..]));
        assert_eq!(header.payload(&block[..block.len() - 1]).unwrap(), None);
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let block = frame(BlockKind::Facts, 3, b"payload").unwrap();
        for bit in 0..block.len() * 8 {
            let mut flipped = block.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let noticed = match FrameHeader::parse(&flipped) {
                Ok(Some(header)) => header.payload(&flipped).is_err(),
                Ok(None) => false,
                Err(_) => true,
            };
            assert!(noticed, "bit {bit}");
        }
    }

    #[test]
    fn a_payload_over_the_limit_is_not_written() {
        assert!(frame(BlockKind::Events, 1, &vec![0; MAX_PAYLOAD_BYTES + 1]).is_err());
        assert!(frame(BlockKind::Events, MAX_RECORDS + 1, &[]).is_err());
    }
}
