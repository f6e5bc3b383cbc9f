//! Curves of depth against cost, as synthesis measured them.

/// Stages with which switching was measured.
pub(super) const STAGES: [u32; 3] = [1, 2, 4];

/// Registers between stages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ranks {
    /// Flip-flops of all ranks.
    pub bits: u32,
    /// Longest stage as a part of the depth.
    pub longest: f64,
}

/// One design of a circuit, without registers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Point {
    /// Longest path in fan-out-of-four delays.
    pub depth: f64,
    /// NAND2-equivalents.
    pub area: f64,
    /// NAND2-equivalent transitions an operation, of values that settle.
    pub settled: f64,
    /// NAND2-equivalent transitions an operation, glitches included, with 1, 2 and 4 stages.
    pub switched: [f64; 3],
    /// Nets that the narrowest rank of registers at 0/8 ... 8/8 of the depth holds: the first are the inputs, the last the
    /// outputs.
    pub cut: [f64; 9],
}

impl Point {
    fn between(&self, faster: &Point, part: f64) -> Point {
        let mix = |a: f64, b: f64| a + part * (b - a);
        Point {
            depth: mix(self.depth, faster.depth),
            area: mix(self.area, faster.area),
            settled: mix(self.settled, faster.settled),
            switched: std::array::from_fn(|i| mix(self.switched[i], faster.switched[i])),
            cut: std::array::from_fn(|i| mix(self.cut[i], faster.cut[i])),
        }
    }

    /// Keeps the costs at or above those of another design.
    pub fn raise_to(&mut self, other: &Point) {
        self.each_cost(other, f64::max);
    }

    /// Keeps the costs at or below those of another design.
    pub fn lower_to(&mut self, other: &Point) {
        self.each_cost(other, f64::min);
    }

    fn each_cost(&mut self, other: &Point, choose: fn(f64, f64) -> f64) {
        self.depth = choose(self.depth, other.depth);
        self.area = choose(self.area, other.area);
        self.settled = choose(self.settled, other.settled);
        self.switched = std::array::from_fn(|i| choose(self.switched[i], other.switched[i]));
    }

    /// NAND2-equivalent transitions of glitches with stages no longer than a part of the depth.
    ///
    /// Glitches grow with the depth through which they pass, so between the measured stages they are linear in it, and
    /// below the last in proportion to it.
    pub fn glitches(&self, depth: f64) -> f64 {
        let measured = |i: usize| self.switched[i] - self.settled;
        let last = STAGES.len() - 1;
        let at = |i: usize| 1.0 / f64::from(STAGES[i]);
        for i in 0..last {
            if depth >= at(i + 1) {
                let part = (at(i) - depth) / (at(i) - at(i + 1));
                return measured(i) + part * (measured(i + 1) - measured(i));
            }
        }
        measured(last) * depth / at(last)
    }

    /// Registers between so many stages, none of which is longer than a part of the depth (at least an equal one). Each
    /// rank stands where the fewest nets cross, as far as the stage before it and those behind it allow.
    pub fn ranks(&self, stages: u32, most: f64) -> Ranks {
        let most = most.max(1.0 / f64::from(stages));
        let (mut bits, mut before, mut longest) = (0, 0.0, 0.0_f64);
        for rank in 1..stages {
            let first = (1.0 - f64::from(stages - rank) * most).max(before);
            let last = (before + most).min(1.0).max(first);
            let (at, nets) = self.narrowest(first, last);
            // A count of nets: small and positive.
            bits += nets.round() as u32;
            longest = longest.max(at - before);
            before = at;
        }
        Ranks { bits, longest: longest.max(1.0 - before) }
    }

    /// The place between two parts of the depth where the fewest nets cross, and how many: an end of the range or a
    /// measured place, since between those the count is linear. The latest of equal ones, which leaves most to come.
    fn narrowest(&self, first: f64, last: f64) -> (f64, f64) {
        let measured = (0..9).map(|eighth| f64::from(eighth) / 8.0);
        let within = measured.filter(|&at| first < at && at < last);
        let nets = |at| (at, self.nets_cut(at));
        within.chain([last]).map(nets).fold(nets(first), |best, other| {
            if other.1 < best.1 || (other.1 == best.1 && other.0 > best.0) { other } else { best }
        })
    }

    fn nets_cut(&self, fraction: f64) -> f64 {
        let place = fraction * 8.0;
        let below = (place as usize).min(7);
        let part = place - below as f64;
        self.cut[below] + part * (self.cut[below + 1] - self.cut[below])
    }
}

/// Designs of one circuit from the slowest to the fastest; faster ones cost more.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Curve {
    points: Vec<Point>,
}

impl Curve {
    /// From at least one point, the slowest first. A faster point that costs less than a slower one is raised to it.
    pub fn new(mut points: Vec<Point>) -> Option<Curve> {
        for at in 1..points.len() {
            let (before, after) = points.split_at_mut(at);
            let (slower, faster) = (before.last()?, after.first_mut()?);
            let depth = faster.depth.min(slower.depth);
            faster.raise_to(slower);
            faster.depth = depth;
            faster.cut = std::array::from_fn(|i| faster.cut[i].max(slower.cut[i]));
        }
        for point in &mut points {
            point.switched[1] = point.switched[1].min(point.switched[0]);
            point.switched[2] = point.switched[2].min(point.switched[1]);
            point.settled = point.settled.min(point.switched[2]);
        }
        (!points.is_empty()).then_some(Curve { points })
    }

    /// A design between the slowest (effort 0) and the fastest (effort 1), geometric in depth.
    pub fn at_effort(&self, effort: f64) -> Option<Point> {
        if effort >= 1.0 {
            return self.points.last().cloned();
        }
        let slowest = self.points.first()?.depth;
        self.at_depth(slowest * libm::pow(self.least_depth() / slowest, effort))
    }

    /// The depth of the fastest design.
    pub fn least_depth(&self) -> f64 {
        self.points.last().map_or(0.0, |point| point.depth)
    }

    /// The cheapest design.
    pub fn slowest(&self) -> Option<&Point> {
        self.points.first()
    }

    /// The measured designs, the slowest first.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The cheapest design that is at most so deep; none if all are deeper.
    pub fn at_depth(&self, depth: f64) -> Option<Point> {
        let slowest = self.points.first()?;
        if depth >= slowest.depth {
            return Some(slowest.clone());
        }
        self.points.windows(2).find_map(|pair| {
            let (slower, faster) = (&pair[0], &pair[1]);
            (depth >= faster.depth).then(|| {
                let part = (slower.depth - depth) / (slower.depth - faster.depth);
                slower.between(faster, part)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn point(depth: f64, area: f64) -> Point {
        Point { depth, area, settled: 10.0, switched: [50.0, 30.0, 20.0], cut: [8.0; 9] }
    }

    #[test]
    fn between_two_designs_cost_is_linear_and_beyond_the_slowest_it_is_the_slowest() {
        let curve = Curve::new(vec![point(40.0, 100.0), point(20.0, 200.0)]).unwrap();
        assert_eq!(curve.at_depth(30.0).unwrap().area, 150.0);
        assert_eq!(curve.at_depth(99.0).unwrap().depth, 40.0);
        assert_eq!(curve.at_depth(20.0).unwrap().area, 200.0);
        assert_eq!(curve.at_depth(19.9), None);
    }

    #[test]
    fn glitches_are_linear_in_the_depth_of_a_stage() {
        let point = point(40.0, 100.0);
        // Measured: 40 with one stage, 20 with two, 10 with four.
        assert_eq!(point.glitches(1.0), 40.0);
        assert_eq!(point.glitches(0.5), 20.0);
        assert!((point.glitches(1.0 / 3.0) - (10.0 + 10.0 / 3.0)).abs() < 1e-12);
        assert_eq!(point.glitches(0.25), 10.0);
        assert_eq!(point.glitches(0.125), 5.0);
    }

    #[test]
    fn ranks_of_registers_cut_the_depth_in_equal_parts_where_no_time_is_left() {
        let mut design = point(40.0, 100.0);
        design.cut = [16.0, 0.0, 30.0, 0.0, 24.0, 0.0, 20.0, 0.0, 16.0];
        let bits = |stages| design.ranks(stages, 0.0).bits;
        assert_eq!(bits(1), 0);
        assert_eq!(bits(2), 24);
        assert_eq!(bits(4), 30 + 24 + 20);
        // A third of the depth is at 8/3 of the way: a third of the way from 30 to 0 has been left.
        assert_eq!(bits(3), 10 + 7);
    }

    #[test]
    fn ranks_of_registers_move_to_fewer_nets_as_far_as_the_cycle_is_longer_than_a_stage() {
        let mut design = point(40.0, 100.0);
        design.cut = [32.0, 256.0, 200.0, 120.0, 80.0, 60.0, 50.0, 40.0, 32.0];
        // Two stages may be 5/8 of the depth: the rank stands at 5/8, not at 4/8.
        assert_eq!(design.ranks(2, 0.625), Ranks { bits: 60, longest: 0.625 });
        // Of three the second stands as late as the first lets it.
        assert_eq!(design.ranks(3, 0.5), Ranks { bits: 80 + 32, longest: 0.5 });
        assert!(design.ranks(3, 0.4).bits < design.ranks(3, 0.0).bits);
    }
}
