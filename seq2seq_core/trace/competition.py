"""Check a beam that finished outputs stay in: every output of it is there again in the next step, held or pushed out.

Sizes: N candidates of a step.
"""

import numpy as np

from .data import HELD_FATES, Fate, Integers, Trace, TraceStep
from .demands import close, require
from .settings import Settings

OUTPUTS = (Fate.FINISHED, Fate.HELD)  # in the beam after their step
_ENDS = (Fate.FINISHED, Fate.END_BELOW_CUT)


def outputs_in(step: TraceStep | None) -> list[int]:
    """The candidates of a step that are outputs in its beam."""
    return [] if step is None else [index for index, fate in enumerate(step.fate_N) if fate in OUTPUTS]


def check_competition(trace: Trace, number: int, settings: Settings) -> None:
    """Fates follow from the ranks alone: the best K candidates are the beam, whatever they are.

    Raises:
        TraceError: names the step and the first thing that does not hold.
    """
    step, place = trace.steps[number - 1], f"step {number}"
    require(number <= settings.max_length, f"{place} must not pass max_length {settings.max_length}")
    before = trace.steps[number - 2] if number > 1 else None
    held = set(outputs_in(before))
    again = [index for index, parent in enumerate(step.parent_N.tolist()) if parent in held]
    listed = sorted(int(step.parent_N[index]) for index in again)
    require(listed == sorted(held), f"{place}: every output of the beam must be listed again, {listed} are")
    at_limit = number == settings.max_length
    for index, fate in enumerate(step.fate_N):
        kept, ends = index < settings.beam_size, fate in _ENDS
        if index in again:
            _check_again(step, before, index, place)
            expected = Fate.HELD if kept else Fate.PUSHED_OUT
        elif ends:
            expected = Fate.FINISHED if kept else Fate.END_BELOW_CUT
        else:
            only_ends = settings.forces_end and at_limit
            require(not only_ends, f"{place}: at max_length {settings.max_length} only the end token can follow")
            expected = (Fate.CUT_AT_MAXIMUM if at_limit else Fate.LIVE) if kept else Fate.BELOW_CUT
        require(fate is expected, f"{place}: candidate {index} must be {expected!s}, is {fate!s}")
    key_N = step.score_N if step.key_N is None else step.key_N
    cut = key_N[min(settings.beam_size, len(key_N)) - 1] if key_N.size else 0.0
    expected_N = np.where(np.arange(len(key_N)) < settings.beam_size, 0.0, cut - key_N)
    close(step.margin_N, expected_N, f"{place}: margin must be the distance below rank K, 0 in the beam")


def _check_again(step: TraceStep, before: TraceStep | None, index: int, place: str) -> None:
    """Nothing is written after an end: the same token again, for certain."""
    assert before is not None
    token, parent = int(step.token_N[index]), int(step.parent_N[index])
    same = token == int(before.token_N[parent]) and step.log_prob_N[index] == 0
    require(same, f"{place}: candidate {index} must be output {parent} again, at log_prob 0")


def written_in(trace: Trace) -> list[Integers]:
    """Of every step's candidates: the step that wrote their last token, which is an earlier one for held outputs."""
    found: list[Integers] = []
    for number, step in enumerate(trace.steps, 1):
        written_N = np.full(len(step.fate_N), number)
        for index, fate in enumerate(step.fate_N):
            if fate in HELD_FATES and found:
                written_N[index] = found[-1][int(step.parent_N[index])]
        found.append(written_N)
    return found
