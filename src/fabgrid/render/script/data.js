// The two JSON blocks of the page, indexed.

const read = (id) => JSON.parse(document.getElementById(id).textContent);

export const data = read("data");
export const written = read("network"); // what pyvis wrote

export const nodes = new Map(data.nodes.map((node) => [node.id, node]));
export const edges = data.edges;
export const types = new Map(data.types.map((type) => [type.id, type]));
export const families = new Map(data.families.map((family) => [family.id, family]));
export const statuses = new Map(data.statuses.map((status) => [status.id, status]));
export const last = Math.max(0, data.time.labels.length - 1); // last step of the time slider

// A line is what is drawn: the statements of one edge with one status.
export const lines = new Map();
for (const line of written.edges) {
  const [id, status] = [Number(line.id.split(".")[0]), line.id.split(".")[1]];
  const told = edges[id].statements.filter((k) => data.statements[k].status === status);
  lines.set(line.id, { id: line.id, edge: edges[id], status, told, from: line.from, to: line.to });
}

export const linesOf = new Map(edges.map((edge) => [edge.id, []]));
for (const line of lines.values()) linesOf.get(line.edge.id).push(line);

// Entity -> its lines, in the payload's order.
export const linesAt = new Map(data.nodes.map((node) => [node.id, []]));
for (const line of lines.values()) {
  linesAt.get(line.from).push(line);
  if (line.to !== line.from) linesAt.get(line.to).push(line);
}

export const edgesAt = new Map(data.nodes.map((node) => [node.id, []]));
for (const edge of edges) {
  edgesAt.get(edge.from).push(edge);
  if (edge.to !== edge.from) edgesAt.get(edge.to).push(edge);
}

export const degree = new Map(
  data.nodes.map((node) => [node.id, new Set(edgesAt.get(node.id).map((edge) => other(edge, node.id))).size]),
);

export function other(edge, id) {
  return edge.from === id ? edge.to : edge.from;
}

export const nameOf = (id) => nodes.get(id)?.name ?? id;
export const typeOf = (id) => types.get(nodes.get(id).type);
export const relationOf = (edge) => data.relations[edge.relation];
export const familyOf = (edge) => families.get(relationOf(edge).family);
export const sentenceOf = (found) => data.sentences[found.sentence];
export const sourceOf = (found) => data.sources[sentenceOf(found).source] ?? {};
export const dateOf = (found) => sourceOf(found).date ?? "";

// In a link to a view an edge is named by its ends, which stay the same when the page is written anew.
const edgeByKey = new Map(edges.map((edge) => [`${edge.from}\n${edge.relation}\n${edge.to}`, edge]));
export const findEdge = (from, relation, to) => edgeByKey.get(`${from}\n${relation}\n${to}`);
