"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  // Plotly takes labels for markup.
  const plain = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const options = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["lasso2d", "select2d"] };
  const button = document.getElementById("align");
  let aligned = false;

  const layout = (more) => ({
    paper_bgcolor: colour("--ground"),
    plot_bgcolor: colour("--ground"),
    font: { color: colour("--ink") },
    margin: { t: 60, r: 20, b: 50, l: 80 },
    ...more,
  });
  const axis = (more) => ({ gridcolor: colour("--line"), zerolinecolor: colour("--line"), ...more });

  function drawWaterfall() {
    const { energy_a_j, energy_b_j, axis_j, terms, terms_j, labels } = data.waterfall;
    const trace = {
      type: "waterfall",
      x: ["A", ...terms, "B"],
      y: [energy_a_j, ...terms_j, energy_b_j],
      measure: ["absolute", ...terms.map(() => "relative"), "absolute"],
      text: labels,
      textposition: "outside",
      hovertemplate: "%{x}: %{text}<extra></extra>",
      increasing: { marker: { color: colour("--more") } },
      decreasing: { marker: { color: colour("--less") } },
      totals: { marker: { color: colour("--total") } },
      connector: { line: { color: colour("--faint"), width: 1 } },
    };
    const [low, high] = axis_j;
    const room = 0.1 * (high - low);
    const range = [low < 0 ? low - room : low, high + room];
    const y = axis({ range, title: { text: "energy", standoff: 10 }, ticksuffix: "J", exponentformat: "SI" });
    Plotly.react("waterfall", [trace], layout({ xaxis: axis({}), yaxis: y, showlegend: false }), options);
  }

  function curves(letter, curve) {
    const name = `${letter}: ${plain(data.names[letter === "A" ? 0 : 1])}`;
    const line = { color: colour(letter === "A" ? "--a" : "--b") };
    const shared = { type: "scatter", mode: "lines", x: curve.time_s, connectgaps: false };
    const values = (kind) => `${letter}, ${kind}: %{y:.4s}W at %{x:.4s}s<extra></extra>`;
    return [
      { ...shared, y: curve.average_w, name, line: { ...line, width: 1.5 }, hovertemplate: values("average") },
      { ...shared, y: curve.highest_w, name: `${letter}: highest window`, opacity: 0.5, visible: "legendonly",
        line: { ...line, width: 1, dash: "dot" }, hovertemplate: values("highest window") },
    ];
  }

  function bands() {
    const shapes = (data.bands_b || []).map((band, at) => ({
      type: "rect", xref: "x", yref: "paper", x0: band.start_s, x1: band.end_s, y0: 0, y1: 1,
      layer: "below", line: { width: 0 }, fillcolor: colour("--faint"), opacity: at % 2 ? 0.05 : 0.13,
    }));
    const span = (data.bands_b || []).reduce((most, band) => Math.max(most, band.end_s), 0);
    const annotations = (data.bands_b || [])
      .filter((band) => band.end_s - band.start_s > 0.05 * span)
      .map((band) => ({
        x: (band.start_s + band.end_s) / 2, y: 1, xref: "x", yref: "paper", yanchor: "bottom", showarrow: false,
        text: plain(band.name.length > 16 ? `${band.name.slice(0, 15)}…` : band.name),
      }));
    return { shapes, annotations };
  }

  function drawPower() {
    const traces = [...curves("A", aligned ? data.a_on_b : data.a), ...curves("B", data.b)];
    const x = axis({ title: { text: aligned ? "time in B" : "time" }, ticksuffix: "s", exponentformat: "SI" });
    const y = axis({ title: { text: "power", standoff: 10 }, ticksuffix: "W", exponentformat: "SI", rangemode: "tozero" });
    const more = { xaxis: x, yaxis: y, legend: { orientation: "h", y: -0.25 }, hovermode: "closest" };
    Plotly.react("power", traces, layout({ ...more, ...(aligned ? bands() : {}) }), options);
  }

  button.addEventListener("click", () => {
    aligned = !aligned;
    button.setAttribute("aria-pressed", String(aligned));
    document.getElementById("aligned").textContent = aligned
      ? `Each ${data.kind} of A is drawn where B has it, and as long as it is there; bands are those of B.`
      : "Each run has its own times.";
    drawPower();
  });
  const draw = () => { drawWaterfall(); drawPower(); };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
})();
