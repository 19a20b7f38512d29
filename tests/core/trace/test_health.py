"""Search health, every number worked out by hand from a printed table."""

import math

import pytest

from seq2seq_core.decoding import Table
from seq2seq_core.options import BeamOptions, DiverseOptions, ExactOptions, GreedyOptions, SamplingOptions
from seq2seq_core.trace import Health, Proof, common_start, cuts, health_of
from tests.support.tables import END, golden_table, trace_of

TO_SIX_DIGITS = 1e-6


def bits(*shares: float) -> float:
    """The entropy of a distribution, in nats."""
    return -sum(share * math.log(share) for share in shares)


def of_golden_beam() -> Health:
    """M1, beam 2: a .5, b .4, </s> .1; then b b .36, a a .2 | a b .175, a </s> .125; then both end."""
    return health_of(trace_of(golden_table("M1"), BeamOptions(beam_size=2)))


def forced_then_free() -> Table:
    """Nothing to choose for two tokens; then b .6 or c .4, and the end."""
    return Table(following={"": {"a": 1.0}, "a": {"a": 1.0}, "a a": {"b": 0.6, "c": 0.4}})


def test_the_margin_is_the_distance_from_the_last_kept_to_the_first_continuation_below_it() -> None:
    margins = [each.margin for each in of_golden_beam().steps]
    assert margins == [None, pytest.approx(math.log(0.2 / 0.175), abs=TO_SIX_DIGITS), None]
    closest = of_golden_beam().closest
    assert closest is not None
    assert closest.step == 2


def test_the_line_is_the_candidate_that_had_to_be_reached() -> None:
    (cut,) = cuts(trace_of(golden_table("M1"), BeamOptions(beam_size=2)).steps[1])
    assert (cut.group, cut.index, cut.key) == (0, 1, pytest.approx(math.log(0.2), abs=TO_SIX_DIGITS))


def test_every_group_has_a_line_of_its_own() -> None:
    trace = trace_of(golden_table("M1"), DiverseOptions(beam_size=2, groups=2, strength=0.25))
    # Group 1 keeps a (.5). It costs group 2 a quarter of a nat, so there b (.4) is ahead.
    assert [(cut.group, cut.key, cut.margin) for cut in cuts(trace.steps[0])] == [
        (0, pytest.approx(math.log(0.5), abs=1e-6), pytest.approx(math.log(0.5 / 0.4), abs=1e-6)),
        (1, pytest.approx(math.log(0.4), abs=1e-6), pytest.approx(math.log(0.4 / 0.5) + 0.25, abs=1e-6)),
    ]


def test_entropy_is_that_of_what_follows_the_leading_prefix() -> None:
    first, second, third = (each.entropy for each in of_golden_beam().steps)
    assert first.nats == pytest.approx(bits(0.5, 0.4, 0.1), abs=TO_SIX_DIGITS)
    assert second.nats == pytest.approx(bits(0.4, 0.35, 0.25), abs=TO_SIX_DIGITS)  # after a, which led
    assert third.nats == pytest.approx(bits(0.8, 0.2), abs=TO_SIX_DIGITS)  # after b b
    assert first.exact and second.exact and third.exact


def test_what_is_not_listed_counts_as_one_and_makes_it_a_least_value() -> None:
    words = [f"w{number}" for number in range(16)]
    trace = trace_of(Table(following={"": dict.fromkeys(words, 1 / 16)}), GreedyOptions())
    entropy = health_of(trace).steps[0].entropy
    assert not entropy.exact
    assert entropy.nats == pytest.approx(bits(*[1 / 16] * 10, 6 / 16), abs=TO_SIX_DIGITS)
    assert entropy.nats < math.log(16)


def test_survivors_and_what_they_share() -> None:
    steps = health_of(trace_of(forced_then_free(), BeamOptions(beam_size=2))).steps
    assert [(each.survivors, each.shared) for each in steps] == [(1, 1), (1, 2), (2, 2), (0, 0)]
    assert [(each.survivors, each.shared) for each in of_golden_beam().steps] == [(2, 0), (2, 0), (2, 0)]


def test_the_last_choice_is_the_last_step_that_left_several_prefixes() -> None:
    last = health_of(trace_of(forced_then_free(), BeamOptions(beam_size=2))).last_choice
    assert last is not None
    assert last.step == 3
    assert health_of(trace_of(forced_then_free(), GreedyOptions())).last_choice is None


def test_the_outputs_share_a_start_too() -> None:
    health = health_of(trace_of(forced_then_free(), BeamOptions(beam_size=2)))
    assert (health.outputs, health.distinct, health.shared) == (2, 2, 2)
    assert common_start([(1, 2), (1, 2, 3)]) == 2
    assert common_start([(1,), ()]) == 0


def test_the_mass_is_the_probability_of_all_finished_outputs() -> None:
    assert of_golden_beam().mass == pytest.approx(0.36 * 0.8 + 0.2 * 0.6, abs=TO_SIX_DIGITS)
    everything = health_of(trace_of(forced_then_free(), BeamOptions(beam_size=4)))
    assert everything.mass == pytest.approx(1.0, abs=TO_SIX_DIGITS)


def test_an_output_that_two_groups_found_counts_once() -> None:
    health = health_of(trace_of(golden_table("M1"), DiverseOptions(beam_size=2, groups=2, strength=0.0)))
    assert (health.outputs, health.distinct) == (2, 1)
    assert health.mass == pytest.approx(0.5 * 0.4 * 0.6, abs=TO_SIX_DIGITS)


def test_what_was_cut_at_the_maximum_length_is_no_output_of_the_models() -> None:
    health = health_of(trace_of(forced_then_free(), BeamOptions(beam_size=2, max_length=2)))
    assert (health.outputs, health.mass) == (1, 0.0)


def test_only_an_exact_search_that_came_to_its_end_proves() -> None:
    table = golden_table("M1")
    assert health_of(trace_of(table, ExactOptions())).proof is Proof.PROVED
    assert health_of(trace_of(table, ExactOptions(max_nodes=1, beam_size=1))).proof is Proof.BUDGET
    for options in (BeamOptions(beam_size=8), GreedyOptions(), SamplingOptions()):
        assert health_of(trace_of(table, options)).proof is Proof.NOT_JUDGED


def test_chance_draws_no_line() -> None:
    trace = trace_of(Table(following={"": {"a": 0.5, END: 0.5}}), SamplingOptions(samples=3, seed=1))
    assert not any(cuts(step) for step in trace.steps)
    assert health_of(trace).closest is None
