"""A recorded search written down as another program would: plain lists in an order of its own.

Sizes: G candidates of a step as given, E prefixes expanded in it.
"""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from seq2seq_core.options import BeamOptions, GreedyOptions
from seq2seq_core.trace import ArraySource, ArrayStep, Fate, TokenNames, Trace, TraceStep
from seq2seq_core.trace.array_rows import EVIDENCE

END = 1  # of every table


def shuffled_steps(trace: Trace, seed: int = 0, **changes: Any) -> list[ArrayStep]:
    """The steps with their candidates and rows in random orders, and with a candidate that is impossible.

    Args:
        changes: fields of every step that are set to something else.
    """
    random, found = Random(seed), list[ArrayStep]()
    order_before = [-1]  # of the step before: at each given place, the index in the trace
    for step in trace.steps:
        order = [*random.sample(range(len(step.fate_N)), len(step.fate_N)), -1]
        found.append(_given(step, order, order_before, random, changes))
        order_before = order
    return found


def _given(
    step: TraceStep, order: Sequence[int], order_before: Sequence[int], random: Random, changes: dict[str, Any]
) -> ArrayStep:
    def column(values: Sequence[Any], impossible: Any) -> list[Any]:
        return [impossible if at < 0 else values[at] for at in order]

    rows = random.sample(range(len(step.expanded_E)), len(step.expanded_E))
    first = order_before == [-1]
    place_of = {index: -1 if first else place for place, index in enumerate(order_before)}
    fates = column(step.fate_N, Fate.BELOW_CUT)
    fields = {
        "tokens": column(step.token_N.tolist(), 99),
        "parents": [place_of[parent] for parent in column(step.parent_N.tolist(), order_before[0])],
        "log_probs": column(step.log_prob_N.tolist(), float("-inf")),
        "live": [fate in (Fate.LIVE, Fate.CUT_AT_MAXIMUM) for fate in fates],
        "finished": [fate is Fate.FINISHED for fate in fates],
        "expanded": [place_of[index] for index in step.expanded_E[rows].tolist()],
        "attention": None if step.attention_ES is None else step.attention_ES[rows],
        "next_tokens": step.next_token_EP[rows],
        "next_log_probs": step.next_log_prob_EP[rows],
        "evidence": {
            name: getattr(step, column)[rows] for name, column in EVIDENCE.items() if getattr(step, column) is not None
        },
    }
    return ArrayStep(**{**fields, **changes})


def names_of(trace: Trace) -> TokenNames:
    return TokenNames(END, trace.labels.__getitem__)


def source_of(trace: Trace) -> ArraySource:
    return ArraySource(trace.source, trace.source_tokens)


def options_of(trace: Trace, options: BeamOptions | GreedyOptions) -> BeamOptions | GreedyOptions:
    """The options with the maximum length that they came to."""
    return replace(options, max_length=int(trace.options["max_length"]))
