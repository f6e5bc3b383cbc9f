//! What a trace holds, without a chip: rows, counts and extremes by region and channel.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use trace_formats::event::Fact;
use trace_formats::{
    ChannelId, DataError, Event, EventSink, Metadata, Note, RegionDeclaration, RegionSetId, Rejection,
    Skipped, Span,
};

use super::regions::parse_tags;
use super::sliding::CycleCounts;
use crate::activity::ChannelName;

/// The sink of `inspect`: takes every event and keeps what is worth knowing of it.
pub struct TraceSurvey {
    skip_bad_records: bool,
    channels: Vec<ChannelName>,
    channel_numbers: FxHashMap<ChannelName, u32>,
    sets: Vec<Vec<usize>>,
    set_numbers: FxHashMap<String, u32>,
    regions: Vec<(String, String)>,
    region_numbers: FxHashMap<(String, String), usize>,
    by_region: FxHashMap<(usize, u32), Tally>,
    overall: Vec<Tally>,
    declared: Vec<RegionDeclaration>,
    span: Option<Span>,
    events: u64,
    bad_records: BTreeMap<String, u64>,
    skipped: Vec<Skipped>,
    notes: Vec<Note>,
    summed_regions: BTreeMap<(String, ChannelName), u128>,
}

/// What is known of one channel, in a region or in all of the trace.
#[derive(Default)]
struct Tally {
    rows: u64,
    count: u128,
    /// First and last cycle with an action in it.
    active: Option<(i64, i64)>,
    latest: Option<i64>,
    backward: u64,
    repeated: u64,
    cycles: CycleCounts,
}

/// One channel in one region, or in all of the trace.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelStatistics {
    /// The channel.
    pub channel: ChannelName,
    /// Records of it, idle ones too.
    pub rows: u64,
    /// Actions, in units of 2⁻ᵏ.
    pub count: u128,
    /// First and last cycle with an action.
    pub active_cycles: Option<(i64, i64)>,
    /// Most actions in one cycle, in units of 2⁻ᵏ.
    pub max_in_one_cycle: u128,
    /// Most actions in any window of consecutive cycles, in units of 2⁻ᵏ.
    pub max_in_window: u128,
    /// Records that start before the record ahead of them.
    pub backward_cycles: u64,
    /// Records that start in the same cycle as the record ahead of them.
    pub repeated_cycles: u64,
}

/// A region and its channels.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionStatistics {
    /// `layer`, `op`, `inference`, ...
    pub kind: String,
    /// Number in its source, where it has one.
    pub id: Option<u64>,
    /// Name.
    pub name: String,
    /// When it was open: declared, else seen.
    pub span: Option<Span>,
    /// Its channels, by name.
    pub channels: Vec<ChannelStatistics>,
}

/// What a trace holds.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceContents {
    /// All cycles that are declared or seen.
    pub span: Option<Span>,
    /// Events, without window sums.
    pub events: u64,
    /// Every channel over the whole trace, by name.
    pub channels: Vec<ChannelStatistics>,
    /// Every region, by kind, then number, start and name.
    pub regions: Vec<RegionStatistics>,
    /// Entries that the format's reader left out.
    pub skipped: Vec<Skipped>,
    /// Records that could not be decoded, by reason.
    pub bad_records: BTreeMap<String, u64>,
    /// Warnings and assumptions of the reader.
    pub notes: Vec<Note>,
}

impl TraceSurvey {
    /// An empty survey that starts with what the trace says of itself.
    pub fn new(metadata: &Metadata, skip_bad_records: bool) -> TraceSurvey {
        TraceSurvey {
            skip_bad_records,
            channels: Vec::new(),
            channel_numbers: FxHashMap::default(),
            sets: vec![Vec::new()],
            set_numbers: FxHashMap::from_iter([(String::new(), 0)]),
            regions: Vec::new(),
            region_numbers: FxHashMap::default(),
            by_region: FxHashMap::default(),
            overall: Vec::new(),
            declared: metadata.regions.clone(),
            span: metadata.span,
            events: 0,
            bad_records: BTreeMap::new(),
            skipped: metadata.skipped.clone(),
            notes: metadata.notes.clone(),
            summed_regions: BTreeMap::new(),
        }
    }

    fn region_number(&mut self, kind: &str, name: &str) -> usize {
        let key = (kind.to_owned(), name.to_owned());
        let next = self.regions.len();
        let number = *self.region_numbers.entry(key.clone()).or_insert(next);
        if number == next {
            self.regions.push(key);
        }
        number
    }

    fn tallies(&mut self, channel: ChannelId, regions: RegionSetId, mut take: impl FnMut(&mut Tally)) {
        take(&mut self.overall[channel.0 as usize]);
        for region in &self.sets[regions.0 as usize] {
            take(self.by_region.entry((*region, channel.0)).or_default());
        }
    }

    fn add(&mut self, event: Event) -> Result<(), Rejection> {
        let mut fits = true;
        self.tallies(event.channel, event.regions, |tally| fits &= tally.add(event));
        if fits {
            return Ok(());
        }
        Err(Rejection {
            reason: "count_overflow",
            found: "counts whose sum in one cycle is beyond 2^64".to_owned(),
            expected: "sums that a counter of hardware can reach".to_owned(),
            cure: "check for wrapped or cumulative counters".to_owned(),
        })
    }

    /// What was found, with the most actions in any `window_cycles` consecutive cycles.
    pub fn finish(mut self, window_cycles: u64) -> TraceContents {
        let mut overall: Vec<ChannelStatistics> = self
            .channels
            .iter()
            .zip(&self.overall)
            .map(|(channel, tally)| tally.finish(channel, window_cycles))
            .collect();
        overall.sort_by(|a, b| a.channel.cmp(&b.channel));
        let declared = self.declarations();
        let mut channels = self.channels_by_region(window_cycles);
        let regions =
            std::mem::take(&mut self.regions).into_iter().enumerate().map(|(number, (kind, name))| {
                let mut channels = channels.remove(&number).unwrap_or_default();
                channels.sort_by(|a, b| a.channel.cmp(&b.channel));
                let seen = channels.iter().filter_map(|channel| channel.active_cycles);
                let seen = Span::join_all(seen.map(|(first, last)| Span { start: first, end: last + 1 }));
                let (id, span) = declared.get(&number).copied().unzip();
                RegionStatistics { kind, id: id.flatten(), name, span: span.or(seen), channels }
            });
        let mut regions: Vec<RegionStatistics> = regions.collect();
        // By number where the source numbers them: layers that each restart at 0 have no order in time.
        regions.sort_by(|a, b| {
            let key =
                |region: &RegionStatistics| (region.id.is_none(), region.id, region.span.map(|s| s.start));
            (&a.kind, key(a), &a.name).cmp(&(&b.kind, key(b), &b.name))
        });
        let spans = declared.values().map(|(_, span)| *span).chain(self.span);
        TraceContents {
            span: Span::join_all(spans),
            events: self.events,
            channels: overall,
            regions,
            skipped: self.skipped,
            bad_records: self.bad_records,
            notes: self.notes,
        }
    }

    /// Number in the source and span of every declared region.
    fn declarations(&mut self) -> FxHashMap<usize, (Option<u64>, Span)> {
        let mut declared: FxHashMap<usize, (Option<u64>, Span)> = FxHashMap::default();
        for region in std::mem::take(&mut self.declared) {
            let span = Span { start: region.start, end: region.end };
            let number = self.region_number(&region.kind, &region.name);
            let (id, all) = declared.entry(number).or_insert((region.id, span));
            (*id, *all) = (id.or(region.id), all.join(span));
        }
        declared
    }

    /// What was counted in each region, event by event or in sum.
    fn channels_by_region(&mut self, window_cycles: u64) -> FxHashMap<usize, Vec<ChannelStatistics>> {
        let mut channels: FxHashMap<usize, Vec<ChannelStatistics>> = FxHashMap::default();
        for ((region, channel), tally) in std::mem::take(&mut self.by_region) {
            let name = &self.channels[channel as usize];
            channels.entry(region).or_default().push(tally.finish(name, window_cycles));
        }
        for ((tags, channel), count) in std::mem::take(&mut self.summed_regions) {
            for (kind, name) in parse_tags(&tags).unwrap_or_default() {
                let statistics =
                    ChannelStatistics { count, ..Tally::default().finish(&channel, window_cycles) };
                channels.entry(self.region_number(kind, name)).or_default().push(statistics);
            }
        }
        channels
    }
}

impl Tally {
    #[must_use]
    fn add(&mut self, event: Event) -> bool {
        self.rows += 1;
        self.count += u128::from(event.count);
        if event.count > 0 {
            let (first, last) = self.active.unwrap_or((event.start, event.end - 1));
            self.active = Some((first.min(event.start), last.max(event.end - 1)));
        }
        self.backward += u64::from(self.latest.is_some_and(|latest| event.start < latest));
        self.repeated += u64::from(self.latest == Some(event.start));
        self.latest = Some(event.start);
        self.cycles.add(event.start, event.end, event.count)
    }

    fn finish(&self, channel: &ChannelName, window_cycles: u64) -> ChannelStatistics {
        let (max_in_one_cycle, max_in_window) = self.cycles.maxima(window_cycles);
        ChannelStatistics {
            channel: channel.clone(),
            rows: self.rows,
            count: self.count,
            active_cycles: self.active,
            max_in_one_cycle,
            max_in_window,
            backward_cycles: self.backward,
            repeated_cycles: self.repeated,
        }
    }
}

impl EventSink for TraceSurvey {
    fn channel(&mut self, component: &str, action: &str) -> Result<ChannelId, Rejection> {
        let name = ChannelName { component: component.to_owned(), action: action.to_owned() };
        if let Some(&number) = self.channel_numbers.get(&name) {
            return Ok(ChannelId(number));
        }
        let number = self.channels.len() as u32;
        self.channels.push(name.clone());
        self.overall.push(Tally::default());
        self.channel_numbers.insert(name, number);
        Ok(ChannelId(number))
    }

    fn regions(&mut self, tags: &str) -> Result<RegionSetId, Rejection> {
        if let Some(&number) = self.set_numbers.get(tags) {
            return Ok(RegionSetId(number));
        }
        let numbers =
            parse_tags(tags)?.into_iter().map(|(kind, name)| self.region_number(kind, name)).collect();
        let number = self.sets.len() as u32;
        self.sets.push(numbers);
        self.set_numbers.insert(tags.to_owned(), number);
        Ok(RegionSetId(number))
    }

    fn event(&mut self, event: Event) -> Result<(), Rejection> {
        self.events += 1;
        let span = Span { start: event.start, end: event.end };
        self.span = Some(self.span.map_or(span, |all| all.join(span)));
        self.add(event)
    }

    fn window_count(&mut self, event: Event) -> Result<(), Rejection> {
        self.add(event)
    }

    fn fact(&mut self, fact: Fact) -> Result<(), Rejection> {
        match fact {
            Fact::Region(region) => self.declared.push(region),
            Fact::Span(span) => self.span = Some(self.span.map_or(span, |all| all.join(span))),
            Fact::Note(note) => self.notes.push(note),
            Fact::Skipped(skipped) => self.skipped.push(skipped),
            Fact::RegionCount { regions, component, action, count } => {
                *self.summed_regions.entry((regions, ChannelName { component, action })).or_default() +=
                    count;
            }
            Fact::EventsTaken(taken) => self.events += taken.events,
        }
        Ok(())
    }

    fn idle_rows(&mut self, channel: ChannelId, regions: RegionSetId, rows: u64) {
        self.tallies(channel, regions, |tally| tally.rows += rows);
    }

    fn bad_record(&mut self, error: DataError) -> Result<(), DataError> {
        if !self.skip_bad_records || !error.is_of_a_record() {
            return Err(error);
        }
        *self.bad_records.entry(error.reason().to_owned()).or_default() += 1;
        Ok(())
    }
}
