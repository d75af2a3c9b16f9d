// The shortest way between two entities, over what is not denied.

import { lines, linesAt, other } from "./data.js";

// Returns {nodes, lines} in the order of the way, or null. `allowed` tells which lines may be used.
export function shortest(from, to, allowed) {
  if (!from || !to) return null;
  const came = new Map([[from, null]]);
  const queue = [from];
  for (let k = 0; k < queue.length && !came.has(to); k += 1) {
    for (const line of ranked(linesAt.get(queue[k]))) {
      const far = other(line, queue[k]);
      if (line.status !== "denied" && allowed(line) && !came.has(far)) {
        came.set(far, line);
        queue.push(far);
      }
    }
  }
  return came.has(to) ? traced(came, to) : null;
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
