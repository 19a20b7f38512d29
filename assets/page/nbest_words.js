// What the n-best table says in sentences: where the winner changes, and whether the search itself would.

import { fill, make } from "./dom.js";
import { brief, changes, stopAt } from "./ranking.js";

const SHOWN_SWAPS = 12;
const SHOWN_LETTERS = 48;

export function winnerLines({ words, rows, ...pool }) {
  const { winners, swaps } = changes(pool);
  const told = winners.map(({ alpha, before, after }) =>
    fill(words.winner_change, { alpha: alpha.toFixed(3), before: named(rows, before), after: named(rows, after) }),
  );
  const first = told.length ? fill(words.winner_changes, { changes: told.join("; ") }) : words.winner_stays;
  const lines = rows.length > 1 ? [make("p", told.length ? "changes" : "", {}, first)] : [];
  if (swaps.length) lines.push(make("p", "", {}, fill(words.order_changes, { alphas: swapList(swaps) })));
  return lines;
}

/** An output by its rank in the search and its first words: long ones often begin alike. */
function named(rows, index) {
  const letters = [...rows[index].text];
  return `${index + 1}: ${letters.length > SHOWN_LETTERS ? `${letters.slice(0, SHOWN_LETTERS).join("")}…` : rows[index].text}`;
}

function swapList(swaps) {
  const shown = [...new Set(swaps.map((alpha) => alpha.toFixed(3)))];
  return shown.length > SHOWN_SWAPS ? `${shown.slice(0, SHOWN_SWAPS).join(", ")}, …` : shown.join(", ");
}

/** Whether the search would change with this alpha, and the offer to run it again where alpha has moved. */
export function searchLines(pool, alpha, report) {
  const { words, searched } = pool;
  const lines = [make("p", changesSearch(pool, alpha) ? "warning" : "", {}, searchLine(pool, alpha))];
  const ranges = rangesLine(pool);
  if (ranges) lines.push(make("p", "ranges", {}, ranges));
  if (alpha !== searched) {
    const again = make("button", "again", { type: "button" }, fill(words.again, { alpha: brief(alpha) }));
    again.addEventListener("click", () => report({ again: alpha }, "again"));
    lines.push(again);
  }
  return lines;
}

function changesSearch({ stops, last }, alpha) {
  return stops !== null && stopAt(stops, alpha) !== last;
}

function searchLine(pool, alpha) {
  const { words, stops, last } = pool;
  if (stops === null) return words.search_free;
  const step = stopAt(stops, alpha);
  const text = step === last ? words.search_same : step === null ? words.search_later : words.search_earlier;
  return fill(text, { alpha: brief(alpha), step, last });
}

function rangesLine({ words, stops, last }) {
  const others = (stops ?? []).filter(({ step }) => step !== last);
  const told = others.map(({ low, high, step }) =>
    fill(step === null ? words.search_range_later : words.search_range, {
      low: low.toFixed(3), high: high.toFixed(3), step, last,
    }),
  );
  return told.length ? fill(words.search_ranges, { ranges: told.join("; ") }) : "";
}
