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

/// Sums of events that are handed on in batches of so many, or one by one. Or the place of the first that is refused.
fn sums(events: &[Drawn], cycles: u64, batch: Option<usize>) -> Result<PartialSums, usize> {
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
    match batch {
        Some(batch) => {
            for (number, events) in events.chunks(batch).enumerate() {
                sink.events(events).map_err(|refused| number * batch + refused.at)?;
            }
        }
        None => {
            for (at, event) in events.iter().enumerate() {
                sink.event(*event).map_err(|_| at)?;
            }
        }
    }
    Ok(sink.take())
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
        events in drawn(0u64..100_000), batch in 1usize..400, cycles in prop::sample::select(&WINDOWS[..]),
    ) {
        let one_by_one = sums(&events, cycles, None).unwrap();
        let batched = sums(&events, cycles, Some(batch)).unwrap();
        prop_assert_eq!(windows(&one_by_one, cycles), windows(&batched, cycles));
        prop_assert_eq!(one_by_one.tally, batched.tally);
        prop_assert_eq!(one_by_one.order, batched.order);
        prop_assert_eq!(one_by_one.events_span, batched.events_span);
    }

    #[test]
    fn sums_that_do_not_fit_are_refused_at_the_same_event(
        events in drawn(prop_oneof![8 => 0u64..10, 2 => Just(1u64 << 55), 1 => u64::MAX - 10..]),
        batch in 1usize..400,
        cycles in prop::sample::select(&WINDOWS[..]),
    ) {
        let (one_by_one, batched) = (sums(&events, cycles, None), sums(&events, cycles, Some(batch)));
        prop_assert_eq!(one_by_one.as_ref().err(), batched.as_ref().err());
        if let (Ok(one_by_one), Ok(batched)) = (one_by_one, batched) {
            prop_assert_eq!(one_by_one.tally, batched.tally);
            prop_assert_eq!(one_by_one.order, batched.order);
        }
    }

    #[test]
    fn a_steady_run_adds_up_as_its_events(start in -50i64..300, cycles in 1u64..200, count in 0u64..1000) {
        let each: Vec<_> = (0..cycles as i64).map(|cycle| (0, 1, start + cycle, 1, count)).collect();
        let one_by_one = sums(&each, 10, None).unwrap();
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
