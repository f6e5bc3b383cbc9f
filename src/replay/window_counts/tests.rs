//! Counts are conserved, however events are spread, ordered, handed over and merged.

use proptest::prelude::*;

use super::*;

fn windows(counts: &WindowCounts, range: Range<i64>) -> Vec<u64> {
    let mut running = [Running::default()];
    range
        .map(|window| {
            let mut count = [0];
            assert!(counts.take(window, &mut count, &mut running).is_ok());
            count[0]
        })
        .collect()
}

#[test]
fn an_event_is_split_by_overlap_and_fractions_are_carried_to_the_next_window() {
    let mut counts = WindowCounts::new(10);
    assert!(counts.spread(0, 5, 35, 10).is_ok());
    // A third of a count a cycle: 5/3, 5, 25/3 and 10 counts by the ends of the windows.
    assert_eq!(windows(&counts, 0..4), [1, 4, 3, 2]);
}

#[test]
fn equal_shares_that_are_whole_counts_are_equal() {
    let mut counts = WindowCounts::new(9);
    assert!(counts.spread(0, 0, 27, 9).is_ok());
    assert_eq!(windows(&counts, 0..3), [3, 3, 3]);
}

#[test]
fn a_few_counts_over_many_windows_do_not_pile_up_in_the_last() {
    let mut counts = WindowCounts::new(1000);
    assert!(counts.spread(0, 0, 1_000_000, 999).is_ok());
    let windows = windows(&counts, 0..1000);
    assert_eq!(windows.iter().copied().max(), Some(1));
    assert_eq!(windows.iter().sum::<u64>(), 999);
}

#[test]
fn an_event_over_a_million_windows_makes_two_pages() {
    let mut counts = WindowCounts::new(1000);
    assert!(counts.spread(0, -1_000_000, 1_000_000_000, 1 << 40).is_ok());
    assert_eq!(counts.pages.len(), 2);
}

/// What windows from `first` on have, share by share.
fn plain(events: &[(i64, i64, u64)], cycles: i64, windows: Range<i64>) -> Vec<u64> {
    let mut shares = vec![0i128; (windows.end - windows.start) as usize];
    for &(start, length, count) in events {
        let whole = i128::from(count) << SHARE_BITS;
        let each_cycle = (whole + i128::from(length) - 1) / i128::from(length);
        let (mut at, mut left) = (start, whole);
        while at < start + length {
            let window = at.div_euclid(cycles);
            let next = (start + length).min((window + 1) * cycles);
            let share = if next == start + length { left } else { each_cycle * i128::from(next - at) };
            shares[(window - windows.start) as usize] += share;
            (at, left) = (next, left - share);
        }
    }
    let mut carried = 0;
    let mut take = |share: &i128| {
        let whole = ((share + carried) >> SHARE_BITS).max(0);
        carried += share - (whole << SHARE_BITS);
        whole as u64
    };
    shares.iter().map(&mut take).collect()
}

proptest! {
    #[test]
    fn an_event_is_spread_as_share_by_share(
        events in prop::collection::vec((-500i64..500, 1i64..2000, any::<u64>(), 11u32..64), 1..40),
        cycles in 1i64..70,
    ) {
        let events: Vec<_> =
            events.iter().map(|&(start, length, count, bits)| (start, length, count >> bits)).collect();
        let mut counts = WindowCounts::new(cycles);
        for &(start, length, count) in &events {
            prop_assert!(counts.spread(0, start, start + length, count).is_ok());
        }
        let range = (-500i64).div_euclid(cycles)..2500;
        prop_assert_eq!(windows(&counts, range.clone()), plain(&events, cycles, range));
    }

    #[test]
    fn counts_are_conserved_for_any_events_and_any_order_of_merging(
        events in prop::collection::vec((-500i64..500, 1i64..300, 0u64..10_000), 1..40),
        cycles in 1i64..70,
        cut in 0usize..40,
    ) {
        let mut whole = WindowCounts::new(cycles);
        let mut late = WindowCounts::new(cycles);
        let mut early = WindowCounts::new(cycles);
        for (number, &(start, length, count)) in events.iter().enumerate() {
            prop_assert!(whole.spread(0, start, start + length, count).is_ok());
            let part = if number < cut { &mut early } else { &mut late };
            prop_assert!(part.spread(0, start, start + length, count).is_ok());
        }
        prop_assert!(late.merge(&mut early).is_ok());
        let first = (-500i64).div_euclid(cycles);
        let all = windows(&whole, first..900);
        prop_assert_eq!(&all, &windows(&late, first..900));
        prop_assert_eq!(all.iter().sum::<u64>(), events.iter().map(|event| event.2).sum::<u64>());
    }

    #[test]
    fn neighbouring_windows_sum_to_the_window_of_their_length(
        events in prop::collection::vec((-500i64..500, 1i64..300, 0u64..10_000), 1..40),
        cycles in 1i64..50,
        together in 2i64..6,
    ) {
        let mut short = WindowCounts::new(cycles);
        let mut long = WindowCounts::new(cycles * together);
        for &(start, length, count) in &events {
            prop_assert!(short.spread(0, start, start + length, count).is_ok());
            prop_assert!(long.spread(0, start, start + length, count).is_ok());
        }
        let first = (-500i64).div_euclid(cycles * together);
        let last = 800i64.div_euclid(cycles * together) + 1;
        let short = windows(&short, first * together..last * together);
        let sums: Vec<u64> = short.chunks(together as usize).map(|chunk| chunk.iter().sum()).collect();
        prop_assert_eq!(sums, windows(&long, first..last));
    }
}
