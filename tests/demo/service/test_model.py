"""The model behind the page: told about while it loads, asked once for what many want, bounded in what it keeps."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import pytest

from demo.service import DecodeRequest, Problem, RequestError, Service, State
from demo.service.model import CACHED_REQUESTS, Load, load_from
from seq2seq_core.errors import CheckpointError
from seq2seq_core.trace import Trace, same
from tests.demo.service.made import Letters, TablePipeline, ready_service


def problem_of(act: Callable[[], object]) -> Problem:
    with pytest.raises(RequestError) as caught:
        act()
    return caught.value.problem


def test_the_model_loads_in_the_background() -> None:
    may_go = threading.Event()
    pipeline = TablePipeline()

    def load() -> TablePipeline:
        may_go.wait(60)
        return pipeline

    service = Service(cast(Load, load))
    service.start()
    assert service.state is State.LOADING
    assert problem_of(lambda: service.decode(DecodeRequest(text="hi"))) is Problem.LOADING
    may_go.set()
    assert service.wait(60) is State.READY
    assert service.decode(DecodeRequest(text="hi")).beam.hypotheses


def test_a_model_that_cannot_be_loaded_is_told(caplog: pytest.LogCaptureFixture) -> None:
    def load() -> TablePipeline:
        raise CheckpointError("the folder is empty")

    service = Service(cast(Load, load))
    service.start()
    assert service.wait(60) is State.FAILED
    assert problem_of(lambda: service.decode(DecodeRequest(text="hi"))) is Problem.FAILED
    assert "the folder is empty" in caplog.text


def test_a_missing_folder_is_a_model_that_cannot_be_loaded(tmp_path: Path) -> None:
    service = Service(load_from(tmp_path / "nowhere"))
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
