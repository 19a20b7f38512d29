// The side panel: one node, its way to its score in unrounded numbers; and, in a view of its own, what it looked at.

import { make, spoken } from "./dom.js";

export function drawPanel(root, { title, facts, ledger, sums }) {
  root.replaceChildren(
    ...[
      make("p", "node-title", { "aria-live": "polite" }, title),
      facts.length ? list(facts) : null,
      ledger ? ledgerTable(ledger) : null,
      sums.length ? list(sums, "sums") : null,
    ].filter((part) => part !== null),
  );
}

function list(pairs, className = "") {
  const facts = pairs.map(([name, value]) => make("div", "", {}, make("dt", "", {}, name), make("dd", "", {}, value)));
  return make("dl", className, {}, ...facts);
}

function ledgerTable({ heading, columns, rows }) {
  const head = make("tr", "", {}, ...columns.map((column) => make("th", "", { scope: "col" }, column)));
  const cells = (row) => row.map((cell, place) => make("td", "", { "data-label": columns[place] }, cell));
  const lines = rows.map((row) => make("tr", "", {}, ...cells(row)));
  return make(
    "div", "part", {},
    make("h4", "", {}, heading),
    make("table", "ledger", {}, make("thead", "", {}, head), make("tbody", "", {}, ...lines)),
  );
}

export function drawAttention(root, { heading, note, weights, lang }) {
  const bars = weights.map(({ piece, text, part }) => {
    const bar = make("span", "bar");
    bar.style.width = `${100 * part}%`;
    const name = make("span", "piece-name", spoken(lang), piece);
    return make("li", "", {}, name, make("span", "track", {}, bar), make("span", "weight", {}, text));
  });
  const shown = note ? make("p", "", {}, note) : make("ol", "", { "aria-label": heading }, ...bars);
  root.replaceChildren(make("h4", "", {}, heading), shown);
}
