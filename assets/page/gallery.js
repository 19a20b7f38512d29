// The models, one line each: the chosen one is always in view, the others unfold below it.

import { make } from "./dom.js";

export function drawGallery(root, { label, change, rows, chosen }, report) {
  const hadFocus = root.contains(document.activeElement);
  const wasOpen = root.querySelector(".models")?.hidden === false;
  const place = make("p", "chosen-model");
  const show = (index) => {
    place.replaceChildren(make("span", "label", {}, label), ...summary(rows[index]));
    place.dataset.models = rows[index].name;
  };
  show(chosen);
  if (rows.length < 2) {
    root.replaceChildren(place);
    return;
  }
  const list = make("div", "models", { id: "models", hidden: "" }, ...groups(rows, chosen, choose));
  const button = make(
    "button", "unfold", { type: "button", "aria-expanded": "false", "aria-controls": "models" },
    place, make("span", "change", {}, change),
  );
  const unfold = (open) => {
    list.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open) list.querySelector("[aria-current]")?.focus();
  };
  function choose(index) {
    unfold(false);
    button.focus();
    if (index === chosen) return;
    show(index);
    report({ model: index });
  }
  button.addEventListener("click", () => unfold(list.hidden));
  list.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      unfold(false);
      button.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(list, event.key === "ArrowDown" ? 1 : -1);
    }
  });
  root.replaceChildren(button, list);
  if (hadFocus) button.focus();
  if (wasOpen) unfold(true); // the same models in another language, say
}

function step(list, by) {
  const models = [...list.querySelectorAll(".model")];
  models[models.indexOf(document.activeElement) + by]?.focus();
}

function summary({ task, architecture, numbers }) {
  return [
    make("strong", "task", {}, task),
    make("span", "architecture", {}, architecture),
    make("span", "numbers", {}, numbers),
  ];
}

/** Lines under the task they share. */
function groups(rows, chosen, choose) {
  const tasks = [...new Set(rows.map(({ task }) => task))];
  return tasks.map((task) => {
    const lines = rows.flatMap((row, index) => (row.task === task ? [line(row, index, index === chosen, choose)] : []));
    return make("section", "", { "aria-label": task }, make("h4", "", {}, task), ...lines);
  });
}

function line({ architecture, title, numbers }, index, isChosen, choose) {
  const button = make(
    "button", isChosen ? "model is-chosen" : "model", { type: "button", ...(isChosen ? { "aria-current": "true" } : {}) },
    make("span", "architecture", {}, architecture),
    make("span", "title", {}, title),
    make("span", "numbers", {}, numbers),
  );
  button.addEventListener("click", () => choose(index));
  return button;
}
