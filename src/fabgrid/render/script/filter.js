// What a state shows: the statements that pass, and the lines and entities that they leave.

import { data, edges, last, lines, linesAt, nodes, other, sourceOf } from "./data.js";

// Statement number -> step of the time slider; -1 where its article has no date.
const steps = data.statements.map((statement) => sourceOf(statement).bucket ?? -1);

// The lines that pass the filters, wherever they are, and what the filters say of statements and entities.
export function passing(state) {
  const [told, on] = [statementFilter(state), typeFilter(state)];
  const open = new Set();
  for (const line of lines.values()) {
    if (state.conflicts && !line.edge.conflict) continue;
    if (on(line.from) && on(line.to) && line.told.some(told)) open.add(line.id);
  }
  return { lines: open, told, on };
}

// `along` are entities that a path goes through: it may leave what is shown.
export function visible(state, pass, along) {
  const within = area(state, along, pass.lines);
  const shown = { nodes: new Set(along), lines: new Set(), passes: pass.told };
  for (const id of pass.lines) {
    const line = lines.get(id);
    if (!within.has(line.from) || !within.has(line.to)) continue;
    shown.lines.add(id);
    shown.nodes.add(line.from).add(line.to);
  }
  if (state.alone) for (const id of within) if (pass.on(id)) shown.nodes.add(id);
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

// The entities that may be seen: those around the focus, or all, or the top ones; and what was pulled in.
function area(state, along, open) {
  const found = state.focus ? ball([state.focus], state.hops, open) : new Set();
  if (!state.focus) for (const node of data.nodes) if (node.shown || state.community !== null) found.add(node.id);
  for (const id of state.expanded) for (const near of ball([id], 1, open)) found.add(near);
  for (const id of [...chosen(state), ...along]) found.add(id);
  return found;
}

// The entities that are laid out by themselves, whatever the filters hide of them: a focus or a community.
export function apart(state, along) {
  if (!state.focus && state.community === null) return [];
  const found = [...area(state, along)];
  return state.community === null ? found : found.filter((id) => nodes.get(id).community === state.community);
}

// What is selected stays, whatever the filters say: a reader never loses what the details show.
export function chosen(state) {
  const select = state.select;
  if (!select) return state.focus ? [state.focus] : [];
  if (select.kind === "entity") return [select.id];
  if (select.kind === "edge") return [edges[select.id].from, edges[select.id].to];
  return [select.from, select.to].filter(Boolean);
}

function ball(centres, hops, open) {
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
