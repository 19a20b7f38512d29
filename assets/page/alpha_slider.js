// The slider above the n-best table.

import { alphaMoved, alphaOr, alphaRests, onAlpha } from "./alpha.js";
import { make } from "./dom.js";
import { brief } from "./ranking.js";

/** The slider of a table; `push` is called when the other slider is to follow. */
export function alphaSlider(push) {
  const name = make("span", "name");
  const input = make("input", "", { type: "range", min: 0, max: 2, step: 0.05 });
  const value = make("output", "value");
  const box = make("label", "alpha", {}, name, input, value);
  input.addEventListener("input", () => alphaMoved(input.valueAsNumber, push));
  input.addEventListener("change", () => alphaRests(push));
  box.show = (alpha) => {
    input.value = alpha;
    value.textContent = brief(alpha);
  };
  box.label = (text, searched) => {
    name.textContent = text;
    onAlpha(box, box.show);
    box.show(alphaOr(searched));
  };
  return box;
}
