// What the tree's frame in view is, for the parts of the page that follow it. Nobody asks the server.

const listeners = new Map();
let current = { frame: 0, end: 0 };

window.addEventListener("figureview-frame", ({ detail: { element, frame, end } }) => {
  if (!element.closest("#tree")) return;
  current = { frame, end };
  for (const [element, listener] of listeners) {
    if (element.isConnected) listener(current);
    else listeners.delete(element);
  }
});

/** One listener for each element, for as long as it is part of the page; it is told the frame in view at once. */
export function onFrame(element, listener) {
  listeners.set(element, listener);
  listener(current);
}

/** Half-steps 2n - 1 and 2n belong to step n; the first frame to none, and the result to the last step. */
export function stepOf({ frame }, steps) {
  return Math.min(Math.ceil(frame / 2), steps);
}
