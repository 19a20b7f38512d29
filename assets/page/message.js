// The line below the input: a hint, a mistake, or that work is under way.

import { make } from "./dom.js";

/** A message that only ends the wait for the model leaves any other message alone. */
export function isForNow(root, { ends_waiting: endsWaiting }) {
  return !endsWaiting || (root.dataset.tone ?? "busy") === "busy";
}

export function drawMessage(root, { text, tone, busy, turn }) {
  root.dataset.tone = tone;
  root.dataset.turn = turn;
  root.replaceChildren(
    make("p", `message tone-${tone}`, { role: tone === "problem" ? "alert" : "status" }, text),
    make("p", "message busy-message", { "aria-hidden": "true" }, busy),
  );
}
