"""One node of the search: its ledger in unrounded numbers, its attention, and whose heat map is shown."""

from demo.figures.heads import choice_label, heads_of
from demo.figures.heatmap_layout import align
from demo.figures.labels import number, visible
from demo.figures.walk import START, Node
from demo.service import SourceKind
from demo.tabs.parts.data import Data
from demo.tabs.parts.nbest import hypothesis_at
from demo.tabs.parts.result import brief, shown_text
from demo.tabs.parts.selection import Selection
from demo.wording import Words
from demo.wording.page_words import PageWords, PanelWords
from seq2seq_core.trace import Trace, candidate_label, path


def panel_data(chosen: Selection, words: PanelWords) -> Data:
    trace, node = chosen.trace, chosen.focus
    if node == START:
        return {"title": words.start, "facts": [], "ledger": None, "sums": []}
    step, index = trace.steps[node[0] - 1], node[1]
    token = visible(candidate_label(trace, *node))
    title = words.sample_node if chosen.sampled else words.greedy_node if chosen.greedy else words.node
    return {
        "title": title.format(token=token, step=node[0], rank=int(step.rank_N[index])),
        "facts": [[words.fate, fate_text(trace, node, words)], [words.prefix, written(trace, node)]],
        "ledger": ledger_data(trace, node, words),
        "sums": _sums(trace, node, brief(chosen.decoded.request.alpha), words),
    }


def caption_text(chosen: Selection, words: PageWords) -> str:
    """Whose attention the heat map shows."""
    trace, node, texts = chosen.trace, chosen.node, words.heatmap
    if node == START:
        return texts.of_start
    place = hypothesis_at(trace, node)
    if place is not None:
        wording = texts.of_sample if chosen.sampled else texts.of_greedy if chosen.greedy else texts.of_hypothesis
        return wording.format(rank=place + 1, text=shown_text(trace.hypotheses[place], words.result))
    fate = fate_text(trace, node, words.panel)
    of_first = texts.of_sample_prefix if chosen.sampled else texts.of_greedy_prefix
    wording = of_first if chosen.greedy else texts.of_prefix
    return wording.format(step=node[0], fate=fate, text=written(trace, node))


def written(trace: Trace, node: Node) -> str:
    """The tokens on the way to a node."""
    return " ".join(visible(candidate_label(trace, *at)) for at in path(trace, *node))


def fate_text(trace: Trace, node: Node, words: PanelWords) -> str:
    step, index = trace.steps[node[0] - 1], node[1]
    return words.fates[step.fate_N[index]].format(margin=number(float(step.margin_N[index])))


def ledger_data(trace: Trace, node: Node, words: PanelWords) -> Data:
    """Every token on the way to a node, in unrounded numbers."""
    rows = [
        [str(at[0]), visible(candidate_label(trace, *at)), *_unrounded(trace, at)] for at in path(trace, *node)
    ]
    columns = [words.step, words.token, words.log_prob, words.running]
    return {"heading": words.ledger, "columns": columns, "rows": rows}


def _unrounded(trace: Trace, node: Node) -> tuple[str, str]:
    """Every digit of the step's log-probability and of the sum so far."""
    step, index = trace.steps[node[0] - 1], node[1]
    return repr(float(step.log_prob_N[index])), repr(float(step.log_prob_sum_N[index]))


def _sums(trace: Trace, node: Node, alpha: str, words: PanelWords) -> list[list[str]]:
    step, index = trace.steps[node[0] - 1], node[1]
    return [
        [words.length_explained, str(int(step.length_N[index]))],
        [words.penalty.format(alpha=alpha), repr(float(step.penalty_N[index]))],
        [f"{words.score} = {words.score_is.format(alpha=alpha)}", repr(float(step.score_N[index]))],
    ]


# A picture is shown itself; the others have nothing to look at.
_NOT_LOOKED_AT = (SourceKind.PICTURE, SourceKind.NONE, SourceKind.TABLE)


def attention_data(chosen: Selection, words: Words) -> Data | None:
    """What the model looked at while it predicted the token in focus.

    Nothing at the start token and where there is no source; nothing for a picture, which is shown itself.
    """
    trace, node, texts = chosen.trace, chosen.focus, words.page.panel
    if node == START or chosen.decoded.entry.source in _NOT_LOOKED_AT:
        return None
    heading = _attention_heading(chosen, words)
    alignment = align(trace, node, chosen.head)
    if alignment is None or len(trace.source_tokens) == 1:
        note = texts.no_attention if alignment is None else words.page.heatmap.one_piece
        return {"heading": heading, "note": note, "weights": [], "lang": None}
    weights = [
        {"piece": visible(piece), "text": number(float(weight)), "part": float(weight)}
        for piece, weight in zip(trace.source_tokens, alignment.weights_TS[-1], strict=True)
    ]
    language = chosen.decoded.entry.source_language
    return {"heading": heading, "note": "", "weights": weights, "lang": language}


def _attention_heading(chosen: Selection, words: Words) -> str:
    """Names the head where one was chosen of several."""
    if len(heads_of(chosen.trace)) < 2:
        return words.page.panel.attention
    return words.page.panel.attention_of.format(head=choice_label(chosen.head, words.figures.heads))
