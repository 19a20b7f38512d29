// A table of numbers, and the button that saves it: the file is made here, nobody is asked for it.

import { make } from "./dom.js";
import { download } from "./save.js";

export function drawGrid(root, { columns, rows, notes, save, file }) {
  const head = columns.map((name) => make("th", "", { scope: "col" }, name));
  const lines = rows.map((row) =>
    make("tr", "", {}, make("th", "", { scope: "row" }, row[0]), ...row.slice(1).map((cell) => make("td", "", {}, cell))));
  const button = make("button", "save", { type: "button" }, save);
  button.addEventListener("click", () => download(csv([columns, ...rows]), file, "text/csv"));
  root.replaceChildren(
    make("table", "", {}, make("thead", "", {}, make("tr", "", {}, ...head)), make("tbody", "", {}, ...lines)),
    make("p", "notes", {}, notes), button,
  );
}

/** Rows as RFC 4180 has them; a cell that a spreadsheet would take for a formula begins with an apostrophe. */
export function csv(rows) {
  const cell = (text) => (/^[=@+\t]/.test(text) ? `'${text}` : text);
  const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map((text) => quoted(cell(text))).join(",")).join("\r\n") + "\r\n";
}
