// One line that says whose figure this is, and one, where it is needed, that says how to read it.

import { make } from "./dom.js";

export function drawCaption(root, { text, how_to: howTo }) {
  root.replaceChildren(make("p", "caption-line", {}, text), ...(howTo ? [make("p", "how-to", {}, howTo)] : []));
}
