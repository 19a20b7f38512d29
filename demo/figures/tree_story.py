"""The search told in words: one line for every half-step, the notes below the picture, and the whole account."""

from demo.figures.bundle import Frame
from demo.figures.labels import number, visible
from demo.figures.tree_layout import Column, TreeLayout
from demo.figures.walk import GreedyStop, left_beam_at, outlived_beam_at
from demo.wording.figure_words import TreeWords
from seq2seq_core.trace import Fate, Trace, TraceStep, candidate_label, cuts

CAPTION_PLACES = 2
LONGEST_TEXT = 80  # letters of the output in the result's one line; the account has all of them


def frames(trace: Trace, places: TreeLayout, words: TreeWords) -> tuple[Frame, ...]:
    """The start, two half-steps for every step, and the result."""
    story = [Frame(words.start.format(source=trace.source), 0)]
    for number_, (step, column) in enumerate(zip(trace.steps, places.columns, strict=True), start=1):
        drawn = trace.algorithm == "sampling"
        story.append(Frame(_expand(number_, step, words, drawn=drawn) + _left_out(column, words), number_))
        story.append(Frame(_prune(number_, step, words, drawn=drawn), number_))
    return (*story, Frame(_result(trace, words), _last_column(trace)))


def _expand(number_: int, step: TraceStep, words: TreeWords, *, drawn: bool) -> str:
    lines = cuts(step)
    fields = {"step": number_, "candidates": len(step.token_N), "prefixes": len(step.expanded_E)}
    if len(lines) == 1 and step.group_N is None:
        return words.expand.format(**fields, cut=number(lines[0].key, CAPTION_PLACES))
    wording = words.expand_drawn if drawn else words.expand_groups if lines else words.expand_uncut
    return wording.format(**fields)


def _left_out(column: Column, words: TreeWords) -> str:
    return words.left_out.format(count=column.left_out) if column.left_out else ""


def _prune(number_: int, step: TraceStep, words: TreeWords, *, drawn: bool) -> str:
    live, stopped = step.fate_N.count(Fate.LIVE), step.fate_N.count(Fate.CUT_AT_MAXIMUM)
    finished = step.fate_N.count(Fate.FINISHED)
    pruned = len(step.fate_N) - live - stopped - finished
    wording = words.prune_stopped if stopped else words.prune_drawn if drawn else words.prune
    return wording.format(step=number_, live=live, stopped=stopped, finished=finished, pruned=pruned)


def _result(trace: Trace, words: TreeWords) -> str:
    reason = words.reasons.get(trace.stop.reason, trace.stop.reason)
    step = trace.stop.last_step
    if not trace.hypotheses:
        return words.nothing.format(step=step, reason=reason)
    best = trace.hypotheses[0]
    text = best.text if len(best.text) <= LONGEST_TEXT else best.text[: LONGEST_TEXT - 1] + "…"
    return words.result.format(text=text, score=number(best.score), step=step, reason=reason)


def stop_text(trace: Trace, words: TreeWords) -> str:
    """Where the search ended, and why."""
    reason = words.reasons.get(trace.stop.reason, trace.stop.reason)
    return words.stop.format(step=trace.stop.last_step, reason=reason)


def _last_column(trace: Trace) -> int:
    return trace.hypotheses[0].step if trace.hypotheses else len(trace.steps)


def greedy_note(greedy: Trace, stops: tuple[GreedyStop, ...], words: TreeWords) -> str:
    """Where greedy's path left the beam, or that it never did, or that the search ended first."""
    if (later := outlived_beam_at(stops)) is not None:
        return words.greedy_outlives.format(step=later.node[0] - 1)
    left = left_beam_at(stops)
    if left is None:
        return words.greedy_stays
    return words.greedy_left.format(step=left.node[0], token=visible(candidate_label(greedy, *left.node)))


def account(trace: Trace, words: TreeWords) -> str:
    """What the picture shows, for those who cannot see it."""
    head = words.account.format(
        search=words.searches[trace.algorithm],
        source=trace.source,
        steps=len(trace.steps),
        finished=len(trace.hypotheses),
        formula=trace.formula,
    )
    outputs = [
        words.account_hypothesis.format(
            place=place,
            text=hypothesis.text,
            score=number(hypothesis.score),
            log_prob_sum=number(hypothesis.log_prob_sum),
            length=hypothesis.length,
        )
        for place, hypothesis in enumerate(trace.hypotheses, start=1)
    ]
    return " ".join((head, _result(trace, words), *outputs))
