// Small DOM makers. Text enters the page as text only: nothing here, or built with it, ever parses HTML.

/** An element with a class, attributes and children; strings become text, null is left out. */
export function make(tag, className = "", attributes = {}, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Puts values into the braces of a text: fill("alpha {alpha}", { alpha: "0.7" }). */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}

/** The attributes of a text in a language, where it has one. */
export function spoken(lang) {
  return lang ? { lang, dir: "auto" } : { dir: "auto" };
}

/** Lets an element be chosen by mouse, Enter and space. */
export function choosable(element, act) {
  element.tabIndex = 0;
  element.addEventListener("click", act);
  element.addEventListener("keydown", (event) => {
    if (event.target !== element || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    act();
  });
}
