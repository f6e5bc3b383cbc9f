//! What reading a trace comes to, in words that can be compared.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;

use trace_formats::decoder::{Chunk, Cut};
use trace_formats::event::Fact;
use trace_formats::format::{LayerJoin, open};
use trace_formats::input::Input;
use trace_formats::{
    ChannelId, DataError, Event, EventSink, OpenOptions, OpenedTrace, Part, RegionSetId, Rejection,
};

use super::mutate::Random;

/// All that a sink was told, or the error that ended it.
#[derive(Debug, Default, PartialEq)]
pub struct Outcome {
    names: Vec<String>,
    /// In the order of the trace; events by the names of their channel and regions.
    said: Vec<String>,
    idle_rows: BTreeMap<String, u64>,
    skipped: Vec<String>,
    error: Option<String>,
}

struct Recorder {
    outcome: Outcome,
    skips: bool,
    lines_before: u64,
}

impl Recorder {
    fn number(&mut self, name: String) -> u32 {
        let names = &mut self.outcome.names;
        let known = names.iter().position(|known| *known == name);
        known.unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        }) as u32
    }

    fn say(&mut self, what: &str, event: Event) {
        let Event { channel, regions, start, end, count } = event;
        let names = &self.outcome.names;
        let (channel, regions) = (&names[channel.0 as usize], &names[regions.0 as usize]);
        self.outcome.said.push(format!("{what} {channel} {regions} {start} {end} {count}"));
    }
}

impl EventSink for Recorder {
    fn channel(&mut self, component: &str, action: &str) -> Result<ChannelId, Rejection> {
        Ok(ChannelId(self.number(format!("{component}/{action}"))))
    }

    fn regions(&mut self, tags: &str) -> Result<RegionSetId, Rejection> {
        Ok(RegionSetId(self.number(tags.to_owned())))
    }

    fn event(&mut self, event: Event) -> Result<(), Rejection> {
        self.say("event", event);
        Ok(())
    }

    fn window_count(&mut self, event: Event) -> Result<(), Rejection> {
        self.say("window", event);
        Ok(())
    }

    fn fact(&mut self, fact: Fact) -> Result<(), Rejection> {
        match fact {
            // Said once a chunk: what counts is the sum.
            Fact::Skipped(skipped) => {
                let key = format!("{} {:?} {:?}", skipped.reason, skipped.region, skipped.channel);
                *self.outcome.idle_rows.entry(key).or_default() += skipped.count;
            }
            fact => self.outcome.said.push(format!("{fact:?}")),
        }
        Ok(())
    }

    fn idle_rows(&mut self, channel: ChannelId, regions: RegionSetId, rows: u64) {
        let names = &self.outcome.names;
        let key = format!("{} {}", names[channel.0 as usize], names[regions.0 as usize]);
        *self.outcome.idle_rows.entry(key).or_default() += rows;
    }

    fn bad_record(&mut self, error: DataError) -> Result<(), DataError> {
        if !self.skips || !error.is_of_a_record() {
            return Err(error);
        }
        self.outcome.skipped.push(error.after_lines(self.lines_before).to_string());
        Ok(())
    }
}

/// The outcome of bytes that come as a stream, in one chunk or in many.
pub fn of_stream(bytes: &[u8], skips: bool, cuts: Option<u64>) -> Outcome {
    let input = Input::from_reader("trace", Box::new(Cursor::new(bytes.to_vec())));
    let options = OpenOptions { default_clock_hz: Some(1e9), ..OpenOptions::default() };
    outcome(input.and_then(|input| open(input, &options)), skips, cuts)
}

/// The outcome of a run's directory.
pub fn of_directory(path: &Path, skips: bool, join: usize, cuts: Option<u64>) -> Outcome {
    let joins = [LayerJoin::BackToBack, LayerJoin::Overlap, LayerJoin::ComputeOnly, LayerJoin::Separate];
    let config = path.with_extension("cfg");
    let scale_sim_config = config.is_file().then_some(config);
    let options = OpenOptions { join: joins[join], scale_sim_config, ..OpenOptions::default() };
    let mut outcome = outcome(Input::open(path).and_then(|input| open(input, &options)), skips, cuts);
    // A layer's events may come row by row or run by run, whichever reader said them: only which they are counts.
    outcome.said.sort();
    outcome
}

fn outcome(opened: Result<OpenedTrace, DataError>, skips: bool, cuts: Option<u64>) -> Outcome {
    let names = vec![String::new()];
    let mut recorder = Recorder { outcome: Outcome { names, ..Outcome::default() }, skips, lines_before: 0 };
    let mut random = cuts.map(Random::new);
    let read = opened.and_then(|trace| {
        recorder.outcome.said.push(format!("{:?}", trace.metadata));
        trace.parts.into_iter().try_for_each(|part| feed(part, &mut recorder, random.as_mut()))
    });
    if let Err(error) = read {
        // What was said before does not matter any more.
        return Outcome { error: Some(error.to_string()), ..Outcome::default() };
    }
    recorder.outcome.names.sort();
    recorder.outcome
}

fn feed(mut part: Part, recorder: &mut Recorder, mut random: Option<&mut Random>) -> Result<(), DataError> {
    let bytes = part.content.peek(usize::MAX)?.to_vec();
    let (mut start, mut lines) = (part.header_bytes as usize, part.header_lines);
    let numbers_lines = part.decoder.numbers_lines();
    let mut end = start;
    loop {
        let step = random.as_mut().map_or(usize::MAX, |random| 1 + random.below(300));
        end = end.saturating_add(step).min(bytes.len());
        let is_last = end == bytes.len();
        let length = match part.decoder.cut(&bytes[start..end]) {
            _ if is_last => end - start,
            Ok(Cut::At(length)) => length,
            Ok(Cut::Incomplete { .. }) => continue,
            Err(error) => {
                let byte = start as u64 + error.byte().unwrap_or(0);
                return Err(error.at_byte(byte).after_lines(lines).in_file(&part.name));
            }
        };
        let lines_before = if numbers_lines { lines } else { 0 };
        recorder.lines_before = lines - lines_before;
        let chunk =
            Chunk { bytes: &bytes[start..start + length], offset: start as u64, lines_before, is_last };
        let decoded = part.decoder.decode(&chunk, recorder);
        lines += decoded.map_err(|error| error.after_lines(recorder.lines_before).in_file(&part.name))?;
        start += length;
        if is_last {
            break;
        }
    }
    recorder.lines_before = 0;
    part.decoder.finish(recorder).map(drop).map_err(|error| error.in_file(&part.name))
}
