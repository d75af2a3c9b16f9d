// The page: what a reader does changes the state, and the state draws everything.

import { $, announce, button, copy, name, plural, replace } from "./dom.js";
import { data, degree, edges, edgesAt, lines, linesOf, nameOf, nodes, relationOf, statuses, typeOf } from "./data.js";
import { canRedo, canUndo, change, get, listenToAddress, open, redo, start, subscribe, undo } from "./state.js";
import { apart, chosen, counts, passing, visible } from "./filter.js";
import { shortest } from "./route.js";
import { afterBuild, buildLegend, updateLegend } from "./legend.js";
import { createFinder } from "./finder.js";
import { details } from "./details.js";
import { listenToKeys, showKeys } from "./keys.js";
import { search } from "./search.js";
import { sheet } from "./sheet.js";
import { saveCsv, saveJson, savePng, saveSvg } from "./take.js";
import { isDark, whenSystemChanges } from "./theme.js";
import { createView, drawnLabels, fit, layOut, light, neighbours, pan, picture, recolour, redraw, reveal, showOnly, tell, visNetwork, zoom } from "./view.js";

let shown = null;
let counted = null;
let way = null;
let onCanvas = false;
let clicked = null; // the entity that the last click in the picture selected

// ---------------------------------------------------------------- what a click does

const go = {
  entity(id) {
    const { select } = get();
    if (select?.kind === "path" && !select.to && id !== select.from) {
      change({ select: select.from ? { ...select, to: id } : { ...select, from: id } });
      return;
    }
    const outside = !shown.nodes.has(id) && (get().focus || !nodes.get(id).shown);
    const pulled = outside ? { expanded: [...get().expanded, id] } : {};
    change({ select: { kind: "entity", id }, ...pulled });
  },
  edge: (id) => change({ select: { kind: "edge", id } }),
  nothing: () => change({ select: null }),
  focus: (id, hops) => change(
    get().focus === id && get().hops === hops && id !== null
      ? { focus: null, expanded: [] }
      : { focus: id, hops, expanded: [] }),
  expand(id, joins = false) {
    if (get().expanded.includes(id)) return;
    const all = [...nodes.values()].every((node) => node.shown);
    const select = { kind: "entity", id };
    if (!get().focus && all) change({ focus: id, hops: 1, select }, { joins }); // nothing to pull in: step closer
    else change({ expanded: [...get().expanded, id], select }, { joins });
  },
  path: (id) => change({ select: { kind: "path", from: id, to: null } }),
  pathBetween: (from, to) => change({ select: { kind: "path", from, to } }),
  community: (number) => change({ community: number, colour: "community" }),
};

function togglePath() {
  const { select } = get();
  if (select?.kind === "path") change({ select: null });
  else go.path(select?.kind === "entity" ? select.id : null);
}

// Back out one level at a time.
function escape() {
  const state = get();
  if ($("export").open) $("export").open = false;
  else if ($("filters").classList.contains("open")) menu(false);
  else if (state.table) change({ table: false });
  else if (state.select) change({ select: null });
  else if (state.focus || state.expanded.length) change({ focus: null, expanded: [] });
}

// Goes round the neighbours of the entity at which the walk began; any other choice begins a new walk.
let walk = { centre: null, at: null };

function nextNeighbour(step) {
  const { select } = get();
  if (select?.kind !== "entity") {
    if (data.nodes.length) go.entity(data.nodes.reduce((a, b) => (a.rank < b.rank ? a : b)).id);
    return;
  }
  if (walk.at !== select.id) walk = { centre: select.id, at: null };
  const ring = neighbours(walk.centre);
  if (!ring.length) return;
  const k = ring.indexOf(walk.at);
  walk.at = k < 0 ? ring.at(step > 0 ? 0 : -1) : ring[(k + step + ring.length) % ring.length];
  go.entity(walk.at);
}

function nextRelation() {
  const { select } = get();
  const id = select?.kind === "edge" ? edges[select.id].from : select?.kind === "entity" ? select.id : null;
  if (id === null) return;
  const found = edgesAt.get(id).filter((edge) => linesOf.get(edge.id).some((line) => shown.lines.has(line.id)));
  if (found.length) go.edge(found[(found.findIndex((edge) => edge.id === select.id && select.kind === "edge") + 1) % found.length].id);
}

// ---------------------------------------------------------------- drawing a state

function draw(state, before) {
  theme(state, before);
  const pass = passing(state);
  way = state.select?.kind === "path" ? route(state.select, pass) : null;
  shown = visible(state, pass, way?.nodes ?? []);
  counted = counts(shown);
  layOut(apart(state, way?.nodes ?? []), { moves: before !== null });
  showOnly(shown, state);
  light(lit(state));
  if (!before || state.select || before.select || state.theme !== before.theme) details(state, { shown, go, way });
  if (!before || JSON.stringify(state.select) !== JSON.stringify(before.select)) $("details").scrollTop = 0;
  updateLegend(state, counted);
  tell(shown, counted);
  tools(state);
  chips(state);
  camera(state, before);
  redraw();
}

function route({ from, to }, pass) {
  const found = shortest(from, to, (line) => pass.lines.has(line.id));
  if (!found) return null;
  return {
    ...found,
    edges: found.lines.map((id) => lines.get(id).edge),
    told: found.lines.map((id) => lines.get(id).told),
  };
}

function lit(state) {
  const select = state.select;
  if (!select) return null;
  if (select.kind === "path") {
    return { nodes: new Set(way ? way.nodes : chosen(state)), lines: new Set(way ? way.lines : []), main: null };
  }
  if (select.kind === "edge") {
    return { nodes: new Set(chosen(state)), lines: new Set(linesOf.get(select.id).map((line) => line.id)), main: null };
  }
  const found = { nodes: new Set([select.id]), lines: new Set(), main: select.id };
  for (const edge of edgesAt.get(select.id)) {
    for (const line of linesOf.get(edge.id)) {
      if (shown.lines.has(line.id)) {
        found.lines.add(line.id);
        found.nodes.add(line.from).add(line.to);
      }
    }
  }
  return found;
}

function theme(state, before) {
  const dark = isDark(state) ? "dark" : "light";
  const turned = document.documentElement.dataset.theme !== dark;
  document.documentElement.dataset.theme = dark;
  $("theme").setAttribute("aria-pressed", String(dark === "dark"));
  if (before && (turned || before.colour !== state.colour)) {
    recolour(state);
    buildLegend();
  }
}

function tools(state) {
  const press = (id, on) => $(id).setAttribute("aria-pressed", String(on));
  $("undo").disabled = !canUndo();
  $("redo").disabled = !canRedo();
  press("path", state.select?.kind === "path");
  press("communities", state.colour === "community");
  press("labels", state.labels);
  press("table", state.table);
  $("sheet").hidden = !state.table;
  if (state.table) sheet(shown, go);
  $("where").hidden = state.table;
  document.body.classList.toggle("wide", state.table && !state.select);
}

// What narrows the picture, each with a cross.
function chips(state) {
  const found = [];
  const chip = (text, changes) => {
    const box = document.createElement("span");
    box.className = "chip";
    box.append(text, button("✕", () => change(changes), { "aria-label": `Remove: ${text.textContent ?? text}` }));
    found.push(box);
  };
  if (state.focus) chip(name(`${plural(state.hops, "step")} around ${nameOf(state.focus).slice(0, 40)}`), { focus: null, expanded: [] });
  else if (state.expanded.length) chip(name(`${plural(state.expanded.length, "entity", "entities")} pulled in`), { expanded: [] });
  if (state.community !== null) chip(name(`Community of ${first(state.community)}`), { community: null });
  if (state.conflicts) chip(name("Only conflicts"), { conflicts: false });
  replace($("chips"), found);
}

function first(community) {
  const members = data.nodes.filter((node) => node.community === community);
  return members.length ? members.reduce((a, b) => (a.rank < b.rank ? a : b)).name.slice(0, 40) : "nobody";
}

function camera(state, before) {
  if (!before) return;
  if (onCanvas || state.select !== before.select) say(state); // first: the picture makes room for it
  if (onCanvas) return; // who clicks in the picture does not want it to move
  const moved = ["focus", "hops", "community"].some((key) => state[key] !== before[key]) || state.expanded !== before.expanded;
  const chose = state.select && state.select !== before.select;
  if (moved && !(chose && !state.focus)) fit();
  else if (chose) look(state);
}

// At what is selected: from afar so near that the names of its neighbours can be read.
function look(state) {
  const around = lit(state);
  reveal(chosen(state), way || state.select.kind === "entity" ? around.nodes : chosen(state));
}

function say(state) {
  const select = state.select;
  if (!select) announce("");
  else if (select.kind === "entity") announce(`${short(select.id)}: ${plural(degree.get(select.id), "neighbour")}`);
  else if (select.kind === "edge") announce(`${short(edges[select.id].from)} ${relationOf(edges[select.id]).label} ${short(edges[select.id].to)}`);
  else announce(way ? `Path of ${plural(way.lines.length, "step")}` : select.from && select.to ? "No path" : "Choose two entities");
}

const short = (id) => (nameOf(id).length > 60 ? `${nameOf(id).slice(0, 60)}…` : nameOf(id));

function tip(node, line) {
  if (node !== null) return [name(nameOf(node).slice(0, 200)), ` · ${typeOf(node).label.toLowerCase()} · ${plural(degree.get(node), "neighbour")}`];
  return [name(nameOf(line.from).slice(0, 90)), ` ${relationOf(line.edge).label} `, name(nameOf(line.to).slice(0, 90)),
    ` · ${statuses.get(line.status).label.toLowerCase()} · ${plural(line.told.length, "sentence")}`];
}

// ---------------------------------------------------------------- start

function menu(opens) {
  $("filters").classList.toggle("open", opens);
  $("menu").setAttribute("aria-expanded", String(opens));
}

// Paper is light, and shows a copy of the picture: the browser would stretch the canvas itself.
function onPaper(prints) {
  document.documentElement.dataset.theme = !prints && isDark(get()) ? "dark" : "light";
  recolour(get());
  buildLegend();
  updateLegend(get(), counted);
  details(get(), { shown, go, way });
  if (!prints) return redraw();
  fit(undefined, { moves: false });
  visNetwork().redraw();
  const { canvas } = picture();
  Object.assign($("paper"), { width: canvas.width, height: canvas.height });
  return $("paper").getContext("2d").drawImage(canvas, 0, 0);
}

function still(does) {
  onCanvas = true;
  does();
  onCanvas = false;
}

// The first click of a double-click selects; then both are one step.
function clickEntity(id) {
  const before = get();
  still(() => go.entity(id));
  if (get() !== before) clicked = { id, at: performance.now() };
}

const DOUBLE = 1000; // milliseconds: the browser has judged it, this only tells it from a click long ago

function doubleClickEntity(id) {
  go.expand(id, clicked?.id === id && performance.now() - clicked.at < DOUBLE);
}

const shift = (key) => change({ [key]: !get()[key] });
const colour = () => change({ colour: get().colour === "type" ? "community" : "type" });
const dark = () => change({ theme: isDark(get()) ? "light" : "dark" });
const reset = () => change({ ...start(), theme: get().theme });
const selected = () => (get().select?.kind === "entity" ? get().select.id : get().focus);

function listen() {
  const click = (id, does) => $(id).addEventListener("click", does);
  click("undo", undo);
  click("redo", redo);
  click("path", togglePath);
  click("communities", colour);
  click("labels", () => shift("labels"));
  click("table", () => shift("table"));
  click("theme", dark);
  click("help", showKeys);
  click("fit", () => fit());
  click("zoom-in", () => zoom(1.35));
  click("zoom-out", () => zoom(1 / 1.35));
  click("menu", () => menu(!$("filters").classList.contains("open")));
  const takes = {
    png: () => savePng(picture()), svg: () => saveSvg(picture()), csv: () => saveCsv(shown), json: () => saveJson(shown),
    link: () => copy(location.href), print: () => window.print(),
  };
  for (const item of document.querySelectorAll("[data-export]")) {
    item.addEventListener("click", () => { takes[item.dataset.export](); $("export").open = false; });
  }
  document.addEventListener("click", (event) => {
    if (!$("export").contains(event.target)) $("export").open = false;
    if (!$("filters").contains(event.target) && event.target !== $("menu")) menu(false);
  });
  addEventListener("beforeprint", () => onPaper(true));
  addEventListener("afterprint", () => onPaper(false));
  whenSystemChanges(() => draw(get(), get()));
}

function keys() {
  const step = (hops) => selected() !== null && go.focus(selected(), hops);
  listenToKeys({
    "/": () => { menu(true); $("query").focus(); $("query").select(); },
    Escape: escape, z: undo, Z: redo, f: () => fit(), 1: () => step(1), 2: () => step(2),
    x: () => selected() !== null && go.expand(selected()), p: togglePath, n: () => nextNeighbour(1), N: () => nextNeighbour(-1), e: nextRelation,
    c: () => !$("communities").hidden && colour(), l: () => shift("labels"), t: () => shift("table"), d: dark, r: reset,
    "+": () => zoom(1.35), "=": () => zoom(1.35), "-": () => zoom(1 / 1.35), "?": showKeys, pan,
  });
}

function begin() {
  $("communities").hidden = !data.nodes.some((node) => node.community !== undefined);
  open();
  const state = get();
  document.documentElement.dataset.theme = isDark(state) ? "dark" : "light";
  buildLegend();
  createView(state, {
    entity: clickEntity, line: (line) => still(() => go.edge(line.edge.id)), expand: doubleClickEntity, tip,
    nothing: () => get().select?.kind !== "path" && go.nothing(),
  });
  afterBuild(() => updateLegend(get(), counted));
  createFinder((id) => { menu(false); go.entity(id); });
  listen();
  keys();
  listenToAddress();
  subscribe(draw);
  draw(state, null);
  if (state.select) say(state);
  fit(undefined, { moves: false });
  if (state.select) look(state);
}

begin();

// For tests, and for readers with the console open.
window.network = visNetwork();
window.fabgrid = {
  data, go, search, fit, state: get, change, undo, redo, labels: drawnLabels,
  visible: () => ({ nodes: [...shown.nodes], lines: [...shown.lines] }),
  path: (from, to) => route({ from, to }, passing(get())),
};
window.network.once("afterDrawing", () => { document.documentElement.dataset.ready = "1"; });
redraw();
