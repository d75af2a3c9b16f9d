// What a state shows: the statements that pass, and the lines and entities that they leave.

import { data, edges, last, lines, linesAt, nodes, other, sourceOf } from "./data.js";

// Statement number -> step of the time slider; -1 where its article has no date.
const steps = data.statements.map((statement) => sourceOf(statement).bucket ?? -1);

export function visible(state) {
  const passes = statementFilter(state);
  const on = typeFilter(state);
  const open = new Set();
  for (const line of lines.values()) {
    if (state.conflicts && !line.edge.conflict) continue;
    if (on(line.from) && on(line.to) && line.told.some(passes)) open.add(line.id);
  }
  const within = area(state, open);
  const shown = { nodes: new Set(), lines: new Set(), passes };
  for (const id of open) {
    const line = lines.get(id);
    if (!within.has(line.from) || !within.has(line.to)) continue;
    shown.lines.add(id);
    shown.nodes.add(line.from).add(line.to);
  }
  if (state.alone) for (const id of within) if (on(id)) shown.nodes.add(id);
  for (const id of chosen(state)) shown.nodes.add(id);
  return shown;
}

function statementFilter(state) {
  const [relations, statuses] = [new Set(state.relations), new Set(state.statuses)];
  const always = state.from === 0 && state.to === last; // an undated statement has no place in a narrower time
  return (k) => {
    const statement = data.statements[k];
    return (
      statement.confidence >= state.confidence &&
      !statuses.has(statement.status) &&
      !relations.has(edges[statement.edge].relation) &&
      (always || (steps[k] >= state.from && steps[k] <= state.to))
    );
  };
}

function typeFilter(state) {
  const off = new Set(state.types);
  return (id) => {
    const node = nodes.get(id);
    return !off.has(node.type) && (state.community === null || node.community === state.community);
  };
}

// The entities that may be seen: all, those around the focus, or the top ones and what was pulled in.
function area(state, open) {
  if (state.focus) {
    const found = ball([state.focus], state.hops, open);
    for (const id of state.expanded) for (const near of ball([id], 1, open)) found.add(near);
    return found;
  }
  const found = new Set();
  for (const node of data.nodes) if (node.shown || state.community !== null) found.add(node.id);
  for (const id of state.expanded) for (const near of ball([id], 1, open)) found.add(near);
  for (const id of chosen(state)) found.add(id);
  return found;
}

// What is selected stays, whatever the filters say: a reader never loses what the details show.
export function chosen(state) {
  const select = state.select;
  if (!select) return state.focus ? [state.focus] : [];
  if (select.kind === "entity") return [select.id];
  if (select.kind === "edge") return [edges[select.id].from, edges[select.id].to];
  return [select.from, select.to].filter(Boolean);
}

export function ball(centres, hops, open) {
  const found = new Set(centres);
  let rim = [...centres];
  for (let step = 0; step < hops; step += 1) {
    const next = [];
    for (const id of rim) {
      for (const line of linesAt.get(id)) {
        const far = other(line, id);
        if ((!open || open.has(line.id)) && !found.has(far)) {
          found.add(far);
          next.push(far);
        }
      }
    }
    rim = next;
  }
  return found;
}

// How many entities, relations and lines each row of the legend shows now.
export function counts(shown) {
  const found = { types: new Map(), relations: new Map(), statuses: new Map(), conflicts: 0 };
  const add = (map, key) => map.set(key, (map.get(key) ?? 0) + 1);
  for (const id of shown.nodes) add(found.types, nodes.get(id).type);
  const seen = new Set();
  for (const id of shown.lines) {
    const line = lines.get(id);
    add(found.statuses, line.status);
    if (seen.has(line.edge.id)) continue;
    seen.add(line.edge.id);
    add(found.relations, line.edge.relation);
    if (line.edge.conflict) found.conflicts += 1;
  }
  found.edges = seen.size;
  return found;
}

// Statements per step of time, whatever the time filter says.
export function histogram(state) {
  const passes = statementFilter({ ...state, from: 0, to: last });
  const bars = new Array(last + 1).fill(0);
  for (let k = 0; k < steps.length; k += 1) if (steps[k] >= 0 && passes(k)) bars[steps[k]] += 1;
  return bars;
}
