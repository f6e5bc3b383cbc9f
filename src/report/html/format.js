// How numbers read: as in the text report.

const UNKNOWN = "—";
const PREFIXES = ["y", "z", "a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y"];

/** Digits in scientific notation; of two that are equally near, the even one. */
function scientific(value, significant) {
  const rounded = value.toExponential(significant - 1);
  const exact = value.toExponential(40);
  const [digits, exponent] = exact.split("e");
  const kept = digits.slice(0, significant + 1);
  const isHalfway = /^50*$/.test(digits.slice(significant + 1));
  return isHalfway && Number(kept.at(-1)) % 2 === 0 ? `${kept}e${exponent}` : rounded;
}

/** A quantity with an SI prefix: `12.34 mJ`. Final zeros say how precise a rounded number is; an exact one has none. */
function si(value, unit = "", significant = 4) {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  if (value === 0) return `0 ${unit}`.trimEnd();
  const sign = value < 0 ? "-" : "";
  const rounded = scientific(Math.abs(value), significant);
  const [mantissa, exponentText] = rounded.split("e");
  const exponent = Number(exponentText);
  const thousands = Math.floor(exponent / 3);
  const prefix = PREFIXES[thousands + 8];
  if (prefix === undefined) return `${sign}${mantissa}e${exponent} ${unit}`.trimEnd();
  const digits = mantissa.replace(".", "");
  const wholeDigits = exponent - 3 * thousands + 1;
  const isExact = Math.abs(Number(rounded) - Math.abs(value)) <= 1e-9 * Math.abs(value);
  const fraction = isExact ? digits.slice(wholeDigits).replace(/0+$/, "") : digits.slice(wholeDigits);
  return `${sign}${digits.slice(0, wholeDigits)}${fraction && "."}${fraction} ${prefix}${unit}`.trimEnd();
}

/** An area, which no prefix fits. */
function area(mm2) {
  if (mm2 === null || mm2 === undefined || !Number.isFinite(mm2)) return UNKNOWN;
  const isSmall = mm2 !== 0 && Math.abs(mm2) < 0.001;
  const value = isSmall ? mm2 * 1e6 : mm2;
  const size = Math.abs(value);
  const decimals = size < 1 ? 4 : size < 10 ? 3 : size < 100 ? 2 : 1;
  return `${Number(value.toFixed(decimals))} ${isSmall ? "µm²" : "mm²"}`;
}

/** A part of a whole; what is there but rounds to nothing is not shown as nothing. */
function percent(part, whole = 1) {
  const share = (100 * part) / whole;
  if (!Number.isFinite(share)) return UNKNOWN;
  if (share === 0) return "0 %";
  return Math.abs(share) < 0.05 ? "<0.1 %" : `${share.toFixed(1)} %`;
}

/** An integer with its thousands apart. */
function grouped(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A count: exact below 10^13, then with a prefix. */
function count(value) {
  if (value === null || value === undefined) return UNKNOWN;
  return Number.isInteger(value) && Math.abs(value) < 1e13 ? grouped(value) : si(value);
}

/** `1 cycle`, `2 cycles`. */
function counted(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** A name for the charting library, which reads some HTML in texts. Names of traces and chips come from strangers. */
function plain(name) {
  return name.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The same, cut where it would push a chart aside. */
function short(name, most = 24) {
  return plain(name.length > most ? `${name.slice(0, most - 1)}…` : name);
}
