// The legend as part of the page: it wraps on narrow screens and stays in sight while the figure scrolls.

import { make, makeSvg } from "./dom.js";

const DASHES = {
  solid: "none",
  dash: "6 4",
  dot: "2 3",
  dashdot: "6 3 2 3",
  longdash: "10 4",
  longdashdot: "10 3 2 3",
};

const STAR = "0,-7 1.7,-2.2 6.7,-2.2 2.7,0.9 4.1,5.7 0,2.8 -4.1,5.7 -2.7,0.9 -6.7,-2.2 -1.7,-2.2";

const SYMBOLS = {
  circle: () => makeSvg("circle", { r: 4.5 }),
  "circle-open": () => makeSvg("circle", { r: 4.5, fill: "none", "stroke-width": 2 }),
  square: () => makeSvg("rect", { x: -4.5, y: -4.5, width: 9, height: 9 }),
  "square-open": () => makeSvg("rect", { x: -4, y: -4, width: 8, height: 8, fill: "none", "stroke-width": 2 }),
  star: () => makeSvg("polygon", { points: STAR }),
  x: () => makeSvg("path", { d: "M-4,-4L4,4M-4,4L4,-4", "stroke-width": 4 }),
  "x-thin-open": () => makeSvg("path", { d: "M-3.5,-3.5L3.5,3.5M-3.5,3.5L3.5,-3.5", "stroke-width": 2 }),
  "triangle-right": () => makeSvg("polygon", { points: "-4,-5 6,0 -4,5" }),
  diamond: () => makeSvg("polygon", { points: "0,-6 6,0 0,6 -6,0" }),
  "triangle-up": () => makeSvg("polygon", { points: "-5.5,4.5 0,-5.5 5.5,4.5" }),
  "triangle-down": () => makeSvg("polygon", { points: "-5.5,-4.5 0,5.5 5.5,-4.5" }),
  pentagon: () => makeSvg("polygon", { points: "0,-6 5.7,-1.9 3.5,4.9 -3.5,4.9 -5.7,-1.9" }),
  hexagon: () => makeSvg("polygon", { points: "5.2,-3 5.2,3 0,6 -5.2,3 -5.2,-3 0,-6" }),
  cross: () => makeSvg("path", { d: "M-5.5,0H5.5M0,-5.5V5.5", "stroke-width": 4 }),
  "diamond-open": () => makeSvg("polygon", { points: "0,-6 6,0 0,6 -6,0", fill: "none", "stroke-width": 2 }),
};

/** Fills the list with one line per role. */
export function drawLegend(list, marks) {
  list.replaceChildren(...marks.map((mark) => make("li", "", {}, sample(mark), mark.text)));
  list.hidden = marks.length === 0;
}

function sample(mark) {
  const svg = makeSvg("svg", { width: 40, height: 16, viewBox: "-20 -8 40 16", "aria-hidden": "true" });
  if (mark.line) svg.append(line(mark));
  if (mark.symbol) svg.append(symbol(mark));
  return svg;
}

function line({ colour, width, dash }) {
  const stroke = { stroke: colour, "stroke-width": width, "stroke-dasharray": DASHES[dash] };
  return makeSvg("line", { x1: -19, x2: 19, y1: 0, y2: 0, ...stroke });
}

function symbol(mark) {
  return makeSvg("g", { fill: mark.colour, stroke: mark.colour }, SYMBOLS[mark.symbol]());
}

/** The same legend as invisible Plotly traces, for saved pictures. */
export function legendTraces(marks) {
  return marks.map((mark) => ({
    type: "scatter",
    x: [null],
    y: [null],
    name: mark.text.replaceAll("&", "&amp;").replaceAll("<", "&lt;"),
    mode: [mark.line && "lines", mark.symbol && "markers"].filter(Boolean).join("+"),
    line: { color: mark.colour, dash: mark.dash, width: mark.width },
    marker: { color: mark.colour, symbol: mark.symbol ?? "circle", size: mark.size || 6 },
    showlegend: true,
  }));
}
