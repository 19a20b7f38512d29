// The controls that walk through a search: buttons, slider, keys, play. They know frames, not figures.

import { make, makeSvg } from "./dom.js";

const PLAY_MS = 900;
const ICONS = {
  first: "M3,3V13M13,3L6,8L13,13Z",
  back: "M11,3L4,8L11,13Z",
  forward: "M5,3L12,8L5,13Z",
  last: "M13,3V13M3,3L10,8L3,13Z",
};

/** Drawn, since not every font has the usual signs; "play" says itself in words. */
function icon(name) {
  if (!ICONS[name]) return [];
  const ink = { fill: "currentColor", stroke: "currentColor", "stroke-width": 1.6 };
  const path = makeSvg("path", { d: ICONS[name], ...ink });
  return [makeSvg("svg", { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true" }, path)];
}

export class Stepper {
  /** `onFrame(index, column, height)` is called whenever another frame is to be shown, `onChoose(direction)` for up and down. */
  constructor(root, onFrame, onChoose) {
    this.onFrame = onFrame;
    this.onChoose = onChoose;
    this.stepper = null;
    this.timer = null;
    this.build();
    root.addEventListener("keydown", (event) => this.key(event));
  }

  build() {
    this.buttons = {};
    const button = (name, act) => {
      const element = make("button", `step-${name}`, { type: "button" }, ...icon(name));
      element.addEventListener("click", act);
      this.buttons[name] = element;
      return element;
    };
    this.slider = make("input", "", { type: "range", min: 0, step: 1 });
    this.slider.addEventListener("input", () => this.jump(Number(this.slider.value)));
    this.count = make("output", "count");
    this.bar = make(
      "div", "controls", { role: "group" },
      button("first", () => this.jump(0)),
      button("back", () => this.jump(this.frame - 1)),
      button("play", () => this.toggle()),
      button("forward", () => this.jump(this.frame + 1)),
      button("last", () => this.jump(this.end)),
      this.slider,
      this.count,
    );
    this.story = make("span", "story");
    this.remarks = make("span", "remark");
    this.caption = make("p", "caption", { "aria-live": "polite" }, this.story, " ", this.remarks);
    this.keys = make("p", "keys");
  }

  get end() {
    return this.stepper.frames.length - 1;
  }

  /** Takes over the frames of a new figure and shows one; without any the controls disappear. */
  use(stepper, frame = stepper?.opening) {
    this.pause();
    this.stepper = stepper;
    for (const part of [this.bar, this.caption, this.keys]) part.hidden = !stepper;
    if (!stepper) return;
    this.slider.max = this.end;
    this.slider.setAttribute("aria-label", stepper.words.slider);
    this.keys.textContent = stepper.words.keys;
    for (const [name, button] of Object.entries(this.buttons)) this.label(button, stepper.words[name]);
    this.labelPlay();
    this.show(frame);
  }

  /** Something to add to the caption, until the next frame. */
  remark(text) {
    this.remarks.textContent = text;
  }

  label(button, text) {
    button.setAttribute("aria-label", text);
    button.title = text;
  }

  labelPlay() {
    const { play, pause } = this.stepper.words;
    this.buttons.play.textContent = this.timer === null ? play : pause;
    this.label(this.buttons.play, this.timer === null ? play : pause);
  }

  /** A step asked for by hand ends the playing. */
  jump(frame) {
    this.pause();
    this.show(frame);
  }

  show(frame) {
    this.frame = Math.max(0, Math.min(this.end, frame));
    const { caption, column, height } = this.stepper.frames[this.frame];
    this.slider.value = this.frame;
    this.slider.setAttribute("aria-valuetext", caption);
    this.count.textContent = `${this.frame} / ${this.end}`;
    this.story.textContent = caption;
    this.remark("");
    for (const name of ["first", "back"]) this.enable(name, this.frame > 0);
    for (const name of ["forward", "last"]) this.enable(name, this.frame < this.end);
    this.onFrame(this.frame, column, height);
  }

  /** Not `disabled`: that would throw the keyboard's focus out of the view in mid-step. */
  enable(name, on) {
    this.buttons[name].setAttribute("aria-disabled", String(!on));
  }

  toggle() {
    if (this.timer !== null) return this.pause();
    if (this.frame === this.end) this.show(0);
    this.timer = setInterval(() => this.tick(), PLAY_MS);
    this.labelPlay();
  }

  tick() {
    if (!this.bar.isConnected) return this.pause();
    this.show(this.frame + 1);
    if (this.frame === this.end) this.pause();
  }

  pause() {
    if (this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
    this.labelPlay();
  }

  key(event) {
    if (!this.stepper || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && event.target.tagName === "BUTTON") return;
    const acts = {
      ArrowLeft: () => this.jump(this.frame - 1),
      ArrowRight: () => this.jump(this.frame + 1),
      Home: () => this.jump(0),
      End: () => this.jump(this.end),
      " ": () => this.toggle(),
      ArrowUp: () => this.onChoose(-1),
      ArrowDown: () => this.onChoose(1),
    };
    if (!Object.hasOwn(acts, event.key)) return;
    event.preventDefault();
    acts[event.key]();
  }
}
