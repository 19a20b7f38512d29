// One figure on the page: its frame, its controls, and what happens when a node is chosen.

import { make } from "./dom.js";
import { Layers, nameTraces, nodeOf } from "./layers.js";
import { drawLegend } from "./legend.js";
import { plotlyReady } from "./ready.js";
import { drawRing } from "./ring.js";
import { savePicture } from "./saving.js";
import { Stepper } from "./stepper.js";
import { colourChanges, coloured, onThemeChange, pageColours } from "./theme.js";
import { inTurn } from "./turns.js";

const CONFIG = { displayModeBar: false, displaylogo: false, showSendToCloud: false, responsive: false };
const REPORT_DELAY_MS = 150; // arrow keys run over many nodes; only the one they stop at is reported
const SIGHT_PX = 90; // room left and right of the column in view

export class View {
  /** `report([step, index])` tells Python which node was chosen, `tell(event, detail)` the other parts of the page. */
  constructor(root, report, tell) {
    this.root = root;
    this.tell = tell;
    this.report = (node) => {
      tell("figureview-chosen", { node });
      report(node);
    };
    this.bundle = null;
    this.layers = null;
    this.turn = 0;
    this.waiting = null;
    this.build();
    new ResizeObserver(() => this.resized()).observe(root);
    onThemeChange(root, () => this.recolour());
  }

  build() {
    this.stepper = new Stepper(this.root, (...at) => this.showFrame(...at), (way) => this.chooseNext(way));
    this.message = make("p", "message", { role: "status" });
    this.legend = make("ul", "legend");
    this.strip = make("div", "strip", { "aria-hidden": "true" });
    this.plot = make("div", "plot", { role: "img" });
    this.frame = make("div", "frame", { tabindex: "0", role: "group" }, this.strip, this.plot);
    this.notes = make("div", "notes");
    this.saves = ["svg", "png"].map((format) => this.saveButton(format));
    this.foot = make("div", "foot", {}, this.stepper.keys, make("span", "saves", {}, ...this.saves));
    const { bar, caption } = this.stepper;
    this.body = make("div", "body", {}, bar, caption, this.legend, this.frame, this.notes, this.foot);
    this.body.hidden = true;
    this.root.replaceChildren(this.message, this.body);
  }

  saveButton(format) {
    const button = make("button", "save", { type: "button" });
    button.addEventListener("click", () => savePicture(this.bundle, this.layers, pageColours(this.root), format));
    return button;
  }

  /** Shows a message from Python; an empty one clears the view. Of several in quick turn only the last is drawn. */
  async show(message) {
    const turn = ++this.turn;
    this.busy(true);
    this.bundle = message ? JSON.parse(message) : null;
    this.stepper.pause();
    this.waiting = null;
    if (!this.bundle) return this.clear();
    this.bundle.wide = this.bundle.figure;
    this.say(window.Plotly ? "" : this.bundle.words.loading);
    const ready = await plotlyReady();
    if (turn !== this.turn) return;
    if (!ready) {
      this.busy(false);
      return this.say(this.bundle.words.failed);
    }
    this.say("");
    this.waiting = this.bundle;
    await this.drawInTurn();
  }

  /** Draws what waits, once it can be seen. */
  drawInTurn() {
    return inTurn(this.root, async () => {
      if (this.waiting && this.isVisible()) await this.draw();
    });
  }

  say(text) {
    this.message.textContent = text;
    this.message.hidden = !text;
  }

  clear() {
    this.say("");
    this.body.hidden = true;
    this.busy(false);
  }

  /** Whether what is in view is not yet what was sent last: told to screen readers, and to whoever waits for it. */
  busy(still) {
    this.root.setAttribute("aria-busy", String(still));
  }

  /** A view in a closed tab has no width, and Plotly cannot measure text there: drawing waits. */
  isVisible() {
    return this.root.offsetWidth > 0;
  }

  async draw() {
    const { bundle, turn } = this;
    this.waiting = null;
    this.busy(true);
    const figure = (bundle.figure = this.fitting());
    this.body.hidden = false;
    this.describe();
    this.frame.hidden = figure.data.length === 0;
    this.foot.hidden = figure.data.length === 0 || !(bundle.savable || bundle.stepper);
    const kept = this.whatStays();
    if (!kept) this.stepper.use(null);
    if (figure.data.length === 0) return this.busy(false);
    nameTraces(figure.data);
    const colours = this.setPageColour();
    await Plotly.react(this.plot, figure.data, coloured(figure.layout, colours), CONFIG);
    if (turn !== this.turn) return;
    this.layers = new Layers(this.plot, figure.data);
    this.chosen = bundle.chosen;
    this.listenOnce();
    this.frame.scrollLeft = kept?.scrollLeft ?? 0;
    this.frame.style.maxHeight = "";
    this.drawing = true;
    this.stepper.use(bundle.stepper, kept?.frame ?? bundle.stepper?.opening);
    this.drawing = false;
    if (!kept) this.lookAtStep();
    this.dress();
    this.busy(false);
  }

  /** The bundle's figure, or its narrow one where that would have to scroll. */
  fitting() {
    const { wide, narrow } = this.bundle;
    return narrow && wide.layout.width > this.root.offsetWidth ? narrow : wide;
  }

  /** The step and the place of the figure in view, if the new one tells the same in other words. */
  whatStays() {
    const { keep, stepper } = this.bundle;
    const before = this.stepper.stepper;
    if (!keep || !this.layers || before?.frames.length !== stepper?.frames.length) return null;
    return { frame: before ? this.stepper.frame : undefined, scrollLeft: this.frame.scrollLeft };
  }

  describe() {
    const { account, words, legend, notes } = this.bundle;
    this.plot.setAttribute("aria-label", account);
    this.frame.setAttribute("aria-label", words.scroll);
    this.saves.forEach((button, place) => {
      button.hidden = !this.bundle.savable;
      button.textContent = [words.save_svg, words.save_png][place];
    });
    drawLegend(this.legend, legend);
    this.notes.replaceChildren(...notes.map((note) => make("p", "", {}, note)));
    this.drawStrip();
  }

  drawStrip() {
    const { strip, figure } = this.bundle;
    this.strip.hidden = !strip;
    if (!strip) return;
    this.strip.style.width = `${strip.width}px`;
    this.strip.style.height = `${figure.layout.height}px`;
    const labels = strip.rows.map(([y, text]) => {
      const label = make("span", "", {}, text);
      label.style.top = `${y}px`;
      return label;
    });
    this.strip.replaceChildren(...labels);
  }

  /** Plotly keeps its listeners over updates of the same element: they are set once. */
  listenOnce() {
    if (this.listening) return;
    this.listening = true;
    this.plot.on("plotly_click", ({ points }) => this.clicked(points));
    this.plot.on("plotly_hover", ({ points }) => this.hushHidden(points));
    this.plot.on("plotly_afterplot", () => this.redressed());
  }

  redressed() {
    if (!this.layers || this.layers.data !== this.bundle?.figure.data) return;
    this.layers.collect();
    this.dress();
  }

  /** What the browser adds to Plotly's drawing: the frame's classes and the ring. */
  dress() {
    this.layers.show(this.bundle.stepper ? this.stepper.frame : null);
    drawRing(this.plot, this.layers, this.chosen);
  }

  showFrame(frame, column, height) {
    this.layers.show(frame);
    const scrollbar = this.frame.offsetHeight - this.frame.clientHeight;
    this.frame.style.maxHeight = height ? `${height + scrollbar}px` : "";
    if (!this.drawing) this.bringIntoSight(column);
    this.tell("figureview-frame", { frame, end: this.stepper.end });
  }

  /** The newest column of the frame in view. */
  lookAtStep() {
    if (this.bundle?.stepper) this.bringIntoSight(this.bundle.stepper.frames[this.stepper.frame].column);
  }

  bringIntoSight(column) {
    const { width, margin, xaxis } = this.bundle.figure.layout;
    const [first, last] = xaxis.range;
    const x = margin.l + ((column - first) / (last - first)) * (width - margin.l - margin.r);
    const { scrollLeft, clientWidth } = this.frame;
    const left = Math.min(scrollLeft, x - margin.l - SIGHT_PX);
    const target = Math.max(left, x + SIGHT_PX - clientWidth);
    if (target !== scrollLeft) this.frame.scrollTo({ left: target });
  }

  /** Layers out of sight still answer the pointer: their hover label goes before anyone sees it. */
  hushHidden(points) {
    if (!points.some(({ curveNumber }) => this.layers.isShown(curveNumber))) Plotly.Fx.unhover(this.plot);
  }

  clicked(points) {
    this.hushHidden(points); // a click draws the label anew, without an event of its own
    if (this.waiting) return; // what is in view is not what was sent last: its nodes mean nothing any more
    const point = points.find(({ curveNumber, customdata }) => nodeOf(customdata) && this.layers.isShown(curveNumber));
    if (!point) return;
    const node = nodeOf(point.customdata);
    this.choose(node);
    this.report(node);
    if (this.bundle.figure.data[point.curveNumber].type === "heatmap") this.tellCell(node, point.x);
  }

  /** A cell says more than its node: other scripts of the page may want its column. */
  tellCell(node, column) {
    this.root.dispatchEvent(new CustomEvent("figureview-cell", { detail: { node, column }, bubbles: true }));
  }

  choose(node) {
    this.chosen = node;
    drawRing(this.plot, this.layers, node);
  }

  /** A node chosen elsewhere on the page, or none: the ring moves, the frame in view stays. */
  pointAt(node) {
    if (!this.bundle) return;
    this.bundle.chosen = node;
    if (!this.layers || this.waiting) return;
    this.choose(node);
    if (!this.bundle.stepper) return;
    const place = this.layers.find(node)?.place;
    const isSeen = !node || (place !== undefined && this.layers.isShown(place));
    this.stepper.remark(isSeen ? "" : this.bundle.stepper.words.elsewhere.replace("{step}", node[0]));
    if (node && isSeen) this.bringIntoSight(node[0]);
  }

  /** Up and down run through the candidates of the step in view. */
  chooseNext(way) {
    if (this.waiting) return;
    const { column } = this.bundle.stepper.frames[this.stepper.frame];
    const nodes = this.layers.inColumn(column);
    if (nodes.length === 0) return;
    const at = nodes.findIndex(({ node }) => node.join() === this.chosen?.join());
    const next = at < 0 ? 0 : Math.max(0, Math.min(nodes.length - 1, at + way));
    this.choose(nodes[next].node);
    clearTimeout(this.reporting);
    this.reporting = setTimeout(() => this.report(this.chosen), REPORT_DELAY_MS);
  }

  resized() {
    if (!this.isVisible()) return;
    if (this.waiting) {
      this.drawInTurn();
    } else if (this.layers && this.bundle && this.bundle.figure !== this.fitting()) {
      this.bundle.chosen = this.chosen;
      this.draw();
    } else if (this.layers && !this.frame.hidden && this.width !== this.root.offsetWidth) {
      this.lookAtStep();
      clearTimeout(this.resizing);
      const { autosize } = this.bundle?.figure.layout ?? {};
      if (autosize) this.resizing = setTimeout(() => Plotly.Plots.resize(this.plot), 100);
    }
    this.width = this.root.offsetWidth;
  }

  setPageColour() {
    const colours = pageColours(this.root);
    this.root.style.setProperty("--figure-page", colours.page);
    return colours;
  }

  recolour() {
    const colours = this.setPageColour();
    const key = colours.text + colours.page;
    if (!this.layers || !this.isVisible() || key === this.painted) return;
    this.painted = key;
    Plotly.relayout(this.plot, colourChanges(colours));
  }
}
