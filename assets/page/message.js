// The line below the input: a hint, a mistake, or that work is under way.

import { make } from "./dom.js";

export function drawMessage(root, { text, tone, busy }) {
  root.replaceChildren(
    make("p", `message tone-${tone}`, { role: tone === "problem" ? "alert" : "status" }, text),
    make("p", "message busy-message", { "aria-hidden": "true" }, busy),
  );
}
