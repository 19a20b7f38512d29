// Sources to try, each with the reason it is here: sentences and labels as text, pictures as pictures.

import { make } from "./dom.js";
import { drawPicture } from "./picture.js";

export function drawExamples(root, { label, lang, pictures, palette, seed, another, examples }, report) {
  const chips = examples.map(({ source, reason }, index) => {
    const face = pictures ? drawPicture(source, palette) : make("span", "sentence", lang ? { lang } : {}, source);
    const name = pictures ? { "aria-label": `${label} ${index + 1}` } : {};
    const chip = make(
      "button", pictures ? "chip is-picture" : "chip", { type: "button", ...name },
      reason ? make("span", "reason", {}, reason) : null,
      face,
    );
    chip.addEventListener("click", () => {
      chips.forEach((each) => each.classList.toggle("is-chosen", each === chip));
      report({ example: index, seed });
    });
    return chip;
  });
  const more = another ? make("button", "another", { type: "button" }, another) : null;
  more?.addEventListener("click", () => report({ another: seed + 1 }, "again"));
  root.replaceChildren(...(chips.length ? [make("span", "label", {}, label), ...chips] : []), ...(more ? [more] : []));
}
