"""Presets reproduce what the toolkits' rules give on the golden models."""

from typing import Any

import pytest

from seq2seq_core.errors import OptionError
from seq2seq_core.presets import PRESETS, preset
from seq2seq_core.trace import check
from tests.support.tables import CASES, golden_table, trace_of

TO_SIX_DIGITS = 1.5e-6


def assert_golden(name: str, model: str, expected: dict[str, Any], **changes: Any) -> None:
    trace = trace_of(golden_table(model), preset(name, beam_size=2, **{"min_length": 0, "max_length": 12} | changes))
    check(trace)
    winner = trace.hypotheses[0]
    assert (winner.text, len(trace.steps)) == (expected["out"], expected["steps"])
    assert winner.log_prob_sum == pytest.approx(expected["logp"], abs=TO_SIX_DIGITS)
    assert winner.score == pytest.approx(expected["score"], abs=TO_SIX_DIGITS)
    pool = {each.text: each.log_prob_sum for each in trace.hypotheses}
    if "finished" not in expected:
        return
    assert dict(expected["finished"]).items() <= pool.items() or dict(expected["finished"]) == pytest.approx(
        {text: pool[text] for text, _ in expected["finished"]}, abs=TO_SIX_DIGITS
    )


@pytest.mark.parametrize(
    ("cell", "name", "model"),
    [
        ("early_stopping_True", "hf-true", "M8"),
        ("early_stopping_False", "hf-false", "M8"),
        ("early_stopping_never", "hf-never", "M8"),
        ("M8b_True", "hf-true", "M8b"),
        ("M8b_False", "hf-false", "M8b"),
        ("M8b_never", "hf-never", "M8b"),
    ],
)
def test_early_stopping_of_hugging_face(cell: str, name: str, model: str) -> None:
    assert_golden(name, model, CASES["G14"][cell], alpha=1.0, max_length=9)


@pytest.mark.parametrize(
    ("cell", "name", "alpha"),
    [
        ("fairseq_lenpen0_6", "fairseq", 0.6),
        ("ctranslate2_lp0_6", "ctranslate2", 0.6),
        ("ctranslate2_lp0", "ctranslate2", 0.0),
        ("hf_early_False_lp0_6", "hf-false", 0.6),
        ("opennmt_py_avg0_6", "opennmt-avg", 0.6),
        ("opennmt_py_wu0_6", "opennmt-wu", 0.6),
        ("joeynmt_alpha0_6", "joeynmt", 0.6),
        ("tfnmt_lp0", "tf-nmt", 0.0),
        ("tfnmt_lp0_6", "tf-nmt", 0.6),
        ("tfnmt_lp1_0", "tf-nmt", 1.0),
    ],
)
def test_one_model_under_every_toolkit(cell: str, name: str, alpha: float) -> None:
    assert_golden(name, "M9", CASES["G15"][cell], alpha=alpha)


@pytest.mark.parametrize("name", ["fairseq", "ctranslate2", "joeynmt"])
def test_toolkits_that_forbid_the_empty_output_do_so_by_default(name: str) -> None:
    # The model of G04, whose most probable output is the empty one.
    assert all(each.text for each in trace_of(golden_table("M3"), preset(name, max_length=12)).hypotheses)


def test_fairseq_pays_for_the_end_that_it_forces() -> None:
    # After "a a" the model of G04 ends with probability 0.1: log(0.45 * 0.9 * 0.1) = -3.2065.
    trace = trace_of(golden_table("M3"), preset("fairseq", beam_size=1, max_length=3))
    assert trace.hypotheses[0].text == "a a"
    assert trace.hypotheses[0].log_prob_sum == pytest.approx(-3.206453, abs=TO_SIX_DIGITS)


def test_what_is_approximate_says_why() -> None:
    assert [name for name, each in PRESETS.items() if each.approximate] == ["joeynmt", "tf-nmt"]


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(OptionError, match="preset must be one of hf-true"):
        preset("marian")
