// The finished pool as a table that follows the alpha slider; a row can be chosen.

import { alphaOr, onAlpha } from "./alpha.js";
import { alphaSlider } from "./alpha_slider.js";
import { choosable, fill, make, spoken } from "./dom.js";
import { brief, orderAt, penaltyAt, rounded, scoreAt } from "./ranking.js";
import { searchLines, winnerLines } from "./nbest_words.js";
import { pointAt } from "./pointing.js";

const COLUMNS = ["rank", "change", "output", "log_prob_sum", "length", "penalty", "score"];

export function drawNBest(root, pool, report) {
  const hadFocus = root.querySelector("tr:focus")?.dataset.row;
  const body = make("tbody");
  const now = make("p", "now", { "aria-live": "polite" });
  const formula = make("p", "formula");
  const search = make("div", "search");
  const columns = COLUMNS.map((name) => make("th", name, { scope: "col", ...hint(name, pool.words) }, pool.words[name]));
  const table = make("table", "", { role: "grid" }, make("thead", "", {}, make("tr", "", {}, ...columns)), body);
  const rows = pool.rows.map((row, index) => tableRow(pool, row, index, report));
  const { slider, below } = parts(root, report);
  slider.label(pool.words.alpha, pool.searched);
  below.replaceChildren(now, table, formula, make("div", "winners", {}, ...winnerLines(pool)), search);

  const show = (alpha) => {
    const order = orderAt(pool, alpha);
    order.forEach((index, place) => refresh(rows[index], pool, pool.rows[index], { alpha, place, index }));
    body.append(...order.map((index) => rows[index]));
    now.textContent = nowLine(pool, alpha);
    formula.textContent = fill(pool.words.formula, { alpha: brief(alpha) });
    search.replaceChildren(...searchLines(pool, alpha, report));
  };
  onAlpha(below, show);
  show(alphaOr(pool.searched));
  if (hadFocus !== undefined) rows[hadFocus]?.focus();
}

/** The slider stays while what is below it is made anew: a hand may be on it. */
function parts(root, report) {
  if (!root.firstChild) root.append(alphaSlider(() => report({}, "move")), make("div", "below"));
  return { slider: root.firstChild, below: root.lastChild };
}

function hint(name, words) {
  return name === "length" ? { title: words.length_explained } : {};
}

function nowLine({ words, searched }, alpha) {
  const text = alpha === searched ? words.at_search : words.now;
  return fill(text, { alpha: brief(alpha), searched: brief(searched) });
}

function tableRow(pool, row, index, report) {
  const cells = COLUMNS.map((name) => make("td", name, { "data-label": pool.words[name] }));
  const element = make("tr", "", { "aria-selected": String(index === pool.chosen), "data-row": index }, ...cells);
  const [, , output, sum, length] = cells;
  output.append(make("span", row.empty ? "is-empty" : "", row.empty ? {} : spoken(pool.lang), row.text));
  if (row.cut) output.append(make("small", "", {}, pool.words.cut));
  sum.textContent = rounded(row.log_prob_sum);
  length.textContent = row.length;
  choosable(element, () => {
    pointAt(row.node);
    report({ hypothesis: index });
  });
  return element;
}

/** What depends on alpha: rank, change, penalty, score. */
function refresh(element, pool, row, { alpha, place, index }) {
  const [rank, change, , , , penalty, score] = element.cells;
  rank.textContent = place + 1;
  penalty.textContent = rounded(penaltyAt(row, alpha, pool.searched));
  score.textContent = rounded(scoreAt(row, alpha, pool.searched));
  const by = index - place;
  element.classList.toggle("is-winner", place === 0);
  element.classList.toggle("has-moved", by !== 0);
  change.textContent = by === 0 ? "=" : `${by > 0 ? "▲" : "▼"} ${Math.abs(by)}`;
  change.setAttribute("aria-label", changeWords(pool.words, by));
  change.title = changeWords(pool.words, by);
}

function changeWords(words, by) {
  if (by === 0) return words.same;
  return fill(by > 0 ? words.up : words.down, { by: Math.abs(by) });
}
