"""The prune ledger: every candidate of every step, its rank, its line, and why it stayed or fell.

All steps are sent at once, since the step in view is known to the browser alone. A row is a list, not an object, and
names its token and its fate by number: a search has a thousand of them.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from demo.figures.labels import number, visible
from demo.tabs.parts.data import Data
from demo.wording.page_words import PageWords
from demo.wording.search_words import PruningWords
from seq2seq_core.trace import Cut, Fate, Forbidden, Trace, TraceStep, cuts, forbidden, group_of, ranked_by

FATES: Final = tuple(Fate)
MOST_FORBIDDEN: Final = 8  # rows of a step; the rest is counted
_KEPT: Final = (Fate.LIVE, Fate.FINISHED, Fate.HELD, Fate.CUT_AT_MAXIMUM)
TREE: Final = "tree"
_START: Final = "<s>"


def pruning_data(trace: Trace, page: PageWords, language: str | None, figure: str = TREE) -> Data:
    """`figure` is the id of the tree whose step in view is shown; `language` that of the tokens."""
    words, tokens = page.search.pruning, sorted(trace.labels)
    place_of = {token: place for place, token in enumerate(tokens)}
    steps = zip(trace.steps, forbidden(trace), strict=True)
    reason = page.result.reasons.get(trace.stop.reason, trace.stop.reason)
    return {
        "figure": figure,
        "lang": language,
        "words": _plain(words),
        "labels": [visible(trace.labels[token]) for token in tokens],
        "start": _START,
        "columns": _columns(trace, words),
        "explain": _explanation(trace, words),
        "steps": [_step(step, ruled_out, place_of) for step, ruled_out in steps],
        "drawn": trace.algorithm == "sampling",
        "ended": words.ended.format(reason=reason),
    }


def _plain(words: PruningWords) -> Data:
    """Fates and settings by their place or name, as JSON has them."""
    return asdict(words) | {
        "fates": [words.fates[fate] for fate in FATES],
        "bans": {str(ban): text for ban, text in words.bans.items()},
    }


def _columns(trace: Trace, words: PruningWords) -> list[list[str]]:
    """Name and heading of the columns that this search has."""
    first = trace.steps[0]
    names = ["rank", "token", "after", "log_prob", "sum"]
    names += ["key"] if first.key_N is not None else []
    names += ["draws"] if first.draws_N is not None else []
    texts = asdict(words)
    return [[name, texts[name]] for name in (*names, "fate")]


def _explanation(trace: Trace, words: PruningWords) -> str:
    if trace.algorithm == "sampling":
        return words.explain_drawn
    if trace.algorithm == "exact":
        return words.explain_exact
    return f"{words.explain} {words.explain_groups}" if trace.algorithm == "diverse" else words.explain


def _step(step: TraceStep, ruled_out: Sequence[Forbidden], place_of: dict[int, int]) -> Data:
    live = step.fate_N.count(Fate.LIVE) + step.fate_N.count(Fate.CUT_AT_MAXIMUM)
    finished = step.fate_N.count(Fate.FINISHED) + step.fate_N.count(Fate.HELD)
    return {
        "counts": [len(step.fate_N), live, finished, len(step.fate_N) - live - finished],
        "rows": [_row(step, index, place_of) for index in range(len(step.fate_N))],
        "parts": _parts(step),
        "ends": Fate.END_BELOW_CUT in step.fate_N,
        **_forbidden(step, ruled_out, place_of),
    }


def _row(step: TraceStep, index: int, place_of: dict[int, int]) -> list[Any]:
    """Token, parent, log p, sum, fate, margin, and what else this search has: key, draws, penalty, above."""
    row: list[Any] = [
        place_of[int(step.token_N[index])],
        int(step.parent_N[index]),
        number(float(step.log_prob_N[index])),
        number(float(step.log_prob_sum_N[index])),
        FATES.index(step.fate_N[index]),
        number(float(step.margin_N[index])) if step.fate_N[index] not in _KEPT else "",
    ]
    more: Data = {}
    if step.key_N is not None:
        more["key"] = number(float(step.key_N[index]))
    if step.draws_N is not None:
        more["draws"] = str(int(step.draws_N[index]))
    if step.diversity_N is not None and step.diversity_N[index] > 0:
        more |= _penalty(step, index)
    return [*row, more] if more else row


def _penalty(step: TraceStep, index: int) -> Data:
    """What agreeing with earlier groups cost, and whether that alone put the candidate below its line."""
    assert step.diversity_N is not None
    penalty = float(step.diversity_N[index])
    above = penalty - float(step.margin_N[index])
    decides = step.fate_N[index] is Fate.BELOW_CUT and above > 0
    return {"penalty": number(penalty)} | ({"above": number(above)} if decides else {})


def _parts(step: TraceStep) -> list[Data]:
    """The groups of a step, one where there are none: the rows of each, and its line behind the last that stays."""
    lines, group_N = {cut.group: cut for cut in cuts(step)}, group_of(step).tolist()
    return [_part(step, group, group_N, lines.get(group)) for group in sorted(set(group_N))]


def _part(step: TraceStep, group: int, group_N: list[int], cut: Cut | None) -> Data:
    mine = [index for index, each in enumerate(group_N) if each == group]
    return {
        "group": group + 1 if step.group_N is not None else None,
        "from": mine[0],
        "to": mine[-1] + 1,
        "line": cut.index + 1 if cut else None,  # it stands above this row
        "cut": number(cut.key) if cut else None,
    }


def _forbidden(step: TraceStep, ruled_out: Sequence[Forbidden], place_of: dict[int, int]) -> Data:
    """What a setting ruled out and would have been listed otherwise."""
    lowest = float(ranked_by(step).min()) if len(step.fate_N) else 0.0
    found = [each for each in ruled_out if each.log_prob_sum >= lowest]
    if not found:
        return {}
    shown = [_forbidden_row(each, place_of) for each in found[:MOST_FORBIDDEN]]
    return {"forbidden": shown, "more": max(0, len(found) - MOST_FORBIDDEN)}


def _forbidden_row(each: Forbidden, place_of: dict[int, int]) -> list[Any]:
    return [place_of[each.token], each.parent, number(each.log_prob), number(each.log_prob_sum), str(each.ban)]
