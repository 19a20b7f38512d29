"""What a visitor changed about the search: the strip above the result, and what can be changed at a node."""

from dataclasses import dataclass, replace
from typing import Any

from demo.figures.labels import number, visible
from demo.figures.next_tokens import next_tokens
from demo.figures.walk import START, Node, node_in
from demo.service import MOST_CHANGES, Ban, Change, Decoded, Force
from demo.tabs.parts.data import Data
from demo.tabs.parts.result import shown_text, signed
from demo.tabs.parts.selection import Selection
from demo.wording import Words
from demo.wording.figure_words import TreeWords
from demo.wording.page_words import PageWords
from demo.wording.what_if_words import WhatIfWords
from seq2seq_core.trace import Hypothesis, Trace, candidate_label, path


@dataclass(frozen=True, slots=True)
class Overlay:
    """What is laid over the tree of the beam, and the words for it."""

    trace: Trace | None
    words: TreeWords


def overlay(chosen: Selection, words: Words) -> Overlay:
    """The best output of the model's own search where that was changed; else greedy's."""
    tree, texts = words.figures.tree, words.page.what_if
    if chosen.own is None:
        return Overlay(None if chosen.decoded.is_sampled else chosen.decoded.greedy, tree)
    own = replace(
        tree, greedy=texts.own_path, leaves=texts.own_leaves, greedy_left=texts.own_left, greedy_stays=texts.own_stays
    )
    return Overlay(chosen.own.beam if chosen.own.beam.hypotheses else None, own)


def what_if_data(chosen: Selection, page: PageWords) -> Data | None:
    """What was changed, both winners with their numbers, and the ways back; nothing where nothing was changed."""
    changes, texts = chosen.decoded.request.what_if, page.what_if
    if chosen.own is None:
        return None
    pairs = zip(changes.changes, changes.holding, strict=True)
    return {
        "title": texts.title,
        "changes": [_told(change, texts) + ("" if holds else texts.overruled) for change, holds in pairs],
        "numbers": _numbers(chosen.own, chosen.decoded, page),
        "lang": chosen.decoded.entry.target_language,
        "says": _says(chosen.own.beam, chosen.decoded.beam, texts),
        "undo": texts.undo,
        "own": texts.back,
    }


def _told(change: Change, words: WhatIfWords) -> str:
    if isinstance(change, Force):
        return words.forced.format(prefix=_spelled(change.pieces))
    *before, token = change.pieces
    wording = words.banned if before else words.banned_first
    return wording.format(token=visible(token), prefix=_spelled(before))


def _spelled(pieces: Any) -> str:
    return " ".join(map(visible, pieces))


def _numbers(own: Decoded, changed: Decoded, page: PageWords) -> Data:
    """A row for each winner and one for the difference; every number is a rounding of the traces' values."""
    texts, result = page.what_if, page.result
    old, new = _best(own.beam), _best(changed.beam)
    rows = [_row(texts.own_row, old, page), _row(texts.changed_row, new, page)]
    if old and new:
        sums, scores = new.log_prob_sum - old.log_prob_sum, new.score - old.score
        rows.append({"name": texts.difference, "output": "", "values": [signed(sums), "", signed(scores)]})
    columns = [texts.search, texts.winner, result.log_prob_sum, result.length, result.score]
    return {"columns": columns, "rows": rows}


def _row(name: str, best: Hypothesis | None, page: PageWords) -> Data:
    values = [number(best.log_prob_sum), str(best.length), number(best.score)] if best else ["–"] * 3
    return {"name": name, "output": shown_text(best, page.result), "values": values}


def _says(own: Trace, changed: Trace, words: WhatIfWords) -> list[str]:
    """What the two winners have in common, and what their numbers mean."""
    old, new = _best(own), _best(changed)
    if old is None or new is None:
        return [] if new else [words.nothing]
    shared, parts = _shared(own, old, changed, new)
    if parts is None:
        return [words.same]
    told = words.shared.format(prefix=_spelled(shared), old=parts[0], new=parts[1])
    if not shared:
        told = words.nothing_shared.format(old=parts[0], new=parts[1])
    return [told, *([words.missed] if new.score > old.score else [])]


def _shared(own: Trace, old: Hypothesis, changed: Trace, new: Hypothesis) -> tuple[list[str], tuple[str, str] | None]:
    """The tokens that both begin with, and the first of each that the other has not; None where they are the same."""
    ways = [_labels(own, old), _labels(changed, new)]
    count = next((at for at, pair in enumerate(zip(*ways, strict=False)) if pair[0] != pair[1]), min(map(len, ways)))
    if count == len(ways[0]) == len(ways[1]):
        return ways[0], None
    first, second = (visible(way[count]) if count < len(way) else "…" for way in ways)
    return ways[0][:count], (first, second)


def _labels(trace: Trace, best: Hypothesis) -> list[str]:
    return [candidate_label(trace, *node) for node in path(trace, best.step, best.index)]


def _best(trace: Trace) -> Hypothesis | None:
    return trace.hypotheses[0] if trace.hypotheses else None


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


def change_in(chosen: Selection, data: Any) -> Change | None:
    """The change that the page asks for, if the search in view has what it names: events can be forged, or late."""
    trace = chosen.trace
    match data:
        case {"act": "force" | "ban" as act, "node": [int(step), int(index)], "token": int(token)}:
            node = node_in(trace, (step, index))
            if node is None or node == START or _token(trace, node) != token:
                return None
            tokens, pieces = _way(trace, node)
            return Force(tokens, pieces) if act == "force" else Ban(tokens, pieces)
        case {"try": int(token), "node": [int(step), int(index)]}:
            node = node_in(trace, (step, index))
            found = [each for each in next_tokens(trace, node) if each.token == token] if node else []
            if node is None or not found:
                return None
            tokens, pieces = _way(trace, node)
            return Force((*tokens, token), (*pieces, found[0].piece))
    return None


def _token(trace: Trace, node: Node) -> int | None:
    return None if node == START else int(trace.steps[node[0] - 1].token_N[node[1]])


def _way(trace: Trace, node: Node) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Ids and labels of the tokens on the way to a node, its own included."""
    nodes = [] if node == START else path(trace, *node)
    ids = tuple(int(trace.steps[step - 1].token_N[index]) for step, index in nodes)
    return ids, tuple(trace.labels[token] for token in ids)
