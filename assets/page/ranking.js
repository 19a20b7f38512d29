// Ranking for any alpha, from what Python worked out once: no decoding, no request.

/** Places of the outputs, best first. At the alpha of the search it is the search's own order. */
export function orderAt({ intervals, searched, rows }, alpha) {
  if (alpha === searched) return rows.map((_, index) => index);
  return intervals.find(({ low, high }) => low <= alpha && alpha <= high).order;
}

/** The score under alpha; at the alpha of the search it is the search's own number. */
export function scoreAt(row, alpha, searched) {
  return alpha === searched ? row.score : row.log_prob_sum / row.length ** alpha;
}

export function penaltyAt(row, alpha, searched) {
  return alpha === searched ? row.penalty : row.length ** alpha;
}

/** Where the winner changes, and where any two ranks do: [{ alpha, before, after }], [alpha]. */
export function changes({ intervals }) {
  const winners = [];
  const swaps = [];
  intervals.slice(1).forEach(({ low, order }, place) => {
    const before = intervals[place].order;
    if (before[0] !== order[0]) winners.push({ alpha: low, before: before[0], after: order[0] });
    else swaps.push(low);
  });
  return { winners, swaps };
}

/** Where the search would end under alpha: a step, or null for later than recorded. */
export function stopAt(stops, alpha) {
  return (stops.find(({ low, high }) => low < alpha && alpha <= high) ?? stops[0]).step;
}

/** The correct rounding, never "-0.000". */
export function rounded(value, places = 3) {
  const text = value.toFixed(places);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

/** Alpha as short as it can be said. */
export function brief(alpha) {
  return String(Number(alpha.toFixed(4)));
}
