"""Style and script of the report."""

from typing import Final

from demo.figures.style import FONT_FAMILY

STYLE: Final = (
    f":root {{ color-scheme: light dark; font: 15px/1.5 {FONT_FAMILY}; }}"
    """
body { margin: 0 auto; max-width: 1280px; padding: 16px; background: Canvas; color: CanvasText; }
h1 { margin: 0; font-size: 1.5rem; }
h2 { margin: 0 0 4px; font-size: 1.05rem; }
h3 { margin: 8px 0 0; font-size: 0.95rem; }
p { margin: 4px 0 8px; }
.bar { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: 6px 24px; align-items: center;
  padding: 8px 0; background: Canvas; border-bottom: 1px solid #8886; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 0; padding: 0; list-style: none; }
.legend li { display: flex; gap: 6px; align-items: center; overflow-wrap: anywhere; }
fieldset { display: flex; gap: 4px 14px; flex-wrap: wrap; margin: 0; padding: 0; border: 0; }
fieldset legend { float: left; margin-right: 4px; padding: 0; }
label { display: inline-flex; gap: 4px; align-items: center; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 20px 28px; }
section { min-width: 0; }
section.wide { margin-top: 24px; }
section p { font-size: 0.9rem; }
.figure { height: 300px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; }
th, td { padding: 3px 12px 3px 0; border-bottom: 1px solid #8884; text-align: left; vertical-align: top; }
td { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; min-width: 90px; }
th[scope="row"] { font-weight: 500; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.85rem; margin: 2px 0; }
"""
)

# Figures take the page's text colour, which follows the browser's dark mode.
SCRIPT: Final = """
const { figures, axes } = JSON.parse(document.getElementById("data").textContent);
const config = { displaylogo: false, showSendToCloud: false, displayModeBar: false, responsive: true };
const frames = figures.map((_, number) => document.getElementById(`figure-${number}`));
const colour = () => getComputedStyle(document.body).color;
// one range for all figures, so that what lies above each other belongs together
const places = (over) => figures.flatMap(({ data }) => data.flatMap((trace) => trace.meta[over]));
const range = (over) => [0, 1.02 * places(over).reduce((most, place) => Math.max(most, place), 0) || 1];
figures.forEach(({ data, layout }, number) => {
  const xaxis = { ...layout.xaxis, range: range("tokens") };
  Plotly.newPlot(frames[number], data, { ...layout, xaxis, font: { ...layout.font, color: colour() } }, config);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const frame of frames) Plotly.relayout(frame, { "font.color": colour() });
});
for (const input of document.querySelectorAll("input[name=over]")) {
  input.addEventListener("change", () => {
    const layout = { "xaxis.title.text": axes[input.value], "xaxis.range": range(input.value) };
    figures.forEach(({ data }, number) => {
      Plotly.update(frames[number], { x: data.map((trace) => trace.meta[input.value]) }, layout);
    });
  });
}
"""
