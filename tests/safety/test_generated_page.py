"""What the page and its endpoints are sent, generated: settings, events of a browser that lies, changed files.

A handler gives its outputs or a message; an endpoint gives a trace or an error with a sentence.
"""

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.build import ASSETS, TABLES
from demo.service import (
    ExampleBook,
    Service,
    checkpoint_folders,
    printed_entry,
    read_decoder_examples,
    read_examples,
    read_gallery,
    read_tables,
)
from demo.service.sources import SourceKind
from demo.service.trace_file import open_trace
from demo.service.trial import Trial, tried
from demo.service.ways import Settings
from demo.tabs import compare_search, trace_file, translate_attention, translate_desk
from demo.tabs.compare_desk import CompareDesk
from demo.tabs.compare_lineup import LineupDesk
from demo.tabs.decoders_desk import DecodersDesk
from demo.tabs.decoders_steps import choose_search
from demo.tabs.decoders_sweep import SweepDesk
from demo.tabs.parts.selection import Selection, winner
from demo.tabs.parts.trace_file import FileSelection, best_of
from demo.tabs.translate_models import ModelDesk
from demo.tabs.translate_what_if import WhatIfDesk
from seq2seq_core.trace import from_json, to_json
from tests.demo.service.made import ready_service
from tests.support.hostile import generated, numbers, texts, values
from tests.support.tiny_models import write_models

KEYS = (
    "customdata",
    "choice",
    "card",
    "hypothesis",
    "output",
    "example",
    "seed",
    "model",
    "models",
    "another",
    "group",
    "again",
    "back",
    "node",
    "token",
    "act",
    "force",
    "ban",
    "pin",
    "position",
    "text",
    "size",
    "change",
)
PLACES = ([1, 0], [2, 1], ["1", "0"], [1], [1, 0, 0], [[1, 0]], [99, 99], [1, 10**30], [True, False], [1.0, 0.0])
WORDS = ("force", "ban", "pin", "undo", "own")


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that handlers are asked with, and whom they ask."""

    models: Service  # small ones of every kind
    book: ExampleBook
    lure: Service
    selected: Selection
    trial: Trial
    opened: FileSelection

    @property
    def names(self) -> list[str]:
        return [*(entry.name for entry in self.models.gallery), "lure"]

    @property
    def desk(self) -> translate_desk.Desk:
        return translate_desk.Desk(self.lure, self.book)

    @property
    def decoders(self) -> DecodersDesk:
        return DecodersDesk(self.lure, self.book)

    @property
    def lineup(self) -> LineupDesk:
        return LineupDesk(self.models, self.book)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    folder = write_models(tmp_path_factory.mktemp("models"))
    models = Service((*read_gallery(checkpoint_folders(folder)), printed_entry(TABLES)))
    examples = read_examples(ASSETS / "examples.json"), read_tables(TABLES)
    book = ExampleBook(*examples, read_decoder_examples(ASSETS / "decoder_examples.json"))
    lure = ready_service()
    selected = winner(lure.decode(lure.request("x y z")))
    *_, trial = tried(lure, "x y", ["greedy", "beam"], "", Settings())
    assert isinstance(trial, Trial)
    return Page(models, book, lure, selected, trial, best_of(open_trace(to_json(selected.decoded.beam))))


def or_nonsense(*good: Any) -> st.SearchStrategy[Any]:
    return st.one_of(st.sampled_from(good), values())


def drained(found: Any) -> Any:
    """What a handler gives; of one that gives several, the last."""
    return list(found)[-1] if isinstance(found, Iterator) else found


SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "beam_size": or_nonsense(1, 3, 5.0),
        "alpha": or_nonsense(0.5, 1),
        "max_length": or_nonsense(0, 4),
        "min_length": or_nonsense(0, 2),
        "stop_rule": or_nonsense("k_finished"),
        "algorithm": or_nonsense("beam", "greedy", "sampling"),
        "model": or_nonsense("tiny-chinese", "tiny-pictures", "tiny-dates", "tiny-language", "table"),
        "seed": or_nonsense(0, 1),
        "temperature": or_nonsense(1.0),
    },
)


@given(text=st.one_of(texts(), values()), settings=SETTINGS)
@generated(150)
def test_the_decode_endpoint_gives_a_trace_or_a_sentence(page: Page, text: Any, settings: dict[str, Any]) -> None:
    try:
        document = translate_desk.endpoint(page.models)(text, **settings)
    except gr.Error as error:
        assert error.message
        return
    from_json(json.dumps(document))


@given(text=values(), names=or_nonsense(["tiny-chinese"], ["tiny-chinese", "tiny-dates"]), beam_size=or_nonsense(2))
@generated(50)
def test_the_compare_endpoint_gives_traces_or_a_sentence(page: Page, text: Any, names: Any, beam_size: Any) -> None:
    try:
        compare_search.endpoint(page.models)(text, names, beam_size=beam_size)
    except gr.Error as error:
        assert error.message


def events() -> st.SearchStrategy[Any]:
    """What a view reports, and what it would never report."""
    value = st.one_of(st.integers(-1, 4), numbers(), st.sampled_from([*PLACES, *WORDS]), values())
    return st.one_of(values(), st.dictionaries(st.sampled_from(KEYS), value, max_size=4))


def handlers(page: Page, event: gr.EventData, language: Any, model: Any, text: str) -> Sequence[Callable[[], Any]]:
    """Every handler that takes an event, ready to be called."""
    desk, decoders, lineup = page.desk, page.decoders, page.lineup
    models, changes = ModelDesk(page.models, page.book), WhatIfDesk(desk)
    of_selection = (
        desk.choose_node,
        desk.choose_hypothesis,
        desk.choose_card,
        desk.search_again,
        changes.change,
        changes.take_back,
        translate_attention.look_closer,
        translate_attention.choose_little,
        translate_attention.choose_head,
    )
    return (
        *(lambda act=act: act(page.selected, language, event) for act in of_selection),
        *(lambda at=at: at.take_example(text, model, event) for at in (desk, decoders, lineup)),
        lambda: desk.show_again(page.selected, language),
        lambda: models.choose(model, language, event),
        lambda: models.other_pictures(model, language, event),
        lambda: models.dress_again(language, model),
        lambda: decoders.choose_ways(model, event),
        lambda: decoders.lineup(language, model, event._data),
        lambda: choose_search(page.trial, language, event),
        lambda: lineup.choose_models(model, event),
        lambda: lineup.choose_group(language, event),
        lambda: lineup.dress_again(language, model),
        lambda: trace_file.open_file(language, event),
        lambda: trace_file.choose_node(page.opened, language, event),
        lambda: trace_file.choose_output(page.opened, language, event),
    )


@given(data=events(), language=or_nonsense("en", "zh"), model=or_nonsense("tiny-dates", "lure"), text=texts())
@generated(100)
def test_forged_events_get_an_answer_or_change_nothing(
    page: Page, data: Any, language: Any, model: Any, text: str
) -> None:
    for handler in handlers(page, gr.EventData(None, data), language, model, text):
        drained(handler())


@given(
    text=or_nonsense("x y"),
    ways=or_nonsense("greedy\nbeam", "beam"),
    model=or_nonsense("lure", ""),
    settings=st.tuples(or_nonsense(3), or_nonsense(0.7), or_nonsense("power"), or_nonsense(1.0)),
    more=st.tuples(or_nonsense(1.0), or_nonsense(0), or_nonsense("en")),
)
@generated(40)
def test_controls_that_lie_get_a_message(
    page: Page, text: Any, ways: Any, model: Any, settings: tuple[Any, ...], more: tuple[Any, ...]
) -> None:
    beam_size, alpha, rule, temperature = settings
    top_p, seed, language = more
    asked = (text, ways, model, beam_size, alpha, rule, temperature, top_p, seed, language)
    drained(page.decoders.ask(*asked))
    drained(SweepDesk(page.decoders).sweep(*asked))
    drained(page.desk.translate(text, model, beam_size, alpha, seed, seed, rule, seed, temperature, language))
    drained(CompareDesk(page.models, page.lineup).ask(text, model, ways, beam_size, alpha, language))


@given(data=st.data(), language=st.sampled_from(["en", "zh"]))
@generated(150)
def test_a_trace_that_was_changed_is_shown_whole_or_refused(page: Page, data: st.DataObject, language: str) -> None:
    text = data.draw(changed(to_json(page.selected.decoded.beam)))
    shown = trace_file.open_file(language, gr.EventData(None, {"text": text}))
    assert len(shown) == trace_file.EVERYTHING
    chosen = shown[3]
    if not isinstance(chosen, FileSelection):
        assert shown[0]["text"]
        return
    for step, candidates in enumerate(chosen.trace.steps, start=1):
        for index in range(min(3, len(candidates.fate_N))):
            event = gr.EventData(None, {"customdata": [step, index]})
            assert trace_file.choose_node(chosen, language, event)[0].node == (step, index)


@st.composite
def changed(draw: Callable[..., Any], document: str) -> str:
    """A JSON text with one or two of its values replaced, taken away or doubled."""
    whole = json.loads(document)
    for _ in range(draw(st.integers(1, 2))):
        *way, last = draw(st.sampled_from([path for path in _paths(whole) if path]))
        place = whole
        for name in way:
            place = place[name]
        act = draw(st.sampled_from(["replace", "replace", "take away", "double"]))
        if act == "take away":
            del place[last]
        elif act == "double" and isinstance(place, list):
            place.append(copy.deepcopy(place[last]))
        else:
            place[last] = draw(st.one_of(texts(), numbers(), st.sampled_from([None, [], {}, [[1]], {"a": None}])))
    return json.dumps(whole)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield from _paths(part, (*path, name))


@given(content=st.one_of(st.binary(max_size=200), texts().map(lambda text: text.encode("utf-8", "surrogatepass"))))
@generated(40)
def test_an_uploaded_file_is_measured_or_refused_and_deleted(page: Page, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_bytes(content)
    reader = next(entry.name for entry in page.models.gallery if entry.source is SourceKind.TEXT)
    desk = SweepDesk(DecodersDesk(page.models, page.book))
    message, *_ = drained(desk.sweep_file(str(path), reader, 2, 0.7, "power", "en"))
    assert message["text"]
    assert not path.exists()
