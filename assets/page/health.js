// Search health: numbers with a line of explanation each, and a table of the steps in which the step in view is marked.

import { make } from "./dom.js";
import { onFrame, stepOf } from "./frames.js";

export function drawHealth(root, { figure, title, summary, facts, heading, means, columns, rows }) {
  if (!root.firstChild) root.append(make("details", "", {}, make("summary"), make("div", "body")));
  const [head, body] = root.firstChild.children;
  head.replaceChildren(make("span", "title", {}, title), " ", summary);
  const terms = facts.map(([term, value, explained]) =>
    make("div", "", {}, make("dt", "", {}, term), make("dd", "", {}, value), make("dd", "means", {}, explained)),
  );
  const labels = columns.map((column) => make("th", "", { scope: "col" }, column));
  const lines = rows.map((row) => make("tr", "", {}, ...row.map((cell) => make("td", "", {}, cell))));
  const table = make("table", "", {}, make("thead", "", {}, make("tr", "", {}, ...labels)), make("tbody", "", {}, ...lines));
  body.replaceChildren(
    make("dl", "", {}, ...terms),
    make("h4", "", {}, heading),
    make("p", "means", {}, means),
    make("div", "steps", {}, table),
  );
  onFrame(table, figure, (at) => {
    const number = stepOf(at, rows.length);
    lines.forEach((line, place) => {
      if (place === number - 1) line.setAttribute("aria-current", "step");
      else line.removeAttribute("aria-current");
    });
  });
}
