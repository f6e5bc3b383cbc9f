// Tables that are sorted by the buttons in their headings.

const ROWS_AT_FIRST = 25;

/**
 * A table. Columns have a `name`, a `cell(row)` that gives what is shown, and a `key(row)` to sort by; numbers stand right.
 * `choose(row)` gives what a click on the row does; the first cell is a button then. `total` are the cells of a last row.
 */
function table({ caption, columns, rows, note, choose, id, total }) {
  const body = element("tbody");
  const headings = columns.map((column) => heading(column, () => sortBy(column)));
  const more = element("button", { type: "button", class: "more" });
  const state = { rows, column: null, isDescending: false, most: ROWS_AT_FIRST };

  function fill() {
    body.replaceChildren(...state.rows.slice(0, state.most).map((row) => rowOf(row, columns, choose)));
    more.hidden = state.rows.length <= state.most;
    more.textContent = `Show all ${grouped(state.rows.length)} rows`;
  }
  function sortBy(column) {
    const isNumber = column.kind !== "words";
    state.isDescending = state.column === column ? !state.isDescending : isNumber;
    state.column = column;
    state.rows = sorted(rows, column, state.isDescending);
    headings.forEach((cell, index) => {
      if (columns[index] === column) cell.setAttribute("aria-sort", state.isDescending ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    });
    fill();
  }
  more.addEventListener("click", () => {
    state.most = Infinity;
    fill();
  });
  fill();
  const head = element("thead", {}, element("tr", {}, ...headings));
  const titles = [element("strong", {}, caption), ...(note ? [" ", note] : [])];
  const whole = element("table", { id }, element("caption", {}, ...titles), head, body);
  if (total) whole.append(element("tfoot", {}, totalOf(total, columns)));
  const scroller = element("div", { class: "scroller", role: "region", tabindex: "0", "aria-label": caption }, whole);
  return element("div", { class: "table" }, scroller, more);
}

function heading(column, sort) {
  if (!column.key) return element("th", { scope: "col", class: column.kind }, column.name);
  const button = element("button", { type: "button", title: column.title ?? `Sort by ${column.name}` }, column.name);
  button.addEventListener("click", sort);
  return element("th", { scope: "col", class: column.kind }, button);
}

function rowOf(row, columns, choose) {
  const cells = columns.map((column, index) => {
    const content = column.cell(row);
    if (index > 0) return element("td", { class: column.kind }, content);
    const chosen = choose?.(row);
    if (!chosen) return element("th", { scope: "row", class: column.kind }, content);
    const button = element("button", { type: "button", class: "choose" }, content);
    button.addEventListener("click", chosen);
    return element("th", { scope: "row", class: column.kind }, button);
  });
  const made = element("tr", {}, ...cells);
  const chosen = choose?.(row);
  if (chosen) {
    made.classList.add("chosen-by-click");
    made.addEventListener("click", (event) => event.target.closest("button") || chosen());
  }
  return made;
}

function totalOf(cells, columns) {
  return element("tr", {}, ...cells.map((content, index) => (index > 0
    ? element("td", { class: columns[index].kind }, content)
    : element("th", { scope: "row" }, content))));
}

/** What is unknown stands last either way; equal rows keep the report's order. */
function sorted(rows, column, isDescending) {
  const direction = isDescending ? -1 : 1;
  return rows.map((row) => [column.key(row), row]).sort(([a], [b]) => {
    if (a === null || b === null) return (a === null) - (b === null);
    return direction * (typeof a === "string" ? a.localeCompare(b, "en", { numeric: true }) : a - b);
  }).map(([, row]) => row);
}

/** A column of numbers of the report: `path(row)` says where each stands. */
function numbers(name, path, show, title) {
  return { name, title, cell: (row) => shown(path(row), show), key: (row) => at(path(row)) };
}

/** A column of words. */
function words(name, text) {
  return { name, kind: "words", cell: text, key: text };
}

/** A column of parts of a whole, each with a bar. */
function shares(name, part, whole) {
  const share = (row) => part(row) / whole;
  return {
    name,
    kind: "words",
    cell: (row) => withBar(share(row)),
    key: (row) => (Number.isFinite(share(row)) ? share(row) : null),
  };
}

function withBar(share, text = element("span", {}, percent(share))) {
  const bar = element("span", { class: "bar", "aria-hidden": "true" });
  bar.style.setProperty("--part", Number.isFinite(share) ? Math.min(Math.max(share, 0), 1) : 0);
  return element("span", { class: "part" }, text, bar);
}

/** A list in which names stand before what is known of them. */
function facts(entries) {
  const parts = entries.flatMap(([name, ...content]) => [element("dt", {}, name), element("dd", {}, ...content)]);
  return element("dl", {}, ...parts);
}
