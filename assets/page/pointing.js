// Moves the ring of a figure at once: no request, nothing is drawn anew.

/** What a figure's marks report, such as the node [step, index] of the search tree; or null for none. */
export function pointAt(node, id = "tree") {
  window.dispatchEvent(new CustomEvent("figureview-choose", { detail: { id, node } }));
}
