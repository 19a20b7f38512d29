// The prune ledger of the step in view: its candidates in their order, the line, and why each stayed or fell.

import { choosable, fill, make, spoken } from "./dom.js";
import { onFrame, stepOf } from "./frames.js";
import { pointAt } from "./pointing.js";

const REST_MS = 80; // whoever runs through the steps gets the rows of the one they stop at; a closed ledger has none

const [TOKEN, PARENT, LOG_PROB, SUM, FATE, MARGIN, MORE] = [0, 1, 2, 3, 4, 5, 6];

export function drawPruning(root, data, report) {
  const { details, summary, body } = parts(root);
  const state = { at: null, shown: null, resting: null };
  const refresh = () => {
    const { frame, end } = state.at;
    const number = details.open ? stepOf(state.at, data.steps.length) : 0;
    const isEnd = frame === end && frame > 0;
    const key = `${number}/${isEnd}`;
    if (key === state.shown) return;
    state.shown = key;
    body.replaceChildren(...(number ? contents(data, number, isEnd, report) : []));
  };
  const show = (at) => {
    const wasShown = state.at !== null;
    state.at = at;
    const number = stepOf(at, data.steps.length);
    summary.replaceChildren(make("span", "title", {}, data.words.title), " ", headline(data, number));
    clearTimeout(state.resting);
    if (wasShown) state.resting = setTimeout(refresh, REST_MS);
    else refresh();
  };
  onFrame(details, data.figure, show);
  details.ontoggle = refresh;
}

/** The fold stays as it is, open or closed, while another search comes. */
function parts(root) {
  if (!root.firstChild) {
    root.append(make("details", "", {}, make("summary"), make("div", "body")));
  }
  const [summary, body] = root.firstChild.children;
  return { details: root.firstChild, summary, body };
}

function headline({ words, steps, drawn }, number) {
  if (!number) return words.before;
  const [candidates, live, finished, pruned] = steps[number - 1].counts;
  return fill(drawn ? words.summary_drawn : words.summary, { step: number, candidates, live, finished, pruned });
}

function contents(data, number, isEnd, report) {
  const step = data.steps[number - 1];
  return [
    make("p", "explain", {}, data.explain, step.ends ? ` ${data.words.explain_end}` : ""),
    table(data, number, report),
    ...forbiddenPart(data, number),
    isEnd ? make("p", "ended", {}, data.ended) : "",
  ].filter((part) => part !== "");
}

function table(data, number, report) {
  const step = data.steps[number - 1];
  const head = make("tr", "", {}, ...data.columns.map(([name, text]) => make("th", name, { scope: "col" }, text)));
  const lines = step.parts.flatMap((part) => partLines(data, number, part, report));
  return make("table", "", { "data-step": number }, make("thead", "", {}, head), make("tbody", "", {}, ...lines));
}

function partLines(data, number, { group, from, to, line, cut }, report) {
  const lines = group === null ? [] : [wide("group", data, fill(data.words.group, { group }))];
  for (let index = from; index < to; index += 1) {
    if (index === line) lines.push(cutLine(data, cut));
    lines.push(row(data, number, { index, rank: index - from + 1, below: line !== null && index >= line }, report));
  }
  if (line === to) lines.push(cutLine(data, cut));
  return lines;
}

function cutLine(data, cut) {
  return wide("cut-line", data, fill(data.words.cut, { key: cut }));
}

function wide(name, { columns }, text) {
  return make("tr", name, {}, make("th", "", { colspan: columns.length, scope: "rowgroup" }, text));
}

function row(data, number, { index, rank, below }, report) {
  const values = data.steps[number - 1].rows[index];
  const more = values[MORE] ?? {};
  const cells = {
    rank: [String(rank)],
    token: [make("span", "", spoken(data.lang), data.labels[values[TOKEN]])],
    after: [parentText(data, number, values[PARENT])],
    log_prob: [values[LOG_PROB]],
    sum: [values[SUM]],
    key: [more.key ?? ""],
    draws: [more.draws ?? ""],
    fate: [reason(data.words, values, more)],
  };
  const kept = values[MARGIN] === "";
  const name = `${kept ? "is-kept" : "is-pruned"}${below ? " is-below" : ""}`;
  const element = make("tr", name, { "data-fate": values[FATE] }, ...columnsOf(data, cells));
  choosable(element, () => {
    pointAt([number, index], data.figure);
    report({ customdata: [number, index] });
  });
  return element;
}

function columnsOf({ columns }, cells) {
  return columns.map(([name, text]) => make("td", name, { "data-label": text }, ...cells[name]));
}

function parentText({ steps, labels, start }, number, parent) {
  if (parent < 0) return start;
  const before = steps[number - 2];
  const part = before.parts.find(({ from, to }) => from <= parent && parent < to);
  return `${parent - part.from + 1} · ${labels[before.rows[parent][TOKEN]]}`;
}

function reason(words, values, { penalty, above }) {
  const fate = fill(words.fates[values[FATE]], { margin: values[MARGIN] });
  if (penalty === undefined) return fate;
  const text = above === undefined ? words.penalty : words.penalty_decides;
  return `${fate}; ${fill(text, { penalty, above })}`;
}

function forbiddenPart(data, number) {
  const { forbidden, more } = data.steps[number - 1];
  if (!forbidden) return [];
  const lines = forbidden.map((values) => {
    const cells = {
      rank: ["–"],
      token: [make("span", "", spoken(data.lang), data.labels[values[TOKEN]])],
      after: [parentText(data, number, values[PARENT])],
      log_prob: [values[LOG_PROB]],
      sum: [values[SUM]],
      key: [""],
      draws: [""],
      fate: [data.words.bans[values[4]]],
    };
    return make("tr", "is-banned", {}, ...columnsOf(data, cells));
  });
  return [
    make("h4", "", {}, data.words.forbidden),
    make("table", "banned", {}, make("tbody", "", {}, ...lines)),
    ...(more ? [make("p", "explain", {}, fill(data.words.more, { count: more }))] : []),
  ];
}
