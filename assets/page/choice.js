// One choice of several, as the browser's own list: works by keyboard and on a phone. The figure that offers the same
// choices moves its ring at once.

import { make } from "./dom.js";
import { pointAt } from "./pointing.js";

export function drawChoice(root, { label, options, chosen, figure, nodes }, report) {
  const hadFocus = root.contains(document.activeElement);
  const lines = options.map((text, place) => make("option", "", { value: place, ...(place === chosen ? { selected: "" } : {}) }, text));
  const list = make("select", "", {}, ...lines);
  list.addEventListener("change", () => {
    const place = Number(list.value);
    pointAt(nodes[place], figure);
    report({ choice: place });
  });
  root.replaceChildren(make("label", "", {}, make("span", "label", {}, label), list));
  if (hadFocus) list.focus();
}
