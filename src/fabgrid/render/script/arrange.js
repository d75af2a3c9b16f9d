// A small part of the graph laid out by itself: distances as in the graph, every name with room of its own.
//
// The whole graph's positions come from Python; this begins at them, so that a part keeps its shape and the
// same part of the same graph looks the same each time.

const MOST = 300; // entities; a larger part stays as it is
const FEW = 80; // up to so many, none lies on a line of others
const ROUNDS = 60; // of the majorization
const PUSHES = 200; // of boxes from each other and from lines, at most
const ROOM = 2.1; // how much more area a part gets than its boxes cover
const SHORTEST = 90; // mean length of a line, pixels

// `boxes` are {id, x, y, half, up, down}: where an entity stands and what room it and its name take; `links` are
// pairs of ids; `aspect` is the width of the window to its height. Returns Map id -> {x, y}, or null.
export function arrange(boxes, links, aspect) {
  const n = boxes.length;
  if (n < 2 || n > MOST) return null;
  const number = new Map(boxes.map(({ id }, k) => [id, k]));
  const pairs = links.map((pair) => pair.map((id) => number.get(id)));
  const distance = distances(n, pairs);
  const points = started(boxes, distance);
  for (let round = 0; round < ROUNDS; round += 1) relax(points, distance);
  stretch(points, boxes, distance, aspect);
  const clearing = n <= FEW ? PUSHES / 2 : 0;
  for (let round = 0; round < PUSHES; round += 1) {
    if (round < clearing) clearLines(points, boxes, pairs);
    if (!pushApart(points, boxes) && round >= clearing) break;
  }
  return new Map(boxes.map(({ id }, k) => [id, { x: Math.round(points[k].x), y: Math.round(points[k].y) }]));
}

// Steps between each two, breadth first; what is not connected is one step farther than the farthest.
function distances(n, links) {
  const near = Array.from({ length: n }, () => []);
  for (const [a, b] of links) {
    near[a].push(b);
    near[b].push(a);
  }
  const found = near.map((_, from) => {
    const steps = new Array(n).fill(0);
    const queue = [from];
    for (const at of queue) {
      for (const far of near[at]) {
        if (far === from || steps[far]) continue;
        steps[far] = steps[at] + 1;
        queue.push(far);
      }
    }
    return steps;
  });
  const apart = Math.max(...found.flat()) + 1;
  return found.map((row, from) => row.map((steps, to) => (from === to ? 0 : steps || apart)));
}

// The old positions, one step being one unit; two at one place are parted.
function started(boxes, distance) {
  const [x, y] = [mean(boxes.map((box) => box.x)), mean(boxes.map((box) => box.y))];
  const reach = mean(boxes.map((box) => Math.hypot(box.x - x, box.y - y))) || 1;
  const size = Math.max(1, mean(distance.flat()) / 1.5) / reach;
  return boxes.map((box, k) => ({
    x: (box.x - x) * size + 0.01 * Math.cos(k * 2.4),
    y: (box.y - y) * size + 0.01 * Math.sin(k * 2.4),
  }));
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

// Moves each to where the others would have it (stress majorization, weights 1/d²).
function relax(points, distance) {
  for (let k = 0; k < points.length; k += 1) {
    const point = points[k];
    let x = 0;
    let y = 0;
    let all = 0;
    for (let j = 0; j < points.length; j += 1) {
      if (j === k) continue;
      const d = distance[k][j];
      const dx = point.x - points[j].x;
      const dy = point.y - points[j].y;
      const longer = d / (Math.sqrt(dx * dx + dy * dy) || 1e-6);
      const weight = 1 / (d * d);
      x += weight * (points[j].x + longer * dx);
      y += weight * (points[j].y + longer * dy);
      all += weight;
    }
    point.x = x / all;
    point.y = y / all;
  }
}

// To pixels: room for all boxes, in the shape of the window.
function stretch(points, boxes, distance, aspect) {
  const extent = (axis) => Math.max(0.4, Math.max(...points.map((p) => p[axis])) - Math.min(...points.map((p) => p[axis])));
  const [wide, high] = [extent("x"), extent("y")];
  const need = ROOM * boxes.reduce((sum, box) => sum + 2 * box.half * (box.up + box.down), 0);
  const lines = points.flatMap((a, k) => points.slice(k + 1).filter((_, j) => distance[k][k + 1 + j] === 1).map((b) => Math.hypot(a.x - b.x, a.y - b.y)));
  const size = Math.max(Math.sqrt(need / (wide * high)), SHORTEST / (mean(lines.length ? lines : [1]) || 1));
  const lean = Math.min(1.5, Math.max(0.67, Math.sqrt((aspect * high) / wide)));
  for (const point of points) {
    point.x *= size * lean;
    point.y *= size / lean;
  }
}

// Moves entities off the lines of others: who lies on a line seems to be its end.
function clearLines(points, boxes, pairs) {
  for (const [a, b] of pairs) {
    const [dx, dy] = [points[b].x - points[a].x, points[b].y - points[a].y];
    const length = Math.hypot(dx, dy) || 1;
    points.forEach((point, k) => {
      if (k === a || k === b) return;
      const [px, py] = [point.x - points[a].x, point.y - points[a].y];
      const along = (px * dx + py * dy) / length;
      if (along < 0 || along > length) return;
      const beside = (py * dx - px * dy) / length;
      const over = boxes[k].up + 2 - Math.abs(beside);
      if (over <= 0) return;
      const push = (beside >= 0 ? 0.2 : -0.2) * over;
      point.x -= (push * dy) / length;
      point.y += (push * dx) / length;
    });
  }
}

// One push of the boxes that lie over each other, along the shorter way out; tells whether there were any.
function pushApart(points, boxes) {
  let hit = false;
  for (let a = 0; a < boxes.length; a += 1) {
    for (let b = a + 1; b < boxes.length; b += 1) {
      const across = points[b].x - points[a].x;
      const overX = boxes[a].half + boxes[b].half - Math.abs(across);
      if (overX <= 0) continue;
      const along = points[b].y - points[a].y;
      const overY = (along >= 0 ? boxes[a].down + boxes[b].up : boxes[a].up + boxes[b].down) - Math.abs(along);
      if (overY <= 0) continue;
      hit = true;
      const [axis, way] = overX < overY ? ["x", across >= 0 ? overX : -overX] : ["y", along >= 0 ? overY : -overY];
      points[a][axis] -= 0.3 * way;
      points[b][axis] += 0.3 * way;
    }
  }
  return hit;
}
