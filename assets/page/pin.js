// Sets the attention of one step on a source piece: an intervention. A click on a cell of the heat map chooses both.

import { make, spoken } from "./dom.js";

let clicked = null; // the last cell: { node, column }

window.addEventListener("figureview-cell", ({ target, detail }) => {
  if (!target.closest("#heatmap")) return;
  clicked = detail;
  for (const list of document.querySelectorAll(".view-pin select")) takeOver(list);
});

export function drawPin(root, { node, label, options, chosen, lang, pin, explain }, report) {
  const hadFocus = root.querySelector("select:focus") !== null;
  const lines = options.map((text, place) => make("option", "", { value: place, ...spoken(lang) }, `${place + 1} ${text}`));
  const list = make("select", "", { "data-node": node.join() }, ...lines);
  list.value = chosen;
  takeOver(list);
  const button = make("button", "pin", { type: "button" }, pin);
  button.addEventListener("click", () => report({ pin: Number(list.value), node }));
  root.replaceChildren(
    make("label", "", {}, make("span", "label", {}, label), list), button, make("p", "explain", {}, explain),
  );
  if (hadFocus) list.focus();
}

/** The clicked cell's piece, where the list is about the clicked cell's step. */
function takeOver(list) {
  if (clicked && clicked.node.join() === list.dataset.node && list.options[clicked.column]) list.value = clicked.column;
}
