// The alpha of the moment: one value behind two sliders. The one in the input row belongs to Gradio and to the next
// search; the one at the table ranks anew. Neither asks the server.

const REST_MS = 120; // a slider that is being dragged tells the other one when it rests

const listeners = new Map();
let current = null;
let resting = null;

/** The slider's value, or the given one as long as nobody touched a slider. */
export function alphaOr(value) {
  return current ?? value;
}

/** One listener for each element, for as long as it is part of the page. */
export function onAlpha(element, listener) {
  listeners.set(element, listener);
}

/** Gradio's slider has another value. While the table's slider moves, that can only be an echo of where it was. */
export function alphaChanged(value) {
  if (resting === null) tell(value);
}

/** The table's slider has another value; `push` lets Gradio's follow. */
export function alphaMoved(value, push) {
  tell(value);
  clearTimeout(resting);
  resting = setTimeout(() => alphaRests(push), REST_MS);
}

/** It was let go. */
export function alphaRests(push) {
  clearTimeout(resting);
  resting = null;
  push();
}

function tell(value) {
  if (typeof value !== "number" || !Number.isFinite(value)) return;
  current = Math.min(2, Math.max(0, value));
  for (const [element, listener] of listeners) {
    if (element.isConnected) listener(current);
    else listeners.delete(element);
  }
}
