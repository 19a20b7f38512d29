// A button that asks for a file, and saves it when it comes: the file is made here, nothing is kept on the server.

import { make } from "./dom.js";

export function drawSave(root, { label, name, text }, report) {
  const button = make("button", "save", { type: "button" }, label);
  button.addEventListener("click", () => report({ save: true }));
  root.replaceChildren(button);
  if (text) download(text, name, "application/json");
}

export function download(text, name, type) {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  make("a", "", { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}
