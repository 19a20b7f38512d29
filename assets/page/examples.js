// Sentences to try, each with the reason it is here.

import { make } from "./dom.js";

export function drawExamples(root, { label, examples }, report) {
  const chips = examples.map(({ source, reason }, index) => {
    const chip = make(
      "button", "chip", { type: "button" },
      reason ? make("span", "reason", {}, reason) : null,
      make("span", "sentence", { lang: "en" }, source),
    );
    chip.addEventListener("click", () => report({ example: index }));
    return chip;
  });
  root.replaceChildren(...(chips.length ? [make("span", "label", {}, label), ...chips] : []));
}
