// Figures that come together are drawn from the top of the page down, each one painted before the next is begun: what
// is read first is there first, and the page does not stand still for all of them together.

const LONGEST_FRAME_MS = 1000; // a page in the background is not painted, but its figures are drawn

const waiting = [];
let isDrawing = false;

/** Calls `draw` when it is the element's turn; resolves when it is done. */
export function inTurn(element, draw) {
  return new Promise((done, failed) => {
    waiting.push({ element, draw: async () => draw().then(done, failed) });
    if (!isDrawing) drawAll();
  });
}

async function drawAll() {
  isDrawing = true;
  await new Promise((begin) => setTimeout(begin)); // whatever comes together is there by then
  while (waiting.length > 0) {
    waiting.sort((one, other) => (isBefore(one.element, other.element) ? -1 : 1));
    await waiting.shift().draw();
    if (waiting.length > 0) await painted();
  }
  isDrawing = false;
}

function isBefore(element, other) {
  return Boolean(element.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);
}

function painted() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, LONGEST_FRAME_MS);
  });
}
