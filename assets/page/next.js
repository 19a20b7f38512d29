// What the model would write next after a node, each token with the way to try it; and what else can be changed there.

import { make, spoken } from "./dom.js";

export function drawNext(root, data, report) {
  const { node, token, lang, note, tokens, acts, full } = data;
  const bars = tokens.map((each) => {
    const bar = make("span", "bar");
    bar.style.width = `${100 * each.part}%`;
    return make(
      "li", "", {},
      make("span", "piece-name", spoken(lang), each.piece), make("span", "track", {}, bar),
      make("span", "weight", {}, each.text),
      full ? null : action(data.try, () => report({ try: each.token, node }), each.hint),
    );
  });
  const buttons = full ? [] : acts.map(([act, text]) => action(text, () => report({ act, node, token })));
  root.replaceChildren(
    ...[
      note ? make("p", "", {}, note) : make("ol", "", {}, ...bars),
      buttons.length ? make("p", "acts", {}, ...buttons) : null,
      full ? make("p", "full", {}, full) : null,
    ].filter((part) => part !== null),
  );
}

function action(text, act, hint = "") {
  const button = make("button", "act", { type: "button", ...(hint ? { title: hint, "aria-label": hint } : {}) }, text);
  button.addEventListener("click", act);
  return button;
}
