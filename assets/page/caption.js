// One line that says whose figure this is.

import { make } from "./dom.js";

export function drawCaption(root, { text }) {
  root.replaceChildren(make("p", "caption-line", {}, text));
}
