// What the page was given, and elements that show it.

const report = JSON.parse(document.getElementById("report").textContent);
const data = JSON.parse(document.getElementById("data").textContent);

// Regions stand at their places in the report, so that paths into it are those of the JSON report; of many, some are missing.
report.regions = data.region_indexes.reduce((all, place, index) => {
  all[place] = report.regions[index];
  return all;
}, []);

/** What stands at a path of the report, such as `components[3].energy_j`. */
function at(path) {
  return path.split(/[.[\]]+/).filter(Boolean).reduce((value, key) => value?.[key] ?? null, report);
}

/** An element with attributes and what is in it; texts stay texts. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** A number of the report as people read it; it keeps its digits and its path. */
function shown(path, show) {
  const value = at(path);
  const attributes = { "data-path": path, "data-value": String(value), title: String(value ?? "unknown") };
  return element("span", attributes, value === null ? UNKNOWN : show(value));
}

const inUnit = (unit, significant) => (value) => si(value, unit, significant);
const watts = inUnit("W");
const joules = inUnit("J");
const seconds = inUnit("s");

/** Regions that the page has, each with its path. */
function regionsOf(kind) {
  return report.regions.flatMap((region, index) =>
    region.kind === kind ? [{ ...region, index, path: `regions[${index}]` }] : []);
}

const regionKinds = [...new Set(report.regions.flatMap((region) => [region.kind]))];

/** When a region ends; its duration is its part of the time that it shares. */
function endOf(region) {
  return region.start_s + region.cycles / report.clock_hz;
}

function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  // Browsers before 2025.
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/** The numbers of power over time, as `numbers.rs` lays them out. */
async function readPowers() {
  const { bins, windows_per_bin, counted_components, bins_per_average, stretches } = data.power;
  const unpacked = new Blob([fromBase64(document.getElementById("powers-data").textContent)]).stream().pipeThrough(new DecompressionStream("gzip"));
  const buffer = await new Response(unpacked).arrayBuffer();
  let offset = 0;
  const next = (length) => {
    const numbers = new Float32Array(buffer, offset, length);
    offset += 4 * length;
    return numbers;
  };
  const average = next(bins);
  const [lowest, highest] = windows_per_bin > 1 ? [next(bins), next(bins)] : [average, average];
  const components = counted_components.map(() => next(Math.ceil(bins / bins_per_average)));
  const around = stretches.map((stretch) => ({
    ...stretch,
    components: counted_components.map(() => next(stretch.bins)),
  }));
  return { average, lowest, highest, components, around };
}
