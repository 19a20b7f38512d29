// The training lab: a card for each training, and what its model says.

import { make } from "./dom.js";

export function drawLabRuns(root, { runs }) {
  root.replaceChildren(make("div", runs.length > 1 ? "cards two" : "cards", {}, ...runs.map(card)));
}

function card({ letter, stage, state, tone, lines, numbers, ready }) {
  const figures = numbers.map(({ name, label, value, note }) =>
    make(
      "div", name, {},
      make("dt", "", {}, label),
      make("dd", "", {}, value, ...(note ? [make("small", "", {}, ` ${note}`)] : [])),
    ));
  return make(
    "section", `run tone-${tone}`, { "data-letter": letter, "data-stage": state },
    make("p", "stage", { role: "status" }, make("span", "letter", {}, letter), make("strong", "", {}, stage)),
    ...lines.map((line) => make("p", "what", {}, line)),
    make("dl", "", {}, ...figures),
    ready ? make("p", "ready", {}, ready) : null,
  );
}

export function drawLabAnswers(root, { letter, columns, rows }) {
  const badge = make("span", "letter", {}, letter);
  const head = columns.map((name, place) => make("th", "", { scope: "col" }, ...(place ? [] : [badge, " "]), name));
  root.replaceChildren(
    make(
      "table", "", { "data-letter": letter },
      make("thead", "", {}, make("tr", "", {}, ...head)),
      make("tbody", "", {}, ...rows.map((row) => answer(row, columns))),
    ),
  );
}

function answer({ source, output, instead, target, right, verdict }, columns) {
  const mark = make("span", "mark", { role: "img", "aria-label": verdict, title: verdict }, right ? "✓" : "✗");
  const said = make("span", output ? "text" : "text is-empty", { dir: "auto" }, output || instead);
  return make(
    "tr", right ? "is-right" : "is-wrong", {},
    make("td", "source", { "data-label": columns[0], dir: "auto" }, source),
    make("td", "output", { "data-label": columns[1] }, mark, said),
    make("td", "target", { "data-label": columns[2], dir: "auto" }, target),
  );
}
