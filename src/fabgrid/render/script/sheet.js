// What is shown, as a table: one row per statement.

import { $, button, el, link, name, replace } from "./dom.js";
import { data, dateOf, edges, lines, nameOf, relationOf, sentenceOf, sourceOf, statuses } from "./data.js";
import { percent } from "./format.js";

const STEP = 300; // rows that are added at a time: thousands at once would take seconds

const columns = [
  { label: "From", of: (s, edge) => nameOf(edge.from) },
  { label: "Relation", of: (s, edge) => relationOf(edge).label },
  { label: "To", of: (s, edge) => nameOf(edge.to) },
  { label: "Status", of: (s) => statuses.get(s.status).label },
  { label: "Confidence", of: (s) => s.confidence },
  { label: "Date", of: (s) => dateOf(s) },
  { label: "Sentence", of: (s) => sentenceOf(s).text },
  { label: "Source", of: (s) => sourceOf(s).publisher ?? sourceOf(s).title ?? "" },
];

let sorting = { column: 5, down: true };
let wanted = STEP;

// The statements that the filters leave, in the payload's order.
export function shownStatements(shown) {
  const found = [];
  for (const id of shown.lines) for (const k of lines.get(id).told) if (shown.passes(k)) found.push(k);
  return found.sort((a, b) => a - b);
}

export function sheet(shown, go) {
  const rows = sorted(shownStatements(shown));
  const more = rows.length > wanted
    ? button(`Show ${Math.min(STEP, rows.length - wanted)} more of ${rows.length.toLocaleString("en")}`, () => { wanted += STEP; sheet(shown, go); }, { class: "more" })
    : null;
  replace($("sheet"),
    el("table", null,
      el("caption", { class: "unseen" }, "Statements that are shown"),
      el("thead", null, el("tr", null, columns.map((column, k) => heading(column, k, shown, go)))),
      el("tbody", null, rows.slice(0, wanted).map((k) => row(data.statements[k], go)))),
    more);
}

function heading(column, k, shown, go) {
  const here = sorting.column === k;
  const sort = () => {
    sorting = { column: k, down: here ? !sorting.down : false };
    sheet(shown, go);
    $("sheet").querySelectorAll("th button")[k].focus();
  };
  return el("th", { scope: "col", "aria-sort": here ? (sorting.down ? "descending" : "ascending") : null },
    button(`${column.label}${here ? (sorting.down ? " ↓" : " ↑") : ""}`, sort));
}

function sorted(numbers) {
  const { of } = columns[sorting.column];
  const keys = new Map(numbers.map((k) => [k, of(data.statements[k], edges[data.statements[k].edge])]));
  const order = new Intl.Collator("en", { numeric: true });
  const compare = (a, b) => (typeof a === "number" ? a - b : order.compare(a, b));
  return numbers.sort((a, b) => (sorting.down ? -1 : 1) * compare(keys.get(a), keys.get(b)) || a - b);
}

function row(statement, go) {
  const edge = edges[statement.edge];
  const source = sourceOf(statement);
  return el("tr", null,
    el("td", null, button(name(nameOf(edge.from)), () => go.entity(edge.from))),
    el("td", null, button(relationOf(edge).label, () => go.edge(edge.id))),
    el("td", null, button(name(nameOf(edge.to)), () => go.entity(edge.to))),
    el("td", null, statuses.get(statement.status).label),
    el("td", null, percent(statement.confidence)),
    el("td", null, dateOf(statement)),
    el("td", { dir: "auto" }, sentenceOf(statement).text),
    el("td", null, source.url ? link(source.url, source.publisher || source.title || source.url) : name(source.publisher ?? "")));
}
