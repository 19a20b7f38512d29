"""The models and their answers: loaded when they are needed, two searches per request, a bounded cache.

The matrices of one decoding step are far too small to share between threads: torch gets one thread, and up to as many
decodes as there are cores run side by side (measured on two busy cores: a second thread made a search 10 to 40 times
slower).
"""

import os
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, cast

from seq2seq_core.errors import InputError, OptionError, quoted
from seq2seq_core.options import SearchOptions
from seq2seq_core.trace import Hypothesis, SelfAttentionTrace, Trace

from .cache import Cache
from .gallery import GalleryEntry, NamedModel
from .own import OwnModels, Visitor, nobody
from .problems import Problem, RequestError
from .requests import LONGEST_OUTPUT, MAXIMUM_SOURCE_TOKENS, DecodeRequest
from .searched import Searched, SearchRequest
from .shelf import BYTES_OF_A_NUMBER, Budget, Shelf, State
from .sources import SourceKind, check_source
from .weight import bytes_of

if TYPE_CHECKING:
    from seq2seq_core.pipeline import HuggingFacePipeline, Pipeline
    from seq2seq_core.printed import PrintedModel

CACHED_REQUESTS: Final = 64
CACHED_SEARCHES: Final = 256
CACHED_MEMORY: Final = 50_000_000  # bytes of either kind
PATIENCE: Final = 120.0  # seconds that a request waits for its model
WARM_UP: Final = "Hello."

Load: TypeAlias = "Callable[[Path], Pipeline]"
Model: TypeAlias = "Pipeline | PrintedModel | HuggingFacePipeline"
Chosen = TypeVar("Chosen", bound=SearchOptions)


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """Both searches of one model over one source, and how long each took by the clock on the wall.

    Of a model without a source `greedy` is a sample.
    """

    request: DecodeRequest
    entry: GalleryEntry
    greedy: Trace
    beam: Trace
    greedy_seconds: float
    beam_seconds: float
    from_cache: bool = False  # then the seconds are those of the first time

    @property
    def is_sampled(self) -> bool:
        """Whether a sample stands beside the beam."""
        return self.entry.source is SourceKind.NONE


class Service:
    """The models of a gallery for all visitors, and those that only one visitor has; safe to call from many threads.

        service = Service(read_gallery(folders))
        service.start()                                   # returns at once; the first model begins to load
        request = service.request("How are you?", model="tatoeba-en-fr", beam_size=8)
        service.decode(request)                           # waits for the model if it must
    """

    def __init__(
        self,
        gallery: Sequence[GalleryEntry],
        load: "Load | None" = None,
        budget: Budget | None = None,
        visitor: Visitor = nobody,
    ) -> None:
        """
        Args:
            visitor: who asks, in the thread that asks; models that were adopted for somebody are there for them alone.
        """
        self._shared = tuple(gallery)
        self._own = OwnModels(visitor)
        self._entries = {entry.name: entry for entry in self._shared}
        self._open = load or open_folder
        sizes = {entry.name: _size(entry) for entry in self._shared}
        self._shelf = Shelf(sizes, self._load, budget, self._files)
        # Beside the request stands the identity of the model: under its name there may be another one by now.
        self._answers: Cache[tuple[Hashable, DecodeRequest], Decoded] = Cache(
            CACHED_REQUESTS, lambda decoded: bytes_of(decoded.greedy) + bytes_of(decoded.beam), CACHED_MEMORY
        )
        self._searches: Cache[tuple[Hashable, SearchRequest], Searched] = Cache(
            CACHED_SEARCHES, lambda searched: bytes_of(searched.trace), CACHED_MEMORY
        )
        self._decoding = threading.BoundedSemaphore(max(1, os.cpu_count() or 1))

    @property
    def gallery(self) -> tuple[GalleryEntry, ...]:
        """The models that whoever asks may use: everybody's, and behind them their own."""
        return (*self._shared, *self._own.models)

    def adopt(self, visitor: str, entry: GalleryEntry) -> None:
        """One more model, for one visitor alone; its name must be new."""
        self._shelf.add(entry.name, _size(entry))
        self._own.add(visitor, entry)

    def disown(self, name: str) -> None:
        """A visitor's model is gone; nothing happens where there is none of that name."""
        if self._own.remove(name):
            self._shelf.remove(name)

    def entry(self, name: object = "") -> GalleryEntry:
        """The model of that name; without a name, the first one.

        Raises:
            RequestError: there is none.
        """
        gallery = self.gallery
        if not gallery:
            raise RequestError(Problem.FAILED)
        if name == "" or name is None:
            return gallery[0]
        found = next((entry for entry in gallery if entry.name == name), None)
        if found is None:
            known = ", ".join(entry.name for entry in gallery)
            raise RequestError(Problem.MODEL, {"found": quoted(name), "models": known})
        return found

    def request(self, text: object, *, model: object = "", **settings: Any) -> DecodeRequest:
        """What is asked of a model, judged as what that model reads; settings as in `DecodeRequest`.

        Raises:
            RequestError: there is no such model, or a value is of the wrong kind or out of its range.
        """
        entry = self.entry(model)
        unset = {"beam_size": 5, "alpha": 0.7, "max_length": 0, "min_length": 0, "stop_rule": "k_finished"}
        return DecodeRequest.of(text, model=entry.name, source=entry.source, **(unset | settings))

    def start(self) -> None:
        """Begin to load the first model, in the background."""
        self.want()

    def want(self, name: object = "") -> None:
        """Begin to load a model, in the background; nothing happens where there is none."""
        with suppress(RequestError):
            self._shelf.want(self.entry(name).name)

    def state(self, name: object = "") -> State:
        """Where a model is; one that does not exist has failed."""
        try:
            return self._shelf.state(self.entry(name).name)
        except RequestError:
            return State.FAILED

    def wait(self, seconds: float, name: object = "") -> State:
        """Wait until a model is loaded or has failed, at most so long."""
        try:
            return self._shelf.wait(self.entry(name).name, seconds)
        except RequestError:
            return State.FAILED

    def decode(self, request: DecodeRequest, patience: float = PATIENCE) -> Decoded:
        """Both searches, from the cache if the same was asked before; loads the model if it must.

        Raises:
            RequestError: there is no such model, it is not loaded within `patience` seconds, it cannot be loaded, or
                the source is nothing for it.
        """
        entry = self.entry(request.model)
        request = replace(request, model=entry.name, source=entry.source)
        if (known := self._answers.known((self._shelf.identity(entry.name), request))) is not None:
            return replace(known, from_cache=True)
        with self._shelf.lend(entry.name, patience) as lent:

            def work_out() -> Decoded:
                with self._decoding:
                    return _decode(lent.model, entry, request)

            answer, is_known = self._answers.answer((lent.identity, request), work_out)
        return replace(answer, from_cache=True) if is_known else answer

    def search(self, request: SearchRequest, patience: float = PATIENCE) -> Searched:
        """One search, from the cache if the same was asked before; loads the model if it must.

        Raises:
            RequestError: as `decode`; also where the model cannot be searched in this way.
        """
        entry = self.entry(request.model)
        request = replace(request, model=entry.name)
        check_source(request.text, entry.source)
        if (known := self._searches.known((self._shelf.identity(entry.name), request))) is not None:
            return replace(known, from_cache=True)
        with self._shelf.lend(entry.name, patience) as lent:

            def work_out() -> Searched:
                with self._decoding:
                    return _search(lent.model, entry, request)

            answer, is_known = self._searches.answer((lent.identity, request), work_out)
        return replace(answer, from_cache=True) if is_known else answer

    def batch(
        self, texts: Sequence[str], options: SearchOptions, model: object, patience: float = PATIENCE
    ) -> list[Hypothesis]:
        """The best output of each text, in one batch and without traces; not cached.

        Raises:
            RequestError: as `search`; also where a text has no output.
        """
        entry = self.entry(model)
        for text in texts:
            check_source(text, entry.source)
        if entry.source is not SourceKind.TEXT:
            raise RequestError(Problem.REFUSED, {"reason": "a file of sentences needs a model that reads text"})
        with self._shelf.lend(entry.name, patience) as lent, self._decoding:
            return _batch(lent.model, entry, texts, options)

    def self_attention(
        self, request: DecodeRequest, tokens: Sequence[int], patience: float = PATIENCE
    ) -> SelfAttentionTrace:
        """Who looks at whom within the request's source and within an output, its tokens given without the end token.

        Raises:
            RequestError: as `decode`; also where the model has no self-attention.
        """
        entry = self.entry(request.model)
        if entry.source is SourceKind.TABLE:
            raise RequestError(Problem.REFUSED, {"reason": "a printed table has no self-attention"})
        if entry.named:
            raise RequestError(Problem.REFUSED, {"reason": "the self-attention of this model is not shown"})
        with self._shelf.lend(entry.name, patience) as lent, self._decoding:
            try:
                return cast("Pipeline", lent.model).self_attention(request.text, tokens)
            except InputError as error:
                raise RequestError(Problem.REFUSED, {"reason": str(error)}) from error

    def _files(self, name: str) -> Hashable:
        """Of a model's folder: names, sizes, times and places on the disk."""
        folder = (self._entries.get(name) or self._own.named(name)).folder
        with suppress(OSError):
            found = [(path.name, path.stat()) for path in sorted(folder.iterdir())]
            return tuple((file, stat.st_size, stat.st_mtime_ns, stat.st_ino) for file, stat in found)
        return None

    def _load(self, name: str) -> "Model":
        entry = self._entries.get(name) or self._own.named(name)
        if entry.source is SourceKind.TABLE:
            return _printed_model()
        pipeline = open_named(entry.named) if entry.named else self._open(entry.folder)
        if entry.source in (SourceKind.TEXT, SourceKind.LABEL):
            with suppress(RequestError):  # a model that will not say hello may still do its own task
                warm_up = DecodeRequest(text=next(iter(entry.suggestions), WARM_UP), source=entry.source)
                _decode(pipeline, entry, warm_up)
        return pipeline


def open_folder(folder: Path) -> "Pipeline":
    """Opens a checkpoint folder; importing torch takes seconds, so that happens here, in the background."""
    import torch  # noqa: PLC0415 - see above

    from seq2seq_core.pipeline import Pipeline  # noqa: PLC0415 - see above

    torch.set_num_threads(1)
    return Pipeline.load(folder)


def open_named(model: NamedModel) -> "HuggingFacePipeline":
    """Opens a Hugging Face model; its library takes seconds to import, and is asked for nothing before."""
    import torch  # noqa: PLC0415 - see `open_folder`

    from seq2seq_core.pipeline import HuggingFacePipeline  # noqa: PLC0415 - see `open_folder`

    torch.set_num_threads(1)
    return HuggingFacePipeline.load(
        model.place, source_language=model.source_language, target_language=model.target_language
    )


def _size(entry: GalleryEntry) -> int:
    """Bytes of an open model."""
    return entry.parameters * BYTES_OF_A_NUMBER if entry.memory is None else entry.memory


def _printed_model() -> "PrintedModel":
    from seq2seq_core.printed import PrintedModel  # noqa: PLC0415 - see `open_folder`

    return PrintedModel()


def _search(pipeline: "Model", entry: GalleryEntry, request: SearchRequest) -> Searched:
    try:
        if entry.source in (SourceKind.TEXT, SourceKind.LABEL):
            _check_tokens(pipeline, entry, request.text)
        start = time.perf_counter()
        trace = pipeline.trace(request.text, _bounded(pipeline, request.text, request.options))
        return Searched(request, entry, trace, time.perf_counter() - start)
    except (InputError, OptionError) as error:
        raise RequestError(Problem.REFUSED, {"reason": str(error)}) from error


def _decode(pipeline: "Model", entry: GalleryEntry, request: DecodeRequest) -> Decoded:
    try:
        if entry.source in (SourceKind.TEXT, SourceKind.LABEL):
            _check_tokens(pipeline, entry, request.text)
        start = time.perf_counter()
        greedy = pipeline.trace(request.text, _bounded(pipeline, request.text, request.greedy))
        between = time.perf_counter()
        beam = pipeline.trace(request.text, _bounded(pipeline, request.text, request.beam))
        end = time.perf_counter()
    except InputError as error:
        raise RequestError(Problem.REFUSED, {"reason": str(error)}) from error
    except OptionError as error:
        if not request.what_if.pins:
            raise
        raise RequestError(Problem.PINS, {"reason": str(error)}) from error
    return Decoded(request, entry, greedy, beam, between - start, end - between)


def _batch(
    pipeline: "Model", entry: GalleryEntry, texts: Sequence[str], options: SearchOptions
) -> list[Hypothesis]:
    try:
        for text in texts:
            _check_tokens(pipeline, entry, text)
        return [found[0] for found in cast("Pipeline", pipeline).hypotheses(texts, options)]
    except (InputError, OptionError, IndexError) as error:
        raise RequestError(Problem.REFUSED, {"reason": str(error) or "it has no output"}) from error


def _bounded(pipeline: "Model", text: str, options: Chosen) -> Chosen:
    """The options with a maximum length that the page allows."""
    return replace(options, max_length=min(LONGEST_OUTPUT, pipeline.resolve_max_length(text, options)))


def _check_tokens(pipeline: "Model", entry: GalleryEntry, text: str) -> None:
    """A text of invisible characters has no pieces, one in an unknown script many."""
    if entry.named:
        tokens = 0 if pipeline.is_blank(text) else len(pipeline.encode(text).ids)
    else:
        tokens = len(cast("Pipeline", pipeline).checkpoint.source_tokenizer.encode(text).ids)
    if tokens == 0:
        raise RequestError(Problem.EMPTY)
    if tokens > MAXIMUM_SOURCE_TOKENS:
        raise RequestError(Problem.TOO_MANY_TOKENS, {"limit": MAXIMUM_SOURCE_TOKENS, "found": tokens})
