"""Check the evidence beside the attention: what a figure draws over it must agree with it.

Sizes: E prefixes expanded in a step, S source pieces, L layers, H heads.
"""

import numpy as np

from seq2seq_core.errors import TraceError

from .data import Doubles, Floats, Trace
from .demands import require

_ROW_SUM_SLACK = 1e-4
_MEAN_SLACK = 1e-4
_COVERAGE_SLACK = 1e-3  # sums of single precision over a whole output


def check_evidence(trace: Trace) -> None:
    """Check ranges, that the heads' mean is the attention, that coverage is the sum of the earlier attention.

    Raises:
        TraceError: names the step and the first thing that does not hold.
    """
    _check_source(trace)
    _check_heads(trace)
    for number, step in enumerate(trace.steps, 1):
        _check_range(step.centre_E, -1.0, len(trace.source_tokens), f"step {number}: centre")
        _check_range(step.generate_E, 0.0, 1.0, f"step {number}: generate")
    _check_coverage(trace)


def _check_source(trace: Trace) -> None:
    """A window needs something to lie around; a grid has a place for each piece."""
    if trace.window is not None:
        require(trace.window >= 1, f"window must be 1 or more, is {trace.window}")
        for number, step in enumerate(trace.steps, 1):
            known = step.centre_E is not None or step.attention_ES is not None
            require(known, f"window must come with centre or attention, step {number} has neither")
    if trace.grid is not None:
        rows, columns = trace.grid
        require(rows >= 1 and columns >= 1, f"grid must have rows and columns, is {rows} x {columns}")
        pieces = len(trace.source_tokens)
        require(rows * columns == pieces, f"grid must hold the {pieces} source pieces, is {rows} x {columns}")


def _check_range(found_E: Doubles | None, low: float, high: float, place: str) -> None:
    if found_E is not None and not ((found_E >= low) & (found_E <= high)).all():
        raise TraceError(f"{place} must be from {low:g} to {high:g}, is {found_E.tolist()}")


def _check_heads(trace: Trace) -> None:
    shapes: set[tuple[int, ...]] = set()
    for number, step in enumerate(trace.steps, 1):
        if step.heads_ELHS is None:
            continue
        place = f"step {number}: heads"
        shapes.add(step.heads_ELHS.shape[1:3])
        require(len(shapes) == 1, f"{place} must be as many layers and heads as before, are {sorted(shapes)}")
        _check_rows(step.heads_ELHS, place)
        if step.attention_ES is not None:
            mean_ES = step.heads_ELHS.mean(axis=(1, 2), dtype=np.float64)
            off = float(np.abs(mean_ES - step.attention_ES).max(initial=0.0))
            require(off <= _MEAN_SLACK, f"{place}: their mean must be the attention, is off by {off:g}")


def _check_rows(heads_ELHS: Floats, place: str) -> None:
    require(bool((heads_ELHS >= 0).all()), f"{place} must not be below 0, have {heads_ELHS.min(initial=0.0):g}")
    largest = float(heads_ELHS.sum(axis=-1, dtype=np.float64).max(initial=0.0))
    require(largest <= 1 + _ROW_SUM_SLACK, f"{place}: a row must sum to 1 at most, sums to {largest:g}")


def _check_coverage(trace: Trace) -> None:
    """Coverage is the attention spent along a prefix's parents, none before step 1."""
    spent_ES: Doubles = np.zeros((1, len(trace.source_tokens)))
    for number, step in enumerate(trace.steps, 1):
        if number > 1:
            spent_ES = spent_ES[_rows_before(trace, number)]
        if step.coverage_ES is not None:
            off = float(np.abs(step.coverage_ES - spent_ES).max(initial=0.0))
            rule = f"step {number}: coverage must be the sum of the earlier attention"
            require(off <= _COVERAGE_SLACK, f"{rule}, is off by {off:g}")
        if step.attention_ES is None:
            return  # from here on the sum is not known
        spent_ES = spent_ES + step.attention_ES


def _rows_before(trace: Trace, number: int) -> list[int]:
    """Of each prefix that this step expands: the row of its parent among those that the step before expanded."""
    step, before = trace.steps[number - 1], trace.steps[number - 2]
    parents = before.parent_N[step.expanded_E].tolist()
    row_of = {index: row for row, index in enumerate(before.expanded_E.tolist())}
    return [row_of[parent] for parent in parents]
