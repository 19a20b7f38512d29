// The one door for the page: `figureView.mount` turns an empty element into a view of whatever Python sends.
//
// A click on a cell of a heat map bubbles from its figure as the event "figureview-cell" with { node, column }.
//
// Other scripts move a figure's ring by the event "figureview-choose" with { id, node: [step, index] or null }. They are
// told of the frame in view by "figureview-frame" with { element, frame, end }, of a node chosen in a
// figure by "figureview-chosen" with { element, node }; the element lies within the figure's id.

import { View } from "./view.js";

function mount({ element, props, watch, report }) {
  const tell = (event, detail) => window.dispatchEvent(new CustomEvent(event, { detail: { element, ...detail } }));
  const view = new View(element.querySelector(".figure-view"), report, tell);
  const show = () => view.show(props.value);
  watch("value", show);
  show();
  window.addEventListener("figureview-choose", ({ detail: { id, node } }) => {
    if (element.closest(`#${CSS.escape(id)}`)) view.pointAt(node);
  });
}

window.figureView = { mount };
window.dispatchEvent(new Event("figureview-ready"));
