// The page's colours, and word when they change. Figures are transparent: only their texts must follow the page.

const listeners = new Set();
let observer = null;

/** The text colour and font at an element, and the first opaque background behind it. */
export function pageColours(element) {
  const { color: text, fontFamily: family } = getComputedStyle(element);
  for (let at = element; at; at = at.parentElement) {
    const background = getComputedStyle(at).backgroundColor;
    if (isOpaque(background)) return { text, family, page: background };
  }
  return { text, family, page: "rgb(255, 255, 255)" };
}

function isOpaque(colour) {
  const alpha = /^rgba\(.*,\s*([\d.]+)\)$/.exec(colour) ?? /\/\s*([\d.]+)\s*\)$/.exec(colour);
  return colour !== "transparent" && (alpha === null || Number(alpha[1]) > 0.95);
}

/** Calls back after every change of theme, for as long as the element is part of the page. */
export function onThemeChange(element, callback) {
  listeners.add({ element, callback });
  observer ??= startObserving();
}

function startObserving() {
  // Colours may run through a transition: look again when it is over.
  const tell = () => [0, 350].forEach((delay) => setTimeout(tellListeners, delay));
  const watcher = new MutationObserver(tell);
  for (const element of [document.documentElement, document.body]) {
    watcher.observe(element, { attributes: true, attributeFilter: ["class", "data-theme", "style"] });
  }
  return watcher;
}

function tellListeners() {
  for (const listener of listeners) {
    if (listener.element.isConnected) listener.callback();
    else listeners.delete(listener);
  }
}

/** The layout entries that carry the page's colours, as Plotly.relayout takes them. */
export function colourChanges({ text, page }) {
  return {
    "font.color": text,
    "hoverlabel.bgcolor": page,
    "hoverlabel.bordercolor": text,
    "hoverlabel.font.color": text,
  };
}

/** A copy of the layout in the page's colours and font. */
export function coloured(layout, { text, family, page }) {
  const hoverlabel = layout.hoverlabel ?? {};
  return {
    ...layout,
    font: { ...layout.font, color: text, family },
    hoverlabel: { ...hoverlabel, bgcolor: page, bordercolor: text, font: { ...hoverlabel.font, color: text } },
  };
}
