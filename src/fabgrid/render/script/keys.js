// The keyboard: every button has a key, the graph can be walked without a mouse.

import { $, button, el, replace } from "./dom.js";

const KEYS = [
  ["/", "search"], ["Esc", "close, then step out"], ["z / Shift+z", "undo / redo"], ["f", "fit to the window"],
  ["1 / 2", "only 1 or 2 steps around the selected entity"], ["x", "expand the selected entity"], ["p", "shortest path"],
  ["n / Shift+n", "next / previous neighbour"], ["e", "next relation of the selected entity"],
  ["c", "colour by community"], ["l", "relation names on all lines"],
  ["t", "table"], ["d", "dark page"], ["r", "reset all"], ["← ↑ → ↓", "move the picture"], ["+ −", "zoom"], ["?", "these keys"],
];

const PAN = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] };

export function listenToKeys(does) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || $("keys").open) return;
    const typing = event.target.matches("input:not([type=checkbox]):not([type=range]), textarea, select");
    if ((event.ctrlKey || event.metaKey) && !typing && event.key.toLowerCase() === "z") {
      event.preventDefault();
      (event.shiftKey ? does.Z : does.z)();
    }
    if (event.ctrlKey || event.metaKey || typing) return;
    if (PAN[event.key]) {
      if (event.target !== $("canvas") && event.target !== document.body) return;
      event.preventDefault();
      does.pan(...PAN[event.key]);
    } else if (does[event.key]) {
      event.preventDefault();
      does[event.key]();
    }
  });
}

export function showKeys() {
  const dialog = $("keys");
  replace(dialog,
    el("h2", { id: "keys-title" }, "Keys"),
    el("dl", null, KEYS.map(([key, what]) => [el("dt", null, el("kbd", null, key)), el("dd", null, what)])),
    el("p", { class: "soft small" }, "Double-click an entity to pull in its neighbours; double-click a row of the legend to see only that."),
    button("Close", () => dialog.close(), { autofocus: true }));
  dialog.showModal();
}
