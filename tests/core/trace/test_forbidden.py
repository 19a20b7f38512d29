"""What a setting forbade, read back from a trace: nothing that came out, and nothing that was merely pruned."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq_core.decoding import Table
from seq2seq_core.options import BeamOptions, Constraints, DiverseOptions
from seq2seq_core.trace import ROOT, Ban, forbidden
from tests.support.tables import WORDS, golden_table, tables, traces_of

END, A, B, C = 1, 2, 3, 4  # ids of `TableStepper`, with WORDS as its vocabulary


def found(options: BeamOptions, step: int, table: str = "M2") -> list[tuple[int, Ban]]:
    (trace,) = traces_of([golden_table(table)], options, WORDS)
    return [(each.token, each.ban) for each in forbidden(trace)[step - 1]]


def limited(**constraints: object) -> BeamOptions:
    return BeamOptions(beam_size=2, max_length=4, constraints=Constraints(**constraints))  # type: ignore[arg-type]


def test_nothing_is_forbidden_without_a_setting() -> None:
    assert [found(BeamOptions(beam_size=2), step) for step in (1, 2, 3)] == [[], [], []]


def test_a_banned_token_says_what_it_would_have_had() -> None:
    (trace,) = traces_of([golden_table("M2")], limited(banned=(C,)), WORDS)
    (first,) = forbidden(trace)[0]
    assert (first.parent, first.token, first.ban) == (ROOT, C, Ban.BANNED)
    assert first.log_prob_sum == pytest.approx(math.log(0.27), abs=1e-6)
    assert forbidden(trace)[1] == []  # neither a nor b is followed by c


def test_sums_go_on_from_the_parents() -> None:
    (trace,) = traces_of([golden_table("M2")], limited(banned=(B,)), WORDS)
    (second,) = [each for each in forbidden(trace)[1] if each.token == B]
    assert second.log_prob_sum == pytest.approx(math.log(0.4 * 0.3), abs=1e-6)  # after a


def test_every_setting_is_named() -> None:
    assert found(limited(forced_prefix=(B,)), 1) == [(A, Ban.FORCED_PREFIX), (C, Ban.FORCED_PREFIX)]
    assert found(limited(banned_after=((A, A),)), 2) == [(A, Ban.BANNED_AFTER)]
    assert (A, Ban.NO_REPEAT) in found(limited(no_repeat_ngram=1), 2)
    assert set(found(BeamOptions(beam_size=2, min_length=1, max_length=3), 1, "M1")) == {(END, Ban.MIN_LENGTH)}
    forced = BeamOptions(beam_size=2, max_length=2, force_end=True)
    assert {ban for _, ban in found(forced, 2, "M1")} == {Ban.FORCE_END}


@settings(max_examples=40, deadline=None)
@given(
    table=tables(depth=3),
    banned=st.sets(st.sampled_from([A, B, C]), max_size=1),
    n=st.integers(0, 2),
    least=st.integers(0, 3),
    groups=st.sampled_from([1, 2]),
)
def test_no_candidate_is_forbidden_and_every_listed_token_that_is_no_candidate_of_a_full_list_is(
    table: Table, banned: set[int], n: int, least: int, groups: int
) -> None:
    constraints = Constraints(banned=tuple(banned), no_repeat_ngram=n)
    # So wide that every possible continuation is listed.
    options = DiverseOptions(
        beam_size=60, groups=groups, strength=0.5, min_length=least, max_length=5, constraints=constraints
    )
    (trace,) = traces_of([table], options, WORDS)
    for number, step in enumerate(trace.steps, 1):
        candidates = set(zip(step.parent_N.tolist(), step.token_N.tolist(), strict=True))
        listed = {
            (parent, token)
            for parent, tokens in zip(step.expanded_E.tolist(), step.next_token_EP.tolist(), strict=True)
            for token in tokens
            if token >= 0
        }
        ruled_out = {(each.parent, each.token) for each in forbidden(trace)[number - 1]}
        assert ruled_out.isdisjoint(candidates)
        assert listed - candidates == ruled_out
