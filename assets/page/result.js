// Greedy and beam side by side, the verdict above them, the formula below.

import { make } from "./dom.js";

export function drawResult(root, { verdict, notes, cards, formula, reference }) {
  root.replaceChildren(
    ...[
      make("p", "verdict", {}, verdict, ...notes.map((note) => make("span", "note", {}, note))),
      make("div", "cards", {}, ...cards.map(card)),
      reference ? make("p", "reference", {}, make("span", "label", {}, reference.label), french(reference.text)) : null,
      make("p", "formula", {}, formula),
    ].filter((part) => part !== null),
  );
}

function french(text) {
  return make("span", "", { lang: "fr", dir: "auto" }, text);
}

function card({ name, text, empty, pieces, pieces_label: label, parting, rows }) {
  return make(
    "article", "card", { "aria-label": name },
    make("h3", "", {}, name),
    make("p", empty ? "output is-empty" : "output", empty ? {} : { lang: "fr", dir: "auto" }, text),
    pieces.length ? make("p", "pieces", { "aria-label": label }, ...pieces.map((piece) => token(piece, parting))) : null,
    make("dl", "", {}, ...rows.map(([name, value]) => make("div", "", {}, make("dt", "", {}, name), make("dd", "", {}, value)))),
  );
}

/** A token; the first at which the two outputs part wears the mark in words, too. */
function token({ text, parts }, parting) {
  return make("span", parts ? "piece parts" : "piece", {}, text, parts ? make("small", "", {}, parting) : null);
}
