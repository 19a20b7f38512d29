"""Lexically constrained beam search: the places of the beam are dealt to banks, by how much of the required token
sequences a prefix has (see `seq2seq_core.trace.required`).

Without banks a prefix that has paid for a required word would be pruned in favour of those that have not. Ends are only
possible where nothing is missing; in its bank an end finishes if it is dealt a place, and the best others of each bank
live on, as in the plain beam, which is the case of one bank.

Sizes: A sources still searching, R rows, E tokens of the required sequences, V vocabulary, N candidates of a source.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from torch import Tensor

from seq2seq_core.options import BeamOptions
from seq2seq_core.trace import Doubles, Integers, Required, deal

from .ranking import Judged, Live, Ranking, rank
from .scoring import Flags
from .steps import BELOW_CUT, CUT_AT_MAXIMUM, END_BELOW_CUT, FINISHED, IMPOSSIBLE, LIVE


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The shown candidates of one source: their places in its ranking, and what becomes of them."""

    at_N: list[int]
    fate_N: list[int]
    margin_N: list[float]


def judged_in_banks(
    live: Live,
    values: tuple[Tensor, Tensor | None],
    places_A: Integers,
    last_A: Flags,
    terms: tuple[BeamOptions, int, int],
) -> Judged:
    """What becomes of the continuations of every source; the arguments are those of `beam.judged`."""
    (log_probs_RV, bias_RV), (options, end_id, losers) = values, terms
    required = Required.of(options.constraints.required)
    # Beyond these of a row, all stand below K others of the same bank.
    columns = 2 * options.beam_size + losers + len(required.tokens) + 1
    ranking, _ = rank(live, log_probs_RV, columns, bias_RV, extra=sorted(required.tokens))
    progress_R = [required.of_prefix(prefix) for prefix in live.prefix_RT.tolist()]
    parts = []
    for at in range(len(live.source_A)):
        possible = int(np.isfinite(ranking.key_AN[at]).sum())
        rows, tokens = ranking.row_AN[at, :possible].tolist(), ranking.token_AN[at, :possible].tolist()
        pairs = zip(rows, tokens, strict=True)
        bank_N = [sum(required.after(progress_R[row], token)) for row, token in pairs]
        ends = [token == end_id for token in tokens]
        parts.append(_part(bank_N, ends, ranking.key_AN[at], options, (int(places_A[at]), bool(last_A[at]), losers)))
    return _judged(ranking, parts, end_id)


def _part(
    bank_N: Sequence[int], end_N: Sequence[bool], key_N: Doubles, options: BeamOptions, terms: tuple[int, bool, int]
) -> _Part:
    """Deal the places of one source; `terms` are how many, whether this is its last step, and losers to show."""
    places, last, losers = terms
    first = deal(bank_N, places)
    others = [index for index, ends in enumerate(end_N) if not ends]
    living = {index for index in first if not end_N[index]}
    if options.refills:
        living = {others[at] for at in deal([bank_N[index] for index in others], places)}
    cut, end_cut = _lowest(bank_N, key_N, living if options.refills else first), _lowest(bank_N, key_N, first)
    part = _Part([], [], [])
    for index, (bank, ends) in enumerate(zip(bank_N, end_N, strict=True)):
        kept = index in (first if ends else living)
        if not kept and losers <= 0:
            continue
        losers -= not kept
        good, bad = (FINISHED, END_BELOW_CUT) if ends else (CUT_AT_MAXIMUM if last else LIVE, BELOW_CUT)
        part.at_N.append(index)
        part.fate_N.append(good if kept else bad)
        part.margin_N.append(0.0 if kept else (end_cut if ends else cut)[bank] - float(key_N[index]))
    return part


def _lowest(bank_N: Sequence[int], key_N: Doubles, chosen: set[int]) -> dict[int, float]:
    """The lowest key among the chosen of each bank."""
    return {bank_N[index]: float(key_N[index]) for index in sorted(chosen)}


def _judged(ranking: Ranking, parts: Sequence[_Part], end_id: int) -> Judged:
    """The shown candidates alone, best first."""
    shape = len(parts), max(1, *(len(part.at_N) for part in parts))
    at_AN, there_AN = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=bool)
    fate_AN, margin_AN = np.full(shape, IMPOSSIBLE, dtype=np.int8), np.zeros(shape)
    for row, part in enumerate(parts):
        count = len(part.at_N)
        at_AN[row, :count], there_AN[row, :count] = part.at_N, True
        fate_AN[row, :count], margin_AN[row, :count] = part.fate_N, part.margin_N
    columns = {each.name: np.take_along_axis(getattr(ranking, each.name), at_AN, axis=1) for each in fields(Ranking)}
    for name in ("sum_AN", "key_AN"):
        columns[name] = np.where(there_AN, columns[name], -np.inf)
    shown = Ranking(**columns)
    return Judged(shown, shown.token_AN == end_id, fate_AN, margin_AN, there_AN.sum(axis=1))
