"""How an output stands to the optimum: worked out by enumeration of small tables, and by the definitions."""

import math
from dataclasses import replace

import pytest

from demo.service.quality import chrf
from demo.service.standing import (
    Model,
    Search,
    common_score,
    model_standing,
    optimum_of,
    rule_of,
    standings,
)
from seq2seq_core.decoding import Table
from seq2seq_core.options import (
    BeamOptions,
    ExactOptions,
    GreedyOptions,
    LengthCount,
    LengthRule,
    SamplingOptions,
)
from seq2seq_core.presets import preset
from seq2seq_core.trace import Trace
from tests.demo.service.made import END, lure
from tests.support.tables import trace_of

# Greedy writes "a"; the empty output is the most probable one.
SILENT = Table(following={"": {"a": 0.5, END: 0.4, "b": 0.1}, "a": {END: 0.6, "b": 0.4}, "b": {END: 1.0}}, longest=3)


def exact(table: Table, alpha: float = 0.0) -> Trace:
    return trace_of(table, ExactOptions(alpha=alpha))


def test_greedy_misses_what_beam_finds() -> None:
    # "b c" has 0.4 * 0.9 = 0.36; greedy's "a" has 0.6 * 0.4 = 0.24.
    traces = [trace_of(lure(), GreedyOptions(alpha=0.0)), trace_of(lure(), BeamOptions(alpha=0.0, beam_size=3))]
    missed, found = standings(traces, exact(lure()))
    assert (missed.search, found.search) == (Search.ERROR, Search.OPTIMAL)
    assert missed.missed == pytest.approx(math.log(0.36 / 0.24), abs=1e-6)
    assert found.missed == 0


def test_a_sample_is_not_blamed_for_what_it_does_not_look_for() -> None:
    samples = (trace_of(lure(), SamplingOptions(alpha=0.0, seed=seed)) for seed in range(50))
    other = next(trace for trace in samples if trace.hypotheses[0].text != "b c")
    (standing,) = standings([other], exact(lure()))
    assert standing.search is Search.DRAWN
    assert standing.missed > 0


def test_a_search_with_another_score_in_view_is_not_blamed() -> None:
    # OpenNMT's rule divides by a T that counts the start token: it aims at another score.
    trace = trace_of(lure(), preset("opennmt-avg", beam_size=1, max_length=8))
    (standing,) = standings([trace], exact(lure(), alpha=1.0))
    assert trace.hypotheses[0].text == "a"
    assert standing.search is Search.OTHER_AIM


def test_the_common_score_counts_every_output_alike() -> None:
    trace = trace_of(lure(), preset("opennmt-avg", beam_size=3, max_length=8))
    best = trace.hypotheses[0]
    assert (best.text, best.length) == ("b c", 4)  # two words, start and end
    score, length = common_score(rule_of(exact(lure(), alpha=1.0)), best)
    assert length == 3
    assert score == pytest.approx(math.log(0.36) / 3, abs=1e-6)


@pytest.mark.parametrize("counts", LengthCount)
@pytest.mark.parametrize("rule", [LengthRule.POWER, LengthRule.GNMT, LengthRule.NONE])
def test_the_optimum_stands_at_its_own_score(rule: LengthRule, counts: LengthCount) -> None:
    trace = trace_of(lure(), ExactOptions(alpha=0.8, length_rule=rule))
    optimum = optimum_of(trace)
    assert optimum.best is not None
    assert common_score(rule_of(trace), optimum.best)[0] == pytest.approx(optimum.best.score)
    assert optimum.proved
    assert optimum.excluded == optimum.best.score


def test_without_a_proof_the_best_known_output_is_not_called_the_optimum() -> None:
    unfinished = trace_of(lure(), ExactOptions(alpha=0.0, max_nodes=1, beam_size=1))
    beam = trace_of(lure(), BeamOptions(alpha=0.0, beam_size=3))
    assert not optimum_of(unfinished).proved
    greedy, best = standings([trace_of(lure(), GreedyOptions(alpha=0.0)), beam], unfinished)
    # What the beam found proves that greedy missed something, exact search or not.
    assert (greedy.search, best.search) == (Search.ERROR, Search.BEST_KNOWN)


def test_what_an_unfinished_search_excludes_is_not_below_the_optimum() -> None:
    unfinished = optimum_of(trace_of(lure(), ExactOptions(alpha=0.0, max_nodes=1, beam_size=1)))
    assert unfinished.excluded is not None
    assert unfinished.excluded >= math.log(0.36) - 1e-6


def test_an_output_cut_at_the_maximum_length_is_not_judged() -> None:
    cut = trace_of(lure(), GreedyOptions(alpha=0.0, max_length=1))
    (standing,) = standings([cut], exact(lure()))
    assert standing.search is Search.CUT


def test_an_empty_optimum_is_a_model_error() -> None:
    # Empty: 0.4; "a": 0.5 * 0.6 = 0.3.
    greedy = trace_of(SILENT, GreedyOptions(alpha=0.0))
    assert model_standing([greedy], exact(SILENT), "anything").model is Model.EMPTY


def test_the_optimum_is_judged_by_the_reference_and_not_without_one() -> None:
    greedy = trace_of(lure(), GreedyOptions(alpha=0.0))
    assert model_standing([greedy], exact(lure()), "").model is Model.NO_REFERENCE
    worse = model_standing([greedy], exact(lure()), "a")
    assert worse.model is Model.WORSE
    assert (worse.found_chrf, worse.optimum_chrf) == (chrf("a", "a"), chrf("b c", "a"))
    assert model_standing([greedy], exact(lure()), "b c").model is Model.NOT_WORSE


def test_what_found_the_optimum_leaves_the_blame_to_the_model() -> None:
    beam = trace_of(lure(), BeamOptions(alpha=0.0, beam_size=3))
    assert model_standing([beam], exact(lure()), "a").model is Model.FOUND


def test_nothing_is_said_of_the_model_without_a_proof_or_without_a_search() -> None:
    unfinished = trace_of(lure(), ExactOptions(alpha=0.0, max_nodes=1, beam_size=1))
    greedy = trace_of(lure(), GreedyOptions(alpha=0.0))
    assert model_standing([greedy], unfinished, "a").model is Model.NOT_PROVED
    assert model_standing([replace(greedy, hypotheses=())], exact(lure()), "a").model is Model.NOT_SEARCHED
    assert standings([replace(greedy, hypotheses=())], exact(lure()))[0].search is Search.NOTHING
