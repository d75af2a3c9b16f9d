// A sentence of an article as it stands there: the words marked, who says it, where and when.

import { button, copy, el, link, name, webAddress } from "./dom.js";
import { data, dateOf, nameOf, nodes, sentenceOf, sourceOf, statuses } from "./data.js";
import { day, percent, quantity } from "./format.js";

// A statement of an edge.
export function statementBox(statement, edge, go) {
  const marks = [
    markOf(statement.marks[0], "subject", nameOf(edge.from)),
    markOf(statement.marks[1], "object", nameOf(edge.to)),
    surfaceMark(statement, statement.amount),
  ];
  return box(statement, marks, [
    statement.amount && el("span", null, el("b", { title: quantity(statement.amount) }, statement.amount.surface)),
    statement.time && el("span", null, name(statement.time)),
  ], go);
}

// An observation of an entity.
export function figureBox(figure, go) {
  return box(figure, [surfaceMark(figure, figure.quantity)], [figure.period && el("span", null, name(figure.period))], go);
}

export function conceptBox(concept, go) {
  return box(concept, [], [], go);
}

function box(found, marks, facts, go) {
  const status = statuses.get(found.status);
  const source = sourceOf(found);
  return el("article", { class: `evidence ${found.status ?? ""}` },
    el("blockquote", { dir: "auto" }, marked(sentenceOf(found).text, marks)),
    el("div", { class: "meta" },
      status && el("b", null, status.label),
      ...facts,
      claimant(found, go),
      found.confidence !== undefined && el("span", { title: `Confidence of the reading${found.rule ? `, found by ${found.rule}` : ""}` }, `${percent(found.confidence)} sure`)),
    el("div", { class: "meta" },
      source.publisher && name(source.publisher),
      source.date && el("time", { datetime: source.date }, day(source.date)),
      source.url || source.title ? link(source.url, source.title || webAddress(source.url)?.host || source.url) : null,
      button("Copy as citation", () => copy(citation(found)), { class: "cite" })));
}

function claimant(found, go) {
  if (found.claimant && nodes.has(found.claimant)) {
    return el("span", null, "according to ", button(name(nameOf(found.claimant)), () => go.entity(found.claimant), { class: "who" }));
  }
  return found.claimant_text ? el("span", null, "according to ", name(found.claimant_text)) : null;
}

const markOf = (span, kind, title) => (span ? { start: span[0], end: span[1], kind, title } : null);

function surfaceMark(found, amount) {
  if (!amount?.surface) return null;
  const start = sentenceOf(found).text.indexOf(amount.surface);
  return start < 0 ? null : { start, end: start + amount.surface.length, kind: "figure", title: quantity(amount) };
}

// The text cut at the marks; where two overlap, the earlier one of the list wins.
export function marked(text, marks) {
  const kept = [];
  for (const mark of marks) {
    if (mark && kept.every((m) => mark.end <= m.start || m.end <= mark.start)) kept.push(mark);
  }
  kept.sort((a, b) => a.start - b.start);
  const parts = [];
  let at = 0;
  for (const { start, end, kind, title } of kept) {
    parts.push(text.slice(at, start), el("mark", { class: kind, title }, text.slice(start, end)));
    at = end;
  }
  parts.push(text.slice(at));
  return parts;
}

export function citation(found) {
  const source = sourceOf(found);
  const from = [source.publisher, source.title && `“${source.title}”`, source.date && day(source.date)].filter(Boolean).join(", ");
  return `“${sentenceOf(found).text}”${from ? ` — ${from}.` : ""}${webAddress(source.url) ? ` ${source.url}` : ""}`;
}

export const newestFirst = (numbers) =>
  [...numbers].sort((a, b) => (dateOf(data.statements[b]) > dateOf(data.statements[a]) ? 1 : dateOf(data.statements[b]) < dateOf(data.statements[a]) ? -1 : a - b));
