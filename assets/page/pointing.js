// Moves the ring of the search tree at once: no request, nothing is drawn anew.

/** The node [step, index] of the beam search, or null for none. */
export function pointAt(node) {
  window.dispatchEvent(new CustomEvent("figureview-choose", { detail: { id: "tree", node } }));
}
