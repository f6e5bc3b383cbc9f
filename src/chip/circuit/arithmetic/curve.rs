//! Curves of depth against cost, as synthesis measured them.

/// Stages with which switching was measured.
pub(super) const STAGES: [u32; 3] = [1, 2, 4];

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
    /// Nets that cross 0/8 ... 8/8 of the depth: the first are the inputs, the last the outputs.
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

    /// NAND2-equivalent transitions of glitches with so many stages.
    ///
    /// Glitches grow with the depth through which they pass, so between the measured stages they are linear in
    /// 1/stages, and beyond the last in proportion to it.
    pub fn glitches(&self, stages: u32) -> f64 {
        let measured = |i: usize| self.switched[i] - self.settled;
        let depth = 1.0 / f64::from(stages);
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

    /// Bits of the registers between so many stages, at equal parts of the depth.
    pub fn register_bits(&self, stages: u32) -> u32 {
        (1..stages).map(|rank| self.bits_cut(f64::from(rank) / f64::from(stages))).sum()
    }

    fn bits_cut(&self, fraction: f64) -> u32 {
        let place = fraction * 8.0;
        let below = (place as usize).min(7);
        let part = place - below as f64;
        // A count of nets: small and positive.
        (self.cut[below] + part * (self.cut[below + 1] - self.cut[below])).round() as u32
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
        assert_eq!(point.glitches(1), 40.0);
        assert_eq!(point.glitches(2), 20.0);
        assert!((point.glitches(3) - (10.0 + 10.0 / 3.0)).abs() < 1e-12);
        assert_eq!(point.glitches(4), 10.0);
        assert_eq!(point.glitches(8), 5.0);
    }

    #[test]
    fn ranks_of_registers_cut_the_depth_in_equal_parts() {
        let mut design = point(40.0, 100.0);
        design.cut = [16.0, 0.0, 30.0, 0.0, 24.0, 0.0, 20.0, 0.0, 16.0];
        assert_eq!(design.register_bits(1), 0);
        assert_eq!(design.register_bits(2), 24);
        assert_eq!(design.register_bits(4), 30 + 24 + 20);
        // A third of the depth is at 8/3 of the way: a third of the way from 30 to 0 has been left.
        assert_eq!(design.register_bits(3), 10 + 7);
    }
}
