"""The gallery and the card: what is said of a model, and what follows when another one is chosen."""

from dataclasses import replace
from itertools import product
from typing import Any

import gradio as gr
import pytest

from demo.service import ExampleBook, Score, Service, SourceKind, State
from demo.tabs.parts.card import card_data, idea_text
from demo.tabs.parts.gallery import gallery_data, score_text, size_text, task_text
from demo.tabs.translate_models import DRESSED, ModelDesk, next_seed
from demo.wording import Language, words_for
from seq2seq_core.architecture import describe
from seq2seq_core.models import FAMILIES
from seq2seq_core.models.config import DecoderKind, EncoderKind, Output
from tests.demo.service.made import BAHDANAU, FACTS, TablePipeline, load_of, made_entry

ENGLISH, CHINESE = words_for("en").page, words_for("zh").page
MODELS = (
    made_entry("one", suggestions=("Hello.",)),
    made_entry("two", target_language="zh"),
    made_entry("dates", task="generated:dates", target_language=None, suggestions=("4 July 1776",)),
    made_entry("pictures", task="captions", source=SourceKind.PICTURE, source_language=None),
    made_entry("classes", task="", source=SourceKind.LABEL, source_language=None, suggestions=("dog", "cat")),
    made_entry("language", task="language-model", source=SourceKind.NONE, source_language=None),
)
MODEL, GALLERY, SENTENCE, BUTTON, SEED, EXAMPLES = 0, 1, 2, 3, 4, 7  # among the outputs


@pytest.fixture
def desk() -> ModelDesk:
    return ModelDesk(Service(MODELS, load_of(TablePipeline())), ExampleBook())


def event(data: Any) -> gr.EventData:
    return gr.EventData(None, data)


def test_a_line_says_task_architecture_year_size_training_and_score() -> None:
    seen = replace(FACTS, tokens_seen=21_000_739)
    entry = made_entry(parameters=6_213_456, facts=seen, score=Score("BLEU", 46.01, "beam 5", "single reference"))
    data = gallery_data([made_entry("other"), entry], entry, ENGLISH)
    assert data["chosen"] == 1
    assert data["rows"][1] == {
        "name": "lure",
        "task": "English → French",
        "title": "The model lure",
        "architecture": "Attention with the previous state (GRU, additive) · 2015",
        "numbers": "6.2 M parameters · trained on 21.0 M tokens · BLEU 46.0",
    }


def test_every_architecture_that_can_be_trained_has_its_name_and_its_idea() -> None:
    choices = product(FAMILIES, EncoderKind, DecoderKind, Output)
    settings = ({"family": f, "encoder": e, "decoder": d, "output": o} for f, e, d, o in choices)
    found = {architecture.key: architecture for architecture in map(describe, settings)}
    assert len(found) == 10
    for key, architecture in found.items():
        for language in Language:
            page = words_for(language).page
            text = idea_text(made_entry(architecture=architecture), page)
            assert text.startswith(page.architectures.ideas[key])
            assert text.endswith("$$")
            assert page.architectures.names[key]


def test_an_unknown_architecture_keeps_its_own_name() -> None:
    entry = made_entry(architecture=replace(BAHDANAU, key="unknown", name="liquid", year=0))
    assert gallery_data([entry], entry, ENGLISH)["rows"][0]["architecture"] == "liquid"


@pytest.mark.parametrize(
    ("task", "text"),
    [
        ("commands", "Commands → actions"),
        ("generated:dates", "Dates → ISO"),
        ("generated:new", "new"),
        ("", "Other tasks"),
    ],
)
def test_a_task_has_its_words(task: str, text: str) -> None:
    assert task_text(made_entry(task=task), ENGLISH) == text


@pytest.mark.parametrize(
    ("parameters", "text"),
    [(950, "1 k"), (151_234, "151 k"), (999_499, "999 k"), (999_500, "1.0 M"), (9_960_000, "10.0 M")],
)
def test_sizes_are_short(parameters: int, text: str) -> None:
    assert size_text(parameters, ENGLISH) == text


def test_a_score_has_its_unit() -> None:
    assert score_text(Score("exact match %", 83.66, "greedy"), ENGLISH) == "83.7 % exact"
    assert score_text(Score("COMET", 0.84), ENGLISH) == "COMET 0.8"


def test_a_card_tells_what_the_config_tells() -> None:
    facts = replace(
        FACTS,
        attribution="From here, CC0.",
        scores=(
            Score("BLEU", 43.23, "greedy", "single reference"),
            Score("BLEU", 46.01, "beam 5", "single reference"),
            Score("chrF", 61.5, "beam 5", "single reference"),
            Score("loss", 1.25),
        ),
        pairs=162_094,
        tokens_seen=21_000_739,
        epochs=11,
        seconds=3_665,
        command="python -m seq2seq_core.train",
    )
    data = card_data(made_entry(parameters=4_652_656, facts=facts), ENGLISH)
    told = dict(data["facts"])
    assert told["Data and licence"] == "162,094 training pairs · From here, CC0."
    assert told["Parameters"] == "4,652,656"
    assert told["Training"] == "21.0 M target tokens · 11 epochs · 1 h 1 min"  # 3665 s = 1 h 1 min 5 s
    assert told["Source and target units"] == "subwords (BPE), 320 → subwords (BPE), 320"
    assert told["loss"] == "1.25"
    assert "Machine" not in told
    assert data["scores"]["columns"] == ["metric", "greedy", "beam 5"]
    assert data["scores"]["rows"] == [["BLEU, one reference", "43.23", "46.01"], ["chrF, one reference", "", "61.5"]]
    assert data["retrain"]["command"] == "python -m seq2seq_core.train"


def test_a_card_without_a_record_leaves_out_what_it_does_not_know() -> None:
    data = card_data(made_entry(), CHINESE)
    assert data["retrain"] is None
    assert data["scores"]["rows"] == []
    assert all(value for _, value in data["facts"])


def test_the_idea_comes_with_the_equation_in_the_pages_language() -> None:
    english, chinese = idea_text(made_entry(), ENGLISH), idea_text(made_entry(), CHINESE)
    assert "$$\na = b\n$$" in english
    assert "$$\na = b\n$$" in chinese
    assert english != chinese


def test_a_sentence_stays_where_the_next_model_reads_its_like(desk: ModelDesk) -> None:
    shown = desk.choose("one", "en", event({"model": 1}))
    assert shown[MODEL] == "two"
    assert "value" not in shown[SENTENCE]
    assert len(shown) == DRESSED


def test_a_sentence_gives_way_to_what_the_next_model_suggests(desk: ModelDesk) -> None:
    shown = desk.choose("one", "en", event({"model": 2}))
    assert (shown[MODEL], shown[SENTENCE]["value"]) == ("dates", "4 July 1776")
    assert [each["source"] for each in shown[EXAMPLES]["examples"]] == ["4 July 1776"]
    assert shown[SENTENCE]["label"].startswith("Date ")
    assert shown[BUTTON]["value"] == ENGLISH.gallery.decode


def test_a_chosen_model_begins_to_load(desk: ModelDesk) -> None:
    desk.choose("one", "en", event({"model": 1}))
    assert desk.service.wait(60, "two") is State.READY
    assert desk.service.state("dates") is State.ASLEEP


def test_a_language_model_has_a_seed_and_a_button_to_sample_instead(desk: ModelDesk) -> None:
    shown = desk.choose("one", "en", event({"model": 5}))
    assert [each["visible"] for each in shown[SENTENCE : EXAMPLES]] == [False, False, True, True, True]
    back = desk.choose("language", "en", event({"model": 0}))
    assert [each["visible"] for each in back[SENTENCE : EXAMPLES]] == [True, True, False, False, False]
    assert back[SENTENCE]["value"] == "Hello."


@pytest.mark.parametrize(("seed", "following"), [(0, 1), (41, 42), (9_999, 0), (None, 0), (-3, 0), (1.0, 2)])
def test_the_button_takes_the_next_seed(seed: float | None, following: int) -> None:
    assert next_seed(seed) == following


@pytest.mark.parametrize(("place", "shows_text"), [(0, True), (2, True), (3, False), (4, False)])
def test_only_models_of_texts_have_a_text_field(desk: ModelDesk, place: int, shows_text: bool) -> None:
    assert desk.choose("one", "en", event({"model": place}))[SENTENCE]["visible"] is shows_text


def test_pictures_are_chosen_and_drawn_anew(desk: ModelDesk) -> None:
    first = desk.choose("one", "en", event({"model": 3}))
    offered = first[EXAMPLES]
    assert offered["pictures"]
    assert first[SENTENCE]["value"] == offered["examples"][0]["source"]
    again = desk.other_pictures("pictures", "en", event({"another": 1}))
    assert again["seed"] == 1
    assert again["examples"] != offered["examples"]
    for forged in (None, {"another": -1}, {"another": "1"}, {"another": True}):
        assert desk.other_pictures("pictures", "en", event(forged)) == gr.skip()


@pytest.mark.parametrize("data", [None, {}, {"model": 6}, {"model": -1}, {"model": "1"}, {"model": True}])
def test_forged_choices_change_nothing(desk: ModelDesk, data: Any) -> None:
    assert all(output == gr.skip() for output in desk.choose("one", "en", event(data)))


def test_another_language_keeps_the_model_and_the_sentence(desk: ModelDesk) -> None:
    shown = desk.dress_again("zh", "dates")
    assert shown[MODEL] == "dates"
    assert shown[GALLERY]["chosen"] == 2
    assert "value" not in shown[SENTENCE]
    assert shown[SENTENCE]["label"].startswith("日期")


def test_an_empty_gallery_leaves_a_page_that_can_be_shown() -> None:
    desk = ModelDesk(Service([], load_of(TablePipeline())), ExampleBook())
    dress = desk.dress("", "en")
    assert (dress.model, dress.gallery, dress.card) == ("", None, None)
    assert dress.sentence["visible"] is True
