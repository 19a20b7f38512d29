"""The loaded model and its answers: loading in the background, two searches per request, a bounded cache.

The matrices of one decoding step are far too small to share between threads: torch gets one thread, and up to as many
decodes as there are cores run side by side (measured on two busy cores: a second thread made a search 10 to 40 times
slower).
"""

import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from seq2seq_core.errors import InputError, Seq2SeqError
from seq2seq_core.trace import Trace

from .requests import MAXIMUM_SOURCE_TOKENS, DecodeRequest, Problem, RequestError

if TYPE_CHECKING:
    from seq2seq_core.pipeline import Pipeline

CACHED_REQUESTS: Final = 64
WARM_UP: Final = "Hello."

Load: TypeAlias = "Callable[[], Pipeline]"
_log = logging.getLogger(__name__)


class State(StrEnum):
    """Where the model is."""

    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """Both searches over one sentence, and how long each took by the clock on the wall."""

    request: DecodeRequest
    greedy: Trace
    beam: Trace
    greedy_seconds: float
    beam_seconds: float
    from_cache: bool = False  # then the seconds are those of the first time


class Service:
    """One model for all visitors; safe to call from many threads.

        service = Service(load_from(folder))
        service.start()                  # returns at once
        service.wait(60)                 # State.READY, or what hinders
        service.decode(DecodeRequest(text="How are you?"))
    """

    def __init__(self, load: Load) -> None:
        self._load = load
        self._pipeline: Pipeline | None = None
        self._settled = threading.Event()
        self._lock = threading.Lock()
        self._answers: OrderedDict[DecodeRequest, Future[Decoded]] = OrderedDict()
        self._decoding = threading.BoundedSemaphore(max(1, os.cpu_count() or 1))

    @property
    def state(self) -> State:
        if not self._settled.is_set():
            return State.LOADING
        return State.FAILED if self._pipeline is None else State.READY

    def start(self) -> None:
        """Begin to load, in the background."""
        threading.Thread(target=self._prepare, name="model-loader", daemon=True).start()

    def wait(self, seconds: float) -> State:
        """Wait for the model, at most so long."""
        self._settled.wait(seconds)
        return self.state

    def decode(self, request: DecodeRequest) -> Decoded:
        """Both searches, from the cache if the same was asked before.

        Raises:
            RequestError: the model is not there (yet), or the sentence is nothing for it.
        """
        pipeline = self._ready_pipeline()
        answer, is_ours = self._answer_for(request)
        if not is_ours:
            return replace(answer.result(), from_cache=True)
        try:
            with self._decoding:
                answer.set_result(_decode(pipeline, request))
        except BaseException as error:
            self._forget(request)
            answer.set_exception(error)
        return answer.result()

    def _prepare(self) -> None:
        try:
            pipeline = self._load()
            _decode(pipeline, DecodeRequest(text=WARM_UP))
            self._pipeline = pipeline
        except (Seq2SeqError, OSError) as error:
            _log.error("the model cannot be used: %s", error)
        finally:
            self._settled.set()

    def _ready_pipeline(self) -> "Pipeline":
        if self._pipeline is None:
            raise RequestError(Problem.LOADING if self.state is State.LOADING else Problem.FAILED)
        return self._pipeline

    def _answer_for(self, request: DecodeRequest) -> tuple["Future[Decoded]", bool]:
        """The answer, ready or on its way, and whether it is the caller who must work it out.

        A class that asks for one sentence at once has it decoded once.
        """
        with self._lock:
            if request in self._answers:
                self._answers.move_to_end(request)
                return self._answers[request], False
            answer = self._answers[request] = Future()
            while len(self._answers) > CACHED_REQUESTS:
                self._answers.popitem(last=False)
            return answer, True

    def _forget(self, request: DecodeRequest) -> None:
        with self._lock:
            self._answers.pop(request, None)


def load_from(folder: Path) -> Load:
    """How to open a checkpoint folder; importing torch takes seconds, so that happens here, in the background."""

    def load() -> "Pipeline":
        import torch  # noqa: PLC0415 - see above

        from seq2seq_core.pipeline import Pipeline  # noqa: PLC0415 - see above

        torch.set_num_threads(1)
        return Pipeline.load(folder)

    return load


def _decode(pipeline: "Pipeline", request: DecodeRequest) -> Decoded:
    tokens = _count_tokens(pipeline, request.text)
    try:
        start = time.perf_counter()
        greedy = pipeline.trace(request.text, request.greedy(tokens))
        between = time.perf_counter()
        beam = pipeline.trace(request.text, request.beam(tokens))
        end = time.perf_counter()
    except InputError as error:
        raise RequestError(Problem.REFUSED, {"reason": str(error)}) from error
    return Decoded(request, greedy, beam, between - start, end - between)


def _count_tokens(pipeline: "Pipeline", text: str) -> int:
    """How many pieces the model reads: none of a text of invisible characters, many of one in an unknown script."""
    tokens = len(pipeline.checkpoint.source_tokenizer.encode(text).ids)
    if tokens == 0:
        raise RequestError(Problem.EMPTY)
    if tokens > MAXIMUM_SOURCE_TOKENS:
        raise RequestError(Problem.TOO_MANY_TOKENS, {"limit": MAXIMUM_SOURCE_TOKENS, "found": tokens})
    return tokens
