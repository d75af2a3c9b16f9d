// The right side: an overview, an entity, an edge or a path.

import { $, button, el, lineSwatch, link, name, plural, replace, shapeSwatch, svg, webAddress } from "./dom.js";
import { data, dateOf, degree, edges, edgesAt, familyOf, linesOf, nameOf, nodes, other, relationOf, sourceOf, statuses, typeOf } from "./data.js";
import { conceptBox, figureBox, newestFirst, statementBox } from "./evidence.js";
import { day, periodOrder } from "./format.js";
import { tone } from "./theme.js";

// `shown` tells what the filters leave, `go` holds what a click does, `way` is the found path.
export function details(state, { shown, go, way }) {
  const select = state.select;
  const content = !select ? overview(go)
    : select.kind === "entity" ? entity(select.id, state, shown, go)
    : select.kind === "edge" ? relation(edges[select.id], go)
    : path(select, way, go);
  replace($("details"), ...content);
  $("details").scrollTop = 0;
}

const unbroken = (text) => text.replaceAll(" ", "\u00a0");
const icon = (id) => shapeSwatch(typeOf(id).shape, tone(typeOf(id).colours));
const swatch = (edge, status) => lineSwatch(tone(familyOf(edge).colours), statuses.get(status).dashes, statuses.get(status).strength);
const title = (text, props) => el("p", { class: text.length > 60 ? "title long" : "title", role: "heading", "aria-level": 2, ...props }, name(text.length > 400 ? `${text.slice(0, 400)}…` : text));

// ---------------------------------------------------------------- overview

function overview(go) {
  const leftOut = edges.reduce((sum, edge) => sum + (edge.left_out ?? 0), 0);
  const best = data.nodes.filter((node) => degree.get(node.id)).sort((a, b) => a.rank - b.rank).slice(0, 10);
  const torn = edges.filter((edge) => edge.conflict);
  const dates = data.sources.map((source) => source.date).filter(Boolean).sort();
  return [
    title(data.title),
    el("p", { class: "soft" }, [
      leftOut ? `${data.statements.length} of ` : "", plural(data.statements.length + leftOut, "statement"), " from ", plural(data.sources.length, "article"),
      dates.length ? `, ${unbroken(day(dates[0]))} – ${unbroken(day(dates[dates.length - 1]))}` : "", ".",
    ].join("")),
    el("p", { class: "soft small" }, "Click an entity or a line: each line opens the sentences that state it."),
    best.length ? [el("h2", null, "Most connected"), list(best.map((node) => entityRow(node.id, String(degree.get(node.id)), go)))] : [],
    torn.length ? [el("h2", null, `Conflicting statements (${torn.length})`), list(torn.slice(0, 12).map((edge) => edgeRow(edge, null, go)))] : [],
    communities(go),
    latest(go),
    data.concepts.length ? [el("h2", null, "Glossary"), ...glossary(data.concepts, go)] : [],
  ];
}

function communities(go) {
  const groups = new Map();
  for (const node of [...data.nodes].sort((a, b) => a.rank - b.rank)) {
    if (node.community === undefined) continue;
    groups.set(node.community, [...(groups.get(node.community) ?? []), node]);
  }
  const found = [...groups].filter(([, members]) => members.length > 2).sort((a, b) => b[1].length - a[1].length).slice(0, 8);
  const colours = data.community_colours;
  const rows = found.map(([number, members]) => row(
    [shapeSwatch("dot", tone(colours[number % colours.length])), el("span", { class: "name" }, name(members.slice(0, 3).map((node) => short(node.name)).join(", ")))],
    String(members.length), () => go.community(number)));
  return rows.length ? [el("h2", null, "Communities"), list(rows)] : [];
}

function latest(go) {
  const numbers = newestFirst(data.statements.keys()).filter((k) => dateOf(data.statements[k])).slice(0, 6);
  const rows = numbers.map((k) => edgeRow(edges[data.statements[k].edge], day(dateOf(data.statements[k])), go));
  return rows.length ? [el("h2", null, "Latest"), list(rows)] : [];
}

const list = (rows) => el("ul", { class: "facts" }, rows.map((row) => el("li", null, row)));

function entityRow(id, note, go) {
  return row([icon(id), name(short(nameOf(id)), { class: "name" })], note, () => go.entity(id));
}

function edgeRow(edge, note, go) {
  const status = linesOf.get(edge.id)[0].status;
  return row([swatch(edge, status), el("span", { class: "name" }, name(short(nameOf(edge.from))), ` ${relationOf(edge).label} `, name(short(nameOf(edge.to))))],
    note, () => go.edge(edge.id));
}

function row(parts, note, listener) {
  return el("button", { type: "button", on: { click: listener } }, ...parts, note ? el("span", { class: "note" }, note) : null);
}

const short = (text) => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

function glossary(concepts, go) {
  return concepts.slice(0, 60).map((concept) => {
    const labels = (concept.labels ?? []).join(" · ");
    return el("details", { class: "term" },
      el("summary", null, el("b", null, name(concept.term)), labels ? el("span", { class: "soft" }, " ", name(labels)) : null),
      concept.gloss ? el("p", { class: "text" }, name(concept.gloss)) : null,
      conceptBox(concept, go));
  });
}

// ---------------------------------------------------------------- entity

function entity(id, state, shown, go) {
  const node = nodes.get(id);
  const terms = data.concepts.filter((concept) => concept.nodes?.includes(id));
  return [
    el("p", { class: "kind" }, icon(id), [typeOf(id).label, node.country].filter(Boolean).join(" · ")),
    title(node.name),
    tags([...(node.tickers ?? []), ...(node.aliases ?? [])]),
    node.description ? el("p", { class: "text" }, name(node.description)) : null,
    addresses(node),
    actions(id, state, go),
    figures(id, go),
    facts(id, shown, go),
    terms.length ? [el("h2", null, "Glossary"), ...glossary(terms, go)] : [],
  ];
}

const tags = (texts) => (texts.length ? el("div", { class: "tags" }, texts.slice(0, 12).map((text) => name(short(text), { class: "tag" }))) : null);

function addresses(node) {
  const found = (node.links ?? []).map((text) => webAddress(text)).filter(Boolean);
  if (!found.length) return null;
  const label = (url) => (/(^|\.)wikidata\.org$/.test(url.host) ? `Wikidata ${url.pathname.split("/").pop()}` : url.host.replace(/^www\./, ""));
  return el("p", { class: "small" }, found.flatMap((url, k) => [k ? " · " : "", link(url.href, label(url))]));
}

function actions(id, state, go) {
  const focused = state.focus === id;
  return el("div", { class: "actions" },
    button("1 step", () => go.focus(id, 1), { "aria-pressed": String(focused && state.hops === 1), title: "Show only its neighbours" }),
    button("2 steps", () => go.focus(id, 2), { "aria-pressed": String(focused && state.hops === 2), title: "Show only what is two steps away" }),
    button("Expand", () => go.expand(id), { title: "Pull in its neighbours (double-click)" }),
    button("Path from here", () => go.path(id), { title: "Shortest path to another entity" }),
    state.focus || state.expanded.length ? button("Show all", () => go.focus(null, 1)) : null,
    button("Close", go.nothing));
}

function figures(id, go) {
  const groups = new Map();
  for (const figure of data.measurements) {
    if (figure.node !== id) continue;
    if (!groups.has(figure.metric)) groups.set(figure.metric, []);
    groups.get(figure.metric).push(figure);
  }
  if (!groups.size) return [];
  const all = [...groups.values()].reduce((sum, found) => sum + found.length, 0);
  return [el("h2", null, all < data.most_figures ? "Figures" : `The newest ${all} figures`), ...[...groups].map(([metric, found]) => metricTable(metric, found, go))];
}

function metricTable(metric, found, go) {
  const ordered = [...found].sort((a, b) => periodOrder(a.period, dateOf(a)) - periodOrder(b.period, dateOf(b)));
  const opened = el("div", null);
  const rows = ordered.map((figure) => {
    const tr = el("tr", null,
      el("td", { class: "number" }, button(name(figure.quantity.surface), () => replace(opened, figureBox(figure, go)), { title: "Show its sentence" })),
      el("td", null, name(figure.period ?? "")),
      el("td", null, figure.status === "asserted" ? "" : statuses.get(figure.status).label, figure.differs ? el("span", { class: "tag warn" }, "differs") : null),
      el("td", { class: "soft" }, dateOf(figure) ? day(dateOf(figure)) : ""));
    return tr;
  });
  return [
    el("h3", null, data.metrics[metric] ?? metric, el("span", { class: "note" }, plural(found.length, "figure"))),
    sparkline(ordered, data.metrics[metric] ?? metric),
    el("table", { class: "grid" }, el("thead", null, el("tr", null, ["Value", "Period", "Status", "Published"].map((text) => el("th", { scope: "col" }, text)))), el("tbody", null, rows)),
    opened,
  ];
}

// Only figures of the same unit make a line.
function sparkline(ordered, label) {
  const units = new Map();
  for (const figure of ordered) units.set(figure.quantity.unit, (units.get(figure.quantity.unit) ?? 0) + 1);
  const [unit, count] = [...units].sort((a, b) => b[1] - a[1])[0];
  if (count < 3) return null;
  const values = ordered.filter((figure) => figure.quantity.unit === unit).map((figure) => figure.quantity.value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const at = values.map((value, k) => [(k / (values.length - 1)) * 300 + 4, 36 - ((value - low) / (high - low || 1)) * 30]);
  return svg("svg", { class: "spark", viewBox: "0 0 308 42", role: "img", "aria-label": `${label}: ${count} figures, from ${values[0].toLocaleString("en")} to ${values[count - 1].toLocaleString("en")} ${unit}` },
    svg("path", { d: `M${at.map((point) => point.map((v) => v.toFixed(1)).join(",")).join("L")}` }),
    at.map(([x, y]) => svg("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: 2.6 })));
}

function facts(id, shown, go) {
  const groups = new Map();
  for (const edge of edgesAt.get(id)) {
    const out = edge.from === id;
    const { label, inverse, symmetric } = relationOf(edge);
    const heading = out || symmetric ? label : inverse || `← ${label}`;
    if (!groups.has(heading)) groups.set(heading, []);
    groups.get(heading).push(edge);
  }
  if (!groups.size) return [el("p", { class: "soft" }, "No relations of it are known.")];
  const sections = [...groups].sort((a, b) => b[1].length - a[1].length);
  return [el("h2", null, "Relations"), ...sections.map(([heading, found]) => group(heading, found, id, shown, go))];
}

function group(heading, found, id, shown, go) {
  const ordered = [...found].sort((a, b) => nodes.get(other(a, id)).rank - nodes.get(other(b, id)).rank);
  const rows = ordered.flatMap((edge) => linesOf.get(edge.id).map((line) => {
    const word = line.status === "asserted" ? "" : statuses.get(line.status).label.toLowerCase();
    const count = line.told.length > 1 ? `${line.told.length} sentences` : "";
    const hidden = shown.lines.has(line.id) ? "" : "hidden";
    return row([swatch(edge, line.status), icon(other(edge, id)), name(short(nameOf(other(edge, id))), { class: "name" }), edge.conflict ? el("span", { class: "tag warn" }, "conflict") : null],
      [word, count, hidden].filter(Boolean).join(" · "), () => go.edge(edge.id));
  }));
  return [el("h3", null, heading, el("span", { class: "note" }, String(found.length))), list(rows)];
}

// ---------------------------------------------------------------- edge

function relation(edge, go) {
  return [
    el("p", { class: "kind" }, swatch(edge, linesOf.get(edge.id)[0].status), familyOf(edge).label),
    triple(edge, go),
    el("p", { class: "soft small" }, relationOf(edge).comment),
    tags([...new Set(edge.statements.map((k) => statuses.get(data.statements[k].status).label)), count(edge), plural(articles(edge), "article")]),
    el("div", { class: "actions" }, button("Close", go.nothing)),
    edge.conflict ? conflict(edge, go) : sentences(edge, edge.statements, go),
  ];
}

// Of a busy edge the page holds the first sentences and the surest.
const count = (edge) => (edge.left_out ? `${edge.statements.length} of ${plural(edge.statements.length + edge.left_out, "sentence")}` : plural(edge.statements.length, "sentence"));

const articles = (edge) => new Set(edge.statements.map((k) => sourceOf(data.statements[k]))).size;

function triple(edge, go) {
  return el("p", { class: "triple", role: "heading", "aria-level": 2 },
    button(name(short(nameOf(edge.from))), () => go.entity(edge.from)),
    el("span", { class: "verb" }, relationOf(edge).symmetric ? ` ${relationOf(edge).label} ` : ` ${relationOf(edge).label} → `),
    button(name(short(nameOf(edge.to))), () => go.entity(edge.to)));
}

function sentences(edge, numbers, go) {
  return [el("h2", null, numbers.length === 1 ? "The sentence" : "The sentences"),
    ...newestFirst(numbers).map((k) => statementBox(data.statements[k], edge, go))];
}

// What one side says stands beside what the other says.
function conflict(edge, go) {
  const sides = sidesOf(edge);
  return el("section", { class: "conflict", "aria-label": "Conflicting statements" },
    el("p", null, edge.conflict === "denied" ? "Articles contradict each other." : "Articles give different amounts."),
    el("div", { class: "sides" }, sides.map(([heading, numbers]) =>
      el("div", null, el("h3", null, heading), newestFirst(numbers).map((k) => statementBox(data.statements[k], edge, go))))));
}

function sidesOf(edge) {
  const says = (k) => data.statements[k];
  if (edge.conflict === "denied") {
    return [["Said to be so", edge.statements.filter((k) => says(k).status !== "denied")],
      ["Denied", edge.statements.filter((k) => says(k).status === "denied")]];
  }
  const groups = new Map();
  for (const k of edge.statements) {
    const key = says(k).amount?.surface ?? "No amount";
    groups.set(key, [...(groups.get(key) ?? []), k]);
  }
  return [...groups];
}

// ---------------------------------------------------------------- path

function path(select, way, go) {
  const ends = [select.from, select.to];
  const head = [el("p", { class: "kind" }, "Path"), title(ends.filter(Boolean).map((id) => short(nameOf(id))).join(" → ") || "Choose two entities")];
  const close = el("div", { class: "actions" },
    ends[1] ? button("Turn round", () => go.pathBetween(ends[1], ends[0])) : null, button("Close", go.nothing));
  if (!ends[0] || !ends[1]) {
    return [head, el("p", { class: "soft" }, ends[0] ? "Now choose the other end: click it or search for it." : "Choose the first entity: click it or search for it."), close];
  }
  if (!way) return [head, el("p", { class: "soft" }, "With these filters nothing connects the two. Denied relations do not count."), close];
  const steps = way.edges.map((edge, k) => el("div", { class: "step" },
    triple(edge, go),
    sentenceOfStep(edge, way.told[k], go)));
  return [head, el("p", { class: "soft" }, `${plural(way.edges.length, "step")}, over what is not denied.`), close, ...steps];
}

function sentenceOfStep(edge, told, go) {
  const [first, ...more] = newestFirst(told);
  return [statementBox(data.statements[first], edge, go),
    more.length ? button(`${plural(more.length, "more sentence")}`, () => go.edge(edge.id), { class: "cite" }) : null];
}
