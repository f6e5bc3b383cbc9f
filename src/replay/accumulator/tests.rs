//! Batches and runs of events add up as the events one by one.

use proptest::prelude::*;

use super::*;
use crate::replay::AdmitAll;
use crate::replay::window_counts::Running;

const TIMING: WindowTiming = WindowTiming { cycles: 10, clock_hz: 1e9, count_fraction_bits: 0 };

/// What the windows of a chunk hold, by channel.
fn windows(sums: &PartialSums) -> Vec<[u64; 3]> {
    let mut running = [Running::default(); 3];
    let take = |window| {
        let mut counts = [0; 3];
        assert!(sums.windows.take(window, &mut counts, &mut running).is_ok());
        counts
    };
    (-10..60).map(take).collect()
}

/// Sums of events that are handed on in batches of so many, or one by one.
fn sums(events: &[(usize, usize, i64, i64, u64)], batch: Option<usize>) -> PartialSums {
    let dictionary = Dictionary::new(&AdmitAll);
    let mut sink = Accumulator::new(&dictionary, TIMING, false);
    let channels = ["a", "b", "c"].map(|name| sink.channel(name, "act").unwrap());
    let regions = ["", "layer:x", "layer:y"].map(|tags| sink.regions(tags).unwrap());
    let events: Vec<Event> = events
        .iter()
        .map(|&(channel, set, start, length, count)| {
            let (channel, regions) = (channels[channel], regions[set]);
            Event { channel, regions, start, end: start + length, count }
        })
        .collect();
    match batch {
        Some(batch) => events.chunks(batch).for_each(|events| sink.events(events).unwrap()),
        None => events.iter().for_each(|event| sink.event(*event).unwrap()),
    }
    sink.take()
}

proptest! {
    #[test]
    fn events_in_batches_add_up_as_one_by_one(
        events in prop::collection::vec((0usize..3, 0usize..3, -50i64..500, 1i64..40, 0u64..1000), 1..80),
        batch in 1usize..50,
    ) {
        let (one_by_one, batched) = (sums(&events, None), sums(&events, Some(batch)));
        prop_assert_eq!(windows(&one_by_one), windows(&batched));
        prop_assert_eq!(one_by_one.totals, batched.totals);
        prop_assert_eq!(one_by_one.region_spans, batched.region_spans);
        prop_assert_eq!(one_by_one.order, batched.order);
        prop_assert_eq!(one_by_one.events_span, batched.events_span);
        prop_assert_eq!(one_by_one.events, batched.events);
    }

    #[test]
    fn a_steady_run_adds_up_as_its_events(start in -50i64..300, cycles in 1u64..200, count in 0u64..1000) {
        let each: Vec<_> = (0..cycles as i64).map(|cycle| (0, 1, start + cycle, 1, count)).collect();
        let one_by_one = sums(&each, None);
        let dictionary = Dictionary::new(&AdmitAll);
        let mut sink = Accumulator::new(&dictionary, TIMING, false);
        let (channel, regions) = (sink.channel("a", "act").unwrap(), sink.regions("layer:x").unwrap());
        sink.repeated(Event { channel, regions, start, end: start + 1, count }, cycles).unwrap();
        let steady = sink.take();
        prop_assert_eq!(windows(&one_by_one), windows(&steady));
        prop_assert_eq!(one_by_one.totals, steady.totals);
        prop_assert_eq!(one_by_one.region_spans, steady.region_spans);
        prop_assert_eq!(one_by_one.order, steady.order);
        prop_assert_eq!(one_by_one.events[0], steady.events[0]);
    }
}
