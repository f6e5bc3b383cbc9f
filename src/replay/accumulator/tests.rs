//! Batches and runs of events add up as the events one by one.

use proptest::prelude::*;

use super::*;
use crate::replay::AdmitAll;
use crate::replay::window_counts::Running;

const CHANNELS: usize = 12;

fn timing(cycles: u64) -> WindowTiming {
    WindowTiming { cycles, clock_hz: 1e9, count_fraction_bits: 0 }
}

/// Channel, region set, start, length and count.
type Drawn = (usize, usize, i64, i64, u64);

/// What the windows of a chunk hold, by channel.
fn windows(sums: &PartialSums, cycles: u64) -> Vec<[u64; CHANNELS]> {
    let mut running = [Running::default(); CHANNELS];
    let take = |window| {
        let mut counts = [0; CHANNELS];
        assert!(sums.windows.take(window, &mut counts, &mut running).is_ok());
        counts
    };
    let cycles = cycles as i64;
    ((-600i64).div_euclid(cycles)..=1200i64.div_euclid(cycles)).map(take).collect()
}

/// How events are handed on: so many at a time.
#[derive(Clone, Copy, Debug)]
enum Batches {
    One,
    Events(usize),
    Columns(usize),
}

/// Sums of events, or the place of the first that is refused.
fn sums(events: &[Drawn], cycles: u64, batches: Batches) -> Result<PartialSums, usize> {
    let dictionary = Dictionary::new(&AdmitAll);
    let mut sink = Accumulator::new(&dictionary, timing(cycles), false);
    let channels: Vec<ChannelId> =
        (0..CHANNELS).map(|channel| sink.channel(&format!("unit{channel}"), "act").unwrap()).collect();
    let regions = ["", "layer:x", "layer:y"].map(|tags| sink.regions(tags).unwrap());
    let events: Vec<Event> = events
        .iter()
        .map(|&(channel, set, start, length, count)| {
            let (channel, regions) = (channels[channel], regions[set]);
            Event { channel, regions, start, end: start + length, count }
        })
        .collect();
    match batches {
        Batches::Events(batch) => {
            for (number, events) in events.chunks(batch).enumerate() {
                sink.events(events).map_err(|refused| number * batch + refused.at)?;
            }
        }
        Batches::Columns(batch) => {
            for (number, events) in events.chunks(batch).enumerate() {
                columns(&mut sink, events, &channels, &regions)
                    .map_err(|refused| number * batch + refused.at)?;
            }
        }
        Batches::One => {
            for (at, event) in events.iter().enumerate() {
                sink.event(*event).map_err(|_| at)?;
            }
        }
    }
    Ok(sink.take())
}

/// Hands events on as columns, whose names are in another order than the sink's, and all of them twice.
fn columns(
    sink: &mut Accumulator<'_>,
    events: &[Event],
    channels: &[ChannelId],
    regions: &[RegionSetId],
) -> Result<(), RefusedEvent> {
    let channel_ids: Vec<_> = channels.iter().rev().chain(channels).copied().collect();
    let region_ids: Vec<_> = regions.iter().rev().chain(regions).copied().collect();
    let column = |value: &dyn Fn(usize, &Event) -> usize| -> Vec<i64> {
        events.iter().enumerate().map(|(at, event)| value(at, event) as i64).collect()
    };
    let position = |at: usize, id: u32, known: usize| {
        if at.is_multiple_of(2) { known - 1 - id as usize } else { known + id as usize }
    };
    sink.columns(EventColumns {
        channel_ids: &channel_ids,
        region_ids: &region_ids,
        channels: &column(&|at, event| position(at, event.channel.0, channels.len())),
        regions: &column(&|at, event| position(at / 7, event.regions.0, regions.len())),
        starts: &events.iter().map(|event| event.start).collect::<Vec<_>>(),
        durations: &events.iter().map(|event| event.end - event.start).collect::<Vec<_>>(),
        counts: &events.iter().map(|event| event.count as i64).collect::<Vec<_>>(),
    })
}

fn any_batches() -> impl Strategy<Value = Batches> {
    prop_oneof![(1usize..400).prop_map(Batches::Events), (1usize..400).prop_map(Batches::Columns)]
}

/// Events whose region sets come in runs, and in order of time or not.
fn drawn(counts: impl Strategy<Value = u64>) -> impl Strategy<Value = Vec<Drawn>> {
    let length = prop_oneof![Just(1i64), 1i64..10, 1i64..600];
    let event = (0..CHANNELS, 0usize..3, -500i64..500, length, counts);
    let events = prop::collection::vec(event, 1..500);
    (events, 1usize..CHANNELS, 1usize..200, any::<bool>()).prop_map(
        |(mut events, channels, run, is_ordered)| {
            if is_ordered {
                events.sort_by_key(|event| event.2);
            }
            let sets: Vec<usize> = events.iter().map(|event| event.1).collect();
            for (at, event) in events.iter_mut().enumerate() {
                (event.0, event.1) = (event.0 % channels, sets[at / run * run]);
            }
            events
        },
    )
}

const WINDOWS: [u64; 6] = [1, 7, 10, 100, 5000, u64::MAX];

proptest! {
    #[test]
    fn events_in_batches_add_up_as_one_by_one(
        events in drawn(0u64..100_000), batches in any_batches(), cycles in prop::sample::select(&WINDOWS[..]),
    ) {
        let one_by_one = sums(&events, cycles, Batches::One).unwrap();
        let batched = sums(&events, cycles, batches).unwrap();
        prop_assert_eq!(windows(&one_by_one, cycles), windows(&batched, cycles));
        prop_assert_eq!(one_by_one.tally, batched.tally);
        prop_assert_eq!(one_by_one.order, batched.order);
        prop_assert_eq!(one_by_one.events_span, batched.events_span);
    }

    #[test]
    fn sums_that_do_not_fit_are_refused_at_the_same_event(
        events in drawn(prop_oneof![8 => 0u64..10, 2 => Just(1u64 << 55), 1 => u64::MAX - 10..]),
        batches in any_batches(),
        cycles in prop::sample::select(&WINDOWS[..]),
    ) {
        let (one_by_one, batched) = (sums(&events, cycles, Batches::One), sums(&events, cycles, batches));
        prop_assert_eq!(one_by_one.as_ref().err(), batched.as_ref().err());
        if let (Ok(one_by_one), Ok(batched)) = (one_by_one, batched) {
            prop_assert_eq!(one_by_one.tally, batched.tally);
            prop_assert_eq!(one_by_one.order, batched.order);
        }
    }

    #[test]
    fn a_steady_run_adds_up_as_its_events(start in -50i64..300, cycles in 1u64..200, count in 0u64..1000) {
        let each: Vec<_> = (0..cycles as i64).map(|cycle| (0, 1, start + cycle, 1, count)).collect();
        let one_by_one = sums(&each, 10, Batches::One).unwrap();
        let dictionary = Dictionary::new(&AdmitAll);
        let mut sink = Accumulator::new(&dictionary, timing(10), false);
        let (channel, regions) = (sink.channel("a", "act").unwrap(), sink.regions("layer:x").unwrap());
        sink.repeated(Event { channel, regions, start, end: start + 1, count }, cycles).unwrap();
        let steady = sink.take();
        prop_assert_eq!(windows(&one_by_one, 10), windows(&steady, 10));
        prop_assert_eq!(one_by_one.tally, steady.tally);
        prop_assert_eq!(one_by_one.order, steady.order);
    }
}
