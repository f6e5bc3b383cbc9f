//! Rectangles of given areas that tile a square, none much longer than wide: a squarified treemap (Bruls, Huizing and
//! van Wijk: Squarified Treemaps, 2000).

/// Edges, in the unit whose square the areas were given in.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Rectangle {
    pub left: f64,
    pub bottom: f64,
    pub right: f64,
    pub top: f64,
}

impl Rectangle {
    fn width(&self) -> f64 {
        self.right - self.left
    }

    fn height(&self) -> f64 {
        self.top - self.bottom
    }

    /// With across and up exchanged.
    fn mirrored(&self) -> Rectangle {
        Rectangle { left: self.bottom, bottom: self.left, right: self.top, top: self.right }
    }
}

/// A rectangle for each area, which are above 0, in their order.
pub(super) fn tile(areas: &[f64]) -> Vec<Rectangle> {
    let mut largest_first: Vec<usize> = (0..areas.len()).collect();
    largest_first.sort_by(|&a, &b| areas[b].total_cmp(&areas[a]));
    let side = areas.iter().sum::<f64>().sqrt();
    let mut free = Rectangle { left: 0.0, bottom: 0.0, right: side, top: side };
    let mut rectangles = vec![Rectangle::default(); areas.len()];
    let mut rest = &largest_first[..];
    while !rest.is_empty() {
        let count = row_length(rest, areas, free.width().min(free.height()));
        let (row, others) = rest.split_at(count);
        free = lay(row, areas, free, others.is_empty(), &mut rectangles);
        rest = others;
    }
    rectangles
}

/// How many of the areas make the row along a side whose worst rectangle is the best.
fn row_length(rest: &[usize], areas: &[f64], side: f64) -> usize {
    let (mut sum, mut best) = (0.0, f64::INFINITY);
    let largest = areas[rest[0]];
    for (count, &at) in rest.iter().enumerate() {
        sum += areas[at];
        let worst = (side * side * largest / (sum * sum)).max(sum * sum / (side * side * areas[at]));
        if worst > best {
            return count;
        }
        best = worst;
    }
    rest.len()
}

/// Lays a row along the shorter side of what is free; gives what is left. Neighbours share their edges to the bit.
fn lay(
    row: &[usize],
    areas: &[f64],
    free: Rectangle,
    is_last: bool,
    rectangles: &mut [Rectangle],
) -> Rectangle {
    // A row along the bottom is an upright one of the mirrored rectangle.
    if free.width() < free.height() {
        let left = lay(row, areas, free.mirrored(), is_last, rectangles);
        row.iter().for_each(|&at| rectangles[at] = rectangles[at].mirrored());
        return left.mirrored();
    }
    let sum: f64 = row.iter().map(|&at| areas[at]).sum();
    let right = if is_last { free.right } else { free.left + sum / free.height() };
    let (mut bottom, mut so_far) = (free.bottom, 0.0);
    for (nth, &at) in row.iter().enumerate() {
        so_far += areas[at];
        let is_top = nth + 1 == row.len();
        let top = if is_top { free.top } else { free.bottom + free.height() * (so_far / sum) };
        rectangles[at] = Rectangle { left: free.left, bottom, right, top };
        bottom = top;
    }
    Rectangle { left: right, ..free }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rectangles_have_their_areas_and_tile_a_square_without_overlap(
            areas in prop::collection::vec((-4..3i32, 1.0..10.0f64), 1..30)
        ) {
            let areas: Vec<f64> = areas.iter().map(|(power, digits)| digits * 10f64.powi(*power)).collect();
            let (rectangles, total) = (tile(&areas), areas.iter().sum::<f64>());
            let side = total.sqrt();
            for (rectangle, area) in rectangles.iter().zip(&areas) {
                let found = rectangle.width() * rectangle.height();
                // The smallest areas are what is left of large numbers.
                prop_assert!((found - area).abs() <= 1e-9 * area + 1e-12 * total, "{found} is not {area}");
                prop_assert!(rectangle.left >= 0.0 && rectangle.bottom >= 0.0);
                prop_assert!(rectangle.right <= side && rectangle.top <= side);
            }
            for (at, a) in rectangles.iter().enumerate() {
                for b in &rectangles[at + 1..] {
                    let is_apart = a.right <= b.left || b.right <= a.left || a.top <= b.bottom || b.top <= a.bottom;
                    prop_assert!(is_apart, "{a:?} overlaps {b:?}");
                }
            }
        }
    }

    #[test]
    fn a_row_ends_where_one_more_area_would_make_its_worst_rectangle_longer() {
        // In a square of 4 the first row is the two largest, 3 wide; of three it would be 3.5 wide, the last 0.57 high.
        let rectangles = tile(&[6.0, 6.0, 2.0, 2.0]);
        let edges = |at: usize| {
            let Rectangle { left, bottom, right, top } = rectangles[at];
            [left, bottom, right, top]
        };
        assert_eq!(edges(0), [0.0, 0.0, 3.0, 2.0]);
        assert_eq!(edges(1), [0.0, 2.0, 3.0, 4.0]);
        assert_eq!(edges(2), [3.0, 0.0, 4.0, 2.0]);
        assert_eq!(edges(3), [3.0, 2.0, 4.0, 4.0]);
    }
}
