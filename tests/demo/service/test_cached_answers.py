"""A cached answer is the one that would be worked out now: right model, right settings, right source, nothing older.

Whatever is asked in whatever order, while models are trained and thrown away under one name and folders are replaced
on the disk, the service with its small cache says what one without any would say.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo.service import Ban, Budget, Decoded, DecodeRequest, Force, PinAttention, Service, SourceKind, WhatIf
from demo.service import model as service_module
from demo.service.gallery import GalleryEntry
from demo.service.model import Load
from demo.service.searched import Searched, SearchRequest
from seq2seq_core.options import (
    BeamOptions,
    Constraints,
    DiverseOptions,
    ExactOptions,
    GreedyOptions,
    Pin,
    SamplingOptions,
    SearchOptions,
    StopRule,
)
from seq2seq_core.trace import Trace, same
from tests.demo.service.made import TablePipeline, lure_traces, made_entry

SHARED: Final = ("one", "two", "draws")
OWN: Final = "own"
NAMES: Final = (*SHARED, OWN)
SOURCES: Final = {"draws": SourceKind.NONE}
BASE: Final = lure_traces()[1]
VISITOR: Final = "somebody"

FORCE, BAN = Force((3,), ("a",)), Ban((3, 4), ("a", "b"))
PIN = PinAttention(1, 0, "x")
# Of every field two values or more; `model` and `source` follow from the model that is asked.
VALUES: Final[dict[str, tuple[Any, ...]]] = {
    "text": ("x y", "x  y", "X y", "x"),
    "beam_size": (5, 3),
    "alpha": (0.7, 0, 1.0),
    "max_length": (None, 6, 7),
    "min_length": (0, 2),
    "stop_rule": (StopRule.K_FINISHED, StopRule.NOTHING_LIVE_CAN_WIN),
    "seed": (0, 1),
    "temperature": (1.0, 0.5),
    "what_if": (
        WhatIf(),
        WhatIf((FORCE,)),
        WhatIf((BAN,)),
        WhatIf((PIN,)),
        WhatIf((BAN, FORCE)),
        WhatIf((FORCE, BAN)),
        WhatIf((PinAttention(1, 1, "y"),)),
    ),
}
SEARCHES: Final[tuple[SearchOptions, ...]] = (
    GreedyOptions(),
    GreedyOptions(alpha=0),
    GreedyOptions(constraints=Constraints(forced_prefix=(3,))),
    GreedyOptions(constraints=Constraints(banned=(3,))),
    GreedyOptions(pins=(Pin(step=1, position=0),)),
    BeamOptions(),
    BeamOptions(beam_size=3),
    BeamOptions(refill=False),
    BeamOptions(force_end=True),
    DiverseOptions(),
    DiverseOptions(strength=1.0),
    SamplingOptions(),
    SamplingOptions(seed=1),
    SamplingOptions(top_k=2),
    ExactOptions(),
    ExactOptions(max_nodes=10),
)


class Echo(TablePipeline):
    """A model whose answer tells which model it is, and all that it was asked."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.content = content

    def trace(self, text: str, options: SearchOptions) -> Trace:
        self.decoded.append(text)
        return replace(BASE, source=text, formula=f"{self.content}: {options!r}")


@dataclass(frozen=True)
class Ask:
    """A decode of one model; the fields beside their first values."""

    model: str
    changed: tuple[tuple[str, Any], ...] = ()

    def request(self, service: Service) -> DecodeRequest:
        values = {name: known[0] for name, known in VALUES.items()} | dict(self.changed)
        source = service.entry(self.model).source
        text = "" if source is SourceKind.NONE else values.pop("text")
        return DecodeRequest(**(values | {"text": text}), model=self.model, source=source)


@dataclass(frozen=True)
class Search:
    """A search of one model."""

    model: str
    text: str
    options: SearchOptions


@dataclass(frozen=True)
class Replace:
    """A model's folder has another content: of the own one, also the model itself is another."""

    model: str
    content: str
    in_place: bool = True


@st.composite
def asks(draw: st.DrawFn) -> Ask:
    names = draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=2, unique=True))
    changed = tuple((name, draw(st.sampled_from(VALUES[name]))) for name in names)
    return Ask(draw(st.sampled_from(NAMES)), changed)


SEARCHED: Final = st.builds(
    Search, st.sampled_from(NAMES), st.sampled_from(VALUES["text"]), st.sampled_from(SEARCHES)
).map(lambda search: replace(search, text="") if search.model in SOURCES else search)
REPLACED: Final = st.builds(Replace, st.sampled_from(NAMES), st.sampled_from("ABC"), st.booleans())
ACTS: Final = st.lists(st.one_of(asks(), asks(), asks(), SEARCHED, REPLACED), min_size=2, max_size=25)


class World:
    """A service over folders on the disk, and what one without a cache would say."""

    def __init__(self, folder: Path, models: int) -> None:
        self.folder, self.made = folder, 0
        self.loaded: dict[Path, Echo] = {}  # what the service has in memory, or had
        self.version: dict[str, int] = {}
        for name in SHARED:
            self.write(name, "A")
        entries = [self.entry(name) for name in SHARED]
        self.service = Service(entries, cast(Load, self.load), Budget(models=models), lambda: VISITOR)
        self.adopt("A")

    def entry(self, name: str) -> GalleryEntry:
        return made_entry(name, folder=self.folder / name, source=SOURCES.get(name, SourceKind.TEXT))

    def write(self, name: str, content: str, *, in_place: bool = False) -> None:
        self.made += 1
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        new = folder / "new"
        new.write_text(f"{content}{self.made:06}", encoding="utf-8")  # as many bytes as any other
        if in_place:
            (folder / "weights").write_bytes(new.read_bytes())
            new.unlink()
        else:
            new.replace(folder / "weights")

    def load(self, folder: Path) -> Echo:
        self.loaded[folder] = Echo((folder / "weights").read_text(encoding="utf-8"))
        return self.loaded[folder]

    def adopt(self, content: str) -> None:
        self.write(OWN, content)
        self.service.adopt(VISITOR, self.entry(OWN))

    def replace(self, act: Replace) -> None:
        if act.model == OWN:
            self.service.disown(OWN)
            self.adopt(act.content)
        else:
            self.write(act.model, act.content, in_place=act.in_place)

    def content(self, name: str) -> str:
        """Of the model that answers now: the one in memory, or else the one on the disk."""
        folder = self.folder / name
        if self.service.state(name).name == "READY":
            return self.loaded[folder].content
        return (folder / "weights").read_text(encoding="utf-8")

    def without_cache(self, name: str) -> Service:
        """A service that has never been asked anything, over the same model."""
        content = self.content(name)
        return Service([self.entry(name)], cast(Load, lambda folder: Echo(content)))


@contextmanager
def world(models: int = 2, size: int = 64, memory: int = 10_000_000) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(service_module, "CACHED_REQUESTS", size)
        patch.setattr(service_module, "CACHED_SEARCHES", size)
        patch.setattr(service_module, "CACHED_MEMORY", memory)
        yield World(Path(folder), models)


def expect_alike(one: Decoded | Searched, other: Decoded | Searched) -> None:
    """Traces, request and model are the same; how long it took may differ."""
    assert (one.request, one.entry) == (other.request, other.entry)
    for name in ("greedy", "beam", "trace"):
        assert same(getattr(one, name, None), getattr(other, name, None))


def play(world: World, acts: Sequence[object]) -> Iterator[tuple[object, bool]]:
    """What was asked, of which model, and whether the answer was remembered; each is held against a service without."""
    for act in acts:
        if isinstance(act, Replace):
            world.replace(act)
            continue
        assert isinstance(act, Ask | Search)
        fresh, content = world.without_cache(act.model), world.content(act.model)
        answer: Decoded | Searched
        if isinstance(act, Ask):
            request = act.request(world.service)
            answer = world.service.decode(request)
            expect_alike(answer, fresh.decode(request))
            yield (content, request), answer.from_cache
        else:
            asked = SearchRequest(act.text, act.options, act.model)
            answer = world.service.search(asked)
            expect_alike(answer, fresh.search(asked))
            yield (content, asked), answer.from_cache


QUICK: Final = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(acts=ACTS)
def test_an_answer_is_the_one_without_a_cache_and_is_worked_out_once(acts: list[object]) -> None:
    with world() as here:
        asked = []
        for question, is_remembered in play(here, acts):
            assert is_remembered == (question in asked)
            asked.append(question)


@QUICK
@given(acts=ACTS, size=st.integers(1, 4), memory=st.sampled_from((0, 40_000, 10_000_000)))
def test_a_small_cache_stays_small_and_right(acts: list[object], size: int, memory: int) -> None:
    with world(size=size, memory=memory) as here:
        asked = []
        for question, is_remembered in play(here, acts):
            assert question in asked or not is_remembered
            asked.append(question)
            for cache in (here.service._answers, here.service._searches):
                assert len(cache) <= size
                assert cache.bytes <= memory


@pytest.mark.parametrize("field", [each.name for each in fields(DecodeRequest) if each.name not in ("model", "source")])
def test_every_setting_tells_two_requests_apart(field: str) -> None:
    with world(models=4) as here:
        name = "draws" if field in ("seed", "temperature") else "one"
        for value in VALUES[field]:
            assert not here.service.decode(Ask(name, ((field, value),)).request(here.service)).from_cache


def test_every_way_to_search_is_another_search() -> None:
    with world(models=4) as here:
        for options in SEARCHES:
            for text in VALUES["text"]:
                assert not here.service.search(SearchRequest(text, options, "one")).from_cache


def test_an_own_model_of_a_name_that_another_had_says_nothing_of_the_other() -> None:
    with world(models=4) as here:
        request = Ask(OWN).request(here.service)
        before = here.service.decode(request).beam.formula
        here.replace(Replace(OWN, "B"))
        after = here.service.decode(request)
        assert (before[0], after.beam.formula[0], after.from_cache) == ("A", "B", False)


@pytest.mark.parametrize("in_place", [True, False])
def test_a_folder_that_was_replaced_while_its_model_slept_answers_anew(*, in_place: bool) -> None:
    with world(models=1) as here:
        request = Ask("one").request(here.service)
        here.service.decode(request)
        here.service.decode(Ask("two").request(here.service))
        assert here.service.decode(request).from_cache  # nothing has changed: the model may sleep on
        here.replace(Replace("one", "B", in_place))
        answer = here.service.decode(request)
        assert (answer.beam.formula[0], answer.from_cache) == ("B", False)
