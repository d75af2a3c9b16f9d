"use strict";
// The query editor: YASGUI, told to ask this server only, and a picture of an answer's IRIs.

(() => {
  const MOST_LINES = 2000;
  const EXAMPLE = "SELECT DISTINCT ?supplier ?customer WHERE {\n  ?supplier fg:supplies ?customer .\n}\nLIMIT 100";
  const ENTITY = "https://w3id.org/fabgrid/entity/";
  const prefixes = JSON.parse(document.getElementById("prefixes").textContent);
  const shortName = (iri) => decodeURIComponent(iri.replace(/[/#]+$/, "").split(/[/#]/).pop());

  // The server knows its prefixes, but the editor marks one that is not declared.
  function declared(query) {
    const missing = Object.keys(prefixes).filter(
      (name) => new RegExp(`(^|[^\\w-])${name}:`).test(query) && !new RegExp(`prefix\\s+${name}:`, "i").test(query),
    );
    return missing.map((name) => `PREFIX ${name}: <${prefixes[name]}>\n`).join("") + query;
  }

  // [from, name of the line, to] for each triple, or for each row of a table from its first IRI to the others.
  function linesOf(results) {
    const rows = results.getBindings() ?? [];
    const columns = results.getVariables();
    const isGraph = ["subject", "predicate", "object"].every((name) => columns.includes(name));
    return rows.flatMap((row) => {
      if (isGraph) return [[row.subject, shortName(row.predicate.value), row.object]];
      const [first, ...others] = columns.filter((name) => row[name]?.type === "uri");
      return others.map((name) => [row[first], name, row[name]]);
    });
  }

  // Entities have their pages here, whatever their IRI.
  function open(iri) {
    if (!iri?.startsWith(ENTITY)) return false;
    location.assign(`/entity/${encodeURIComponent(decodeURIComponent(iri.slice(ENTITY.length)))}`);
    return true;
  }
  document.addEventListener("click", (event) => {
    if (open(event.target.closest?.("a")?.getAttribute("href"))) event.preventDefault();
  });

  class Picture {
    priority = 5;
    hideFromSelection = false;
    label = "Graph";

    constructor(yasr) {
      this.yasr = yasr;
    }

    canHandleResults() {
      return Boolean(this.yasr.results?.getVariables()?.length) && linesOf(this.yasr.results).length > 0;
    }

    getIcon() {
      return document.createElement("span");
    }

    draw() {
      const lines = linesOf(this.yasr.results).slice(0, MOST_LINES);
      const nodes = new Map();
      const add = ({ type, value }) => {
        const label = type === "uri" ? shortName(value) : value.slice(0, 40);
        nodes.set(value, { id: value, label, shape: type === "uri" ? "dot" : "box", size: 9 });
        return value;
      };
      const edges = lines.map(([from, label, to]) => ({ from: add(from), to: add(to), label, arrows: "to" }));
      const place = document.createElement("div");
      place.id = "picture";
      place.dataset.lines = String(lines.length);
      this.yasr.resultsEl.append(place);
      const options = {
        layout: { randomSeed: 1, improvedLayout: nodes.size < 150 },
        edges: { color: "#8896a5", font: { size: 10, color: "#57606a" }, smooth: false },
        physics: { stabilization: { iterations: 150 } },
      };
      const drawn = new vis.Network(place, { nodes: [...nodes.values()], edges }, options);
      drawn.on("doubleClick", ({ nodes: [iri] }) => open(iri));
    }
  }

  Yasgui.Yasr.registerPlugin("graph", Picture);
  Yasgui.Yasqe.defaults.autocompleters = [];
  Yasgui.defaults.endpointCatalogueOptions.getData = () => [];
  const endpoint = new URL("/sparql", location.href).href;
  const asked = new URL(location.href).searchParams.get("query");
  const yasgui = new Yasgui(document.getElementById("editor"), {
    requestConfig: { endpoint, method: "POST" },
    copyEndpointOnNewTab: false,
    persistenceId: null,
    populateFromUrl: false,
    yasqe: { value: declared(asked ?? EXAMPLE) },
    yasr: { pluginOrder: ["table", "graph", "response"], defaultPlugin: "table" },
  });
  const tab = yasgui.getTab();
  const cut = document.getElementById("cut");
  // The address bar holds the link to what is shown.
  tab.getYasqe().on("query", (yasqe) => {
    history.replaceState(null, "", `?${new URLSearchParams({ query: yasqe.getValue() })}`);
  });
  tab.getYasqe().on("queryResponse", (_, response) => {
    const rows = response?.headers?.["x-sparql-maxrows"];
    cut.hidden = !rows;
    cut.textContent = rows ? `Only the first ${Number(rows).toLocaleString("en")} rows are shown: add a LIMIT or ask for less.` : "";
  });
  if (asked) tab.query();
  document.documentElement.dataset.ready = "1";
})();
