//! The start of a file: 16 bytes that are the same in every version, then the metadata block.

use crate::error::DataError;
use crate::event::MAX_CYCLE;
use crate::formats::nmt::frame::{self, BlockKind, FrameHeader, bad_block, bad_checksum};
use crate::formats::nmt::{cut_file, wire};
use crate::input::Content;
use crate::metadata::{Metadata, Span};

/// What every file starts with. Not text, and broken by transfers that treat it as text.
pub const MAGIC: [u8; 8] = *b"\x89NMT\r\n\x1a\n";
/// The version that this build writes.
pub const VERSION: u16 = 2;
/// The first version, which it reads too.
const OLDEST_VERSION: u16 = 1;
/// Magic, version (`u16`), flags (`u16`), checksum (`u32`) of these twelve bytes.
pub const PREAMBLE_BYTES: usize = 16;
/// The largest `count_fraction_bits`.
const MAX_FRACTION_BITS: u32 = 20;

/// The bytes that start a file.
///
/// # Errors
/// Metadata that no reader would take.
pub fn encode(metadata: &Metadata) -> Result<Vec<u8>, DataError> {
    check(metadata)?;
    let mut bytes = preamble(VERSION, 0);
    bytes.extend(frame::frame(BlockKind::Metadata, 1, &wire::encode_metadata(metadata)?)?);
    Ok(bytes)
}

fn preamble(version: u16, flags: u16) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(version.to_le_bytes());
    bytes.extend(flags.to_le_bytes());
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    bytes
}

/// Reads the start of a file without consuming it; returns the metadata and how many bytes it takes.
///
/// # Errors
/// Another file, another version, damage, metadata out of range, a file that ends here.
pub fn read(content: &mut Content) -> Result<(Metadata, u64), DataError> {
    check_preamble(content.peek(PREAMBLE_BYTES)?)?;
    let at_block = |error: DataError| error.at_byte(PREAMBLE_BYTES as u64);
    let start = content.peek(PREAMBLE_BYTES + frame::HEADER_BYTES)?;
    let header = FrameHeader::parse(&start[PREAMBLE_BYTES..])
        .map_err(at_block)?
        .ok_or_else(|| at_block(cut_file("the metadata block")))?;
    if header.kind != BlockKind::Metadata as u16 || header.flags != 0 || header.records != 1 {
        let found = format!("a first block of kind {} with {} records", header.kind, header.records);
        return Err(at_block(bad_block(found, "one metadata block")));
    }
    let header_bytes = PREAMBLE_BYTES + header.block_bytes();
    // One byte more: a file that ends behind its header is cut, and no decoder would be asked to notice.
    let start = content.peek(header_bytes + 1)?;
    let payload = header
        .payload(&start[PREAMBLE_BYTES..])
        .map_err(at_block)?
        .ok_or_else(|| at_block(cut_file("the metadata block")))?;
    let metadata = wire::decode_metadata(payload).map_err(at_block)?;
    check(&metadata).map_err(at_block)?;
    if start.len() <= header_bytes {
        return Err(cut_file("the first block").at_byte(header_bytes as u64));
    }
    Ok((metadata, header_bytes as u64))
}

fn check_preamble(start: &[u8]) -> Result<(), DataError> {
    if !start.starts_with(&MAGIC[..MAGIC.len().min(start.len())]) {
        return Err(DataError::new(
            "bad_magic",
            format!("a file that starts with {}", crate::error::excerpt(&start[..start.len().min(8)])),
            "the magic bytes of an .nmt file",
            "copy it as binary, not as text; or name it by what it holds",
        )
        .at_byte(0));
    }
    let Some(&[.., v0, v1, f0, f1, c0, c1, c2, c3]) = start.first_chunk::<PREAMBLE_BYTES>() else {
        return Err(cut_file("the header").at_byte(start.len() as u64));
    };
    if u32::from_le_bytes([c0, c1, c2, c3]) != crc32fast::hash(&start[..12]) {
        return Err(bad_checksum("a file header").at_byte(0));
    }
    let version = u16::from_le_bytes([v0, v1]);
    if !(OLDEST_VERSION..=VERSION).contains(&version) {
        return Err(DataError::new(
            "other_version",
            format!("version {version} of the .nmt format"),
            format!("versions {OLDEST_VERSION} to {VERSION}, which this build reads"),
            "update nm-trace, or write the file again with this version",
        )
        .at_byte(8));
    }
    match u16::from_le_bytes([f0, f1]) {
        0 => Ok(()),
        flags => Err(bad_block(format!("file flags {flags:#x}"), "no flags").at_byte(10)),
    }
}

/// The bounds that keep later arithmetic from overflowing. The writer keeps them too.
fn check(metadata: &Metadata) -> Result<(), DataError> {
    if metadata.count_fraction_bits > MAX_FRACTION_BITS {
        let found = format!("count_fraction_bits {}", metadata.count_fraction_bits);
        return Err(bad_block(found, format!("at most {MAX_FRACTION_BITS}")));
    }
    if let Some(clock) = metadata.clock_hz
        && !(clock.is_finite() && clock > 0.0)
    {
        return Err(bad_block(format!("a clock of {clock} Hz"), "a positive clock"));
    }
    if let Some(window) = metadata.window_cycles
        && !(1..=MAX_CYCLE as u64).contains(&window)
    {
        return Err(bad_block(format!("windows of {window} cycles"), format!("1 to {MAX_CYCLE}")));
    }
    if let Some(span) = metadata.span {
        check_span(span, "a span")?;
    }
    metadata.regions.iter().try_for_each(|region| {
        check_span(Span { start: region.start, end: region.end }, &format!("region {:?}", region.name))
    })
}

/// Checks the cycles of a region or a run, which may be empty.
///
/// # Errors
/// An end before the start, cycles out of range.
pub fn check_span(span: Span, what: &str) -> Result<(), DataError> {
    if -MAX_CYCLE <= span.start && span.start <= span.end && span.end <= MAX_CYCLE {
        return Ok(());
    }
    let found = format!("{what} of cycles {} to {}", span.start, span.end);
    Err(bad_block(found, format!("an end not before the start, both within ±{MAX_CYCLE}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_bytes(bytes: &[u8]) -> Result<(Metadata, u64), DataError> {
        read(&mut Content::from_bytes(bytes.to_vec()))
    }

    fn error_of(bytes: &[u8]) -> String {
        read_bytes(bytes).map(drop).unwrap_err().to_string()
    }

    #[test]
    fn a_header_comes_back() {
        let metadata = Metadata { producer: Some("test".into()), clock_hz: Some(1e9), ..Metadata::default() };
        let mut bytes = encode(&metadata).unwrap();
        let length = bytes.len() as u64;
        bytes.push(0);
        assert_eq!(read_bytes(&bytes), Ok((metadata, length)));
    }

    #[test]
    fn another_version_is_named_with_those_that_are_read() {
        for version in [0, 3] {
            let error = error_of(&[preamble(version, 0), vec![0; 100]].concat());
            for part in [&format!("version {version}"), "versions 1 to 2", "update"] {
                assert!(error.contains(part), "{error}");
            }
        }
    }

    #[test]
    fn the_version_before_is_read() {
        let bytes = encode(&Metadata::default()).unwrap();
        let old = [&preamble(1, 0), &bytes[PREAMBLE_BYTES..], &[0]].concat();
        assert_eq!(read_bytes(&old).unwrap().0, Metadata::default());
    }

    #[test]
    fn unknown_flags_are_refused() {
        assert!(error_of(&[preamble(1, 4), vec![0; 100]].concat()).contains("flags 0x4"));
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let mut bytes = encode(&Metadata::default()).unwrap();
        bytes.push(0);
        for bit in 0..(bytes.len() - 1) * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(read_bytes(&flipped).is_err(), "bit {bit}");
        }
        for length in 0..bytes.len() {
            assert_eq!(read_bytes(&bytes[..length]).map(drop).unwrap_err().reason(), "cut", "{length} bytes");
        }
    }

    #[test]
    fn metadata_out_of_range_is_neither_read_nor_written() {
        let good = Metadata::default();
        let bad = [
            Metadata { count_fraction_bits: 21, ..good.clone() },
            Metadata { clock_hz: Some(0.0), ..good.clone() },
            Metadata { clock_hz: Some(f64::NAN), ..good.clone() },
            Metadata { window_cycles: Some(0), ..good.clone() },
            Metadata { span: Some(Span { start: 1, end: 0 }), ..good.clone() },
            Metadata { span: Some(Span { start: i64::MIN, end: 0 }), ..good },
        ];
        for metadata in bad {
            assert!(encode(&metadata).is_err(), "{metadata:?}");
            let block =
                frame::frame(BlockKind::Metadata, 1, &wire::encode_metadata(&metadata).unwrap()).unwrap();
            assert!(read_bytes(&[preamble(1, 0), block, vec![0]].concat()).is_err(), "{metadata:?}");
        }
    }
}
