// The switch between the two drawings of a search. Both are there; the page shows one, and nobody is asked.

import { make } from "./dom.js";

const PLACE = ".search-tree";
const FIGURES = ["tree", "trie"];
let shown = FIGURES[0];

export function drawLayout(root, words) {
  const buttons = FIGURES.map((name) => {
    const button = make("button", "", { type: "button", "aria-pressed": String(name === shown), "data-layout": name }, words[name]);
    button.addEventListener("click", () => choose(root, name));
    return button;
  });
  root.replaceChildren(make("div", "switch", { role: "group", "aria-label": words.label }, ...buttons));
  choose(root, shown);
}

function choose(root, name) {
  shown = name;
  root.closest(PLACE)?.setAttribute("data-layout", name);
  for (const button of root.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.layout === name));
  }
}

// One selection, two drawings of it: a ring in one moves that in the other.
window.addEventListener("figureview-chosen", ({ detail: { element, node } }) => {
  const id = FIGURES.find((name) => element.closest(`#${name}`));
  if (id) point(FIGURES.find((name) => name !== id), node);
});
window.addEventListener("figureview-choose", ({ detail: { id, node } }) => {
  if (id === FIGURES[0]) point(FIGURES[1], node);
});

function point(id, node) {
  window.dispatchEvent(new CustomEvent("figureview-choose", { detail: { id, node } }));
}
