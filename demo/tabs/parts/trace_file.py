"""What the page shows of a trace out of a file: what it states, its outputs, and one node of it.

Nothing is known of the model: formula and settings are those that the trace states.
"""

from dataclasses import dataclass, replace

from demo.figures.heatmap import heatmap_bundle
from demo.figures.heatmap_layout import align
from demo.figures.labels import number, visible
from demo.figures.walk import START, Node
from demo.service.trace_file import LARGEST_FILE, OpenedTrace
from demo.tabs.parts.data import Data
from demo.tabs.parts.node import fate_text, ledger_data, written
from demo.tabs.parts.result import shown_text
from demo.tabs.parts.what_if import pinned_text
from demo.wording import Words
from demo.wording.figure_words import TreeWords
from seq2seq_core.trace import Trace, candidate_label

MOST_OUTPUTS = 50
LONGEST_SETTING = 200  # characters of one that is a text


@dataclass(frozen=True, slots=True, eq=False)
class FileSelection:
    """A trace of a file, and the node of it that is selected."""

    opened: OpenedTrace
    node: Node = START

    @property
    def trace(self) -> Trace:
        return self.opened.trace

    def at(self, node: Node) -> "FileSelection":
        return replace(self, node=node)


def best_of(opened: OpenedTrace) -> FileSelection:
    """With the best output selected; the start token where there is none."""
    best = opened.trace.hypotheses[:1]
    return FileSelection(opened, (best[0].step, best[0].index) if best else START)


def input_data(words: Words) -> Data:
    """The place to drop a file on."""
    texts = words.page.trace_file
    return {"drop": texts.drop, "choose": texts.choose, "explain": texts.limits, "limit": LARGEST_FILE}


def facts_data(chosen: FileSelection, words: Words) -> Data:
    """What the trace states, and its outputs; every number is a rounding of the trace's."""
    trace, texts, result = chosen.trace, words.page.trace_file, words.page.result
    settings = ", ".join(f"{name} {str(value)[:LONGEST_SETTING]}" for name, value in sorted(trace.options.items()))
    stop = result.found_value.format(winner=trace.stop.winner_step or "–", last=trace.stop.last_step)
    places = [(each.step, each.index) for each in trace.hypotheses[:MOST_OUTPUTS]]
    more = len(trace.hypotheses) - len(places)
    return {
        "good": texts.good if chosen.opened.count == 1 else texts.first.format(count=chosen.opened.count),
        "warning": texts.pinned.format(rows=pinned_text(trace, words.page.what_if)) if "pins" in trace.options else "",
        "facts": [
            [texts.source, trace.source or "–"],
            [texts.algorithm, trace.algorithm],
            [texts.formula, trace.formula],
            [texts.settings, settings],
            [result.found, stop],
            [result.stopped, result.reasons.get(trace.stop.reason, trace.stop.reason)],
        ],
        "columns": [words.page.nbest.rank, texts.output, result.log_prob_sum, result.length, result.score],
        "rows": [
            [str(place), shown_text(each, result), number(each.log_prob_sum), str(each.length), number(each.score)]
            for place, each in enumerate(trace.hypotheses[:MOST_OUTPUTS], 1)
        ],
        "nodes": places,
        "chosen": places.index(chosen.node) if chosen.node in places else None,
        "none": "" if places else result.no_output,
        "more": texts.more.format(count=more) if more else "",
    }


def tree_words(words: Words) -> TreeWords:
    """The search of a file need not be a beam."""
    return replace(words.figures.tree, account=words.page.trace_file.account)


def node_data(chosen: FileSelection, words: Words) -> Data:
    """The selected node: its way to its score in unrounded numbers, by the formula that the trace states."""
    trace, node, texts = chosen.trace, chosen.node, words.page.panel
    if node == START:
        return {"title": texts.start, "facts": [], "ledger": None, "sums": []}
    step, index = trace.steps[node[0] - 1], node[1]
    sums = [
        [words.page.result.length, str(int(step.length_N[index]))],
        [words.page.result.penalty, repr(float(step.penalty_N[index]))],
    ]
    extras = {words.page.trace_file.reward: step.reward_N, words.page.trace_file.coverage: step.coverage_penalty_N}
    sums += [[name, repr(float(column[index]))] for name, column in extras.items() if column is not None]
    sums.append([texts.score, repr(float(step.score_N[index]))])  # its formula stands above, with the outputs
    title = texts.node.format(token=visible(candidate_label(trace, *node)), step=node[0], rank=int(step.rank_N[index]))
    return {
        "title": title,
        "facts": [[texts.fate, fate_text(trace, node, texts)], [texts.prefix, written(trace, node)]],
        "ledger": ledger_data(trace, node, texts),
        "sums": sums,
    }


def looked_at_data(chosen: FileSelection, words: Words) -> Data | None:
    """What the model looked at while it predicted the selected token; nothing without attention."""
    trace = chosen.trace
    alignment = None if chosen.node == START else align(trace, chosen.node)
    if alignment is None or len(trace.source_tokens) < 2:
        return None
    weights = [
        {"piece": visible(piece), "text": number(float(weight)), "part": float(weight)}
        for piece, weight in zip(trace.source_tokens, alignment.weights_TS[-1], strict=True)
    ]
    return {"heading": words.page.panel.attention, "note": "", "weights": weights, "lang": None}


def map_bundle(chosen: FileSelection, words: Words) -> object:
    """The heat map along the way to the selected node; nothing where there is none."""
    trace = chosen.trace
    has_one = chosen.node != START and trace.steps[0].attention_ES is not None and len(trace.source_tokens) > 1
    return heatmap_bundle(trace, chosen.node, words.figures.heatmap) if has_one else None
