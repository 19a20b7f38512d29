// The one door for the page: `figureView.mount` turns an empty element into a view of whatever Python sends.

import { View } from "./view.js";

function mount({ element, props, watch, report }) {
  const view = new View(element.querySelector(".figure-view"), report);
  const show = () => view.show(props.value);
  watch("value", show);
  show();
}

window.figureView = { mount };
window.dispatchEvent(new Event("figureview-ready"));
