// One rule of Gradio's style sheet makes every change of the page slow: it colours selected text in listings by
// `[class*="language-"] ::selection`. Whom that means may change with any class, so that the browser goes through all
// that lies below an element whenever its class changes: through the thousands of marks of a search, at every step.
// There are no listings here, and the rule goes.

const COSTLY = /\[class[^\]]*\][^,]*::selection/;

export function lightenStyle() {
  for (const sheet of document.styleSheets) lighten(sheet);
  document.addEventListener("load", ({ target }) => target.sheet && lighten(target.sheet), true);
}

function lighten(owner) {
  const rules = rulesOf(owner);
  for (let place = rules.length - 1; place >= 0; place -= 1) {
    if (COSTLY.test(rules[place].selectorText)) owner.deleteRule(place);
    else lighten(rules[place]);
  }
}

/** None where the sheet may not be read, or where a rule holds no others. */
function rulesOf(owner) {
  try {
    return owner.cssRules ?? [];
  } catch {
    return [];
  }
}
