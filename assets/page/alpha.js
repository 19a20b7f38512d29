// The alpha of the moment: set by the slider, read by whoever ranks. It never travels to the server.

const listeners = new Map();
let current = null;

/** The slider's value, or the given one as long as nobody touched the slider. */
export function alphaOr(value) {
  return current ?? value;
}

export function alphaChanged(value) {
  if (typeof value !== "number" || !Number.isFinite(value)) return;
  current = Math.min(2, Math.max(0, value));
  for (const [element, listener] of listeners) {
    if (element.isConnected) listener(current);
    else listeners.delete(element);
  }
}

/** One listener for each element, for as long as it is part of the page. */
export function onAlpha(element, listener) {
  listeners.set(element, listener);
}
