// What several models wrote to one source: a row for each, with marks where its output departs from another's.

import { fill, make, spoken } from "./dom.js";

const COLUMNS = ["model", "output", "score", "log-prob-sum", "length", "time", "parameters"];

export function drawComparison(root, { verdict, columns, rows, missing, legend, formula, scores, reference }) {
  const head = COLUMNS.map((name, place) => make("th", name, { scope: "col" }, columns[place]));
  const lines = rows.map((row) => line(row, columns, missing));
  root.replaceChildren(
    ...[
      verdict ? make("p", "verdict", {}, verdict) : null,
      make("table", "", {}, make("thead", "", {}, make("tr", "", {}, ...head)), make("tbody", "", {}, ...lines)),
      legend ? make("p", "legend", {}, legend) : null,
      reference
        ? make("p", "reference", {}, make("span", "label", {}, reference.label), make("span", "", spoken(null), reference.text))
        : null,
      make("p", "formula", {}, formula),
      make("p", "scores", {}, scores),
    ].filter((part) => part !== null),
  );
}

function line({ letter, title, architecture, lang, pieces, instead, notes, score, score_is: formula, numbers }, columns, missing) {
  const output = make(
    "td", "output", { "data-label": columns[1] },
    pieces.length
      ? make("span", "text", spoken(lang), ...pieces.flatMap((piece) => marked(piece, missing)))
      : make("span", "text is-empty", {}, instead),
    ...notes.map((note) => make("span", "note", {}, note)),
  );
  const scored = make("td", "score", { "data-label": columns[2] }, ...(score ? [score, make("span", "score-is", {}, `= ${formula}`)] : []));
  const others = numbers.map((value, place) =>
    make("td", COLUMNS[place + 3], { "data-label": columns[place + 3] }, value));
  return make(
    "tr", "", {},
    make(
      "th", "model", { scope: "row" },
      make("span", "letter", {}, letter), make("span", "title", {}, title), make("span", "architecture", {}, architecture),
    ),
    output, scored, ...others,
  );
}

/** A stretch of an output and the blank behind it; what is missing is also said, for those who do not see the line. */
function marked({ part, text, after }, missing) {
  if (part === "same") return [text + after];
  if (part === "other") return [make("mark", "", {}, text), after];
  const heard = make("span", "only-heard", {}, fill(missing, { text }));
  return [make("del", "", {}, make("span", "", { "aria-hidden": "true" }, text), heard), after];
}
