// Elements built from text: nothing of the data ever passes through an HTML parser.

export const $ = (id) => document.getElementById(id);

const SVG = "http://www.w3.org/2000/svg";

export function el(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

export function svg(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

// `on` holds listeners; true and false set or leave out an attribute.
function fill(element, props, children) {
  for (const [name, value] of Object.entries(props || {})) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export function replace(parent, ...children) {
  parent.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
}

// A name from an article: <bdi> keeps its direction from turning the text around it.
export const name = (text, props) => el("bdi", props, text);

export const button = (text, listener, props) =>
  el("button", { type: "button", on: { click: listener }, ...props }, text);

// Only http and https may leave the page.
export function webAddress(text) {
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url : null;
  } catch {
    return null;
  }
}

export function link(address, text) {
  const url = webAddress(address);
  if (!url) return name(text);
  return el("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, name(text));
}

export function announce(text) {
  $("status").textContent = text;
}

export function plural(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // A page in a sandboxed frame may not use the clipboard interface.
    const area = el("textarea", { class: "unseen", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  announce("Copied");
}

// The shapes of the legend are those that vis-network draws.
export function shapePath(shape, r) {
  const corners = (n, turn, radius = () => r) =>
    Array.from({ length: n }, (_, k) => {
      const angle = turn + (2 * Math.PI * k) / n;
      return `${(radius(k) * Math.cos(angle)).toFixed(2)},${(radius(k) * Math.sin(angle)).toFixed(2)}`;
    }).join("L");
  const up = -Math.PI / 2;
  switch (shape) {
    case "square": return `M${-r},${-r}H${r}V${r}H${-r}Z`;
    case "triangle": return `M${corners(3, up, () => 1.15 * r)}Z`;
    case "triangleDown": return `M${corners(3, -up, () => 1.15 * r)}Z`;
    case "diamond": return `M0,${-r}L${r},0L0,${r}L${-r},0Z`;
    case "star": return `M${corners(10, up, (k) => (k % 2 ? 0.5 * r : 1.25 * r))}Z`;
    case "hexagon": return `M${corners(6, 0)}Z`;
    case "pentagon": return `M${corners(5, up)}Z`;
    default: return `M${-r},0A${r},${r} 0 1 0 ${r},0A${r},${r} 0 1 0 ${-r},0Z`;
  }
}

export function shapeSwatch(shape, colour) {
  return svg("svg", { class: "swatch", width: 18, height: 16, viewBox: "-9 -8 18 16", "aria-hidden": "true" },
    svg("path", { d: shapePath(shape, 6), fill: colour }));
}

export function lineSwatch(colour, dashes, strength) {
  return svg("svg", { class: "swatch", width: 26, height: 12, viewBox: "0 0 26 12", "aria-hidden": "true" },
    svg("line", {
      x1: 1, y1: 6, x2: 25, y2: 6, stroke: colour, "stroke-width": 2.5, "stroke-opacity": strength || 1,
      "stroke-dasharray": (dashes || []).map((d) => d * 0.7).join(" ") || null,
    }));
}
