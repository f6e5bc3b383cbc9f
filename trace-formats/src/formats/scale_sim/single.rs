//! A single trace: one file, or a stream.

use std::sync::Arc;

use super::config::Config;
use super::decoder::TraceDecoder;
use super::layers::padding_rule;
use super::padding::Padding;
use super::rows::{IDLE, Row, Style};
use super::streams::Stream;
use super::survey::PaddingRule;
use crate::error::DataError;
use crate::format::{OpenOptions, OpenedTrace, Part, PartOrder};
use crate::input::Input;
use crate::metadata::{Metadata, Note};

/// How far a stream is read ahead, at most, for a row that moves a word.
const LOOK_AHEAD_BYTES: usize = 4 << 20;

const GUESSED_PADDING: &str = "1.0 at the end of a row is taken for SCALE-Sim's phantom padding, which is a guess \
    in a single trace of the ifmap; give the run's directory";

const NOTHING_DERIVED: &str = "a single trace has no multiply-accumulates and no partial sums read back, which \
    take all of a layer's traces; give the run's directory";

/// Whether content begins as a trace does: rows of numbers, no header.
pub fn begins_as_trace(prefix: &[u8]) -> bool {
    let first = prefix.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let is_number =
        |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b',' | b'e' | b'+' | b'\r');
    first.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-')
        && first.contains(&b',')
        && first.iter().all(is_number)
}

/// Opens a single trace. Nothing is known of its layer, so nothing is derived from it.
///
/// # Errors
/// A stream that cannot be read, a given `.cfg` that cannot be understood.
pub fn open(mut input: Input, options: &OpenOptions) -> Result<OpenedTrace, DataError> {
    let config = options.scale_sim_config.as_deref().map(Config::read).transpose()?;
    let name = input.name().to_owned();
    let named = input.file_stem().and_then(|stem| Stream::ALL.into_iter().find(|s| s.file_name() == stem));
    let mut notes = Vec::new();
    let stream = match named {
        Some(stream) => stream,
        None => {
            let stream = guess(&mut input, config.as_ref())?;
            notes.push(Note::assumption(format!(
                "the trace is taken for {} by its numbers, since its name does not say",
                stream.file_name()
            )));
            stream
        }
    };
    let padding = match padding_rule(stream, config.as_ref()) {
        PaddingRule::None => Padding::None,
        PaddingRule::ByValue => Padding::ByValue,
        PaddingRule::ByWidth => Padding::Guess,
    };
    if padding == Padding::Guess {
        notes.push(Note::warning(GUESSED_PADDING));
    }
    if stream.is_sram() {
        notes.push(Note::warning(NOTHING_DERIVED));
    }
    let (producer, binding) = (Some("SCALE-Sim".to_owned()), Some("scale-sim".to_owned()));
    let metadata = Metadata { producer, binding, notes, ..Metadata::default() };
    let decoder = Arc::new(TraceDecoder::plain(stream, padding));
    let content = input.into_content().ok_or_else(not_a_file)?;
    let order = PartOrder::Lateness(None);
    let part = Part { name, content, header_bytes: 0, header_lines: 0, decoder, order };
    Ok(OpenedTrace { format: "scale-sim", metadata, parts: vec![part] })
}

/// Tells the stream from its first word's address; a stream that stays idle, from its first cycle.
fn guess(input: &mut Input, config: Option<&Config>) -> Result<Stream, DataError> {
    let default = Config::default();
    let config = config.unwrap_or(&default);
    let mut asked = 1 << 16;
    loop {
        let prefix = input.peek(asked)?;
        let first_line = prefix.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let is_dram = first_line.contains(&b'.');
        let all = if is_dram { &Stream::ALL[3..] } else { &Stream::ALL[..3] };
        if let Some(word) = first_word(prefix) {
            let operand = (0..3).rev().find(|&operand| word >= config.offset(operand)).unwrap_or(0);
            return Ok(all[operand]);
        }
        if prefix.len() < asked || asked >= LOOK_AHEAD_BYTES {
            // SCALE-Sim counts reads from cycle 1 and writes from cycle 0.
            return Ok(if first_line.starts_with(b"0,") { all[2] } else { all[0] });
        }
        asked *= 4;
    }
}

/// The first address that is no padding.
fn first_word(prefix: &[u8]) -> Option<i64> {
    let mut row = Row::default();
    let whole = memchr::memrchr(b'\n', prefix).map_or(prefix, |end| &prefix[..end]);
    whole.split(|&byte| byte == b'\n').find_map(|line| {
        row.read(line, Style::Rectangular(None)).ok()?;
        row.words.iter().copied().find(|&word| word != IDLE && word != 1)
    })
}

fn not_a_file() -> DataError {
    DataError::new("not_a_file", "a directory", "a file or a stream", "name a trace or a run's directory")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_numbers_are_a_trace_and_what_has_a_header_is_none() {
        for text in ["1,-1,-1\n2,0,1\n", "-58.0,0.0,1.0\n", "0,20000000"] {
            assert!(begins_as_trace(text.as_bytes()), "{text:?}");
        }
        for text in
            ["", "start,end,component\n", "# clock\n1,2\n", "12\n", "0,1,mac,add,3\n", "{\"a\":1}\n", ",1\n"]
        {
            assert!(!begins_as_trace(text.as_bytes()), "{text:?}");
        }
    }

    fn guessed(text: &str) -> Option<Stream> {
        let reader = Box::new(std::io::Cursor::new(text.as_bytes().to_vec()));
        let mut input = Input::from_reader("test", reader).ok()?;
        guess(&mut input, None).ok()
    }

    #[test]
    fn a_stream_is_told_by_its_first_address() {
        assert_eq!(guessed("1,-1,-1\n2,5,-1\n"), Some(Stream::IfmapSram));
        assert_eq!(guessed("1,10000007\n"), Some(Stream::FilterSram));
        assert_eq!(guessed("0,-1\n1,20000000\n"), Some(Stream::OfmapSram));
        assert_eq!(guessed("-4.0,1.0,2.0\n"), Some(Stream::IfmapDram));
        assert_eq!(guessed("-4.0,10000000.0,1.0\n"), Some(Stream::FilterDram));
        assert_eq!(guessed("12.0,20000000.0\n"), Some(Stream::OfmapDram));
        assert_eq!(guessed("0,-1\n1,-1\n"), Some(Stream::OfmapSram));
    }
}
