"""Golden cells: solved by enumeration and by hand outside this code (tests/golden/golden_decoding.json)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from seq2seq_core.options import (
    BeamOptions,
    Constraints,
    CoverageRule,
    GreedyOptions,
    LengthCount,
    LengthRule,
    StopRule,
)
from seq2seq_core.trace import Fate, ScoreRule, Trace, check
from tests.support.tables import CASES, best_of, golden_table, trace_of

TO_SIX_DIGITS = 1.5e-6
ALPHAS = ["0.0", "0.3", "0.5", "0.6", "0.7", "0.8", "1.0"]


def exhaustive(name: str, alpha: float, min_length: int = 0, **rule: Any) -> Trace:
    """A beam that no prefix falls out of: exact search."""
    options = BeamOptions(beam_size=64, alpha=alpha, max_length=12, min_length=min_length, **rule)
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
        count = expected.get("n_finished", len(expected["finished"]))
        pool, beyond = pool[:count], pool[count:]
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
    assert_wins(exhaustive("M4", 0.7, counts=counts), CASES["G08"][cell])


@pytest.mark.parametrize("alpha", [*ALPHAS, "1.5", "2.0"])
def test_the_gnmt_penalty_has_winners_of_its_own(alpha: str) -> None:
    trace = exhaustive("M4", float(alpha), length_rule=LengthRule.GNMT)
    assert_wins(trace, CASES["G09"][f"alpha_{alpha}"])


@pytest.mark.parametrize(
    ("cell", "counts"),
    [("T_n", LengthCount.CONTENT), ("T_n1", LengthCount.END), ("T_n2", LengthCount.START_AND_END)],
)
def test_three_finished_outputs_rank_by_what_the_length_counts(cell: str, counts: LengthCount) -> None:
    three = CASES["G10"]["logps"]
    found = [each for each in exhaustive("M5", 1.0, counts=counts).hypotheses if each.text in three]
    assert {each.text: each.log_prob_sum for each in found} == pytest.approx(three, abs=TO_SIX_DIGITS)
    expected = CASES["G10"][cell]
    assert (found[0].text, found[0].score) == (expected["out"], pytest.approx(expected["score"], abs=TO_SIX_DIGITS))


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("reward_0_8", {"length_rule": LengthRule.REWARD, "reward": 0.8}),
        ("reward_1_3", {"length_rule": LengthRule.REWARD, "reward": 1.3}),
        ("bounded_1_3_L3", {"length_rule": LengthRule.BOUNDED_REWARD, "reward": 1.3, "reward_length": 3}),
    ],
)
def test_a_reward_for_each_word_makes_outputs_longer(cell: str, rule: dict[str, Any]) -> None:
    assert_wins(exhaustive("M11", 0.0, **rule), CASES["G20"][cell])


@pytest.mark.parametrize(
    ("cell", "options"),
    [
        ("first_finished", {"stop_rule": StopRule.FIRST_FINISHED}),
        ("optimal_raw", {"stop_rule": StopRule.NOTHING_LIVE_CAN_WIN}),
        ("ct2_top_finished", {"stop_rule": StopRule.TOP_FINISHED}),
        ("shrinking", {"stop_rule": StopRule.SHRINKING}),
        ("opennmt_py", {"stop_rule": StopRule.TOP_FINISHED, "refill": False}),
    ],
)
def test_stop_rules_end_the_search_where_they_say(cell: str, options: dict[str, Any]) -> None:
    assert_wins(trace_of(golden_table("M6"), BeamOptions(beam_size=2, alpha=0.0, **options)), CASES["G12"][cell])


@pytest.mark.parametrize(("cell", "alpha"), [("shrinking", 1.0), ("shrinking_raw", 0.0)])
def test_a_shrinking_beam_loses_a_place_with_every_end(cell: str, alpha: float) -> None:
    options = BeamOptions(beam_size=2, alpha=alpha, stop_rule=StopRule.SHRINKING)
    assert_wins(trace_of(golden_table("M7"), options), CASES["G13"][cell])


@pytest.mark.parametrize(
    ("cell", "options"),
    [
        ("forced_prefix_b", {"constraints": Constraints(forced_prefix=(3,))}),
        ("ban_c", {"constraints": Constraints(banned=(4,))}),
        ("min_len_3", {"min_length": 3}),
    ],
)
def test_constraints_hold_and_every_log_probability_counts(cell: str, options: dict[str, Any]) -> None:
    # The tokens of M2 in the order of their ids: <s>, </s>, a, b, c.
    trace = trace_of(golden_table("M2"), BeamOptions(beam_size=3, alpha=0.0, **options))
    assert_wins(trace, CASES["G19"][cell])


def test_a_forced_prefix_counts_with_its_own_log_probability() -> None:
    options = BeamOptions(beam_size=3, alpha=0.0, constraints=Constraints(forced_prefix=(3,)))
    first = trace_of(golden_table("M2"), options).steps[0]
    assert (len(first.token_N), first.log_prob_N[0]) == (1, pytest.approx(CASES["G19"]["ct2_prefix_score_excludes"]))


@pytest.mark.parametrize("beta", ["0.0", "0.2", "0.4"])
def test_the_coverage_penalty_turns_the_winner(beta: str) -> None:
    case = CASES["G11"]
    rule = ScoreRule(length_rule=LengthRule.NONE, coverage=CoverageRule.GNMT, beta=float(beta))
    scores = {
        name: case[f"logp_{name}"] + rule.covered(np.array(case[f"attention_{name}"]).sum(axis=0))
        for name in ("h1", "h2")
    }
    expected = case[f"beta_{beta}"]
    assert scores == pytest.approx({name: expected[name] for name in scores}, abs=TO_SIX_DIGITS)
    assert max(scores, key=scores.__getitem__) == expected["winner"]


def test_the_summary_form_takes_off_what_was_read_twice() -> None:
    rule = ScoreRule(coverage=CoverageRule.SUMMARY, beta=1.0)
    coverage_S = np.array(CASES["G11"]["attention_h1"]).sum(axis=0)
    assert rule.covered(coverage_S) == pytest.approx(-CASES["G11"]["opennmt_summary_pen_beta1_h1"])


def test_the_fast_path_returns_the_golden_output_too() -> None:
    assert best_of(golden_table("M2"), BeamOptions(beam_size=3, alpha=0.0)).text == CASES["G03"]["beam3"]["out"]
