// Names as on a map: the important ones first, each at the first free place beside its entity, none over another.

import { nodes, relationOf } from "./data.js";
import { css } from "./theme.js";

const CELL = 64; // pixels of the grid in which taken rectangles are looked up
const AREA = 7000; // square pixels of the window for each name
const FIRST = 24; // so many names may cover other entities' shapes, never other names
const FACE = 'system-ui, -apple-system, "Segoe UI", "Noto Sans", "Helvetica Neue", Arial, sans-serif';

class Taken {
  constructor() {
    this.cells = new Map();
  }

  each(box, visit) {
    for (let x = Math.floor(box.left / CELL); x <= Math.floor(box.right / CELL); x += 1) {
      for (let y = Math.floor(box.top / CELL); y <= Math.floor(box.bottom / CELL); y += 1) {
        if (visit(x * 4096 + y)) return true;
      }
    }
    return false;
  }

  free(box, kind) {
    return !this.each(box, (cell) =>
      (this.cells.get(cell) ?? []).some(
        (b) => (kind !== "names" || b.isName) && b.owner !== box.owner &&
          box.left < b.right && b.left < box.right && box.top < b.bottom && b.top < box.bottom,
      ));
  }

  add(box) {
    this.each(box, (cell) => {
      if (!this.cells.has(cell)) this.cells.set(cell, []);
      this.cells.get(cell).push(box);
      return false;
    });
  }
}

const widths = new Map();

function width(ctx, text) {
  const key = `${ctx.font}\n${text}`;
  if (!widths.has(key)) widths.set(key, ctx.measureText(text).width);
  return widths.get(key);
}

// Draws onto a context whose unit is a CSS pixel. `items` are {id, x, y, r, strong, faint} in order of
// importance, `ways` are {line, points, level, colour}. Returns what was drawn, for the drawing export and tests.
export function drawLabels(ctx, { items, ways, scale, size }) {
  const seen = items.filter(({ x, y }) => x > -40 && y > -40 && x < size.width + 40 && y < size.height + 40);
  const taken = new Taken();
  const most = Math.max(12, (size.width * size.height) / AREA);
  const drawn = [];
  const name = (item) => {
    if (!item.strong && (drawn.length >= most || !named.has(item))) return;
    const found = nameBox(ctx, item, drawn.length, { scale, taken, size });
    if (found) drawn.push(found);
  };
  // Far down the order a name says little: better none than one of the rim.
  const named = new Set(seen.slice(0, Math.ceil(most * 1.8)));
  const [clear, faint] = [seen.filter((item) => !item.faint), seen.filter((item) => item.faint)];
  clear.forEach((item) => taken.add(shapeBox(item)));
  clear.forEach(name);
  for (const way of ways) {
    const found = wayBox(ctx, way, taken);
    if (found) drawn.push(found);
  }
  faint.forEach((item) => taken.add(shapeBox(item)));
  faint.forEach(name);
  paint(ctx, drawn);
  return drawn;
}

function shapeBox({ id, x, y, r }) {
  const side = r * 0.85;
  return { left: x - side, right: x + side, top: y - side, bottom: y + side, owner: id };
}

// Below, above, right, left, aslant: the first place that is free of all; for the first names else one that
// is free of other names, if need be a little farther off.
function nameBox(ctx, item, order, { scale, taken, size }) {
  const px = fontSize(item, scale);
  const font = `${item.strong ? 650 : item.r > 14 ? 550 : 400} ${px}px ${FACE}`;
  ctx.font = font;
  const lines = nodes.get(item.id).label;
  const [w, h] = [Math.max(...lines.map((line) => width(ctx, line))) + 4, lines.length * px * 1.15 + 2];
  const asBox = ([left, top]) => ({ left, top, right: left + w, bottom: top + h, owner: item.id, isName: true });
  const inside = (b) => b.left > 2 && b.right < size.width - 2 && b.top > 2 && b.bottom < size.height - 2;
  const near = placesAround(item, item.r + 3, w, h).map(asBox).filter(inside);
  let found = near.find((place) => taken.free(place, "all"));
  if (!found && (item.strong || order < FIRST)) {
    const far = [13, 24].flatMap((more) => placesAround(item, item.r + more, w, h)).map(asBox).filter(inside);
    found = [...near, ...far].find((place) => taken.free(place, "names"));
  }
  if (!found && item.forced) found = near[0] ?? asBox(placesAround(item, item.r + 3, w, h)[0]);
  if (!found) return null;
  taken.add(found);
  return { id: item.id, box: found, lines, font, px, faint: item.faint };
}

function placesAround({ x, y }, away, w, h) {
  const slant = away * 0.6;
  return [
    [x - w / 2, y + away], [x - w / 2, y - away - h], [x + away, y - h / 2], [x - away - w, y - h / 2],
    [x + slant, y + slant], [x - slant - w, y + slant], [x + slant, y - slant - h], [x - slant - w, y - slant - h],
  ];
}

const fontSize = (item, scale) => {
  const base = Math.min(14.5, 11 + item.r / scale / 11);
  return Math.round((item.strong ? base + 0.5 : base) * Math.min(1.3, Math.max(0.95, scale ** 0.35)) * 2) / 2;
};

function wayBox(ctx, way, taken) {
  const font = `italic 11.5px ${FACE}`;
  ctx.font = font;
  const text = relationOf(way.line.edge).label;
  const [w, h] = [width(ctx, text) + 6, 15];
  const lift = w + 60 > way.level ? h - 2 : 0; // above a short line, which it would hide with its head
  for (const [x, y] of way.points) {
    const box = { left: x - w / 2, top: y - h / 2 - lift, right: x + w / 2, bottom: y + h / 2 - lift, owner: way.line.id, isName: true };
    if (taken.free(box, "all")) {
      taken.add(box);
      return { id: way.line.id, box, lines: [text], font, px: 11.5, colour: way.colour };
    }
  }
  return null;
}

function paint(ctx, drawn) {
  const style = { ink: css("--ink"), paper: css("--paper") };
  ctx.textAlign = "center";
  ctx.textBaseline = "alphabetic";
  ctx.lineJoin = "round";
  for (const label of [...drawn].reverse()) paintOne(ctx, label, style);
  ctx.globalAlpha = 1;
}

function paintOne(ctx, label, style) {
  ctx.font = label.font;
  ctx.globalAlpha = label.faint ? 0.38 : 1;
  const x = (label.box.left + label.box.right) / 2;
  label.lines.forEach((line, k) => {
    const y = label.box.top + 1 + label.px * (0.92 + 1.15 * k);
    ctx.strokeStyle = style.paper;
    ctx.lineWidth = 3.5;
    ctx.strokeText(line, x, y);
    ctx.fillStyle = label.colour ?? style.ink;
    ctx.fillText(line, x, y);
  });
}
