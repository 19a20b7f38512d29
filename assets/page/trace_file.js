// A trace file: dropped anywhere on the page, or chosen. Its text is sent to be checked; nothing in it is run.

import { choosable, make, spoken } from "./dom.js";
import { pointAt } from "./pointing.js";

const TAB = "tab-trace"; // where it is shown
let send = null; // the tab's view, once it is there
let waiting = null; // a file that was dropped before

export function drawTraceFile(root, { drop, choose, explain, limit }, report) {
  const input = make("input", "", { type: "file", accept: ".json,.jsonl,application/json", hidden: "" });
  const button = make("button", "choose-file", { type: "button" }, choose);
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    take(input.files[0]);
    input.value = ""; // the same file may be chosen again
  });
  send = async (file) => {
    if (file.size > 4 * limit) report({ size: file.size }); // a character has at most four bytes
    else report({ text: await file.text() });
  };
  root.replaceChildren(
    make("div", "drop", {}, make("p", "invite", {}, drop), button, input), make("p", "explain", {}, explain),
  );
  if (waiting) take(waiting);
}

function take(file) {
  if (!file) return;
  waiting = send ? null : file;
  send?.(file);
}

const hasFile = ({ dataTransfer }) => [...(dataTransfer?.types ?? [])].includes("Files");

window.addEventListener("dragover", (event) => {
  if (!hasFile(event)) return;
  event.preventDefault();
  document.documentElement.classList.add("is-dropping");
});
window.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.documentElement.classList.remove("is-dropping");
});
window.addEventListener("drop", (event) => {
  document.documentElement.classList.remove("is-dropping");
  if (!hasFile(event)) return;
  event.preventDefault(); // else the browser would leave the page for the file
  document.getElementById(`${TAB}-button`)?.click();
  take(event.dataTransfer.files[0]);
});

export function drawTraceFacts(root, { good, warning, facts, columns, rows, nodes, chosen, none, more }, report) {
  const hadFocus = root.querySelector("tr:focus")?.dataset.row;
  const names = ["rank", "output", "log_prob_sum", "length", "score"];
  const head = columns.map((column, place) => make("th", names[place], { scope: "col" }, column));
  const lines = rows.map((row, place) => {
    const cells = row.map((text, at) =>
      make("td", names[at], { "data-label": columns[at], ...(names[at] === "output" ? spoken(null) : {}) }, text));
    const line = make("tr", "", { "aria-selected": String(place === chosen), "data-row": place }, ...cells);
    choosable(line, () => {
      pointAt(nodes[place], "trace-tree");
      report({ output: place });
    });
    return line;
  });
  root.classList.add("view-nbest");
  root.replaceChildren(
    ...[
      make("p", "good", { role: "status" }, good),
      warning ? make("p", "warning", {}, warning) : null,
      make("dl", "", {}, ...facts.map(([name, value]) => make("div", "", {}, make("dt", "", {}, name), make("dd", "", {}, value)))),
      none
        ? make("p", "is-empty", {}, none)
        : make("table", "", { role: "grid" }, make("thead", "", {}, make("tr", "", {}, ...head)), make("tbody", "", {}, ...lines)),
      more ? make("p", "more", {}, more) : null,
    ].filter((part) => part !== null),
  );
  if (hadFocus !== undefined) root.querySelector(`tr[data-row="${hadFocus}"]`)?.focus();
}
