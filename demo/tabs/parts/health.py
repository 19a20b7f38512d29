"""Search health: a handful of numbers with a line of explanation each, and a table of the steps."""

import math
from typing import Final

from demo.figures.labels import number, visible
from demo.tabs.parts.data import Data
from demo.tabs.parts.pruning import TREE
from demo.wording.search_words import HealthWords
from seq2seq_core.trace import Fate, Health, StepHealth, Trace, candidate_label, health_of, path

NOTHING: Final = "–"  # a cell without a value


def health_data(trace: Trace, words: HealthWords, figure: str = TREE) -> Data:
    """`figure` is the id of the tree whose step in view the table marks."""
    health = health_of(trace)
    mass = percent(health.mass)
    return {
        "figure": figure,
        "title": words.title,
        "summary": words.summary.format(distinct=health.distinct, outputs=health.outputs, mass=mass),
        "facts": [
            [words.distinct, _distinct(health, words), words.distinct_means],
            [words.outputs_share, words.outputs_share_value.format(shared=health.shared), words.outputs_share_means],
            [words.mass, mass, words.mass_means],
            [words.closest, _closest(health, words), words.closest_means],
            [words.collapse, *_collapse(trace, health, words)],
            [words.proof, words.proofs[health.proof], words.proofs_mean[health.proof]],
        ],
        "heading": words.steps,
        "means": words.steps_means,
        "columns": [words.step, words.margin, words.survivors, words.shared, words.entropy],
        "rows": [_row(each) for each in health.steps],
    }


def percent(share: float) -> str:
    """With as many places as a small share needs to be seen: 48.2 %, 0.0031 %."""
    value = 100 * share
    places = 1 if value >= 1 or value == 0 else 1 - math.floor(math.log10(value))
    return f"{number(value, places)} %"


def _distinct(health: Health, words: HealthWords) -> str:
    return words.distinct_value.format(distinct=health.distinct, outputs=health.outputs)


def _closest(health: Health, words: HealthWords) -> str:
    closest = health.closest
    if closest is None or closest.margin is None:
        return words.closest_none
    return words.closest_value.format(margin=number(closest.margin), step=closest.step)


def _collapse(trace: Trace, health: Health, words: HealthWords) -> tuple[str, str]:
    """What the survivors of the last step with a choice have in common, and what that means."""
    last = health.last_choice
    if last is None:
        return words.collapse_none, words.collapse_single
    value = words.collapse_value.format(shared=last.shared, step=last.step)
    if last.shared == 0:
        return value, words.collapse_nothing.format(survivors=last.survivors, step=last.step)
    tokens = _shared_tokens(trace, last)
    fields = {"survivors": last.survivors, "shared": last.shared, "step": last.step, "tokens": tokens}
    return value, words.collapse_means.format(**fields)


def _shared_tokens(trace: Trace, last: StepHealth) -> str:
    survivor = trace.steps[last.step - 1].fate_N.index(Fate.LIVE)
    nodes = path(trace, last.step, survivor)[: last.shared]
    return " ".join(visible(candidate_label(trace, *node)) for node in nodes)


def _row(each: StepHealth) -> list[str]:
    entropy = number(each.entropy.nats)
    return [
        str(each.step),
        NOTHING if each.margin is None else number(each.margin),
        str(each.survivors),
        str(each.shared) if each.survivors > 1 else NOTHING,
        entropy if each.entropy.exact else f"≥ {entropy}",
    ]
