// The search box: a combobox over all entities, shown or not.

import { $, el, name, replace, shapeSwatch } from "./dom.js";
import { nameOf, typeOf } from "./data.js";
import { search } from "./search.js";
import { tone } from "./theme.js";

let hits = [];
let active = 0;

export function createFinder(choose) {
  const box = $("query");
  box.addEventListener("input", () => show(search(box.value), choose));
  box.addEventListener("focus", () => box.value && show(search(box.value), choose));
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && hits.length) {
      event.preventDefault();
      mark((active + step + hits.length) % hits.length);
    } else if (event.key === "Enter" && hits[active]) {
      event.preventDefault();
      pick(hits[active].id, choose);
    } else if (event.key === "Escape") {
      if ($("hits").hidden) box.blur();
      else event.stopPropagation();
      close();
    }
  });
}

function pick(id, choose) {
  close();
  $("query").value = "";
  choose(id);
}

function show(found, choose) {
  hits = found;
  const rows = found.map((hit, k) => el("li", {
    role: "option", id: `hit-${k}`, "aria-selected": "false", title: hit.term,
    on: { mousedown: (event) => { event.preventDefault(); pick(hit.id, choose); } },
  },
  shapeSwatch(typeOf(hit.id).shape, tone(typeOf(hit.id).colours)),
  name(nameOf(hit.id).slice(0, 80), { class: "name" }),
  el("span", { class: "soft" }, hit.term === nameOf(hit.id) ? typeOf(hit.id).label : name(hit.term.slice(0, 30)))));
  replace($("hits"), rows.length ? rows : el("li", { class: "none", role: "option", "aria-selected": "false", "aria-disabled": "true" }, "No entity of that name"));
  $("hits").hidden = !$("query").value.trim();
  $("query").setAttribute("aria-expanded", String(!$("hits").hidden));
  if (rows.length) mark(0);
}

function mark(k) {
  active = k;
  [...$("hits").children].forEach((row, n) => row.setAttribute("aria-selected", String(n === k)));
  $("hits").children[k].scrollIntoView({ block: "nearest" });
  $("query").setAttribute("aria-activedescendant", `hit-${k}`);
}

function close() {
  hits = [];
  active = 0;
  $("hits").hidden = true;
  $("query").setAttribute("aria-expanded", "false");
  $("query").removeAttribute("aria-activedescendant");
}
