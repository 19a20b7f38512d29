"""What can be changed at a node of the search, and what of it the page asks for."""

from typing import Any

from demo.figures.heatmap_layout import align
from demo.figures.labels import number, visible
from demo.figures.next_tokens import next_tokens
from demo.figures.walk import START, Node, node_in
from demo.service import MOST_CHANGES, Ban, Change, Force, PinAttention, SourceKind
from demo.tabs.parts.data import Data
from demo.tabs.parts.selection import Selection
from demo.wording import Words
from seq2seq_core.trace import Trace, candidate_label, path


def next_data(chosen: Selection, words: Words) -> Data:
    """The most probable tokens after the node in focus, each with the way to try it; and what else can be changed."""
    node, texts = chosen.focus, words.page.what_if
    tokens = next_tokens(chosen.trace, node)
    is_full = len(chosen.decoded.request.what_if.changes) >= MOST_CHANGES
    return {
        "node": node,
        "token": _token(chosen.trace, node),
        "lang": chosen.decoded.entry.target_language,
        "note": "" if tokens else words.figures.bars.nothing,
        "tokens": [
            {"token": each.token, "piece": visible(each.piece), "text": number(each.probability),
             "part": each.probability, "hint": texts.try_hint.format(token=visible(each.piece))}
            for each in tokens
        ],
        "try": texts.try_instead,
        "acts": [] if node == START else [["force", texts.force], ["ban", texts.ban]],
        "full": texts.full.format(limit=MOST_CHANGES) if is_full else "",
    }  # fmt: skip


def pin_data(chosen: Selection, words: Words) -> Data | None:
    """Where the attention of the token in focus could be set; nothing where there is no heat map to click on."""
    trace, node, texts = chosen.trace, chosen.focus, words.page.what_if
    if node == START or not _can_pin(chosen) or len(chosen.decoded.request.what_if.changes) >= MOST_CHANGES:
        return None
    alignment = align(trace, node)
    assert alignment is not None  # there is attention
    label = texts.pin_label.format(step=node[0], token=visible(candidate_label(trace, *node)))
    return {
        "node": node,
        "label": label,
        "options": [visible(piece) for piece in trace.source_tokens],
        "chosen": int(alignment.weights_TS[-1].argmax()),
        "lang": chosen.decoded.entry.source_language,
        "pin": texts.pin,
        "explain": texts.pin_explain,
    }


def _can_pin(chosen: Selection) -> bool:
    trace = chosen.trace
    is_seen = bool(trace.steps) and trace.steps[0].attention_ES is not None
    return is_seen and len(trace.source_tokens) > 1 and chosen.decoded.entry.source is SourceKind.TEXT


def change_in(chosen: Selection, data: Any) -> Change | None:
    """The change that the page asks for, if the search in view has what it names: events can be forged, or late."""
    match data:
        case {"node": [int(step), int(index)], **asked}:
            node = node_in(chosen.trace, (step, index))
            return None if node is None else _change_at(chosen, node, asked)
    return None


def _change_at(chosen: Selection, node: Node, asked: Any) -> Change | None:
    trace = chosen.trace
    match asked:
        case {"act": "force" | "ban" as act, "token": int(token)} if node != START and _token(trace, node) == token:
            return Force(*_way(trace, node)) if act == "force" else Ban(*_way(trace, node))
        case {"pin": int(position)} if node != START and _can_pin(chosen) and 0 <= position < len(trace.source_tokens):
            return PinAttention(node[0], position, trace.source_tokens[position])
        case {"try": int(token)} if any(each.token == token for each in next_tokens(trace, node)):
            tokens, pieces = _way(trace, node)
            return Force((*tokens, token), (*pieces, trace.labels[token]))
    return None


def _token(trace: Trace, node: Node) -> int | None:
    return None if node == START else int(trace.steps[node[0] - 1].token_N[node[1]])


def _way(trace: Trace, node: Node) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Ids and labels of the tokens on the way to a node, its own included."""
    nodes = [] if node == START else path(trace, *node)
    ids = tuple(int(trace.steps[step - 1].token_N[index]) for step, index in nodes)
    return ids, tuple(trace.labels[token] for token in ids)
