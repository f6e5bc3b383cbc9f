// The chart of power over time: what is in view, what was chosen, and how to get elsewhere.

const CONTROLS = ["zoom-whole", "zoom-in", "zoom-out", "zoom-earlier", "zoom-later"];
const LANE_HEIGHT = 26;
const POWER_HEIGHT = 380;
const MARKER = 15;

class PowerView {
  constructor(power) {
    this.power = power;
    this.whole = [timeOf(edgeOf(0)), timeOf(edgeOf(data.power.bins))];
    this.range = this.whole;
    this.chosen = null;
    this.highestWindow = power.highest.at(-1).numbers.reduce((a, b) => Math.max(a, b), 0);
    this.showsTdp = document.getElementById("show-tdp");
    this.showsTdp.checked = report.tdp_w <= 2 * this.highestWindow;
    this.listen();
  }

  listen() {
    const middle = (part) => this.range[0] + part * (this.range[1] - this.range[0]);
    const moves = [
      () => this.show(...this.whole),
      () => this.show(middle(0.25), middle(0.75)),
      () => this.show(middle(-0.5), middle(1.5)),
      () => this.show(middle(-0.4), middle(0.6)),
      () => this.show(middle(0.4), middle(1.4)),
    ];
    CONTROLS.forEach((id, index) => document.getElementById(id).addEventListener("click", moves[index]));
    document.getElementById("save-picture").addEventListener("click", () =>
      Plotly.downloadImage("power-chart", { format: "svg", filename: "power", width: 1200, height: 600 }));
    this.showsTdp.addEventListener("change", () => this.draw());
    const keys = { Home: 0, 0: 0, "+": 1, "=": 1, "-": 2, ArrowLeft: 3, ArrowRight: 4 };
    document.getElementById("power-frame").addEventListener("keydown", (event) => {
      const move = moves[keys[event.key]];
      if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      move();
    });
  }

  /** Listens to the drawn chart: once, since the charting library keeps its listeners. */
  listenToChart(chart) {
    chart.on("plotly_relayout", (change) => {
      if ("xaxis.range[0]" in change) this.show(change["xaxis.range[0]"], change["xaxis.range[1]"]);
    });
    chart.on("plotly_doubleclick", () => this.show(...this.whole));
    chart.on("plotly_click", ({ points, event }) => {
      const isBand = event.target.dataset?.subplot === "xy2";
      const point = points.find((point) => (isBand ? point.data.meta === "bands" : isOnMarker(point, event, chart)));
      if (!point) return;
      if (isBand) this.chooseBar(point.customdata);
      else this.choosePeak(point.customdata);
    });
  }

  /** Shows a stretch of the run, as far as the run goes and not closer than a few bins. */
  show(from_s, to_s) {
    const [start, end] = this.whole;
    const least = Math.min(timeOf(4 * data.power.bin_cycles), end - start);
    const length = Math.min(Math.max(to_s - from_s, least), end - start);
    const from = Math.min(Math.max((from_s + to_s - length) / 2, start), end - length);
    this.range = length === end - start ? this.whole : [from, from + length];
    return this.draw();
  }

  choosePeak(index) {
    const peak = report.peak_power[index];
    this.chosen = { from: peak.start_s, to: peak.start_s + peak.window_s, peak };
    showCause(causeOfPeak(index));
    const margin = Math.max(0.6 * peak.window_s, timeOf(20 * data.power.bin_cycles));
    return this.show(this.chosen.from - margin, this.chosen.to + margin);
  }

  chooseRegion(index) {
    const region = report.regions[index];
    this.chosen = { from: region.start_s, to: endOf(region) };
    showCause(causeOfRegion(index));
    const margin = 0.05 * (this.chosen.to - this.chosen.from);
    return this.show(this.chosen.from - margin, this.chosen.to + margin);
  }

  /** A bar of a single region is that region; one of many is looked at more closely. */
  chooseBar({ regions, from_s, to_s }) {
    return regions.length === 1 ? this.chooseRegion(regions[0]) : this.show(from_s, to_s);
  }

  draw() {
    const [from, to] = this.range;
    const [first, end] = [binAt(from), binAt(to) + 1];
    const size = this.power.sizeFor(first, end);
    const inView = this.summary(first, end);
    const traces = [
      ...this.stack(first, end, size), ...this.lines(first, end, size), ...this.bands(from, to), ...this.marks(),
    ];
    const isFirst = !this.chart;
    const drawn = Plotly.react("power-chart", traces, this.layout(inView), { ...CONFIG, doubleClick: false });
    this.chart = document.getElementById("power-chart");
    if (isFirst) this.listenToChart(this.chart);
    this.say(inView, size);
    return drawn;
  }

  stack(first, end, size) {
    const components = data.power.counted_components.map((index, position) => ({ index, position }));
    components.sort((a, b) => styleOf(a.index).rank - styleOf(b.index).rank);
    return components.filter(({ index }) => report.components[index].energy_j > 0).map(({ index, position }) => {
      const { colour, pattern } = styleOf(index);
      return {
        ...this.power.component(position, first, end, size),
        type: "scatter", mode: "lines", stackgroup: "components", name: short(report.components[index].name),
        line: { width: 0, color: colour }, fillcolor: colour,
        fillpattern: { shape: pattern, fgcolor: theme().paper, bgcolor: colour, size: 6, solidity: 0.25 },
        hovertemplate: "%{y:.4~s}W",
      };
    });
  }

  lines(first, end, size) {
    const { ink, muted, band } = theme();
    const line = { type: "scatter", mode: "lines", hovertemplate: "%{y:.4~s}W" };
    const of = (kind) => this.power.total(kind, first, end, size);
    if (size === 1 && this.power.isOfWindows) {
      return [{ ...line, ...of("average"), name: "total, each window", line: { color: ink, width: 1 } }];
    }
    return [
      { ...line, ...of("average"), name: "average", line: { color: ink, width: 0.5 }, showlegend: false },
      { ...line, ...of("highest"), name: "highest window", line: { color: muted, width: 1 }, fill: "tonexty", fillcolor: band },
      { ...line, ...of("lowest"), name: "lowest window", line: { color: ink, width: 1, dash: "dot" } },
    ];
  }

  bands(from, to) {
    const { band, otherBand, ink, paper } = theme();
    return lanes.map((lane, row) => {
      const bars = barsOf(lane, from, to);
      return {
        type: "bar", orientation: "h", yaxis: "y2", meta: "bands", name: plain(lane.kind), showlegend: false,
        base: bars.map((bar) => Math.max(bar.start_s, from)), y: bars.map(() => row), width: 0.86,
        x: bars.map((bar) => Math.min(bar.end_s, to) - Math.max(bar.start_s, from)),
        text: bars.map(nameOfBar), textposition: "inside", insidetextanchor: "middle", textangle: 0,
        textfont: { color: ink }, constraintext: "inside", cliponaxis: true,
        marker: {
          color: bars.map((bar) => (lane.regions.indexOf(bar.regions[0]) % 2 ? otherBand : band)), line: { color: paper, width: 1 },
        },
        customdata: bars.map((bar) => ({
          regions: bar.regions.map((region) => region.index), from_s: bar.start_s, to_s: bar.end_s,
        })),
        hovertemplate: "%{text}",
      };
    });
  }

  /** The peaks: a line as long as each, and a numbered mark in its middle. */
  marks() {
    const { ink, paper } = theme();
    const peaks = report.peak_power.slice(0, -1).map((peak, index) => ({ ...peak, index }));
    const ends = (peak) => [peak.start_s, peak.start_s + peak.window_s, null];
    const quiet = { type: "scatter", hoverinfo: "none", showlegend: false };
    return [
      {
        ...quiet, mode: "lines", line: { color: ink, width: 3 }, hoverinfo: "skip",
        x: peaks.flatMap(ends), y: peaks.flatMap((peak) => [peak.power_w, peak.power_w, null]),
      },
      {
        ...quiet, mode: "markers+text", meta: "peaks", customdata: peaks.map((peak) => peak.index),
        x: peaks.map((peak) => peak.start_s + peak.window_s / 2), y: peaks.map((peak) => peak.power_w),
        text: peaks.map((peak) => String(peak.index + 1)), textfont: { color: paper, size: 11 },
        marker: { color: ink, size: MARKER + 3, line: { color: paper, width: 1.5 } }, cliponaxis: false,
      },
    ];
  }

  layout({ highest, partial }) {
    const { ink, paper, alarm, muted, accent } = theme();
    const lanesHeight = LANE_HEIGHT * lanes.length;
    const height = POWER_HEIGHT + lanesHeight;
    const share = (pixels) => pixels / height;
    const top = 1.12 * Math.max(highest, partial, report.average_power_w, this.showsTdp.checked ? report.tdp_w : 0) || 1;
    const line = (y, color, dash) => ({
      type: "line", xref: "paper", x0: 0, x1: 1, y0: y, y1: y, line: { color, width: 2, dash },
    });
    const label = (y, text, color, more) => ({
      xref: "paper", x: 1, xanchor: "right", y, yanchor: "bottom", text, showarrow: false, bgcolor: paper, opacity: 0.85, yshift: 3,
      borderpad: 1, font: { color, size: 12 }, ...more,
    });
    const isTdpSeen = report.tdp_w <= top;
    const tdp = isTdpSeen ? label(report.tdp_w, `TDP ${si(report.tdp_w, "W")}`, alarm)
      : label(1, `↑ TDP ${si(report.tdp_w, "W")}`, alarm, { yref: "paper", yanchor: "top", yshift: 0 });
    const chosen = this.chosen && {
      type: "rect", yref: "paper", y0: 0, y1: 1, x0: this.chosen.from, x1: this.chosen.to,
      fillcolor: "rgba(255, 255, 255, 0.12)", line: { color: accent, width: 2 }, layer: "above",
    };
    const peak = this.chosen?.peak;
    const chosenPower = peak && {
      x: peak.start_s + peak.window_s / 2, y: peak.power_w, text: `${si(peak.power_w, "W")} over ${si(peak.window_s, "s")}`,
      showarrow: false, yanchor: "bottom", yshift: MARKER - 2, bgcolor: paper, borderpad: 2, font: { color: ink, size: 13 },
    };
    const kinds = lanes.map((lane, row) => (lanes[row - 1]?.kind === lane.kind ? "" : short(lane.kind, 12)));
    return layout({
      height: height + 110,
      hovermode: "x unified",
      hoversubplots: "axis",
      dragmode: "zoom",
      barmode: "overlay",
      uniformtext: { minsize: 10, mode: "hide" },
      xaxis: axis({
        title: "time from cycle 0", tickformat: "~s", ticksuffix: "s", hoverformat: ".6~s", range: [...this.range], fixedrange: false,
        anchor: lanes.length ? "y2" : "y", showspikes: false,
      }),
      yaxis: axis({ title: "power", tickformat: "~s", ticksuffix: "W", range: [0, top], domain: [lanes.length ? share(lanesHeight + 10) : 0, 1] }),
      yaxis2: axis({
        domain: [0, lanes.length ? share(lanesHeight) : 0], range: [lanes.length - 0.5, -0.5], showgrid: false,
        tickvals: lanes.map((_, row) => row), ticktext: kinds, tickfont: { color: muted },
      }),
      shapes: [
        line(report.average_power_w, muted, "dash"), ...(isTdpSeen ? [line(report.tdp_w, alarm, "solid")] : []), ...(chosen ? [chosen] : []),
      ],
      annotations: [label(report.average_power_w, `average ${si(report.average_power_w, "W")}`, ink), tdp, ...(peak ? [chosenPower] : [])],
      legend: { orientation: "h", x: 0, y: -0.14, yanchor: "top", traceorder: "normal", font: { color: ink, size: 12 } },
    });
  }

  /**
   * Highest and average power of the windows in view. The run's first or last window, if the run covers it in part only,
   * can be higher than any peak, which means whole windows.
   */
  summary(first, end) {
    let [highest, partial, energy] = [0, 0, 0];
    const [highs, averages] = [this.power.highest[0].numbers, this.power.average[0].numbers];
    for (let bin = first; bin < end; bin++) {
      const cycles = edgeOf(bin + 1) - edgeOf(bin);
      if (cycles < data.power.bin_cycles && this.power.isOfWindows) partial = Math.max(partial, highs[bin]);
      else highest = Math.max(highest, highs[bin]);
      energy += averages[bin] * cycles;
    }
    return { highest, partial, average: energy / (edgeOf(end) - edgeOf(first)), first, end };
  }

  say({ highest, partial, average, first, end }, size) {
    const each = size * data.power.windows_per_bin;
    const windows = (end - first) * data.power.windows_per_bin;
    const [from, to] = this.range;
    // Of single precision, as the page keeps power over time.
    const power = (value) => si(Number(value.toPrecision(7)), "W");
    const drawn = each === 1 ? "each drawn" : `${grouped(each)} drawn as one, with the lowest and highest of them`;
    const bins = data.power.bins_per_average * data.power.windows_per_bin;
    const isCoarse = bins > each && !this.power.around.some((part) => part.first_bin <= first && part.first_bin + part.bins >= end);
    const coarse = isCoarse ? ` Components are averages of ${grouped(bins)} windows here; near peaks, of each.` : "";
    document.getElementById("in-view").replaceChildren(
      `In view: ${si(from, "s", 6)} to ${si(to, "s", 6)}, about ${grouped(windows)} windows (${drawn}); highest `,
      element("strong", { id: "highest-in-view" }, power(highest || partial)),
      partial > highest ? ` (a window that the run covers in part: ${power(partial)})` : "", ", average ",
      element("strong", { id: "average-in-view" }, power(average)), `.${coarse}`);
  }
}

function isOnMarker(point, event, chart) {
  if (point.data.meta !== "peaks") return false;
  const { xaxis, yaxis } = point;
  const frame = chart.getBoundingClientRect();
  const x = event.clientX - frame.left - xaxis._offset - xaxis.l2p(point.x);
  const y = event.clientY - frame.top - yaxis._offset - yaxis.l2p(point.y);
  return Math.hypot(x, y) <= MARKER;
}

function showCause(parts) {
  document.getElementById("cause").replaceChildren(...parts);
}

function causeOfPeak(index) {
  const path = `peak_power[${index}]`;
  const rows = report.peak_power[index].components.map((part, place) => ({ ...part, path: `${path}.components[${place}]` }));
  return [
    element("h3", {}, "Peak over ", shown(`${path}.window_s`, seconds)),
    element("p", {}, shown(`${path}.power_w`, watts), " from ", shown(`${path}.start_s`, seconds), " on (cycle ",
      shown(`${path}.start_cycle`, grouped), "), in ", regionOfPeak(index), "."),
    table({
      caption: "Its cause by component",
      rows: rows.filter((row) => row.power_w > 0),
      columns: [
        words("component", (row) => row.name),
        numbers("power", (row) => `${row.path}.power_w`, inUnit("W", 3)),
        { name: "share", kind: "words", cell: (row) => withBar(row.share, shown(`${row.path}.share`, (share) => percent(share))), key: (row) => row.share },
      ],
    }),
  ];
}

function regionOfPeak(index) {
  return element("span", {}, report.peak_power[index].region ?? "no region");
}

function causeOfRegion(index) {
  const path = `regions[${index}]`;
  const region = report.regions[index];
  const rows = region.components.map((part, place) => ({ ...part, path: `${path}.components[${place}]` }));
  const whole = rows.filter((_, place) => data.power.counted_components.includes(place));
  whole.sort((a, b) => b.energy_j - a.energy_j);
  return [
    element("h3", {}, `${region.kind} ${region.name}`),
    element("p", {}, shown(`${path}.energy_j`, joules), " in ", shown(`${path}.duration_s`, seconds), ", on average ",
      shown(`${path}.average_power_w`, watts), "."),
    table({
      caption: "Its energy by component",
      rows: whole.filter((row) => row.energy_j > 0),
      columns: [
        words("component", (row) => row.name),
        numbers("energy", (row) => `${row.path}.energy_j`, inUnit("J", 3)),
        shares("share", (row) => row.energy_j, region.energy_j),
      ],
    }),
  ];
}
