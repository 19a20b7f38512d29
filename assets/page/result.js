// Greedy and beam side by side, the verdict above them, the formula below. A card can be chosen: its attention is shown.

import { make, spoken } from "./dom.js";
import { pointAt } from "./pointing.js";

export function drawResult(root, { model, lang, verdict, notes, cards, chosen, words, formula, reference }, report) {
  const hadFocus = root.querySelector(".show:focus")?.dataset.card;
  const shown = cards.map((data, place) => card(data, { place, words, lang, isChosen: place === chosen }, report));
  root.replaceChildren(
    ...[
      make("p", "model-line", {}, model),
      make("p", "verdict", {}, verdict, ...notes.map((note) => make("span", "note", {}, note))),
      make("div", "cards", {}, ...shown),
      reference ? make("p", "reference", {}, make("span", "label", {}, reference.label), make("span", "", spoken(lang), reference.text)) : null,
      make("p", "formula", {}, formula),
    ].filter((part) => part !== null),
  );
  if (hadFocus !== undefined) root.querySelector(`.show[data-card="${hadFocus}"]`)?.focus();
}

function card(data, state, report) {
  const { name, text, empty, pieces, pieces_label: label, pieces_hint: hint, parting, rows } = data;
  const element = make(
    "article", state.isChosen ? "card is-chosen" : "card", { "aria-label": name },
    make("div", "card-head", {}, make("h3", "", {}, name), data.node ? showButton(name, state) : null),
    make("p", empty ? "output is-empty" : "output", empty ? {} : spoken(state.lang), text),
    pieces.length
      ? make("p", "pieces", { "aria-label": label, title: hint }, ...pieces.map((piece) => token(piece, parting)))
      : null,
    make("dl", "", {}, ...rows.map(([term, value]) => fact(term, value))),
  );
  if (data.node) makeChoosable(element, data.node, state.place, report);
  return element;
}

function fact(term, value) {
  return make("div", "", {}, make("dt", "", {}, term), make("dd", "", {}, value));
}

function showButton(name, { place, words, isChosen }) {
  const text = isChosen ? words.shown : words.show;
  const state = { "aria-pressed": String(isChosen), "aria-label": `${name}: ${text}`, "data-card": place };
  return make("button", "show", { type: "button", ...state }, text);
}

/** The whole card answers the mouse, its button the keyboard; a click that ends a selection of text is none. */
function makeChoosable(element, node, place, report) {
  element.classList.add("is-choosable");
  element.addEventListener("click", () => {
    if (!window.getSelection().isCollapsed) return;
    pointAt(place === 0 ? null : node);
    report({ card: place });
  });
}

/** A token; the first at which the two outputs part wears the mark in words, too. */
function token({ text, parts }, parting) {
  return make("span", parts ? "piece parts" : "piece", {}, text, parts ? make("small", "", {}, parting) : null);
}
