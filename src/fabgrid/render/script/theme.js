// Light or dark: the page's choice, else the system's.

const system = matchMedia("(prefers-color-scheme: dark)");
export const isDark = (state) => (state.theme ?? (system.matches ? "dark" : "light")) === "dark";
export const whenSystemChanges = (listener) => system.addEventListener("change", listener);
export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Colours come as pairs: on light, on dark paper.
export const tone = (pair) => pair[document.documentElement.dataset.theme === "dark" ? 1 : 0];

export const css = (variable) => getComputedStyle(document.documentElement).getPropertyValue(variable).trim();

export function mixed(colour, paper, share) {
  const [a, b] = [rgb(colour), rgb(paper)];
  return `rgb(${a.map((value, k) => Math.round(value * share + b[k] * (1 - share))).join(",")})`;
}

function rgb(colour) {
  const digits = colour.replace("#", "");
  return [0, 2, 4].map((k) => parseInt(digits.slice(k, k + 2), 16));
}
