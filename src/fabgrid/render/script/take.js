// Taking away: the shown part as an image, a drawing, a table or data.

import { announce, el, shapePath, svg } from "./dom.js";
import { data, dateOf, edges, nameOf, nodes, relationOf, sentenceOf, sourceOf } from "./data.js";
import { shownStatements } from "./sheet.js";
import { css } from "./theme.js";

const file = data.title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 60).toLowerCase() || "fabgrid";

function save(blob, ending) {
  const url = URL.createObjectURL(blob);
  const a = el("a", { href: url, download: `${file}.${ending}` });
  document.body.append(a);
  a.click();
  a.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
  announce(`${file}.${ending} saved`);
}

export function savePng({ canvas }) {
  const copy = el("canvas", { width: canvas.width, height: canvas.height });
  const ctx = copy.getContext("2d");
  ctx.fillStyle = css("--paper");
  ctx.fillRect(0, 0, copy.width, copy.height);
  ctx.drawImage(canvas, 0, 0);
  copy.toBlob((blob) => save(blob, "png"), "image/png");
}

export function saveSvg(picture) {
  const root = drawing(picture);
  root.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  save(new Blob([new XMLSerializer().serializeToString(root)], { type: "image/svg+xml" }), "svg");
}

export function drawing({ width, height, items, lines: ways, labels }) {
  return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` },
    svg("rect", { width, height, fill: css("--paper") }),
    ways.map(wayOf),
    [...items].reverse().map(({ x, y, r, shape, colour, faint }) => svg("path", {
      d: shapePath(shape, r), transform: `translate(${x.toFixed(1)},${y.toFixed(1)})`, fill: colour.background, stroke: colour.border, opacity: faint ? 0.25 : null,
    })),
    labels.map(({ box, lines: texts, px, colour, faint }) => texts.map((text, k) => svg("text", {
      x: ((box.left + box.right) / 2).toFixed(1), y: (box.top + 1 + px * (0.92 + 1.15 * k)).toFixed(1), "text-anchor": "middle",
      "font-family": "system-ui, sans-serif", "font-size": px, fill: colour ?? css("--ink"), stroke: css("--paper"), "stroke-width": 3,
      "paint-order": "stroke", opacity: faint ? 0.4 : null,
    }, text))));
}

// A line bends through its middle, and its head ends at the entity's rim.
function wayOf({ points, width, colour, dashes, faint, directed, radius }) {
  const [[x0, y0], [xm, ym], [x1, y1]] = points;
  const [cx, cy] = [2 * xm - (x0 + x1) / 2, 2 * ym - (y0 + y1) / 2];
  const angle = Math.atan2(y1 - cy, x1 - cx);
  const [tx, ty] = [x1 - (radius + 2) * Math.cos(angle), y1 - (radius + 2) * Math.sin(angle)];
  const head = 4 + width * 1.5;
  const corner = (turn) => `${(tx - head * Math.cos(angle + turn)).toFixed(1)},${(ty - head * Math.sin(angle + turn)).toFixed(1)}`;
  const opacity = faint ? 0.2 : null;
  return [
    svg("path", {
      d: `M${x0.toFixed(1)},${y0.toFixed(1)}Q${cx.toFixed(1)},${cy.toFixed(1)} ${tx.toFixed(1)},${ty.toFixed(1)}`,
      fill: "none", stroke: colour, "stroke-width": width.toFixed(2), "stroke-dasharray": dashes.join(" ") || null, opacity,
    }),
    directed ? svg("path", { d: `M${tx.toFixed(1)},${ty.toFixed(1)}L${corner(0.45)}L${corner(-0.45)}Z`, fill: colour, opacity }) : null,
  ];
}

const HEADER = ["from", "relation", "to", "status", "confidence", "claimant", "amount", "time", "date", "publisher", "title", "url", "sentence"];

export function csvText(shown) {
  const rows = shownStatements(shown).map((k) => {
    const s = data.statements[k];
    const [edge, source] = [edges[s.edge], sourceOf(s)];
    return [nameOf(edge.from), relationOf(edge).label, nameOf(edge.to), s.status, s.confidence,
      s.claimant ? nameOf(s.claimant) : s.claimant_text, s.amount?.surface, s.time, dateOf(s), source.publisher, source.title, source.url, sentenceOf(s).text];
  });
  return [HEADER, ...rows].map((row) => row.map(cell).join(",")).join("\r\n");
}

// A spreadsheet would run a cell that begins like a formula.
export function cell(value) {
  const text = String(value ?? "");
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function saveCsv(shown) {
  save(new Blob(["\ufeff", csvText(shown)], { type: "text/csv;charset=utf-8" }), "csv"); // the mark tells Excel that it is UTF-8
}

export function saveJson(shown) {
  const graph = {
    title: data.title,
    entities: [...shown.nodes].map((id) => {
      const { iri, name, type, aliases = [], description = "", links = [] } = nodes.get(id);
      return { iri, name, type, aliases, description, links };
    }),
    statements: shownStatements(shown).map((k) => {
      const s = data.statements[k];
      const edge = edges[s.edge];
      return {
        iri: s.iri, subject: nodes.get(edge.from).iri, relation: edge.relation, object: nodes.get(edge.to).iri, status: s.status,
        confidence: s.confidence, amount: s.amount, time: s.time, claimant: s.claimant ? nodes.get(s.claimant).iri : s.claimant_text,
        sentence: sentenceOf(s).text, source: sourceOf(s),
      };
    }),
  };
  save(new Blob([JSON.stringify(graph, null, 2)], { type: "application/json" }), "json");
}
