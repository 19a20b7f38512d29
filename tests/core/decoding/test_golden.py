"""Golden cells: solved by enumeration and by hand outside this code (tests/golden/golden_decoding.json)."""

from collections.abc import Mapping
from typing import Any

import pytest

from seq2seq_core.decoding.scoring import LengthCount, gnmt_penalty, length_penalty
from seq2seq_core.options import BeamOptions, GreedyOptions, StopRule
from seq2seq_core.trace import Fate, Trace, check
from tests.support.tables import CASES, best_of, golden_table, trace_of

TO_SIX_DIGITS = 1.5e-6
ALPHAS = ["0.0", "0.3", "0.5", "0.6", "0.7", "0.8", "1.0"]


def exhaustive(name: str, alpha: float, min_length: int = 0) -> Trace:
    """A beam that no prefix falls out of: exact search."""
    options = BeamOptions(beam_size=64, alpha=alpha, max_length=12, min_length=min_length)
    trace = trace_of(golden_table(name), options)
    assert all(fate in (Fate.LIVE, Fate.FINISHED) for step in trace.steps for fate in step.fate_N)
    return trace


def assert_wins(trace: Trace, expected: Mapping[str, Any]) -> None:
    check(trace)
    winner = trace.hypotheses[0]
    assert winner.text == expected["out"]
    assert winner.log_prob_sum == pytest.approx(expected["logp"], abs=TO_SIX_DIGITS)
    if "score" in expected:
        assert winner.score == pytest.approx(expected["score"], abs=TO_SIX_DIGITS)
    if "steps" in expected:
        assert len(trace.steps) == expected["steps"]
    if "finished" in expected:
        pool = sorted(trace.hypotheses, key=lambda each: (each.step, each.index))
        # Several may finish in the last step; the golden pools close at K, this one keeps them all.
        pool, beyond = pool[: expected["n_finished"]], pool[expected["n_finished"] :]
        found = {each.text: each.log_prob_sum for each in pool}
        assert found == pytest.approx(dict(expected["finished"]), abs=TO_SIX_DIGITS)
        assert all(each.step == len(trace.steps) and each.score < pool[-1].score for each in beyond)


@pytest.mark.parametrize(("case", "model"), [("G01", "M1"), ("G03", "M2"), ("G04", "M3"), ("G20", "M11")])
def test_greedy_search_gives_the_golden_output(case: str, model: str) -> None:
    assert_wins(trace_of(golden_table(model), GreedyOptions()), CASES[case]["greedy"])


@pytest.mark.parametrize(
    ("case", "cell", "model", "beam_size", "alpha"),
    [
        ("G02", "beam2", "M1", 2, 0.0),
        ("G03", "beam2", "M2", 2, 0.0),
        ("G03", "beam3", "M2", 3, 0.0),
        ("G04", "beam2_raw", "M3", 2, 0.0),
        ("G05", "beam2_norm", "M3", 2, 1.0),
        ("G12", "k_finished", "M6", 2, 0.0),
        ("G13", "k_finished", "M7", 2, 1.0),
        ("G13", "k_finished_raw", "M7", 2, 0.0),
        ("G14", "early_stopping_True", "M8", 2, 1.0),
        ("G14", "M8b_True", "M8b", 2, 1.0),
        ("G15", "fairseq_lenpen0_6", "M9", 2, 0.6),
    ],
)
def test_a_beam_that_stops_at_k_finished_gives_the_golden_pool(
    case: str, cell: str, model: str, beam_size: int, alpha: float
) -> None:
    options = BeamOptions(beam_size=beam_size, alpha=alpha)
    assert_wins(trace_of(golden_table(model), options), CASES[case][cell])


def test_the_other_stop_rule_waits_for_the_output_that_k_finished_misses() -> None:
    options = BeamOptions(beam_size=2, alpha=0.0, stop_rule=StopRule.NOTHING_LIVE_CAN_WIN)
    assert_wins(trace_of(golden_table("M6"), options), CASES["G12"]["optimal_raw"])


@pytest.mark.parametrize(
    ("case", "cell", "model", "alpha", "min_length"),
    [
        ("G01", "exact", "M1", 0.0, 0),
        ("G03", "exact", "M2", 0.0, 0),
        ("G04", "exact_raw", "M3", 0.0, 0),
        ("G05", "exact_norm", "M3", 1.0, 0),
        ("G05", "exact_min1", "M3", 0.0, 1),
        ("G20", "exact_raw", "M11", 0.0, 0),
        ("G20", "exact_avg", "M11", 1.0, 0),
        *[("G07", f"alpha_{alpha}", "M4", float(alpha), 0) for alpha in ALPHAS],
    ],
)
def test_a_beam_wider_than_all_prefixes_is_exact(
    case: str, cell: str, model: str, alpha: float, min_length: int
) -> None:
    assert_wins(exhaustive(model, alpha, min_length), CASES[case][cell])


def test_all_outputs_of_the_markov_chain_are_found_with_their_mass() -> None:
    trace = exhaustive("M11", 0.0)
    assert len(trace.hypotheses) == CASES["G20"]["n_complete"]
    assert [each.text for each in trace.hypotheses[:3]] == [text for text, _ in CASES["G20"]["n_best_3"]]


@pytest.mark.parametrize(
    ("cell", "counts"),
    [
        ("T_n", LengthCount.CONTENT),
        ("T_n_plus_EOS", LengthCount.END),
        ("T_n_plus_BOS_EOS", LengthCount.START_AND_END),
    ],
)
def test_what_the_length_counts_changes_the_winner(cell: str, counts: LengthCount) -> None:
    scores = {
        each.text: each.log_prob_sum / length_penalty(counts.length(len(each.tokens)), 0.7)
        for each in exhaustive("M4", 0.7).hypotheses
        if each.tokens
    }
    winner = max(scores, key=scores.__getitem__)
    expected = CASES["G08"][cell]
    assert (winner, scores[winner]) == (expected["out"], pytest.approx(expected["score"], abs=TO_SIX_DIGITS))


@pytest.mark.parametrize("alpha", [*ALPHAS, "1.5", "2.0"])
def test_the_gnmt_penalty_has_winners_of_its_own(alpha: str) -> None:
    scores = {
        each.text: each.log_prob_sum / gnmt_penalty(each.length, float(alpha))
        for each in exhaustive("M4", 0.0).hypotheses
    }
    winner = max(scores, key=scores.__getitem__)
    expected = CASES["G09"][f"alpha_{alpha}"]
    assert (winner, scores[winner]) == (expected["out"], pytest.approx(expected["score"], abs=TO_SIX_DIGITS))


@pytest.mark.parametrize(
    ("cell", "counts"),
    [("T_n", LengthCount.CONTENT), ("T_n1", LengthCount.END), ("T_n2", LengthCount.START_AND_END)],
)
def test_three_finished_outputs_rank_by_what_the_length_counts(cell: str, counts: LengthCount) -> None:
    three = CASES["G10"]["logps"]
    found = {each.text: each for each in exhaustive("M5", 1.0).hypotheses if each.text in three}
    assert {text: each.log_prob_sum for text, each in found.items()} == pytest.approx(three, abs=TO_SIX_DIGITS)
    scores = {
        text: each.log_prob_sum / length_penalty(counts.length(len(each.tokens)), 1.0) for text, each in found.items()
    }
    winner = max(scores, key=scores.__getitem__)
    expected = CASES["G10"][cell]
    assert (winner, scores[winner]) == (expected["out"], pytest.approx(expected["score"], abs=TO_SIX_DIGITS))


def test_the_fast_path_returns_the_golden_output_too() -> None:
    assert best_of(golden_table("M2"), BeamOptions(beam_size=3, alpha=0.0)).text == CASES["G03"]["beam3"]["out"]
