// The one door for the page: `pageViews.mount` turns an empty element into the view that its kind names.
//
// Python sends each view one JSON text; the view shows it. What a visitor chooses goes back through `report`.

import { alphaChanged, alphaOr } from "./alpha.js";
import { drawCaption } from "./caption.js";
import { drawCard } from "./card.js";
import { drawChoice } from "./choice.js";
import { drawComparison } from "./comparison.js";
import { drawConnection, onLost } from "./connection.js";
import { drawExamples } from "./examples.js";
import { drawGallery } from "./gallery.js";
import { drawGrid } from "./grid.js";
import { drawHealth } from "./health.js";
import { drawLabAnswers, drawLabRuns } from "./lab.js";
import { drawLayout } from "./layout.js";
import { lightenStyle } from "./light_style.js";
import { drawLineup } from "./lineup.js";
import { drawMessage, isForNow } from "./message.js";
import { drawNBest } from "./nbest.js";
import { drawNext } from "./next.js";
import { drawAttention, drawPanel } from "./panel.js";
import { drawPin } from "./pin.js";
import { drawPruning } from "./pruning.js";
import { drawResult } from "./result.js";
import { drawSave } from "./save.js";
import { withShown } from "./shown.js";
import { drawTraceFacts, drawTraceFile } from "./trace_file.js";
import { drawWhatIf } from "./what_if.js";

const DESK = ".desk"; // what a tab shows
const VIEWS = {
  attention: drawAttention,
  caption: drawCaption,
  card: drawCard,
  choice: drawChoice,
  comparison: drawComparison,
  connection: drawConnection,
  examples: drawExamples,
  gallery: drawGallery,
  grid: drawGrid,
  health: drawHealth,
  labanswers: drawLabAnswers,
  labruns: drawLabRuns,
  layout: drawLayout,
  lineup: drawLineup,
  message: drawMessage,
  nbest: drawNBest,
  next: drawNext,
  panel: drawPanel,
  pin: drawPin,
  pruning: drawPruning,
  result: drawResult,
  save: drawSave,
  tracefacts: drawTraceFacts,
  tracefile: drawTraceFile,
  whatif: drawWhatIf,
};

function mount(kind, { element, props, watch, report }) {
  const root = element.querySelector(".page-view");
  root.classList.add(`view-${kind}`);
  const show = () => {
    const data = props.value ? JSON.parse(props.value) : null;
    if (kind === "message" && data) {
      if (!isForNow(root, data)) return;
      if (!data.goes_on) idle(root.closest(DESK));
    }
    if (data) VIEWS[kind](root, data, report);
    else root.replaceChildren();
  };
  watch("value", show);
  show();
}

/** Shows at once that something was asked for in this tab; the next message from Python, or a failure, ends it. */
function busy() {
  for (const desk of document.querySelectorAll(DESK)) {
    if (desk.offsetParent !== null) desk.classList.add("is-busy");
  }
}

/** The same where a result is in view: only then is it worked out anew. */
function busyAgain() {
  if (document.querySelector(".view-result .card")) busy();
}

/** The wait of one tab is over; without one, that of all. */
function idle(desk = null) {
  for (const each of desk ? [desk] : document.querySelectorAll(DESK)) each.classList.remove("is-busy");
}

/** What Gradio's slider takes over from the table's. */
function alphaOfTable() {
  return alphaOr(null);
}

lightenStyle();
onLost(() => idle());
window.pageViews = { mount, busy, busyAgain, idle, alphaChanged, alphaOfTable, withShown };
window.dispatchEvent(new Event("pageviews-ready"));
