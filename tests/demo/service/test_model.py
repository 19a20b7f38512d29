"""The model behind the page: told about while it loads, asked once for what many want, bounded in what it keeps."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest

from demo.service import Budget, DecodeRequest, Problem, RequestError, Service, SourceKind, State
from demo.service.model import CACHED_REQUESTS, Load
from seq2seq_core.errors import CheckpointError
from seq2seq_core.trace import Trace, same
from tests.demo.service.made import Letters, TablePipeline, load_of, made_entry, ready_service


def problem_of(act: Callable[[], object]) -> Problem:
    with pytest.raises(RequestError) as caught:
        act()
    return caught.value.problem


def test_the_model_loads_in_the_background() -> None:
    may_go = threading.Event()
    pipeline = TablePipeline()

    def load(folder: Path) -> TablePipeline:
        may_go.wait(60)
        return pipeline

    service = Service([made_entry()], cast(Load, load))
    assert service.state() is State.ASLEEP
    service.start()
    assert service.state() is State.LOADING
    assert problem_of(lambda: service.decode(DecodeRequest(text="hi"), patience=0)) is Problem.LOADING
    may_go.set()
    assert service.wait(60) is State.READY
    assert service.decode(DecodeRequest(text="hi")).beam.hypotheses


def test_a_model_that_cannot_be_loaded_is_told(caplog: pytest.LogCaptureFixture) -> None:
    def load(folder: Path) -> TablePipeline:
        raise CheckpointError("the folder is empty")

    service = Service([made_entry()], cast(Load, load))
    service.start()
    assert service.wait(60) is State.FAILED
    assert problem_of(lambda: service.decode(DecodeRequest(text="hi"))) is Problem.FAILED
    assert "the folder is empty" in caplog.text


def test_a_missing_folder_is_a_model_that_cannot_be_loaded(tmp_path: Path) -> None:
    service = Service([made_entry(folder=tmp_path / "nowhere")])
    service.start()
    assert service.wait(60) is State.FAILED


def test_the_same_request_is_decoded_once_and_says_so() -> None:
    pipeline = TablePipeline()
    service = ready_service(pipeline)
    pipeline.decoded.clear()
    first, second = (service.decode(DecodeRequest(text="x y")) for _ in range(2))
    assert pipeline.decoded == ["x y", "x y"]  # greedy and beam
    assert (first.from_cache, second.from_cache) == (False, True)
    assert same(first.beam, second.beam)
    assert second.beam_seconds == first.beam_seconds > 0


def test_a_class_that_asks_at_once_has_it_decoded_once() -> None:
    pipeline = TablePipeline()
    service = ready_service(pipeline)
    pipeline.decoded.clear()
    with ThreadPoolExecutor(30) as class_room:
        answers = list(class_room.map(lambda _: service.decode(DecodeRequest(text="x y z")), range(30)))
    assert len(pipeline.decoded) == 2
    assert sum(not answer.from_cache for answer in answers) == 1


def test_other_settings_are_another_request() -> None:
    service = ready_service()
    service.decode(DecodeRequest(text="x"))
    assert not service.decode(DecodeRequest(text="x", alpha=1.0)).from_cache


def test_the_cache_is_bounded() -> None:
    service = ready_service()
    service.decode(DecodeRequest(text="first"))
    for number in range(CACHED_REQUESTS):
        service.decode(DecodeRequest(text=f"text {number}"))
    assert not service.decode(DecodeRequest(text="first")).from_cache
    assert service.decode(DecodeRequest(text=f"text {CACHED_REQUESTS - 1}")).from_cache


@pytest.mark.parametrize(("text", "problem"), [("\u200b", Problem.EMPTY), ("refused", Problem.REFUSED)])
def test_what_the_core_refuses_is_told_in_the_pages_terms(text: str, problem: Problem) -> None:
    service = ready_service()
    assert problem_of(lambda: service.decode(DecodeRequest(text=text))) is problem


def test_too_many_tokens_are_counted() -> None:
    service = ready_service(TablePipeline(Letters()))
    with pytest.raises(RequestError) as caught:
        service.decode(DecodeRequest(text="x" * 201))
    assert caught.value.values == {"limit": 200, "found": 201}


def test_a_refused_request_is_not_kept() -> None:
    service = ready_service()
    for _ in range(2):
        assert problem_of(lambda: service.decode(DecodeRequest(text="refused"))) is Problem.REFUSED


def test_greedy_and_beam_are_real_traces() -> None:
    decoded = ready_service().decode(DecodeRequest(text="x y", beam_size=3))
    assert isinstance(decoded.greedy, Trace)
    assert (decoded.greedy.algorithm, decoded.beam.algorithm) == ("greedy", "beam")
    assert decoded.beam.options["beam_size"] == 3


def two_models(**loads: TablePipeline) -> Service:
    """The models one and two, each with its own pipeline."""
    return Service([made_entry("one"), made_entry("two")], cast(Load, lambda folder: loads[folder.name]))


def test_a_request_is_answered_by_the_model_it_names() -> None:
    pipelines = {"one": TablePipeline(), "two": TablePipeline()}
    service = two_models(**pipelines)
    decoded = service.decode(service.request("x y", model="two"))
    assert (decoded.entry.name, decoded.request.model) == ("two", "two")
    assert "x y" in pipelines["two"].decoded
    assert "x y" not in pipelines["one"].decoded


def test_without_a_name_the_first_model_answers_and_shares_its_cache() -> None:
    service = two_models(one=TablePipeline(), two=TablePipeline())
    assert service.decode(DecodeRequest(text="x")).entry.name == "one"
    assert service.decode(service.request("x", model="one")).from_cache
    assert not service.decode(service.request("x", model="two")).from_cache


@pytest.mark.parametrize("name", ["three", 7, ["one"], "One"])
def test_an_unknown_model_is_refused_with_those_there_are(name: Any) -> None:
    service = two_models()
    with pytest.raises(RequestError) as caught:
        service.request("x", model=name)
    assert caught.value.problem is Problem.MODEL
    assert caught.value.values == {"found": repr(name), "models": "one, two"}
    assert problem_of(lambda: service.decode(DecodeRequest(text="x", model="three"))) is Problem.MODEL


def test_a_model_that_fails_leaves_the_others_alone(caplog: pytest.LogCaptureFixture) -> None:
    def load(folder: Path) -> TablePipeline:
        if folder.name == "one":
            raise CheckpointError("one is damaged")
        return TablePipeline()

    service = Service([made_entry("one"), made_entry("two")], cast(Load, load))
    assert problem_of(lambda: service.decode(service.request("x", model="one"))) is Problem.FAILED
    assert service.decode(service.request("x", model="two")).beam.hypotheses
    assert (service.state("one"), service.state("two")) == (State.FAILED, State.READY)
    assert "one is damaged" in caplog.text


def test_an_empty_gallery_answers_that_it_has_failed() -> None:
    service = Service([], load_of(TablePipeline()))
    service.start()
    assert service.state() is service.wait(0) is State.FAILED
    assert problem_of(lambda: service.request("x")) is Problem.FAILED


def test_an_answer_is_kept_when_its_model_is_gone() -> None:
    budget = Budget(models=1)
    service = Service([made_entry("one"), made_entry("two")], load_of(TablePipeline()), budget)
    service.decode(service.request("x", model="one"))
    service.decode(service.request("x", model="two"))
    assert service.state("one") is State.ASLEEP
    assert service.decode(service.request("x", model="one")).from_cache
    assert service.state("one") is State.ASLEEP


def test_a_language_model_is_sampled_from_by_seed() -> None:
    service = Service([made_entry(source=SourceKind.NONE)], load_of(TablePipeline()))
    decoded = [service.decode(service.request("", seed=seed)) for seed in range(40)]
    assert all(each.is_sampled and each.greedy.algorithm == "sampling" for each in decoded)
    assert len({each.greedy.hypotheses[0].text for each in decoded}) > 1  # 1 - 0.6^40 or so: seeds draw differently
    assert len({each.beam.hypotheses[0].text for each in decoded}) == 1


def test_the_maximum_length_follows_the_source_up_to_the_pages_limit() -> None:
    service = ready_service()
    usual = service.decode(service.request("x y z"))
    assert usual.beam.options["max_length"] == usual.greedy.options["max_length"] == 2 * 3 + 10
    long = service.decode(service.request(" ".join(f"x{number}" for number in range(100))))
    assert long.beam.options["max_length"] == 120
