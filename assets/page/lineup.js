// Several models at once: the chosen ones are always in view, each with its letter; the others unfold below them.

import { fill, make } from "./dom.js";

let lists = 0; // every list of models has an id of its own

export function drawLineup(root, data, report) {
  root.classList.add("view-gallery");
  if (data.nothing) {
    root.replaceChildren(make("p", "nothing", {}, data.nothing));
    return;
  }
  const wasOpen = root.querySelector(".models")?.hidden === false;
  const focused = root.querySelector(":focus")?.className;
  const name = `line-up-${(lists += 1)}`;
  const list = make("div", "models", { id: name, role: "group", "aria-label": data.models });
  const place = make("ol", "line-up");
  const counted = make("p", "counted label", { role: "status" });
  const button = make(
    "button", "unfold", { type: "button", "aria-controls": name },
    make("span", "label", {}, data.models), place, make("span", "change", {}, data.change),
  );
  const lines = data.rows.map((row, index) => line(row, data.chosen.includes(index)));
  const boxes = lines.map((each) => each.querySelector("input"));
  list.append(counted, ...lines);

  const unfold = (open) => {
    list.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  };
  const chosen = () => boxes.flatMap((box, index) => (box.checked ? [index] : []));
  const show = () => {
    const places = chosen();
    place.replaceChildren(...places.map((index, at) => summary(data.letters[at], data.rows[index])));
    place.dataset.models = places.map((index) => data.rows[index].name).join("\n");
    counted.textContent = fill(data.counted, { count: places.length, most: data.most });
    boxes.forEach((box, index) => {
      box.disabled = box.checked ? places.length === 1 : places.length >= data.most;
      lines[index].classList.toggle("is-chosen", box.checked);
    });
  };
  boxes.forEach((box) => box.addEventListener("change", () => {
    show();
    report({ models: chosen() });
  }));
  button.addEventListener("click", () => unfold(list.hidden));
  for (const part of [button, list]) {
    part.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || list.hidden) return;
      unfold(false);
      button.focus();
    });
  }
  root.replaceChildren(...(data.groups.length > 1 ? [kinds(data, report)] : []), button, list);
  unfold(wasOpen);
  show();
  if (focused === "kind") root.querySelector(".kind[aria-checked=true]")?.focus();
}

function kinds({ kinds: label, groups, group }, report) {
  const buttons = groups.map((name, index) => {
    const button = make("button", "kind", { type: "button", role: "radio", "aria-checked": String(index === group) }, name);
    button.addEventListener("click", () => index !== group && report({ group: index }, "again"));
    return button;
  });
  return make("div", "kinds", { role: "radiogroup", "aria-label": label }, make("span", "label", {}, label), ...buttons);
}

function line({ title, architecture, numbers }, checked) {
  const box = make("input", "", { type: "checkbox" });
  box.checked = checked;
  return make(
    "label", "model", {},
    box,
    make("span", "architecture", {}, architecture),
    make("span", "title", {}, title),
    make("span", "numbers", {}, numbers),
  );
}

function summary(letter, { title, architecture }) {
  return make(
    "li", "", {},
    make("span", "letter", {}, letter),
    make("span", "", {}, make("strong", "", {}, title), " ", make("span", "numbers", {}, architecture)),
  );
}
