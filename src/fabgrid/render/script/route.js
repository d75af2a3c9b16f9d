// The shortest way between two entities, over what is not denied.

import { familyOf, lines, linesAt, other } from "./data.js";

// To be in one place connects little: such a step is taken where three others would not do.
const cost = (line) => (familyOf(line.edge).id === "Location" ? 3 : 1);

// Returns {nodes, lines} in the order of the way, or null. `allowed` tells which lines may be used.
export function shortest(from, to, allowed) {
  if (!from || !to) return null;
  const came = new Map([[from, null]]);
  const rims = [[[from, null]]]; // entities by their distance, each with the line that leads to it
  const done = new Set();
  for (let steps = 0; steps < rims.length && !done.has(to); steps += 1) {
    for (const [id, line] of rims[steps] ?? []) {
      if (done.has(id)) continue;
      done.add(id);
      came.set(id, line);
      for (const next of ranked(linesAt.get(id))) {
        if (next.status !== "denied" && allowed(next)) (rims[steps + cost(next)] ??= []).push([other(next, id), next]);
      }
    }
  }
  return done.has(to) ? traced(came, to) : null;
}

// Of two ways of the same length the one better told: stated before planned, more sentences first.
const ORDER = ["asserted", "reported", "planned", "past", "denied"];

function ranked(found) {
  return [...found].sort(
    (a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || b.told.length - a.told.length,
  );
}

function traced(came, to) {
  const way = { nodes: [to], lines: [] };
  for (let at = to, line = came.get(at); line; line = came.get(at)) {
    way.lines.unshift(line.id);
    at = other(lines.get(line.id), at);
    way.nodes.unshift(at);
  }
  return way;
}
