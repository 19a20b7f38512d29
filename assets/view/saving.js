// Saves what is seen now, in the page's colours and with its legend.

import { legendTraces } from "./legend.js";
import { coloured } from "./theme.js";

const LEGEND_PX = 64;
const LEGEND_PLACE = {
  orientation: "h",
  xref: "container",
  x: 0.01,
  xanchor: "left",
  yref: "container",
  y: 0,
  yanchor: "bottom",
};

/** Downloads the current frame as "svg" or "png". */
export function savePicture(bundle, layers, colours, format) {
  const seen = layers.data.flatMap((trace, place) =>
    layers.isShown(place) ? [copy(trace, layers.isPale(place))] : [],
  );
  const { figure, legend, words } = bundle;
  const below = legend.length ? LEGEND_PX : 0;
  const layout = {
    // A saved picture knows no fonts of the page.
    ...coloured(figure.layout, { ...colours, family: figure.layout.font.family }),
    paper_bgcolor: colours.page,
    showlegend: legend.length > 0,
    legend: LEGEND_PLACE,
    margin: { ...figure.layout.margin, b: figure.layout.margin.b + below },
    height: figure.layout.height + below,
  };
  const size = { width: figure.layout.width ?? layers.plot.clientWidth, height: layout.height };
  const options = { format, ...size, scale: format === "png" ? 2 : 1, filename: words.file_name };
  return Plotly.downloadImage({ data: [...seen, ...legendTraces(legend)], layout }, options);
}

function copy(trace, pale) {
  return { ...trace, showlegend: false, ...(pale ? { opacity: 0.35 } : {}) };
}
