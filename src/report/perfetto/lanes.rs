//! Slices of one track must not overlap: those that do are laid side by side.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// The lane of each span, from 0: the lowest that is free. Spans are `start..end`, in any order.
pub(super) fn lanes(spans: &[(i64, i64)]) -> Vec<usize> {
    let mut in_time: Vec<usize> = (0..spans.len()).collect();
    // Of those that start together the longest comes first.
    in_time.sort_by_key(|&at| (spans[at].0, Reverse(spans[at].1)));
    let (mut lanes, mut count) = (vec![0; spans.len()], 0);
    let mut busy: BinaryHeap<Reverse<(i64, usize)>> = BinaryHeap::new();
    let mut free: BTreeSet<usize> = BTreeSet::new();
    for at in in_time {
        let (start, end) = spans[at];
        while let Some(&Reverse((busy_until, lane))) = busy.peek()
            && busy_until <= start
        {
            busy.pop();
            free.insert(lane);
        }
        let lane = free.pop_first().unwrap_or_else(|| {
            count += 1;
            count - 1
        });
        lanes[at] = lane;
        busy.push(Reverse((end, lane)));
    }
    lanes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spans_that_follow_each_other_share_a_lane_and_those_that_overlap_do_not() {
        assert_eq!(lanes(&[(0, 5), (5, 9), (4, 6), (9, 9), (0, 9)]), [1, 1, 2, 0, 0]);
        assert_eq!(lanes(&[]), [0; 0]);
    }

    proptest! {
        #[test]
        fn no_two_spans_of_a_lane_overlap_and_no_lane_is_needless(
            spans in prop::collection::vec((0..50i64, 1..20i64), 0..40)
        ) {
            let spans: Vec<(i64, i64)> = spans.iter().map(|(start, length)| (*start, start + length)).collect();
            let lanes = lanes(&spans);
            for (at, a) in spans.iter().enumerate() {
                for (other, b) in spans.iter().enumerate().skip(at + 1) {
                    prop_assert!(lanes[at] != lanes[other] || a.1 <= b.0 || b.1 <= a.0);
                }
            }
            let open = |moment: i64| spans.iter().filter(|(start, end)| (*start..*end).contains(&moment)).count();
            let most = spans.iter().map(|(start, _)| open(*start)).max().unwrap_or(0);
            prop_assert_eq!(lanes.iter().max().map_or(0, |lane| lane + 1), most);
        }
    }
}
