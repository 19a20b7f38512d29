"""Check required token sequences: nothing ends without them, and the places of a beam are dealt out by them.

Sizes: N candidates of a step.
"""

from collections.abc import Sequence

import numpy as np

from .data import ROOT, Doubles, Fate, Trace
from .demands import close, require
from .required import Progress, Required, deal
from .settings import Settings

_ENDS = (Fate.FINISHED, Fate.END_BELOW_CUT)
_LIVING = (Fate.LIVE, Fate.CUT_AT_MAXIMUM)


def progress_of(trace: Trace, required: Required) -> list[list[Progress]]:
    """What every candidate of every step has of the required sequences."""
    found: list[list[Progress]] = []
    before = {ROOT: required.start()}
    for step in trace.steps:
        pairs = zip(step.parent_N.tolist(), step.token_N.tolist(), strict=True)
        found.append([required.after(before[parent], token) for parent, token in pairs])
        before = dict(enumerate(found[-1]))
    return found


def check_required(trace: Trace, settings: Settings, progress: Sequence[Sequence[Progress]]) -> None:
    """An end has them all, and whatever lacks some has room for them and an end.

    Raises:
        TraceError: names the step and the candidate that does not.
    """
    assert settings.required is not None
    for number, (step, progresses) in enumerate(zip(trace.steps, progress, strict=True), 1):
        for index, (fate, had) in enumerate(zip(step.fate_N, progresses, strict=True)):
            lacks, place = settings.required.lacks(had), f"step {number}: candidate {index}"
            require(fate not in _ENDS or not lacks, f"{place} ends, but lacks {lacks} required tokens")
            late = settings.required.is_late(had, number, settings.max_length)
            require(not late, f"{place} lacks {lacks} required tokens, which max_length leaves no room for")


def check_banks(
    trace: Trace, number: int, settings: Settings, progresses: Sequence[Progress], places: int
) -> None:
    """Fates and margins of one step of a beam: in each bank, the best that are dealt a place.

    Raises:
        TraceError: names the step and the first thing that does not hold.
    """
    step, place = trace.steps[number - 1], f"step {number}"
    require(number <= settings.max_length, f"{place} must not pass max_length {settings.max_length}")
    at_limit, bank_N = number == settings.max_length, [sum(each) for each in progresses]
    ending_N = [fate in _ENDS for fate in step.fate_N]
    free = not (settings.forces_end and at_limit)
    require(free or all(ending_N), f"{place}: at max_length {settings.max_length} only the end token can follow")
    first = deal(bank_N, places)
    others = [index for index, ends in enumerate(ending_N) if not ends]
    living = {others[at] for at in deal([bank_N[index] for index in others], places)} if settings.refills else first
    kept, key_N = _LIVING[at_limit], step.log_prob_sum_N if step.key_N is None else step.key_N
    cut, end_cut = _lowest(bank_N, key_N, living), _lowest(bank_N, key_N, first)
    expected_N = np.zeros(len(bank_N))
    for index, (fate, ends, bank) in enumerate(zip(step.fate_N, ending_N, bank_N, strict=True)):
        stays = index in (first if ends else living)
        good, bad = _ENDS if ends else (kept, Fate.BELOW_CUT)
        expected = good if stays else bad
        require(
            fate is expected, f"{place}: candidate {index}, of bank {bank}, must be {expected!s}, is {fate!s}"
        )
        expected_N[index] = 0.0 if stays else (end_cut if ends else cut)[bank] - float(key_N[index])
    close(step.margin_N, expected_N, f"{place}: margin must be the distance below the last of its bank, 0 if kept")


def _lowest(bank_N: Sequence[int], key_N: Doubles, chosen: set[int]) -> dict[int, float]:
    """The lowest key among the chosen of each bank."""
    return {bank_N[index]: float(key_N[index]) for index in sorted(chosen)}
