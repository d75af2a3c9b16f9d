// The left side: the legend that is the filter, confidence and time.

import { $, button, el, lineSwatch, replace, shapeSwatch, svg } from "./dom.js";
import { data, last } from "./data.js";
import { histogram } from "./filter.js";
import { day, percent } from "./format.js";
import { change, get, settle, start } from "./state.js";
import { still, tone } from "./theme.js";

const GREY = ["#444c56", "#c3cad2"];
const opened = new Set(); // families whose relations are listed
let playing = null;

// Builds everything anew: called when the theme or a fold changes; `update` does the rest.
export function buildLegend() {
  replace($("legend"),
    section("Entity types", "types", data.types.map((type) =>
      item("types", [type.id], type.label, shapeSwatch(type.shape, tone(get().colour === "type" ? type.colours : GREY))))),
    section("Relations", "relations", data.families.flatMap(familyRows)),
    section("Status", "statuses", data.statuses.map((status) =>
      item("statuses", [status.id], status.label, lineSwatch(tone(GREY), status.dashes, status.strength)))),
    confidence(),
    time(),
    checks(),
    el("p", null, button("Reset all", () => change({ ...start(), theme: get().theme }), { id: "reset", title: "Show everything again (r)" })));
}

function section(heading, key, rows) {
  const id = `head-${key}`;
  return [
    el("h2", { id }, heading),
    el("fieldset", { class: "legend", id: `legend-${key}`, "aria-labelledby": id }, rows),
  ];
}

function familyRows(family) {
  const ids = Object.keys(data.relations).filter((id) => data.relations[id].family === family.id);
  const swatch = lineSwatch(tone(family.colours), [], 1);
  const row = item("relations", ids, family.label, swatch, {
    fold: button(opened.has(family.id) ? "▾" : "▸", () => fold(family.id), {
      class: "fold", "aria-expanded": String(opened.has(family.id)), "aria-label": `Relations of ${family.label}`, "data-fold": family.id,
    }),
  });
  if (!opened.has(family.id)) return [row];
  return [row, ...ids.map((id) => item("relations", [id], data.relations[id].label, null, { sub: true }))];
}

function fold(id) {
  if (!opened.delete(id)) opened.add(id);
  buildLegend();
  listening?.();
  document.querySelector(`[data-fold="${CSS.escape(id)}"]`)?.focus();
}

let listening = null;
export const afterBuild = (listener) => { listening = listener; };

// A row switches all of its ids; `off` in the state lists what is switched off.
function item(key, ids, label, swatch, { fold: folder = null, sub = false } = {}) {
  const box = el("input", { type: "checkbox", on: { change: () => toggle(key, ids, box.checked) } });
  return el("div", { class: sub ? "row sub" : "row", "data-key": key, "data-ids": ids.join("~"), on: { dblclick: () => only(key, ids) } },
    folder,
    el("label", null, box, swatch, el("span", { class: "text" }, label)),
    button("only", () => only(key, ids), { class: "only", "aria-label": `Only ${label}` }),
    el("span", { class: "count" }));
}

function toggle(key, ids, on) {
  const off = new Set(get()[key]);
  for (const id of ids) {
    if (on) off.delete(id);
    else off.add(id);
  }
  change({ [key]: [...off].sort() });
}

const all = { types: () => data.types.map((t) => t.id), relations: () => Object.keys(data.relations), statuses: () => data.statuses.map((s) => s.id) };

// Only this; a second time, everything again.
function only(key, ids) {
  const rest = all[key]().filter((id) => !ids.includes(id)).sort();
  change({ [key]: rest.join() === [...get()[key]].join() ? [] : rest });
}

// ---------------------------------------------------------------- sliders

// A drag is one step of the history.
function slider(props, read) {
  let before = null;
  const input = el("input", { type: "range", ...props, on: {
    input: () => { before ??= get(); change(read(input), { quiet: true }); },
    change: () => { if (before) settle(before); before = null; },
  } });
  return input;
}

function confidence() {
  const input = slider({ id: "confidence", min: 0, max: 100, step: 5, value: get().confidence * 100 }, (own) => ({ confidence: own.value / 100 }));
  return [el("h2", null, el("label", { for: "confidence" }, "Confidence at least "), el("output", { id: "confidence-now", for: "confidence" })), input];
}

function time() {
  if (!data.time.labels.length || last === 0) return [];
  const ends = { min: 0, max: last, step: 1 };
  return [
    el("h2", null, "Published"),
    el("p", { class: "small soft", id: "time-now" }),
    svg("svg", { class: "histogram", id: "histogram", viewBox: `0 0 ${(last + 1) * 10} 44`, preserveAspectRatio: "none", role: "img", "aria-label": "Statements by date" },
      Array.from({ length: last + 1 }, (_, k) => svg("rect", { x: k * 10 + 0.8, width: 8.4, y: 44, height: 0 }))),
    el("label", { class: "unseen", for: "from" }, "From"),
    slider({ id: "from", ...ends, value: get().from }, (own) => ({ from: Math.min(Number(own.value), get().to) })),
    el("label", { class: "unseen", for: "to" }, "To"),
    slider({ id: "to", ...ends, value: get().to }, (own) => ({ to: Math.max(Number(own.value), get().from) })),
    el("p", { class: "play" }, button("▶ Play", play, { id: "play", title: "Watch the graph grow", "aria-pressed": "false" })),
  ];
}

// Moves the end of the time from the first step to the last; one step of the history in all.
function play() {
  if (playing) return stop();
  const before = get();
  const first = before.to >= last ? before.from : before.to;
  const every = Math.max(still() ? 400 : 120, Math.min(900, 12000 / (last + 1)));
  let at = first;
  const tick = () => {
    change({ to: at }, { quiet: true });
    if (at >= last) return stop();
    at += 1;
    return undefined;
  };
  playing = { timer: setInterval(tick, every), before };
  $("play").textContent = "■ Stop";
  $("play").setAttribute("aria-pressed", "true");
  tick();
  return undefined;
}

function stop() {
  clearInterval(playing.timer);
  settle(playing.before);
  playing = null;
  $("play").textContent = "▶ Play";
  $("play").setAttribute("aria-pressed", "false");
}

function checks() {
  const check = (key, label) => {
    const box = el("input", { type: "checkbox", id: `check-${key}`, on: { change: () => change({ [key]: box.checked }) } });
    return el("label", { class: "check" }, box, label);
  };
  const torn = data.edges.filter((edge) => edge.conflict).length;
  return [check("alone", "Entities without relations"), torn ? check("conflicts", `Only conflicting statements (${torn})`) : null];
}

// ---------------------------------------------------------------- what the state says

export function updateLegend(state, counted) {
  for (const row of document.querySelectorAll("#legend .row")) {
    const [key, ids] = [row.dataset.key, row.dataset.ids.split("~")];
    const off = ids.filter((id) => state[key].includes(id)).length;
    const box = row.querySelector("input");
    box.checked = off < ids.length;
    box.indeterminate = off > 0 && off < ids.length;
    row.classList.toggle("off", off === ids.length);
    row.querySelector(".count").textContent = ids.reduce((sum, id) => sum + (counted[key].get(id) ?? 0), 0).toLocaleString("en");
  }
  $("confidence").value = state.confidence * 100;
  $("confidence-now").textContent = percent(state.confidence);
  for (const key of ["alone", "conflicts"]) if ($(`check-${key}`)) $(`check-${key}`).checked = state[key];
  if ($("from")) updateTime(state);
}

function updateTime(state) {
  $("from").value = state.from;
  $("to").value = state.to;
  const label = (k) => day(data.time.labels[k]);
  $("from").setAttribute("aria-valuetext", label(state.from));
  $("to").setAttribute("aria-valuetext", label(state.to));
  const whole = state.from === 0 && state.to === last;
  $("time-now").textContent = `${label(state.from)} – ${label(state.to)}${whole ? "" : ", undated left out"}`;
  const bars = histogram(state);
  const most = Math.max(1, ...bars);
  $("histogram").querySelectorAll("rect").forEach((rect, k) => {
    const height = bars[k] ? Math.max(2, (bars[k] / most) * 44) : 0;
    rect.setAttribute("height", height);
    rect.setAttribute("y", 44 - height);
    rect.setAttribute("class", k >= state.from && k <= state.to ? "in" : "");
  });
}
