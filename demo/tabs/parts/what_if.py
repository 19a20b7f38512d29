"""What a visitor changed about the search: the strip above the result, and what is laid over the tree."""

from dataclasses import dataclass, replace
from typing import Any, Final

from demo.figures.labels import number, visible
from demo.service import Change, Decoded, Force, PinAttention
from demo.tabs.parts.data import Data
from demo.tabs.parts.result import shown_text, signed
from demo.tabs.parts.selection import Selection
from demo.wording import Words
from demo.wording.figure_words import TreeWords
from demo.wording.page_words import PageWords
from demo.wording.what_if_words import WhatIfWords
from seq2seq_core.trace import Hypothesis, Trace, candidate_label, path, pins_of

SEEN: Final = 0.0005  # what three places show


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
        tree,
        greedy=texts.own_path,
        leaves=texts.own_leaves,
        greedy_left=texts.own_left,
        greedy_stays=texts.own_stays,
        greedy_outlives=texts.own_outlives,
    )
    return Overlay(chosen.own.beam if chosen.own.beam.hypotheses else None, own)


def what_if_data(chosen: Selection, page: PageWords) -> Data | None:
    """What was changed, both winners with their numbers, and the ways back; nothing where nothing was changed."""
    changes, texts = chosen.decoded.request.what_if, page.what_if
    if chosen.own is None:
        return None
    pairs = zip(changes.changes, changes.holding, strict=True)
    return {
        "title": texts.title_pinned if changes.pins else texts.title,
        "changes": [_told(change, texts) + ("" if holds else texts.overruled) for change, holds in pairs],
        "numbers": _numbers(chosen.own, chosen.decoded, page),
        "lang": chosen.decoded.entry.target_language,
        "says": _says(chosen, texts),
        "undo": texts.undo,
        "own": texts.back,
    }


def _told(change: Change, words: WhatIfWords) -> str:
    if isinstance(change, PinAttention):
        return words.pinned.format(step=change.step, piece=visible(change.piece))
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
        rows.append({"name": texts.difference, "output": "", "values": [_difference(sums), "", _difference(scores)]})
    columns = [texts.search, texts.winner, result.log_prob_sum, result.length, result.score]
    return {"columns": columns, "rows": rows}


def _difference(value: float) -> str:
    """As many places as the numbers above it; more only where the difference would not be seen."""
    return signed(value) if abs(value) < SEEN else f"{value:+.3f}"


def _row(name: str, best: Hypothesis | None, page: PageWords) -> Data:
    values = [number(best.log_prob_sum), str(best.length), number(best.score)] if best else ["–"] * 3
    return {"name": name, "output": shown_text(best, page.result), "values": values}


def _says(chosen: Selection, words: WhatIfWords) -> list[str]:
    """What the two winners have in common, and what their numbers mean."""
    assert chosen.own is not None
    own, changed = chosen.own.beam, chosen.decoded.beam
    old, new = _best(own), _best(changed)
    if old is None or new is None:
        return [] if new else [words.nothing]
    shared, parts = _shared(own, old, changed, new)
    if parts is None:
        return [words.same]
    told = words.shared.format(prefix=_spelled(shared), old=parts[0], new=parts[1])
    if not shared:
        told = words.nothing_shared.format(old=parts[0], new=parts[1])
    # Under a pin the numbers are those of a model that was tampered with.
    missed = new.score > old.score and not chosen.decoded.request.what_if.pins
    return [told, *([words.missed] if missed else [])]


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


def pinned_text(trace: Trace, words: WhatIfWords) -> str:
    """Which rows of the heat map were set from outside; nothing where none was."""
    pins = [
        words.pinned_row.format(step=step, piece=visible(trace.source_tokens[position]))
        for step, position in pins_of(trace).items()
    ]
    return words.pinned_rows.format(pins=", ".join(pins)) if pins else ""
