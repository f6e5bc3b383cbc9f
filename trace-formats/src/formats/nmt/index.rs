//! The end of a file: index blocks for readers that seek, the footer block, and a trailer to find it by.
//!
//! A reader of a pipe needs none of it but the footer's presence, which tells a whole file from one
//! whose tail was cut.

use std::io::{self, Read, Seek, SeekFrom};

use crate::error::DataError;
use crate::formats::nmt::frame::{
    self, BlockKind, FrameHeader, HEADER_BYTES, MAX_PAYLOAD_BYTES, bad_block, bad_checksum,
};
use crate::formats::nmt::wire::{self, Footer, IndexEntry};
use crate::formats::nmt::{cut_file, trailing_bytes};

/// Footer block's length (`u32`), its checksum (`u32`), end magic.
pub const TRAILER_BYTES: usize = 16;
/// What every whole file ends with.
const END_MAGIC: [u8; 8] = *b"\x89NMTend\n";

/// Where the blocks of a file are, read from its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceIndex {
    /// Totals.
    pub footer: Footer,
    /// The blocks of events, window sums and facts, in the order in which they stand.
    pub blocks: Vec<IndexEntry>,
}

/// The footer block and the trailer, which end a file.
///
/// # Errors
/// A footer over the limit of blocks.
pub fn encode_end(footer: &Footer) -> Result<Vec<u8>, DataError> {
    let mut bytes = frame::frame(BlockKind::Footer, 1, &wire::encode(footer)?)?;
    let length = (bytes.len() as u32).to_le_bytes();
    bytes.extend(length);
    bytes.extend(crc32fast::hash(&length).to_le_bytes());
    bytes.extend(END_MAGIC);
    Ok(bytes)
}

/// Checks `bytes`, from the footer block, which starts at `offset`, to the end of the file.
///
/// # Errors
/// A footer or trailer that is cut, damaged or followed by something, and one that stands elsewhere
/// than where it was written: then blocks before it are missing.
pub fn check_end(bytes: &[u8], header: &FrameHeader, offset: u64) -> Result<Footer, DataError> {
    let footer = check_footer(bytes, header, offset).map_err(|error| error.at_byte(offset))?;
    let whole = header.block_bytes() + TRAILER_BYTES;
    if bytes.len() > whole {
        return Err(trailing_bytes().at_byte(offset + whole as u64));
    }
    Ok(footer)
}

fn check_footer(bytes: &[u8], header: &FrameHeader, offset: u64) -> Result<Footer, DataError> {
    let payload = header.payload(bytes)?.ok_or_else(|| cut_file("the footer"))?;
    let footer: Footer = wire::decode(payload, "a footer")?;
    let (block, rest) = bytes.split_at(header.block_bytes());
    let trailer = rest.first_chunk::<TRAILER_BYTES>().ok_or_else(|| cut_file("the trailer"))?;
    if parse_trailer(trailer)? != block.len() as u64 {
        return Err(bad_block("a trailer that names another length", "the footer's length"));
    }
    if footer.offset != offset {
        let found = format!("a footer at byte {offset} that was written at byte {}", footer.offset);
        return Err(DataError::new(
            "missing_block",
            found,
            "all blocks that were written",
            "blocks are missing or doubled: copy or convert the file again",
        ));
    }
    Ok(footer)
}

fn parse_trailer(trailer: &[u8; TRAILER_BYTES]) -> Result<u64, DataError> {
    let [l0, l1, l2, l3, c0, c1, c2, c3, magic @ ..] = trailer;
    if *magic != END_MAGIC {
        return Err(bad_checksum("a trailer"));
    }
    let length = [*l0, *l1, *l2, *l3];
    if u32::from_le_bytes([*c0, *c1, *c2, *c3]) != crc32fast::hash(&length) {
        return Err(bad_checksum("a trailer"));
    }
    Ok(u64::from(u32::from_le_bytes(length)))
}

/// Reads the index of a file from its end, without touching the blocks between.
///
/// # Errors
/// A footer that is cut, damaged or elsewhere than it was written, index blocks that are damaged or not
/// where the footer says, and what reading reports.
pub fn read_index(file: &mut (impl Read + Seek)) -> Result<TraceIndex, DataError> {
    let length = file.seek(SeekFrom::End(0)).map_err(|error| DataError::io(&error))?;
    let trailer_at =
        length.checked_sub(TRAILER_BYTES as u64).ok_or_else(|| cut_file("the trailer").at_byte(length))?;
    let mut trailer = [0; TRAILER_BYTES];
    read_exact(file, trailer_at, &mut trailer)?;
    if trailer[8..] != END_MAGIC {
        return Err(cut_file("the trailer").at_byte(length));
    }
    let footer_at = parse_trailer(&trailer)
        .and_then(|footer_bytes| {
            trailer_at
                .checked_sub(footer_bytes)
                .ok_or_else(|| bad_block("a footer longer than the file", "less"))
        })
        .map_err(|error| error.at_byte(trailer_at))?;
    let (header, mut end) = read_block(file, footer_at, BlockKind::Footer)?;
    end.extend(trailer);
    let footer = check_end(&end, &header, footer_at)?;
    let mut blocks = Vec::new();
    for &at in &footer.index_blocks {
        let (header, block) = read_block(file, at, BlockKind::Index)?;
        blocks.extend(decode_entries(&header, &block).map_err(|error| error.at_byte(at))?);
    }
    Ok(TraceIndex { footer, blocks })
}

fn decode_entries(header: &FrameHeader, block: &[u8]) -> Result<Vec<IndexEntry>, DataError> {
    let payload = header.payload(block)?.ok_or_else(|| cut_file("an index"))?;
    let entries: Vec<IndexEntry> = wire::decode(payload, "an index")?;
    if entries.len() != header.records as usize {
        return Err(bad_block(
            format!("an index of {} entries", entries.len()),
            format!("{}", header.records),
        ));
    }
    Ok(entries)
}

fn read_block(
    file: &mut (impl Read + Seek),
    at: u64,
    kind: BlockKind,
) -> Result<(FrameHeader, Vec<u8>), DataError> {
    let mut block = vec![0; HEADER_BYTES];
    read_exact(file, at, &mut block)?;
    let header = FrameHeader::parse(&block)
        .map_err(|error| error.at_byte(at))?
        .filter(|header| header.kind == kind as u16 && header.payload_bytes <= MAX_PAYLOAD_BYTES)
        .ok_or_else(|| bad_block("another block", format!("a block of kind {}", kind as u16)).at_byte(at))?;
    block.resize(header.block_bytes(), 0);
    read_exact(file, at + HEADER_BYTES as u64, &mut block[HEADER_BYTES..])?;
    Ok((header, block))
}

fn read_exact(file: &mut (impl Read + Seek), at: u64, buffer: &mut [u8]) -> Result<(), DataError> {
    let read = file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(buffer));
    read.map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => cut_file("a block").at_byte(at),
        _ => DataError::io(&error),
    })
}
