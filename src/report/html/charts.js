// Charts besides power over time, and what all charts share.

// Okabe and Ito's colours, which the colour-blind can tell apart; components beyond them get a pattern too.
const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#56b4e9", "#d55e00", "#cc79a7", "#f0e442", "#8c8c8c"];
const PATTERNS = ["", "/", ".", "x", "-", "|", "+"];
const CONFIG = { displaylogo: false, displayModeBar: false, responsive: true, showTips: false };

/** Colour and pattern of the components in the total, largest energy first. */
const styleOf = (() => {
  const order = [...data.power.counted_components];
  order.sort((a, b) => report.components[b].energy_j - report.components[a].energy_j);
  const rank = new Map(order.map((index, place) => [index, place]));
  return (index) => ({
    rank: rank.get(index),
    colour: COLOURS[rank.get(index) % COLOURS.length],
    pattern: PATTERNS[Math.floor(rank.get(index) / COLOURS.length) % PATTERNS.length],
  });
})();

function theme() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: colour("ink"), muted: colour("muted"), grid: colour("grid"), paper: colour("paper"), accent: colour("accent"),
    alarm: colour("alarm"), band: colour("band"), otherBand: colour("other-band"),
  };
}

function axis(more = {}) {
  const { grid, muted } = theme();
  return {
    gridcolor: grid, linecolor: grid, zerolinecolor: grid, tickcolor: grid, zeroline: false, automargin: true,
    tickfont: { color: muted }, fixedrange: true, ...more,
    title: { text: more.title ?? "", font: { color: muted, size: 12 }, standoff: 8 },
  };
}

function layout(more = {}) {
  const { ink, paper, grid } = theme();
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "system-ui, sans-serif", size: 12, color: ink },
    hoverlabel: { bgcolor: paper, bordercolor: grid, font: { color: ink }, align: "left", namelength: 40 },
    margin: { l: 60, r: 20, t: 10, b: 40 },
    legend: { orientation: "h", x: 0, y: -0.2, yanchor: "top", font: { color: ink } },
    dragmode: false,
    ...more,
  };
}

function draw(id, traces, more) {
  return Plotly.react(id, traces, layout(more), CONFIG);
}

function describe(chart, caption, label) {
  document.getElementById(caption).textContent = label;
  document.getElementById(chart).setAttribute("aria-label", label);
}

function energyAndArea() {
  const order = data.power.counted_components.map((index) => ({ component: report.components[index], index }));
  order.sort((a, b) => styleOf(a.index).rank - styleOf(b.index).rank);
  const names = order.map(({ component }) => short(component.name));
  const { muted } = theme();
  const kinds = [["dynamic", COLOURS[0]], ["clock", COLOURS[1]], ["leakage", COLOURS[2]]];
  const bar = { type: "bar", orientation: "h", y: names };
  const energies = kinds.map(([kind, colour]) => ({
    ...bar, name: kind, marker: { color: colour },
    x: order.map(({ component }) => component.energy_by_kind_j[kind]),
    hovertemplate: `%{y}: ${kind} %{x:.4~s}J<extra></extra>`,
  }));
  const areas = {
    ...bar, name: "area", xaxis: "x2", marker: { color: COLOURS[5] },
    x: order.map(({ index }) => data.areas.components_mm2[index] ?? null),
    hovertemplate: "%{y}: %{x:.4~r} mm²<extra></extra>",
  };
  const hasAreas = areas.x.some((area) => area !== null);
  describe("breakdown-chart", "breakdown-caption",
    `Energy of each component by cause${hasAreas ? ", and its area" : ""}, largest energy first. `
    + `${hasAreas ? "" : "The chip file says no areas. "}The table below has the numbers.`);
  return draw("breakdown-chart", hasAreas ? [...energies, areas] : energies, {
    barmode: "stack",
    height: 110 + 22 * order.length,
    bargap: 0.3,
    xaxis: axis({ title: "energy", tickformat: "~s", ticksuffix: "J", domain: hasAreas ? [0, 0.58] : [0, 1], nticks: 7 }),
    xaxis2: axis({ title: "area", ticksuffix: " mm²", domain: [0.64, 1], nticks: 5, anchor: "y" }),
    yaxis: axis({ autorange: "reversed", tickfont: { color: muted }, showgrid: false }),
    legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom", traceorder: "normal" },
    margin: { l: 60, r: 20, t: 30, b: 40 },
  });
}

const PERCENTILES = [["minimum", "minimum_w"], ["50 %", "p50_w"], ["90 %", "p90_w"], ["95 %", "p95_w"],
  ["99 %", "p99_w"], ["99.9 %", "p99_9_w"]];

/** Part of the run's time in each of so many equal steps of power. */
function histogram(power, steps) {
  const { bins } = data.power;
  const numbers = power.average[0].numbers;
  const [lowest, highest] = [power.lowest.at(-1).numbers, power.highest.at(-1).numbers];
  const [least, most] = [Math.min(...lowest), Math.max(...highest)];
  const width = (most - least) / steps || most / steps || 1;
  const times = new Float64Array(steps);
  let total = 0;
  for (let bin = 0; bin < bins; bin++) {
    const cycles = edgeOf(bin + 1) - edgeOf(bin);
    times[Math.min(Math.floor((numbers[bin] - least) / width), steps - 1)] += cycles;
    total += cycles;
  }
  const centres = Array.from(times, (_, step) => least + (step + 0.5) * width);
  return { centres, parts: Array.from(times, (cycles) => cycles / total), width };
}

function distribution(power) {
  const { centres, parts, width } = histogram(power, 60);
  const { alarm, ink } = theme();
  const marks = PERCENTILES.slice(1).map(([name, key]) => ({ name, power_w: report.power_distribution[key] }));
  const of = power.isOfWindows ? "windows" : `averages of ${data.power.windows_per_bin} windows`;
  describe("distribution-chart", "distribution-caption",
    `Distribution of power: part of the time by power of ${of} of ${si(report.window_s, "s")}. Lines: percentiles, in the table below.`);
  return draw("distribution-chart", [{
    type: "bar", x: centres, y: parts, width, marker: { color: COLOURS[0] },
    hovertemplate: "%{x:.3~s}W: %{y:.1%} of the time<extra></extra>",
  }], {
    height: 300,
    bargap: 0,
    showlegend: false,
    xaxis: axis({ title: "power", tickformat: "~s", ticksuffix: "W", nticks: 6 }),
    yaxis: axis({ title: "part of the time", tickformat: ".0%", nticks: 6 }),
    shapes: marks.map((mark) => ({
      type: "line", x0: mark.power_w, x1: mark.power_w, yref: "paper", y0: 0, y1: 1, line: { color: alarm, width: 1, dash: "dot" },
    })),
    annotations: marks.filter((mark) => ["50 %", "99.9 %"].includes(mark.name)).map((mark) => ({
      x: mark.power_w, yref: "paper", y: 1, yanchor: "top", xanchor: mark.name === "50 %" ? "left" : "right",
      text: ` ${mark.name} `, showarrow: false, font: { color: ink, size: 11 },
    })),
  });
}

/** The highest average over each length, and what the chip is built for. */
function peakAgainstLength() {
  const peaks = report.peak_power;
  const { alarm } = theme();
  const lengths = peaks.map((peak) => peak.window_s);
  const tdp = { x: [lengths[0], lengths.at(-1)], y: [report.tdp_w, report.tdp_w] };
  describe("lengths-chart", "lengths-caption",
    `Peak power against the length of time it is averaged over, from one window to the whole run, and the TDP of ${si(report.tdp_w, "W")}.`);
  return draw("lengths-chart", [
    {
      type: "scatter", mode: "lines+markers", name: "highest average", x: lengths, y: peaks.map((peak) => peak.power_w),
      line: { color: COLOURS[0], width: 2 }, marker: { size: 8 },
      hovertemplate: "%{y:.4~s}W over %{x:.4~s}s<extra></extra>",
    },
    {
      type: "scatter", mode: "lines", name: "TDP", ...tdp, line: { color: alarm, width: 2, dash: "dash" },
      hovertemplate: "TDP %{y:.4~s}W<extra></extra>",
    },
  ], {
    height: 300,
    xaxis: axis({
      type: "log", title: "length of time", tickformat: "~s", ticksuffix: "s", ...(lengths.at(-1) > 30 * lengths[0] ? { dtick: 1 } : { tickvals: lengths }),
    }),
    yaxis: axis({ title: "power", tickformat: "~s", ticksuffix: "W", rangemode: "tozero", nticks: 6 }),
    legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom" },
    margin: { l: 60, r: 20, t: 30, b: 40 },
  });
}

function utilisation() {
  const active = report.components.filter((component) => component.actions.length > 0);
  const names = active.map((component) => short(component.name, 18));
  const { ink, alarm } = theme();
  describe("utilisation-chart", "utilisation-caption",
    "Utilisation: count ÷ (capacity × cycles) of each component's busiest action, over the run (bar) and in its busiest window (mark); the dotted line is its capacity.");
  return draw("utilisation-chart", [
    {
      type: "bar", orientation: "h", name: "over the run", y: names, x: active.map((component) => component.activity_factor.mean),
      marker: { color: COLOURS[2] }, hovertemplate: "%{y}: %{x:.1%} over the run<extra></extra>",
    },
    {
      type: "scatter", mode: "markers", name: "busiest window", y: names,
      x: active.map((component) => component.activity_factor.peak),
      marker: { color: ink, symbol: "line-ns-open", size: 11, line: { width: 2 } },
      hovertemplate: "%{y}: %{x:.1%} in its busiest window<extra></extra>",
    },
  ], {
    height: Math.max(300, 80 + 18 * active.length),
    xaxis: axis({ tickformat: ".0%", rangemode: "tozero", nticks: 5 }),
    shapes: [{ type: "line", x0: 1, x1: 1, yref: "paper", y0: 0, y1: 1, line: { color: alarm, width: 1, dash: "dot" } }],
    yaxis: axis({ autorange: "reversed", showgrid: false }),
    legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom" },
    margin: { l: 60, r: 20, t: 30, b: 40 },
  });
}
