import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq_core.decoding import Table
from seq2seq_core.errors import TraceError
from seq2seq_core.options import BeamOptions, StopRule
from seq2seq_core.trace import (
    Elsewhere,
    attention_rows,
    candidate_label,
    hypothesis_attention,
    path,
    stops_elsewhere,
)
from tests.support.tables import golden_table, tables, trace_of

PATIENT = StopRule.NOTHING_LIVE_CAN_WIN


def attentive() -> Table:
    return dataclasses.replace(golden_table("M3"), source=("x", "y"), attention=((1.0, 0.0), (0.0, 1.0), (0.25, 0.75)))


def test_a_path_follows_indices_not_ranks() -> None:
    trace = trace_of(attentive(), BeamOptions(beam_size=2))
    winner = trace.hypotheses[0]
    assert winner.text == "b b"
    places = path(trace, winner.step, winner.index)
    assert places[0] == (1, 2)  # "b" has rank 3, behind "a" and the end token
    assert [candidate_label(trace, step, index) for step, index in places] == ["b", "b", "</s>"]


def test_attention_along_a_path_has_a_row_per_token_the_end_included() -> None:
    trace = trace_of(attentive(), BeamOptions(beam_size=2))
    rows_TS = hypothesis_attention(trace, trace.hypotheses[0])
    assert rows_TS is not None
    assert rows_TS.tolist() == [[1.0, 0.0], [0.0, 1.0], [0.25, 0.75]]
    first = attention_rows(trace, 1, 0)
    assert first is not None
    assert first.tolist() == [[1.0, 0.0]]


def test_each_prefix_has_the_attention_of_its_own_row() -> None:
    trace = trace_of(attentive(), BeamOptions(beam_size=2))
    own = np.array([[0.5, 0.5], [0.25, 0.25]], dtype=np.float32)
    steps = (trace.steps[0], dataclasses.replace(trace.steps[1], attention_ES=own), *trace.steps[2:])
    changed = dataclasses.replace(trace, steps=steps)
    for index, parent in enumerate(changed.steps[1].parent_N.tolist()):
        rows_TS = attention_rows(changed, 2, index)
        assert rows_TS is not None
        assert rows_TS[1].tolist() == own[[0, 2].index(parent)].tolist()


def test_without_attention_there_are_no_rows() -> None:
    trace = trace_of(golden_table("M1"), BeamOptions())
    assert hypothesis_attention(trace, trace.hypotheses[0]) is None


@pytest.mark.parametrize(("step", "index"), [(0, 0), (9, 0), (1, -1), (1, 99)])
def test_a_candidate_that_does_not_exist_is_refused(step: int, index: int) -> None:
    trace = trace_of(golden_table("M1"), BeamOptions())
    for look in (path, candidate_label):
        with pytest.raises(TraceError, match="must"):
            look(trace, step, index)


def test_alpha_never_moves_the_stop_at_k_finished() -> None:
    trace = trace_of(golden_table("M4"), BeamOptions(beam_size=2))
    assert stops_elsewhere(trace, 2.0).kind is Elsewhere.SAME


@settings(max_examples=80, deadline=None)
@given(
    table=tables(),
    beam_size=st.integers(1, 4),
    alpha=st.sampled_from([0.0, 0.5, 1.0, 2.0]),
    other=st.sampled_from([0.0, 0.3, 0.7, 1.5]),
)
def test_a_replay_foretells_where_a_new_search_stops(table: Table, beam_size: int, alpha: float, other: float) -> None:
    recorded, again = (
        trace_of(table, BeamOptions(beam_size=beam_size, alpha=each, max_length=6, stop_rule=PATIENT))
        for each in (alpha, other)
    )
    foretold = stops_elsewhere(recorded, other)
    if foretold.kind is Elsewhere.UNKNOWN:
        assert again.stop.last_step > recorded.stop.last_step
        assert foretold.step is None
    else:
        assert again.stop.last_step == foretold.step
        assert (foretold.kind is Elsewhere.SAME) == (again.stop.last_step == recorded.stop.last_step)


def test_each_kind_of_foretelling_occurs() -> None:
    # M9, beam 2: raw scores settle for "a" while "b b b b" is still on its way; normalised ones wait for it.
    def recorded(alpha: float) -> tuple[Elsewhere, Elsewhere]:
        trace = trace_of(golden_table("M9"), BeamOptions(beam_size=2, alpha=alpha, stop_rule=PATIENT))
        return stops_elsewhere(trace, 0.0).kind, stops_elsewhere(trace, 1.0).kind

    assert recorded(0.0) == (Elsewhere.SAME, Elsewhere.UNKNOWN)
    assert recorded(1.0) == (Elsewhere.EARLIER, Elsewhere.SAME)
