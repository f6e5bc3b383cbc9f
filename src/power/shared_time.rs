//! Who is charged for time: regions of one kind that are open together share it equally.

use trace_formats::Span;

/// The cycles that each region is charged for, and those that no region covers.
pub(super) struct SharedTime {
    pub cycles: Vec<f64>,
    pub outside: u64,
}

/// What a region that is open from the start of the run is charged up to a moment.
#[derive(Clone, Copy, Default)]
struct Charged {
    /// Whole cycles: exact for regions that are open alone.
    whole: u128,
    /// Parts of cycles.
    part: f64,
}

/// Sweeps over the run once: between two neighbouring starts or ends the number of open regions is constant.
pub(super) fn share(spans: &[Span], run: Span) -> SharedTime {
    let clipped: Vec<(i64, i64)> = spans.iter().map(|span| clip(*span, run)).collect();
    let mut changes: Vec<(i64, i64)> =
        clipped.iter().flat_map(|(start, end)| [(*start, 1), (*end, -1)]).collect();
    changes.sort_unstable();
    let mut moments: Vec<(i64, Charged)> = Vec::new();
    let (mut charged, mut open, mut now, mut outside) = (Charged::default(), 0i64, run.start, 0u64);
    for (moment, change) in changes {
        let cycles = now.abs_diff(moment);
        match u64::try_from(open) {
            Ok(open) if open > 0 => {
                charged.whole += u128::from(cycles / open);
                charged.part += (cycles % open) as f64 / open as f64;
            }
            _ => outside += cycles,
        }
        moments.push((moment, charged));
        open += change;
        now = moment;
    }
    outside += now.abs_diff(run.end);
    let charged_of = |(start, end): &(i64, i64)| {
        let (from, to) = (at(&moments, *start), at(&moments, *end));
        (to.whole - from.whole) as f64 + (to.part - from.part)
    };
    SharedTime { cycles: clipped.iter().map(charged_of).collect(), outside }
}

/// The part of a span inside of the run; of one outside, an empty one at the run's border.
fn clip(span: Span, run: Span) -> (i64, i64) {
    let start = span.start.clamp(run.start, run.end);
    (start, span.end.clamp(start, run.end))
}

fn at(moments: &[(i64, Charged)], moment: i64) -> Charged {
    let found = moments.partition_point(|(earlier, _)| *earlier < moment);
    moments.get(found).map(|(_, charged)| *charged).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_that_are_open_together_share_the_time() {
        let span = |start, end| Span { start, end };
        let shared = share(&[span(0, 100), span(50, 200), span(300, 400)], span(-10, 350));
        // 0..50 alone, 50..100 in two halves, 100..200 alone; 300..350 of the third lies inside of the run.
        assert_eq!(shared.cycles, [75.0, 125.0, 50.0]);
        assert_eq!(shared.outside, 10 + 100);
    }

    #[test]
    fn an_empty_region_and_one_outside_of_the_run_take_no_time() {
        let span = |start, end| Span { start, end };
        let shared = share(&[span(5, 5), span(90, 95), span(-9, -3)], span(0, 10));
        assert_eq!((shared.cycles, shared.outside), (vec![0.0, 0.0, 0.0], 10));
    }
}
