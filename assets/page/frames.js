// Which frame of a stepped figure is in view, for the parts of the page that follow it. Nobody asks the server.

const listeners = new Map(); // element -> { figure, listener }
const frames = new Map(); // element of a figure's view -> { frame, end }

window.addEventListener("figureview-frame", ({ detail: { element, frame, end } }) => {
  frames.set(element, { frame, end });
  for (const [follower, { figure, listener }] of listeners) {
    if (!follower.isConnected) listeners.delete(follower);
    else if (element.closest(`#${figure}`)) listener({ frame, end });
  }
});

/** One listener for each element, for as long as it is part of the page; it is told the frame in view at once. */
export function onFrame(element, figure, listener) {
  listeners.set(element, { figure, listener });
  const view = [...frames.keys()].find((each) => each.isConnected && each.closest(`#${figure}`));
  listener(frames.get(view) ?? { frame: 0, end: 0 });
}

/** Half-steps 2n - 1 and 2n belong to step n; the first frame to none, and the result to the last step. */
export function stepOf({ frame }, steps) {
  return Math.min(Math.ceil(frame / 2), steps);
}
