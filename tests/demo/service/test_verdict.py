"""Every way greedy and beam can stand to each other, and what is said of it."""

import math
from dataclasses import replace

import pytest

from demo.service import Kind, Note, first_divergence, judge
from seq2seq_core.trace import Trace
from tests.demo.service.made import ended, lure_traces


@pytest.fixture(scope="module")
def pair() -> tuple[Trace, Trace]:
    return lure_traces()


def winner(trace: Trace, tokens: tuple[int, ...], log_prob_sum: float, cut: bool = False) -> Trace:
    return ended(trace, tokens=tokens, log_prob_sum=log_prob_sum, cut=cut)


def test_a_real_search_in_which_the_beam_finds_more(pair: tuple[Trace, Trace]) -> None:
    found = judge(*pair)
    assert (found.kind, found.tokens, found.notes) == (Kind.BEAM_BETTER, 1, (Note.BEAM_LONGER,))
    assert found.nats == pytest.approx(math.log(0.36 / 0.24), abs=1e-6)


def test_the_winners_part_at_the_first_token(pair: tuple[Trace, Trace]) -> None:
    assert first_divergence(*pair) == 0


def test_equal_winners_never_part(pair: tuple[Trace, Trace]) -> None:
    greedy, _ = pair
    assert first_divergence(greedy, greedy) is None


@pytest.mark.parametrize(
    ("greedy", "beam", "kind"),
    [
        (((1, 2), -3.0), ((1, 2), -3.0), Kind.AGREE),
        (((1, 2), -3.0), ((1, 3), -2.0), Kind.BEAM_BETTER),
        (((1, 2), -3.0), ((3,), -2.9), Kind.GREEDY_SCORES_HIGHER),
        (((1, 2), -3.0), ((1, 2, 3, 4), -3.1), Kind.BEAM_SCORES_HIGHER),
        (((1, 2), -3.0), ((1, 2, 3), -3.0), Kind.BEAM_SCORES_HIGHER),
        (((1, 2), -3.0), ((1, 3), -4.0), Kind.BEAM_WORSE),
        (((1, 2), -3.0), ((1,), -3.0), Kind.BEAM_WORSE),
        (((1, 2), -3.0), ((2, 1), -3.0), Kind.TIE),
        (((1, 2), -3.0, True), ((1, 2), -3.5), Kind.GREEDY_CUT),
        (((1, 2), -3.0), ((1, 2, 3), -1.0, True), Kind.BEAM_CUT),
        (((1, 2), -3.0, True), ((1, 3), -2.0, True), Kind.BOTH_CUT),
        (((1, 2), -3.0, True), ((1, 2), -3.0, True), Kind.AGREE),
    ],
)
def test_every_case_has_its_kind(
    pair: tuple[Trace, Trace],
    greedy: tuple[tuple[int, ...], float],
    beam: tuple[tuple[int, ...], float],
    kind: Kind,
) -> None:
    assert judge(winner(pair[0], *greedy), winner(pair[1], *beam)).kind is kind


@pytest.mark.parametrize(
    ("has_greedy", "has_beam", "kind"),
    [(False, False, Kind.NOTHING), (True, False, Kind.ONLY_GREEDY), (False, True, Kind.ONLY_BEAM)],
)
def test_a_search_without_any_output(
    pair: tuple[Trace, Trace], has_greedy: bool, has_beam: bool, kind: Kind
) -> None:
    greedy, beam = pair
    bare = (
        greedy if has_greedy else replace(greedy, hypotheses=()),
        beam if has_beam else replace(beam, hypotheses=()),
    )
    assert judge(*bare).kind is kind


@pytest.mark.parametrize(
    ("greedy", "beam", "notes"),
    [
        (((1, 2), -3.0), ((), -0.1), (Note.BEAM_SHORTER, Note.BEAM_EMPTY)),
        (((), -3.0), ((1,), -1.0), (Note.BEAM_LONGER, Note.GREEDY_EMPTY)),
        (((), -3.0), ((), -3.0), (Note.AGREED_EMPTY,)),
        (((1,), -3.0, True), ((1,), -3.0, True), (Note.AGREED_CUT,)),
        (((1,), -3.0), ((2,), -2.0), ()),
    ],
)
def test_notes_say_what_else_is_to_be_seen(
    pair: tuple[Trace, Trace],
    greedy: tuple[tuple[int, ...], float],
    beam: tuple[tuple[int, ...], float],
    notes: tuple[Note, ...],
) -> None:
    assert judge(winner(pair[0], *greedy), winner(pair[1], *beam)).notes == notes


def test_differences_are_those_of_the_traces(pair: tuple[Trace, Trace]) -> None:
    greedy, beam = winner(pair[0], (1, 2), -3.0), winner(pair[1], (1, 2, 3, 4), -3.1)
    found = judge(greedy, beam)
    assert found.nats == -3.1 - -3.0
    assert found.score == beam.hypotheses[0].score - greedy.hypotheses[0].score
    assert found.tokens == 2
