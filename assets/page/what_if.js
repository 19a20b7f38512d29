// The strip above a changed result: what was changed, both winners with their numbers, and the ways back.

import { make, spoken } from "./dom.js";

export function drawWhatIf(root, { title, changes, numbers, lang, says, undo, own }, report) {
  const isNew = !root.firstChild || root.dataset.changes !== JSON.stringify(changes);
  root.dataset.changes = JSON.stringify(changes);
  const back = (text, way) => {
    const button = make("button", way, { type: "button" }, text);
    button.addEventListener("click", () => report({ back: way }));
    return button;
  };
  root.replaceChildren(
    make(
      "section", "strip", { "aria-label": title },
      make("p", "title", { role: "status" }, title),
      make("ol", "changes", {}, ...changes.map((text) => make("li", "", {}, text))),
      table(numbers, lang),
      ...says.map((text) => make("p", "", {}, text)),
      make("p", "ways-back", {}, back(undo, "undo"), back(own, "own")),
    ),
  );
  if (isNew) showStrip(root);
}

/** What was changed lower down on the page is answered here: bring it into sight once it has its place. */
function showStrip(root) {
  const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  requestAnimationFrame(() => root.scrollIntoView({ block: "nearest", behavior: isCalm ? "auto" : "smooth" }));
}

function table({ columns, rows }, lang) {
  const names = ["search", "output", "log-prob-sum", "length", "score"];
  const head = columns.map((column, place) => make("th", names[place], { scope: "col" }, column));
  const lines = rows.map(({ name, output, values }) => make(
    "tr", "", {},
    make("th", "search", { scope: "row" }, name), make("td", "output", spoken(lang), output),
    ...values.map((value, place) => make("td", names[place + 2], { "data-label": value ? columns[place + 2] : "" }, value)),
  ));
  return make(
    "table", "", {}, make("thead", "", {}, make("tr", "", {}, ...head)), make("tbody", "", {}, ...lines),
  );
}
