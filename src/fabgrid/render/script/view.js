// The picture: vis-network draws entities and lines; a veil over the rest and the names are ours.
//
// Changing many items through vis-network's DataSet costs 0.1 to 1 s at 1,000 to 3,000 entities. Three
// of its inner parts are used instead, which is safe as the page holds exactly the version whose hash
// was checked: `body.nodes[id].options.hidden`, `_updateVisibleIndices()` and `draw(ctx)` of an item.

import { $, announce, plural, shapePath } from "./dom.js";
import { arrange } from "./arrange.js";
import { data, families, familyOf, lines, nodes, relationOf, statuses, typeOf, written } from "./data.js";
import { drawLabels } from "./labels.js";
import { css, mixed, still, tone } from "./theme.js";

const FEW = 8; // lit lines that are drawn broader
const READABLE = 0.7; // below this scale a selection comes nearer
const MOVE = 300; // milliseconds of a move of the picture

let network = null;
let shown = { nodes: new Set(), lines: new Set() };
let lit = null; // {nodes: Set, lines: Set} stand out, the rest is veiled; null: nothing is
let hovered = null;
let options = { colour: "type", labels: false };
let drawn = [];
const order = [...data.nodes].sort((a, b) => a.rank - b.rank).map((node) => node.id);
const home = new Map(written.nodes.map(({ id, x, y }) => [id, { x: Math.trunc(x), y: Math.trunc(y) }])); // as vis-network does
const opening = written.edges.filter(({ from, to }) => nodes.get(from).shown && nodes.get(to).shown).length;

export const visNetwork = () => network;
export const drawnLabels = () => drawn;

export function createView(state, handlers) {
  const styled = styles(state);
  network = new vis.Network($("canvas"), {
    nodes: new vis.DataSet(written.nodes.map((node) => ({ ...node, ...styled.node(node) }))),
    edges: new vis.DataSet(written.edges.map((line) => ({ ...line, ...styled.line(line) }))),
  }, written.options);
  options = { colour: state.colour, labels: state.labels };
  network.on("afterDrawing", paint);
  listen(handlers);
  const canvas = document.querySelector("#canvas canvas");
  canvas.setAttribute("aria-hidden", "true");
}

function listen(handlers) {
  network.on("click", ({ nodes: [node], edges: [line] }) => {
    if (node !== undefined) handlers.entity(node);
    else if (line !== undefined) handlers.line(lines.get(line));
    else handlers.nothing();
  });
  network.on("doubleClick", ({ nodes: [node] }) => node !== undefined && handlers.expand(node));
  network.on("dragEnd", ({ nodes: [node] }) => node !== undefined && keep(node));
  network.on("hoverNode", ({ node, event }) => hover(node, handlers.tip(node, null), event));
  network.on("hoverEdge", ({ edge, event }) => hovered === null && tip(handlers.tip(null, lines.get(edge)), event));
  for (const event of ["blurNode", "blurEdge", "dragStart", "zoom"]) network.on(event, () => hover(null, null));
}

function hover(node, content, event) {
  const redraws = hovered !== node;
  hovered = node;
  tip(content, event);
  if (redraws) redraw();
}

function tip(content, event) {
  $("tip").hidden = !content;
  if (!content) return;
  $("tip").replaceChildren(...content);
  const area = $("canvas").getBoundingClientRect();
  const [x, y] = [event.clientX - area.left, event.clientY - area.top];
  const box = $("tip").getBoundingClientRect();
  $("tip").style.left = `${Math.max(4, Math.min(x + 14, area.width - box.width - 6))}px`;
  $("tip").style.top = `${y + box.height + 22 > area.height ? y - box.height - 12 : y + 16}px`;
}

// ---------------------------------------------------------------- colours

function styles(state) {
  const paper = css("--paper");
  const crowd = Math.min(1, Math.max(0.55, 1.2 - opening / 3500)); // many lines: each is paler
  const communities = data.community_colours;
  const node = ({ id }) => {
    const { community } = nodes.get(id);
    const grey = ["#9aa1aa", "#66707c"];
    const pair = state.colour === "type" ? typeOf(id).colours
      : community === undefined ? grey : communities[community % communities.length];
    const fill = tone(pair);
    const border = mixed(fill, paper === "#ffffff" ? "#000000" : "#ffffff", 0.78);
    const colour = { background: fill, border };
    return {
      color: { ...colour, highlight: { background: fill, border: css("--ink") }, hover: { background: fill, border: css("--ink") } },
      ...(typeOf(id).shape === "pentagon" ? { ctxRenderer: pentagon } : {}),
    };
  };
  const line = ({ id, family }) => {
    const { strength } = statuses.get(lines.get(id).status);
    const ink = tone(families.get(family).colours);
    const colour = mixed(lines.get(id).status === "past" ? css("--soft") : ink, paper, strength * crowd);
    return { color: { color: colour, highlight: ink, hover: ink, inherit: false } };
  };
  return { node, line };
}

// vis-network has no pentagon; its label stays out as all labels are ours.
function pentagon({ ctx, x, y, style }) {
  const r = style.size;
  return {
    drawNode() {
      const path = new Path2D(shapePath("pentagon", r));
      ctx.translate(x, y);
      ctx.fillStyle = style.color;
      ctx.strokeStyle = style.borderColor;
      ctx.lineWidth = style.borderWidth;
      ctx.fill(path);
      ctx.stroke(path);
    },
    nodeDimensions: { width: 2 * r, height: 2 * r },
  };
}

export function recolour(state) {
  const styled = styles(state);
  const { nodes: items, edges: links } = network.body.data;
  items.update(written.nodes.map((node) => ({ id: node.id, ...styled.node(node) })));
  links.update(written.edges.map((line) => ({ id: line.id, ...styled.line(line) })));
  applyHidden(true);
}

// ---------------------------------------------------------------- what is shown and lit

export function showOnly(next, { labels }) {
  options = { ...options, labels };
  shown = next;
  applyHidden(false);
}

function applyHidden(always) {
  let changed = always;
  const set = (item, hidden) => {
    if (item.options.hidden === hidden) return;
    item.options.hidden = hidden;
    changed = true;
  };
  for (const id of nodes.keys()) set(network.body.nodes[id], !shown.nodes.has(id));
  for (const id of lines.keys()) set(network.body.edges[id], !shown.lines.has(id));
  if (changed) network._updateVisibleIndices();
}

export function light(next) {
  lit = next;
  const main = lit?.main && shown.nodes.has(lit.main) ? [lit.main] : [];
  network.setSelection({ nodes: main }, { highlightEdges: false }); // unselectAll() would draw at once
}

// With the next frame: several changes of one step are drawn once.
export const redraw = () => network.body.emitter.emit("_requestRedraw");

// ---------------------------------------------------------------- where the entities are

let apart = { key: "", places: new Map() }; // a part that is laid out by itself
let flight = 0;

const placeOf = (id) => apart.places.get(id) ?? home.get(id);

// Lays the entities out by themselves, the rest goes home; none: all are at home.
export function layOut(ids, { moves }) {
  const key = [...ids].sort().join("\n");
  if (key === apart.key) return;
  const before = apart.places;
  apart = { key, places: arranged(ids) ?? new Map() };
  fly([...new Set([...before.keys(), ...apart.places.keys()])], moves && !still());
}

function arranged(ids) {
  const own = new Set(ids);
  const area = $("canvas").getBoundingClientRect();
  const links = [...lines.values()].filter(({ from, to }) => from !== to && own.has(from) && own.has(to));
  return arrange(order.filter((id) => own.has(id)).map(boxOf), links.map(({ from, to }) => [from, to]), area.width / area.height);
}

function boxOf(id) {
  const { size } = network.body.nodes[id].options;
  const names = nodes.get(id).label;
  const half = Math.max(size, Math.max(...names.map((line) => line.length)) * 4) + 8;
  return { id, ...home.get(id), half, up: size + 8, down: size + 14 + 16 * names.length };
}

function fly(ids, moves) {
  cancelAnimationFrame(flight);
  const from = ids.map((id) => ({ x: network.body.nodes[id].x, y: network.body.nodes[id].y }));
  const step = (share) => ids.forEach((id, k) => {
    const [node, to] = [network.body.nodes[id], placeOf(id)];
    node.x = to.x + (from[k].x - to.x) * (1 - share); // at the end exactly there
    node.y = to.y + (from[k].y - to.y) * (1 - share);
    node.updateBoundingBox(network.canvas.getContext()); // what is outside of the window is not drawn
  });
  if (!moves) return step(1);
  const start = performance.now();
  const frame = (now) => {
    const t = Math.min(1, Math.max(0, (now - start) / MOVE));
    step(t * t * (3 - 2 * t));
    redraw();
    if (t < 1) flight = requestAnimationFrame(frame);
  };
  flight = requestAnimationFrame(frame);
  return undefined;
}

// What a reader has dragged stays there.
function keep(id) {
  const { x, y } = network.body.nodes[id];
  (apart.places.has(id) ? apart.places : home).set(id, { x, y });
}

// ---------------------------------------------------------------- where the reader looks

export function fit(ids = shown.nodes, { moves = true, most = 1.5 } = {}) {
  const found = [...ids].filter((id) => shown.nodes.has(id));
  if (!found.length) return;
  const at = Object.fromEntries(found.map((id) => [id, placeOf(id)]));
  const size = (id) => network.body.nodes[id].options.size;
  const left = Math.min(...found.map((id) => at[id].x - size(id)));
  const right = Math.max(...found.map((id) => at[id].x + size(id)));
  const top = Math.min(...found.map((id) => at[id].y - size(id)));
  const bottom = Math.max(...found.map((id) => at[id].y + size(id)));
  const area = $("canvas").getBoundingClientRect();
  const below = $("where").getBoundingClientRect().height + 38; // what narrows the picture, and a name over it
  const [aside, over, under] = [Math.min(48, area.width / 10), 24, below]; // room for names and for the buttons
  const scale = Math.min(most, Math.max(0.03, Math.min(
    (area.width - 2 * aside) / Math.max(1, right - left), (area.height - over - under) / Math.max(1, bottom - top))));
  const position = { x: (left + right) / 2, y: (top + bottom) / 2 + (under - over) / 2 / scale };
  move({ position, scale }, moves);
}

// Brings the entities into a window in which names can be read, with what is around them; else nothing moves.
export function reveal(ids, around) {
  const found = [...ids].filter((id) => shown.nodes.has(id));
  if (!found.length) return;
  const area = $("canvas").getBoundingClientRect();
  const outside = found.some((id) => {
    const { x, y } = network.canvasToDOM(placeOf(id));
    return x < 50 || y < 40 || x > area.width - 50 || y > area.height - 60;
  });
  if (outside || network.getScale() < READABLE) fit(around, { most: Math.max(1, network.getScale()) });
}

export function zoom(factor) {
  move({ position: network.getViewPosition(), scale: Math.min(6, Math.max(0.02, network.getScale() * factor)) }, true);
}

export function pan(dx, dy) {
  const [{ x, y }, scale] = [network.getViewPosition(), network.getScale()];
  move({ position: { x: x + dx / scale, y: y + dy / scale }, scale }, false);
}

function move(target, moves) {
  network.moveTo({ ...target, ...(moves && !still() ? { animation: { duration: MOVE, easingFunction: "easeInOutQuad" } } : {}) });
}

// ---------------------------------------------------------------- drawing over vis-network

function paint(ctx) {
  const canvas = network.canvas;
  const ratio = canvas.pixelRatio;
  const size = { width: canvas.frame.canvas.width / ratio, height: canvas.frame.canvas.height / ratio };
  if (lit) veil(ctx, ratio, size);
  ctx.save();
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawn = drawLabels(ctx, { items: items(), ways: ways(), scale: network.body.view.scale, size });
  ctx.restore();
}

function veil(ctx, ratio, size) {
  ctx.save();
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.globalAlpha = 0.8;
  ctx.fillStyle = css("--paper");
  ctx.fillRect(0, 0, size.width, size.height);
  ctx.restore();
  const { nodes: items, edges } = network.body;
  const over = [...lit.lines].filter((id) => shown.lines.has(id) && edges[id]?.connected).map((id) => edges[id]);
  const looks = over.map((edge) => ({ width: edge.options.width, color: edge.options.color }));
  for (const edge of over) {
    const { width } = edge.options;
    const ink = tone(familyOf(lines.get(edge.id).edge).colours);
    edge.options.color = { color: ink, highlight: ink, hover: ink, inherit: false, opacity: 1 };
    if (over.length <= FEW) edge.options.width = Math.max(1.6 * width, 2.6);
  }
  for (const edge of over) edge.draw(ctx);
  for (const id of lit.nodes) if (shown.nodes.has(id)) items[id].draw(ctx);
  for (const edge of over) edge.drawArrows(ctx);
  over.forEach((edge, k) => Object.assign(edge.options, looks[k]));
}

const toScreen = ({ x, y }) => {
  const { scale, translation } = network.body.view;
  return [x * scale + translation.x, y * scale + translation.y];
};

// Entities in the order of their names' claim to a place: pointed at, lit, then by rank.
function items() {
  const scale = network.body.view.scale;
  const item = (id, more) => {
    const [x, y] = toScreen(network.body.nodes[id]);
    return { id, x, y, r: network.body.nodes[id].options.size * scale, ...more };
  };
  const seen = new Set();
  const found = [];
  const push = (id, more) => {
    if (seen.has(id) || !shown.nodes.has(id)) return;
    seen.add(id);
    found.push(item(id, more));
  };
  if (hovered !== null) push(hovered, { strong: true, forced: true });
  if (lit) for (const id of lit.main ? [lit.main] : lit.nodes) push(id, { strong: true, forced: lit.nodes.size < 3 });
  if (lit) for (const id of order) if (lit.nodes.has(id)) push(id, { strong: lit.nodes.size < 25 });
  for (const id of order) push(id, { faint: Boolean(lit) });
  return found;
}

// Lines whose relation is written on them: the lit ones where they are few, or all if asked for.
function ways() {
  const few = lit && lit.lines.size <= 40 ? lit.lines : null;
  const ids = few ?? (options.labels ? (lit ? lit.lines : shown.lines) : []);
  const found = [];
  for (const id of ids) {
    if (!shown.lines.has(id)) continue;
    const line = lines.get(id);
    const points = [0.5, 0.42, 0.58, 0.34, 0.66].map((at) => pointOn(id, at));
    found.push({ line, points, level: levelOf(line), colour: tone(familyOf(line.edge).colours) });
  }
  return found;
}

// How much of a flat line a name may cover: what is free between the entities; a steep line is never hidden.
function levelOf({ from, to }) {
  const [a, b] = [from, to].map((id) => network.body.nodes[id]);
  const [across, along] = [Math.abs(a.x - b.x), Math.abs(a.y - b.y)];
  return across > along ? (across - a.options.size - b.options.size) * network.body.view.scale : Infinity;
}

function pointOn(id, at) {
  const type = network.body.edges[id].edgeType;
  return toScreen(type.getPoint(at, type.getViaNode ? type.getViaNode() : undefined));
}

// ---------------------------------------------------------------- for exports

// What is drawn now, in CSS pixels of the window.
export function picture() {
  const { frame, pixelRatio } = network.canvas;
  const scale = network.body.view.scale;
  return {
    canvas: frame.canvas,
    width: Math.round(frame.canvas.width / pixelRatio),
    height: Math.round(frame.canvas.height / pixelRatio),
    items: items().map((item) => ({ ...item, shape: typeOf(item.id).shape, colour: network.body.nodes[item.id].options.color })),
    lines: [...shown.lines].map((id) => ({
      id,
      points: [0, 0.5, 1].map((at) => pointOn(id, at)),
      width: network.body.edges[id].options.width * scale,
      colour: network.body.edges[id].options.color.color,
      dashes: statuses.get(lines.get(id).status).dashes,
      faint: Boolean(lit && !lit.lines.has(id)),
      directed: !relationOf(lines.get(id).edge).symmetric,
      radius: network.body.nodes[lines.get(id).to].options.size * scale,
    })),
    labels: drawn,
  };
}

export function tell(shownNow, counted) {
  const all = data.nodes.length;
  $("counts").textContent = `${shownNow.nodes.size.toLocaleString("en")} of ${plural(all, "entity", "entities")} · ` +
    `${counted.edges.toLocaleString("en")} of ${plural(data.edges.length, "relation")}`;
  $("empty").hidden = shownNow.nodes.size > 0;
  if (!shownNow.nodes.size) {
    $("empty").textContent = all ? "Nothing passes the filters. “Reset all” shows everything again." : "This graph has no entities yet.";
    announce("");
  }
}

export const neighbours = (id) =>
  order.filter((far) => far !== id && [...lineSet(id)].some((line) => line.from === far || line.to === far));

const lineSet = (id) => network.body.nodes[id].edges.map((edge) => lines.get(edge.id)).filter((line) => shown.lines.has(line.id));

