// Power over time: a pyramid of averages, lowest and highest windows, and the stretch of it that is in view.

const BINS_IN_VIEW = 1024;
const LANES = 6;
const BARS_IN_VIEW = 400;

/** Cycle at which a bin starts; that of the bin after the last is the end. */
function edgeOf(bin) {
  const { first_cycle, first_end_cycle, end_cycle, bin_cycles, bins } = data.power;
  if (bin <= 0) return first_cycle;
  return bin >= bins ? end_cycle : first_end_cycle + (bin - 1) * bin_cycles;
}

function binAt(time_s) {
  const { first_end_cycle, bin_cycles, bins } = data.power;
  const cycle = time_s * report.clock_hz;
  const bin = cycle < first_end_cycle ? 0 : 1 + Math.floor((cycle - first_end_cycle) / bin_cycles);
  return Math.min(Math.max(bin, 0), bins - 1);
}

const timeOf = (cycle) => cycle / report.clock_hz;

/** The mean of a pair of bins by time, or the last bin where it has no other. */
function meanOfPair(numbers, index, size) {
  const [first, second] = [2 * index, 2 * index + 1];
  if (second >= numbers.length) return numbers[first];
  const [start, middle, end] = [edgeOf(first * size), edgeOf(second * size), edgeOf((second + 1) * size)];
  return (numbers[first] * (middle - start) + numbers[second] * (end - middle)) / (end - start);
}

/** Pairs of bins as their means. `size` is how many of the record's bins each of them covers. */
function means(numbers, size) {
  const half = new Float32Array(Math.ceil(numbers.length / 2));
  for (let index = 0; index < half.length; index++) half[index] = (numbers[2 * index] + numbers[2 * index + 1]) / 2;
  // Only the run's first and last bin may be shorter than others.
  for (const index of [0, half.length - 1]) half[index] = meanOfPair(numbers, index, size);
  return half;
}

function lowest(numbers) {
  const half = new Float32Array(Math.ceil(numbers.length / 2));
  for (let index = 0; index < half.length; index++) {
    const [first, second] = [numbers[2 * index], numbers[2 * index + 1]];
    half[index] = second < first ? second : first;
  }
  return half;
}

function highest(numbers) {
  const half = new Float32Array(Math.ceil(numbers.length / 2));
  for (let index = 0; index < half.length; index++) {
    const [first, second] = [numbers[2 * index], numbers[2 * index + 1]];
    half[index] = second > first ? second : first;
  }
  return half;
}

/** Numbers halved until few are left, from those of bins that cover `size` of the record's. */
function pyramid(numbers, size, halved) {
  const levels = [{ size, numbers }];
  while (numbers.length > BINS_IN_VIEW / 2) {
    numbers = halved(numbers, size);
    size *= 2;
    levels.push({ size, numbers });
  }
  return levels;
}

class PowerOverTime {
  constructor(powers) {
    const isOfWindows = data.power.windows_per_bin === 1;
    this.average = pyramid(powers.average, 1, means);
    this.lowest = pyramid(powers.lowest, 1, lowest);
    this.highest = pyramid(powers.highest, 1, highest);
    this.components = powers.components.map((numbers) => pyramid(numbers, data.power.bins_per_average, means));
    this.around = powers.around;
    this.isOfWindows = isOfWindows;
  }

  /** How many of the record's bins are drawn as one, of those from `first` to `end`. */
  sizeFor(first, end) {
    let size = 1;
    while ((end - first) / size > BINS_IN_VIEW) size *= 2;
    return size;
  }

  /** The level of that size, or the finest that there is. */
  static level(levels, size) {
    return levels.find((level) => level.size >= size) ?? levels.at(-1);
  }

  /** Power of a component as steps; where the whole run is too long for single windows of all, near peaks all the same. */
  component(index, first, end, size) {
    const exact = this.around.find((part) => part.first_bin <= first && part.first_bin + part.bins >= end);
    const levels = this.components[index];
    if (size < levels[0].size && exact) return steps(exact.components[index], 1, first, end, exact.first_bin);
    const level = PowerOverTime.level(levels, size);
    return steps(level.numbers, level.size, first, end);
  }

  total(kind, first, end, size) {
    const level = PowerOverTime.level(this[kind], size);
    return steps(level.numbers, level.size, first, end);
  }
}

/** Points of a line that stays at each bin's number until the bin ends. */
function steps(numbers, size, first, end, origin = 0) {
  const [x, y] = [[], []];
  for (let index = Math.floor((first - origin) / size); index < numbers.length; index++) {
    const bin = origin + index * size;
    if (bin >= end) break;
    const [from, to] = [timeOf(edgeOf(bin)), timeOf(edgeOf(bin + size))];
    // Both ends inside of the bin, so that what is nearest to the pointer is the bin that it is in.
    const inset = (to - from) * 1e-6;
    x.push(from + inset, to - inset);
    y.push(numbers[index], numbers[index]);
  }
  return { x, y };
}

/** Rows of regions of a kind such that none overlaps another in its row. */
function lanesOf(kind) {
  const lanes = [];
  const regions = regionsOf(kind).filter((region) => !region.is_remainder && region.cycles > 0);
  for (const region of regions.sort((a, b) => a.start_s - b.start_s)) {
    const tolerance_s = 1e-9 * Math.abs(region.start_s);
    let lane = lanes.find((row) => endOf(row.at(-1)) <= region.start_s + tolerance_s);
    if (!lane && lanes.length < LANES) lanes.push((lane = []));
    (lane ?? lanes.at(-1)).push(region);
  }
  return lanes.map((regions) => ({ kind, regions }));
}

const lanes = regionKinds.flatMap(lanesOf);

/** Regions of a lane in view; those too narrow to be seen are drawn as one. */
function barsOf(lane, from_s, to_s) {
  const least_s = (to_s - from_s) / BARS_IN_VIEW;
  const bars = [];
  for (const region of lane.regions) {
    const [start_s, end_s] = [region.start_s, endOf(region)];
    if (end_s < from_s || start_s > to_s) continue;
    const last = bars.at(-1);
    const isNarrow = end_s - start_s < least_s;
    if (isNarrow && last?.isNarrow && start_s - last.start_s < 4 * least_s) {
      last.end_s = Math.max(last.end_s, end_s);
      last.regions.push(region);
    } else {
      bars.push({ start_s, end_s, isNarrow, regions: [region] });
    }
  }
  return bars;
}

function nameOfBar(bar) {
  const [first, last] = [bar.regions[0], bar.regions.at(-1)];
  if (bar.regions.length === 1) return short(first.name);
  return `${short(first.name)} … ${short(last.name)} (${bar.regions.length})`;
}
