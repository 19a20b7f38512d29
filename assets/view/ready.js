// Plotly is a large file: views may be on the page before it is.

const PATIENCE_MS = 30000;
const LOOK_MS = 50;

/** True as soon as Plotly is there, false if it does not come. */
export async function plotlyReady() {
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
    if (window.Plotly) return true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return false;
}
