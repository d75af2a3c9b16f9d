// What the reader has chosen: one frozen object, its history, and its form in the address.

import { edges, findEdge, last, nodes } from "./data.js";

const START = Object.freeze({
  types: [], relations: [], statuses: [], // switched off
  confidence: 0, from: 0, to: last, alone: false, conflicts: false, community: null,
  select: null, // {kind: "entity", id} | {kind: "edge", id} | {kind: "path", from, to}
  focus: null, hops: 1, expanded: [],
  colour: "type", labels: false, table: false, theme: null,
});

let current = START;
let undone = [];
let done = [];
const listeners = [];

export const get = () => current;
export const start = () => START;
export const canUndo = () => done.length > 0;
export const canRedo = () => undone.length > 0;
export const subscribe = (listener) => listeners.push(listener);

// One step of the reader; `quiet` while a slider moves, so that a drag is one step; `joins` makes it and the
// step before one, as the two clicks of a double-click are.
export function change(changes, { quiet = false, joins = false } = {}) {
  const next = Object.freeze({ ...current, ...changes });
  if (encode(next) === encode(current)) return;
  if (!quiet && !joins) done.push(current);
  if (!quiet) undone = [];
  show(next);
  address(quiet || joins);
}

// After quiet changes: the state before them becomes the step to go back to.
export function settle(before) {
  if (encode(before) === encode(current)) return;
  done.push(before);
  undone = [];
  show(current);
  address(false);
}

export function undo() {
  if (!done.length) return;
  undone.push(current);
  show(done.pop());
  address(true);
}

export function redo() {
  if (!undone.length) return;
  done.push(current);
  show(undone.pop());
  address(true);
}

function show(next) {
  const before = current;
  current = next;
  for (const listener of listeners) listener(current, before);
}

// A page inside a frame of a notebook has no address of its own.
function address(replaces) {
  try {
    const hash = `#${encode(current)}`;
    if (replaces) history.replaceState(null, "", hash);
    else history.pushState(null, "", hash);
  } catch {
    // the view still changes, only the address does not tell it
  }
}

export function listenToAddress() {
  addEventListener("popstate", () => {
    const next = decode(location.hash.slice(1));
    if (encode(next) === encode(current)) return;
    if (done.length && encode(done[done.length - 1]) === encode(next)) {
      undone.push(current);
      show(done.pop());
    } else {
      done.push(current);
      show(next);
    }
  });
}

export function open() {
  show(decode(location.hash.slice(1)));
}

// ---------------------------------------------------------------- form in the address

const part = (text) => encodeURIComponent(text).replaceAll("~", "%7E");
const joined = (parts) => parts.map(part).join("~");

function split(text) {
  try {
    return text ? text.split("~").map(decodeURIComponent) : [];
  } catch {
    return []; // a cut or broken address opens the page as it is
  }
}

export function encode(state) {
  const words = [];
  const say = (key, value) => value !== "" && words.push(`${key}=${value}`);
  if (state.select?.kind === "entity") say("n", part(state.select.id));
  if (state.select?.kind === "edge") {
    const edge = edges[state.select.id];
    say("e", joined([edge.from, edge.relation, edge.to]));
  }
  if (state.select?.kind === "path") say("p", joined([state.select.from, state.select.to].filter(Boolean)) || "~");
  if (state.focus) say("f", part(state.focus));
  if (state.focus && state.hops !== 1) say("hops", state.hops);
  say("x", joined(state.expanded));
  say("xt", joined(state.types));
  say("xr", joined(state.relations));
  say("xs", joined(state.statuses));
  if (state.confidence) say("c", state.confidence);
  if (state.from !== 0 || state.to !== last) say("t", `${state.from}-${state.to}`);
  if (state.community !== null) say("g", state.community);
  for (const flag of ["alone", "conflicts", "labels", "table"]) if (state[flag]) say(flag, 1);
  if (state.colour !== "type") say("colour", state.colour);
  if (state.theme) say("theme", state.theme);
  return words.join("&");
}

export function decode(hash) {
  const raw = new Map(hash.split("&").map((word) => [word.split("=")[0], word.slice(word.indexOf("=") + 1)]));
  const list = (key) => split(raw.get(key));
  const number = (key, low, high, otherwise) => {
    const value = raw.has(key) ? Number(raw.get(key)) : NaN;
    return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : otherwise;
  };
  const [from, to] = (raw.get("t") ?? "").split("-").map(Number);
  const timely = Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= last;
  const focus = list("f")[0];
  return Object.freeze({
    ...START,
    select: selection(list),
    focus: nodes.has(focus) ? focus : null,
    hops: number("hops", 1, 2, 1) > 1 ? 2 : 1,
    expanded: list("x").filter((id) => nodes.has(id)),
    types: list("xt"), relations: list("xr"), statuses: list("xs"),
    confidence: number("c", 0, 1, 0),
    from: timely && raw.get("t") ? from : 0,
    to: timely && raw.get("t") ? to : last,
    community: raw.has("g") ? number("g", 0, 1e6, null) : null,
    alone: raw.has("alone"), conflicts: raw.has("conflicts"), labels: raw.has("labels"), table: raw.has("table"),
    colour: raw.get("colour") === "community" ? "community" : "type",
    theme: ["dark", "light"].includes(raw.get("theme")) ? raw.get("theme") : null,
  });
}

function selection(list) {
  const entity = list("n")[0];
  if (nodes.has(entity)) return { kind: "entity", id: entity };
  const edge = findEdge(...list("e"));
  if (edge) return { kind: "edge", id: edge.id };
  const [from, to] = list("p");
  if (from === undefined) return null;
  return { kind: "path", from: nodes.has(from) ? from : null, to: nodes.has(from) && nodes.has(to) ? to : null };
}
