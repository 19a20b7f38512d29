"""Several ways to decode one source: the same limits for all, no refusal hides the others, bad requests are named."""

import math
from functools import partial
from typing import Any

import pytest

from demo.service import Problem, RequestError, Service, printed_entry, read_tables
from demo.service.cache import Cache
from demo.service.standing import Model, Search
from demo.service.trial import Progress, Trial, WaysError, WaysProblem, tried
from demo.service.ways import MOST, WAYS, Settings, options_of
from seq2seq_core.options import BeamOptions, LengthRule, StopRule
from seq2seq_core.presets import PRESETS
from seq2seq_core.trace import check
from tests.demo.service.made import TablePipeline, load_of, made_entry, ready_service
from tests.support.project import ROOT

TABLES = ROOT / "assets" / "tables"
SHIPPED = {each.kind: each.source for each in read_tables(TABLES)}


@pytest.fixture(scope="module")
def service() -> Service:
    return Service([made_entry(), printed_entry(TABLES)], load_of(TablePipeline()))


def trial(service: Service, text: str, *ways: str, model: str = "table", **settings: Any) -> Trial:
    (found,) = (
        each for each in tried(service, text, ways, model, Settings(**settings)) if isinstance(each, Trial)
    )
    return found


@pytest.mark.parametrize("way", WAYS)
def test_every_way_decodes_a_table_and_its_trace_holds(service: Service, way: str) -> None:
    found = trial(service, SHIPPED["greedy-trap"], way)
    (searched,) = found.searched
    check(searched.trace)
    assert searched.best is not None
    assert searched.prefixes >= len(searched.trace.steps) > 0


def test_the_optimum_stands_beside_them_with_its_proof(service: Service) -> None:
    # .4 * .9 * .9 = .324 beats greedy's .6 * .6 * .6 = .216.
    found = trial(service, SHIPPED["greedy-trap"], "greedy", "beam", alpha=0)
    standings = found.standings()
    assert standings["greedy"].search is Search.ERROR
    assert standings["greedy"].missed == pytest.approx(math.log(0.324 / 0.216), abs=1e-6)
    assert standings["beam"].search is Search.OPTIMAL


def test_the_shipped_tables_show_a_search_error_and_a_model_error(service: Service) -> None:
    missed = trial(service, SHIPPED["search-error"], "beam", alpha=0, beam_size=2)
    assert missed.standings()["beam"].search is Search.ERROR
    found = trial(service, SHIPPED["search-error"], "beam", alpha=0, beam_size=3)
    assert found.standings()["beam"].search is Search.OPTIMAL
    empty = trial(service, SHIPPED["empty-output"], "greedy", "beam", alpha=0, beam_size=2)
    model = empty.model()
    assert model is not None
    assert model.model is Model.EMPTY


def test_a_way_that_is_refused_does_not_hide_the_others(service: Service) -> None:
    found = trial(service, "x y", "greedy", "diverse", model="lure", beam_size=1)
    assert [each.way for each in found.tried] == ["greedy", "diverse"]
    assert found.searched


def test_progress_names_the_way_at_work_and_then_the_proof(service: Service) -> None:
    states = list(tried(service, SHIPPED["chain"], ("greedy", "beam"), "table", Settings()))
    assert [state.way for state in states if isinstance(state, Progress)] == ["greedy", "beam", None]


@pytest.mark.parametrize(
    ("ways", "problem"),
    [
        ((), WaysProblem.HOW_MANY),
        (("greedy",) * (MOST + 1), WaysProblem.HOW_MANY),
        (("beam", "greedy", "beam"), WaysProblem.TWICE),
    ],
)
def test_ways_that_cannot_stand_side_by_side_are_refused(
    service: Service, ways: tuple[str, ...], problem: WaysProblem
) -> None:
    with pytest.raises(WaysError) as caught:
        list(tried(service, "x", ways, "lure", Settings()))
    assert caught.value.problem is problem


def test_an_unknown_way_is_refused(service: Service) -> None:
    with pytest.raises(RequestError) as caught:
        list(tried(service, "x", ("magic",), "lure", Settings()))
    assert caught.value.problem is Problem.ALGORITHM


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"beam_size": 11}, Problem.BEAM_SIZE),
        ({"beam_size": 2.5}, Problem.BEAM_SIZE),
        ({"alpha": float("nan")}, Problem.ALPHA),
        ({"alpha": "1"}, Problem.ALPHA),
        ({"length_rule": LengthRule.REWARD}, Problem.LENGTH_RULE),
        ({"temperature": 0}, Problem.TEMPERATURE),
        ({"top_p": 0}, Problem.TOP_P),
        ({"seed": -1}, Problem.SEED),
        ({"min_length": 61}, Problem.MINIMUM_LENGTH),
    ],
)
def test_a_setting_out_of_its_range_is_named(change: dict[str, Any], problem: Problem) -> None:
    with pytest.raises(RequestError) as caught:
        Settings(**change)
    assert caught.value.problem is problem


@pytest.mark.parametrize("name", PRESETS)
def test_a_toolkit_keeps_its_own_rules_and_takes_the_maximum_length_of_all(name: str) -> None:
    options = options_of(name, Settings(beam_size=4, alpha=0.5))
    own = PRESETS[name].options
    assert isinstance(options, BeamOptions)
    assert (options.beam_size, options.alpha, options.max_length) == (4, 0.5, None)
    assert (options.length_rule, options.counts, options.refill) == (own.length_rule, own.counts, own.refill)


def test_a_patient_beam_goes_on_until_nothing_can_win() -> None:
    options = options_of("patient", Settings())
    assert isinstance(options, BeamOptions)
    assert options.stop_rule is StopRule.NOTHING_LIVE_CAN_WIN


def test_the_same_question_is_answered_from_the_cache() -> None:
    pipeline = TablePipeline()
    service = ready_service(pipeline)
    first = trial(service, "x y", "greedy", model="")
    asked = len(pipeline.decoded)
    again = trial(service, "x y", "greedy", model="")
    assert len(pipeline.decoded) == asked
    assert again.searched[0].from_cache
    assert not first.searched[0].from_cache


def test_a_cache_forgets_the_oldest_answer_and_every_failure() -> None:
    cache: Cache[int, int] = Cache(2)

    def fail() -> int:
        raise RequestError(Problem.FAILED)

    with pytest.raises(RequestError):
        cache.answer(0, fail)
    assert cache.known(0) is None
    for number in (1, 2, 3):
        assert cache.answer(number, partial(int.__mul__, number, 10)) == (number * 10, False)
    assert [cache.known(number) for number in (1, 2, 3)] == [None, 20, 30]
    assert cache.answer(3, fail) == (30, True)
