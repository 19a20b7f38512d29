// The card of a model: where it comes from, what it cost, what it scores, and how to train it again.

import { make } from "./dom.js";

export function drawCard(root, { facts, scores, retrain }) {
  root.replaceChildren(
    ...[
      make("dl", "", {}, ...facts.map(([name, value]) => fact(name, value))),
      make("h4", "", {}, scores.heading),
      scores.rows.length ? table(scores) : make("p", "", {}, scores.none),
      retrain ? make("h4", "", {}, retrain.heading) : null,
      retrain ? make("pre", "command", { tabindex: 0, lang: "en" }, retrain.command) : null,
    ].filter((part) => part !== null),
  );
}

function fact(name, value) {
  return make("div", "", {}, make("dt", "", {}, name), make("dd", "", {}, value));
}

function table({ columns, rows }) {
  const head = make("tr", "", {}, ...columns.map((column) => make("th", "", { scope: "col" }, column)));
  const lines = rows.map(([name, ...values]) =>
    make("tr", "", {}, make("th", "", { scope: "row" }, name), ...values.map((value) => make("td", "", {}, value))),
  );
  return make("table", "scores", {}, make("thead", "", {}, head), make("tbody", "", {}, ...lines));
}
