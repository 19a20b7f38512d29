// The ring around the chosen node: drawn into the group of the node's layer, so it comes and goes with it.

import { makeSvg } from "./dom.js";

const RADIUS = 10;

/** Moves the ring to the node, or takes it away. */
export function drawRing(plot, layers, chosen) {
  plot.querySelector(".chosen-ring")?.remove();
  const node = layers.find(chosen);
  const group = node && layers.groups[node.place];
  const mark = group?.querySelectorAll("path.point")[node.point];
  if (!mark) return;
  const ring = makeSvg("circle", { class: "chosen-ring", r: RADIUS, transform: mark.getAttribute("transform") });
  group.append(ring);
}
