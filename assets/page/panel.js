// The side panel: one node, its way to its score in unrounded numbers, and what it looked at.

import { make } from "./dom.js";

export function drawPanel(root, { title, facts, ledger, sums, attention }) {
  root.replaceChildren(
    ...[
      make("p", "node-title", { "aria-live": "polite" }, title),
      facts.length ? list(facts) : null,
      ledger ? ledgerTable(ledger) : null,
      sums.length ? list(sums, "sums") : null,
      attention ? attentionRow(attention) : null,
    ].filter((part) => part !== null),
  );
}

function list(pairs, className = "") {
  return make("dl", className, {}, ...pairs.map(([name, value]) => make("div", "", {}, make("dt", "", {}, name), make("dd", "", {}, value))));
}

function ledgerTable({ heading, columns, rows }) {
  const head = make("tr", "", {}, ...columns.map((column) => make("th", "", { scope: "col" }, column)));
  const lines = rows.map((row) => make("tr", "", {}, ...row.map((cell) => make("td", "", {}, cell))));
  return make(
    "div", "part", {},
    make("h4", "", {}, heading),
    make("div", "scroll", { tabindex: "0", role: "group", "aria-label": heading },
      make("table", "ledger", {}, make("thead", "", {}, head), make("tbody", "", {}, ...lines))),
  );
}

function attentionRow({ heading, note, weights }) {
  const bars = weights.map(({ piece, text, part }) => {
    const bar = make("span", "bar");
    bar.style.width = `${100 * part}%`;
    return make("li", "", {}, make("span", "piece-name", { lang: "en" }, piece), make("span", "track", {}, bar), make("span", "weight", {}, text));
  });
  return make(
    "div", "part attention", {},
    make("h4", "", {}, heading),
    note ? make("p", "", {}, note) : null,
    bars.length ? make("ol", "scroll", { tabindex: "0", "aria-label": heading }, ...bars) : null,
  );
}
