// The page: what is known at once as words and tables, then the charts.

let view = null;

function card(name, value, ...details) {
  return element("div", { class: "card" }, element("h3", {}, name), element("p", { class: "value" }, value),
    element("p", { class: "detail" }, ...details));
}

function headline() {
  const cards = [
    card("Energy", shown("energy_j", joules), ...energyByKind()),
    card("Average power", shown("average_power_w", watts), ofTdp(report.average_power_w)),
    peakCard(),
    tdpCard(),
    card("Per inference", shown("energy_per_inference_j", joules), report.inferences === null ? "nobody said how many inferences the run has"
      : element("span", {}, shown("inferences", grouped), report.inferences === 1 ? " inference" : " inferences")),
    card("Throughput", shown("tops", (tops) => si(tops * 1e12, "OPS")), shown("tops_per_w", (tops) => si(tops * 1e12, "OPS/W"))),
    card("Per MAC", shown("energy_per_mac_j", joules), shown("macs", count), " multiply-accumulates"),
    card("Duration", shown("duration_s", seconds), shown("cycles", grouped), " cycles at ", shown("clock_hz", inUnit("Hz"))),
  ];
  document.getElementById("headline").replaceChildren(...cards);
  document.getElementById("description").textContent = report.chip.description;
}

function ofTdp(power_w) {
  return report.tdp_w > 0 ? `${percent(power_w, report.tdp_w)} of TDP` : "";
}

function energyByKind() {
  return ["dynamic", "clock", "leakage"].flatMap((kind, index) => {
    const share = element("span", { title: String(report.energy_by_kind_j[kind]) },
      `${kind} ${percent(report.energy_by_kind_j[kind], report.energy_j)}`);
    return index > 0 ? [" · ", share] : [share];
  });
}

function peakCard() {
  const peak = report.peak_power[0];
  if (!peak) return card("Peak power", UNKNOWN, "no time passed");
  return card("Peak power", shown("peak_power[0].power_w", watts), "over ", shown("peak_power[0].window_s", seconds), ", at ",
    shown("peak_power[0].start_s", seconds), ...(peak.region ? [" in ", element("span", {}, peak.region)] : []));
}

function tdpCard() {
  const isExceeded = report.tdp_headroom_w < 0;
  const above = report.time_above_tdp_s > 0 ? ["; above it for ", shown("time_above_tdp_s", seconds)] : [];
  const made = card(isExceeded ? "TDP exceeded" : "TDP headroom", shown("tdp_headroom_w", watts),
    `${percent(Math.abs(report.tdp_headroom_w), report.tdp_w)} of the TDP of `, shown("tdp_w", watts), ...above);
  made.classList.toggle("alarm", isExceeded);
  return made;
}

function notice() {
  const total = data.full_lengths.warnings ?? report.warnings.length;
  if (total === 0) return;
  const paragraph = document.getElementById("notice");
  paragraph.append(element("strong", {}, counted(total, "warning")), ": ", report.warnings[0], " ",
    element("a", { href: "#remarks" }, total > 1 ? "All of them" : "More on these numbers"));
  paragraph.hidden = false;
}

function peaksTable() {
  const rows = report.peak_power.map((peak, index) => ({ ...peak, index, path: `peak_power[${index}]` }));
  document.getElementById("peaks").replaceChildren(table({
    id: "peaks-table",
    caption: "Peak power",
    note: "The highest average over each length of time. Choose one to see it and its cause.",
    rows,
    choose: (row) => () => view?.choosePeak(row.index),
    columns: [
      { name: "peak", kind: "words", cell: (row) => element("span", {}, badge(row.index), row.label), key: (row) => row.index },
      numbers("over", (row) => `${row.path}.window_s`, inUnit("s", 3)),
      numbers("power", (row) => `${row.path}.power_w`, watts),
      numbers("start", (row) => `${row.path}.start_s`, inUnit("s", 4)),
      words("region", (row) => row.region ?? UNKNOWN),
    ],
  }));
}

/** The number of a peak, as it marks it in the chart; the last is the whole run, which needs no mark. */
function badge(index) {
  return index + 1 < report.peak_power.length ? element("span", { class: "badge" }, String(index + 1)) : "";
}

function componentsTable() {
  const hasAreas = data.areas.components_mm2.some((area) => area !== null);
  const rows = report.components.map((component, index) => ({ ...component, index, path: `components[${index}]` }));
  const isCounted = new Set(data.power.counted_components);
  const whole_j = report.energy_j;
  const areaColumn = {
    name: "area",
    cell: ({ index }) => element("span", { title: String(data.areas.components_mm2[index]) }, area(data.areas.components_mm2[index])),
    key: ({ index }) => data.areas.components_mm2[index],
  };
  document.getElementById("components-table").replaceChildren(table({
    id: "table-of-components",
    caption: "Components",
    note: report.includes_system ? "" : "Those beside the chip are in no total, and have no share.",
    rows,
    total: [
      report.includes_system ? "chip and system" : "chip", shown("energy_j", joules), "",
      ...["dynamic", "clock", "leakage"].map((kind) => shown(`energy_by_kind_j.${kind}`, inUnit("J", 3))),
      shown("average_power_w", inUnit("W", 3)), "", "", ...(hasAreas ? [shown("chip.area_mm2", area)] : []), "",
    ],
    columns: [
      words("component", (row) => row.name),
      numbers("energy", (row) => `${row.path}.energy_j`, joules),
      shares("share", (row) => (isCounted.has(row.index) ? row.energy_j : NaN), whole_j),
      numbers("dynamic", (row) => `${row.path}.energy_by_kind_j.dynamic`, inUnit("J", 3)),
      numbers("clock", (row) => `${row.path}.energy_by_kind_j.clock`, inUnit("J", 3)),
      numbers("leakage", (row) => `${row.path}.energy_by_kind_j.leakage`, inUnit("J", 3)),
      numbers("power", (row) => `${row.path}.average_power_w`, inUnit("W", 3)),
      numbers("active", (row) => `${row.path}.activity_factor.mean`, (part) => percent(part), "Count ÷ (capacity × cycles) of the busiest action"),
      numbers("at most", (row) => `${row.path}.activity_factor.peak`, (part) => percent(part), "The same in the busiest window"),
      ...(hasAreas ? [areaColumn] : []),
      words("stands", (row) => (row.placement === "chip" ? "on the chip" : "beside it")),
    ],
  }));
}

function regionTables() {
  const section = document.getElementById("regions");
  if (regionKinds.length === 0) section.append(element("p", {}, "The trace names no layers or other regions."));
  for (const kind of regionKinds) section.append(regionTable(kind));
}

function regionTable(kind) {
  const rows = regionsOf(kind);
  const total = data.regions_by_kind[kind] ?? 0;
  const kept = rows.filter((row) => !row.is_remainder).length;
  const note = kept < total ? `The ${grouped(kept)} of most energy of ${grouped(total)}; all of them are in the JSON report.` : "";
  return table({
    caption: `Energy by ${kind}`,
    note,
    rows,
    choose: (row) => (row.start_s === null ? null : () => view?.chooseRegion(row.index)),
    columns: [
      words(kind, (row) => row.name),
      numbers("start", (row) => `${row.path}.start_s`, inUnit("s", 4)),
      numbers("duration", (row) => `${row.path}.duration_s`, inUnit("s", 4)),
      numbers("cycles", (row) => `${row.path}.cycles`, count),
      numbers("power", (row) => `${row.path}.average_power_w`, inUnit("W", 4)),
      numbers("energy", (row) => `${row.path}.energy_j`, joules),
      shares("share", (row) => row.energy_j, report.energy_j),
      numbers("dynamic", (row) => `${row.path}.energy_by_kind_j.dynamic`, inUnit("J", 3)),
      numbers("clock", (row) => `${row.path}.energy_by_kind_j.clock`, inUnit("J", 3)),
      numbers("leakage", (row) => `${row.path}.energy_by_kind_j.leakage`, inUnit("J", 3)),
      numbers("MACs", (row) => `${row.path}.macs`, count),
    ],
  });
}

function actionsTable() {
  const rows = report.components.flatMap((component, index) => component.actions.map((action, place) => ({
    ...action, component: component.name, path: `components[${index}].actions[${place}]`,
  })));
  rows.sort((a, b) => b.energy_j - a.energy_j);
  document.getElementById("actions-table").replaceChildren(table({
    id: "table-of-actions",
    caption: "Actions of the components",
    note: "Their dynamic energy, without clock and leakage, largest first.",
    rows,
    columns: [
      words("action", (row) => `${row.component}/${row.name}`),
      numbers("count", (row) => `${row.path}.count`, count),
      numbers("energy of one", (row) => `${row.path}.energy_per_action_j`, joules),
      numbers("energy", (row) => `${row.path}.energy_j`, joules),
      numbers("active", (row) => `${row.path}.activity_factor.mean`, (part) => percent(part)),
      numbers("at most", (row) => `${row.path}.activity_factor.peak`, (part) => percent(part)),
    ],
  }));
}

function distributionTable() {
  const row = {};
  document.getElementById("distribution-table").replaceChildren(table({
    id: "table-of-percentiles",
    caption: "Percentiles of power",
    note: "That part of the time is at or below; three significant digits.",
    rows: [row],
    columns: [
      { name: "over", kind: "words", cell: () => shown("window_s", seconds) },
      ...PERCENTILES.map(([name, key]) => ({ name, cell: () => shown(`power_distribution.${key}`, inUnit("W", 3)) })),
      { name: "largest step", cell: () => shown("largest_step.step_w", watts) },
      { name: "at", cell: () => shown("largest_step.at_s", seconds) },
    ],
  }));
}

/** A list of what was found, folded where it is long; the rest is in the JSON report. */
function listed(title, texts, path, isOpen = true) {
  const total = data.full_lengths[path] ?? texts.length;
  if (total === 0) return "";
  const rest = total > texts.length ? [element("li", {}, `${grouped(total - texts.length)} more in the JSON report`)] : [];
  return element("details", { open: isOpen },
    element("summary", {}, element("h3", {}, `${title} (${grouped(total)})`)),
    element("ul", {}, ...texts.map((text) => element("li", {}, text)), ...rest));
}

function remarks() {
  const { coverage } = report;
  const about = (parts) => parts.filter((part) => part).join(", ");
  const bound = coverage.bound_channels.map((channel) =>
    `${channel.trace_channel} (${count(channel.count)}) is ${channel.chip_channel}${channel.factor === 1 ? "" : ` × ${channel.factor}`}`);
  const skipped = coverage.skipped.map((entry) => about([`${entry.reason} ${count(entry.count)}`, entry.region, entry.channel]));
  const bad = Object.entries(coverage.bad_records).map(([reason, number]) => `${reason} ${count(number)}`);
  document.getElementById("remarks-lists").replaceChildren(
    listed("Warnings", report.warnings, "warnings"),
    listed("Assumptions", report.assumptions, "assumptions"),
    element("h3", {}, "Coverage"),
    facts([
      ["Events taken", shown("coverage.events", grouped)],
      ["Left out for want of a binding", shown("coverage.unbound_events", grouped)],
      ["Components without activity", coverage.components_without_activity.join(", ") || "none"],
    ]),
    listed("Channels left out", coverage.unbound_channels.map((channel) => `${channel.trace_channel} (${counted(channel.events, "event")})`), "coverage.unbound_channels"),
    listed("Records left out", bad, "coverage.bad_records"),
    listed("Entries left out", skipped, "coverage.skipped", false),
    listed("Channels and what they are priced as", bound, "coverage.bound_channels", false),
    element("h3", {}, "Provenance"),
    facts(provenance()),
  );
}

function provenance() {
  const known = report.provenance ?? {};
  const finished = known.finished_unix_s ? new Date(1000 * known.finished_unix_s).toISOString().replace(/\.\d+Z/, " UTC").replace("T", " ") : null;
  const inputs = (known.inputs ?? []).map((input) =>
    element("div", {}, typeof input === "string" ? input : `${input.name} (${[input.format, input.record_bytes && `${count(input.record_bytes)} bytes`,
      input.record_adler32 && `Adler-32 ${input.record_adler32}`, input.origin].filter(Boolean).join(", ")})`));
  const more = data.full_lengths["provenance.inputs"];
  return [
    ["Written by", known.tool ?? UNKNOWN],
    ["Finished", finished ?? UNKNOWN],
    ["Traces", ...inputs, ...(more ? [`${grouped(more - inputs.length)} more in the JSON report`] : [])],
    ["Chip", `${report.chip.name}, fingerprint ${report.chip.fingerprint}`],
    ["Asked for as", [known.chip_argument, known.voltage_v && si(known.voltage_v, "V"), known.temperature_k && si(known.temperature_k, "K"),
      known.binding_file].filter(Boolean).join(", ") || UNKNOWN],
    ["Area of the chip", shown("chip.area_mm2", area)],
    ["Profile window", shown("window_s", seconds), " (", shown("window_cycles", grouped), " cycles)"],
    ["Beside the chip", shown("system_energy_j", joules), report.includes_system ? ", in all totals" : ", in no total"],
  ];
}

function wordsAndTables() {
  headline();
  notice();
  peaksTable();
  componentsTable();
  regionTables();
  actionsTable();
  distributionTable();
  remarks();
  document.getElementById("footer").textContent =
    `${report.provenance?.tool ?? "nm-trace"} · every number here is of its JSON report (point at one for all digits) · this file loads nothing`;
}

/** Draws one chart after another, so that the first is seen early. */
async function charts() {
  if (data.power.bins === 0 || !report.peak_power.length) {
    document.getElementById("power-caption").textContent = "No picture: no time passed.";
    document.getElementById("powers").hidden = true;
    return energyAndArea();
  }
  const power = new PowerOverTime(await readPowers());
  view = new PowerView(power);
  document.getElementById("power-caption").textContent =
    `Power of each component, stacked, over ${si(report.duration_s, "s")}; average ${si(report.average_power_w, "W")}, highest window `
    + `${si(report.peak_power[0].power_w, "W")}, TDP ${si(report.tdp_w, "W")}. Numbers mark the peaks in the table below. Drag to zoom, double-click for `
    + `the whole run; keys: ← → to move, + − to zoom, Home for all. Choose a peak or a band to see what it is made of.`;
  const rest = [energyAndArea, () => distribution(power), peakAgainstLength, utilisation];
  await view.draw();
  document.documentElement.dataset.firstChartMs = performance.now().toFixed(0);
  const all = [() => view.draw(), ...rest];
  for (const chart of rest) {
    await new Promise((done) => setTimeout(done));
    await chart();
  }
  followTheme(() => all.forEach((chart) => chart()));
}

/** Charts take the colours of the page: light, dark, or those of paper. */
function followTheme(redraw) {
  const root = document.documentElement;
  const print = (isPrinting) => {
    root.classList.toggle("printing", isPrinting);
    redraw();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  matchMedia("print").addEventListener("change", (event) => print(event.matches));
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
}

wordsAndTables();
addEventListener("DOMContentLoaded", () => charts().then(() => {
  document.documentElement.dataset.drawnMs = performance.now().toFixed(0);
}));
