"""The models there are, by their folders: what is read, what is guessed, what is left out."""

import json
import os
import struct
from pathlib import Path
from typing import Any, Final

import pytest

from demo.service import Score, SourceKind, Units, checkpoint_folders, read_gallery
from demo.service.facts import headline
from demo.service.gallery import count_numbers
from demo.wording.gallery import CARD_CHINESE, CARD_ENGLISH
from seq2seq_core.perplexity import FORCED_NAME, FREE_NAME, LEFT_OUT_NAME
from tests.demo.service.made import made_entry
from tests.support.project import ROOT

SHIPPED: Final = ROOT / "assets" / "checkpoints" / "tatoeba-en-fr"
MODEL: Final[dict[str, Any]] = {"family": "recurrent", "source_vocabulary": 50, "target_vocabulary": 60}


def write_folder(folder: Path, *, source_kind: str = "word", **changes: Any) -> Path:
    """A checkpoint folder with an index of 2 x 3 + 4 numbers, and no weights behind it."""
    config = {
        "model": MODEL,
        "tokenizers": {"source": {"kind": source_kind}, "target": {"kind": "char"}},
        "weights": {"file": "model.safetensors"},
        "training": {},
        "metrics": {},
        "card": {},
    } | changes
    index = json.dumps({"a": {"shape": [2, 3]}, "b": {"shape": [4]}, "__metadata__": {"x": "y"}}).encode()
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(index)) + index)
    return folder


def test_the_shipped_model_is_described() -> None:
    (entry,) = read_gallery([SHIPPED])
    assert (entry.name, entry.task, entry.source) == ("tatoeba-en-fr", "translation", SourceKind.TEXT)
    assert (entry.source_language, entry.target_language) == ("en", "fr")
    assert f"{entry.parameters:,} parameters" in (SHIPPED / "README.md").read_text(encoding="utf-8")
    config = json.loads((SHIPPED / "config.json").read_text(encoding="utf-8"))
    value = config["metrics"]["BLEU, beam 5, single reference"]
    assert entry.score == Score("BLEU", value, "beam 5", "single reference")
    assert entry.facts.command == config["training"]["command"]
    assert entry.facts.attribution == config["card"]["attribution"]
    assert entry.facts.source_units == Units("bpe", 4000)


def test_a_card_says_what_its_model_does(tmp_path: Path) -> None:
    card = {
        "title": "Commands",
        "task": "commands",
        "source_language": "en",
        "target_language": None,
        "suggestions": ["walk", 7, " ", "x" * 401, "run twice"],
    }
    (entry,) = read_gallery([write_folder(tmp_path / "scan", card=card)])
    assert (entry.title, entry.task, entry.suggestions) == ("Commands", "commands", ("walk", "run twice"))
    assert (entry.source_language, entry.target_language) == ("en", None)
    assert entry.parameters == 2 * 3 + 4


def test_a_silent_card_leaves_the_name_of_the_folder_or_of_the_data(tmp_path: Path) -> None:
    trained = {"options": {"train": "data/multi30k-de-en/train.tsv"}}
    by_folder, by_data, neither = (
        write_folder(tmp_path / "anki-en-zh"),
        write_folder(tmp_path / "mine", training=trained),
        write_folder(tmp_path / "open-french"),
    )
    found = {entry.name: entry for entry in read_gallery([by_folder, by_data, neither])}
    languages = {name: (entry.source_language, entry.target_language) for name, entry in found.items()}
    assert languages == {"anki-en-zh": ("en", "zh"), "mine": ("de", "en"), "open-french": (None, None)}
    assert [found[name].task for name in ("anki-en-zh", "mine", "open-french")] == ["translation", "translation", ""]
    assert found["mine"].title == "mine"


@pytest.mark.parametrize(
    ("settings", "kind", "task"),
    [
        ({"source_kind": "picture"}, SourceKind.PICTURE, "captions"),
        ({"source_kind": "none"}, SourceKind.NONE, "language-model"),
        ({"model": {**MODEL, "encoder": "label"}}, SourceKind.LABEL, ""),
        ({"source_kind": "char"}, SourceKind.TEXT, ""),
    ],
)
def test_what_a_model_reads_decides_its_input(
    tmp_path: Path, settings: dict[str, Any], kind: SourceKind, task: str
) -> None:
    (entry,) = read_gallery([write_folder(tmp_path / "it", **settings)])
    assert (entry.source, entry.task) == (kind, task)


def damaged(folder: Path, content: str) -> Path:
    (write_folder(folder) / "config.json").write_text(content, encoding="utf-8")
    return folder


def test_broken_folders_are_left_out_with_a_line_each(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folders = [
        tmp_path / "absent",
        damaged(tmp_path / "empty", ""),
        damaged(tmp_path / "list", "[]"),
        damaged(tmp_path / "bare", "{}"),
        damaged(tmp_path / "nan", '{"metrics": {"BLEU": NaN}}'),
        write_folder(tmp_path / "foreign", tokenizers={"source": "x", "target": "y"}),
        write_folder(tmp_path / "whole"),
    ]
    short = write_folder(tmp_path / "short")
    (short / "model.safetensors").write_bytes(b"\x00")
    huge = write_folder(tmp_path / "huge")
    (huge / "model.safetensors").write_bytes(struct.pack("<Q", 1 << 60))
    assert [entry.name for entry in read_gallery([*folders, short, huge])] == ["whole"]
    assert len(caplog.records) == 8
    assert "absent is left out of the gallery" in caplog.text


@pytest.mark.parametrize(
    "changes",
    [
        {"model": MODEL | {"source_vocabulary": "0"}},
        {"model": MODEL | {"target_vocabulary": None}},
        {"tokenizers": {"source": {"kind": 5}, "target": {"kind": "char"}}},
        {"tokenizers": {"source": {"kind": []}, "target": {"kind": "char"}}},
        {"weights": {"file": "config.json\x00"}},
        {"weights": {"file": "x" * 5_000}},
        {"weights": {"file": None}},
    ],
)
def test_what_cannot_be_shown_is_left_out(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert read_gallery([write_folder(tmp_path / "strange", **changes)]) == ()


def test_numbers_that_cannot_be_shown_are_none(tmp_path: Path) -> None:
    """JSON has numbers of any length, and 1e400, which is read as infinity."""
    training = {"epochs": 10**400, "seconds": "INFINITY", "target_tokens_seen": 7}
    folder = write_folder(tmp_path / "strange", metrics={"BLEU": 10**400, "chrF": 12.5}, training=training)
    config = folder / "config.json"
    config.write_text(config.read_text().replace('"INFINITY"', "1e400"))
    (entry,) = read_gallery([folder])
    assert entry.facts.scores == (Score("chrF", 12.5),)
    assert (entry.facts.epochs, entry.facts.seconds, entry.facts.tokens_seen) == (None, None, 7)


@pytest.mark.parametrize("shape", [[-1], [2.5], ["2"], [True], [1 << 50], [1] * 20, 5, None, {}])
def test_a_shape_that_no_tensor_has_leaves_the_folder_out(tmp_path: Path, shape: Any) -> None:
    folder = write_folder(tmp_path / "strange")
    index = json.dumps({"a": {"shape": shape}}).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(index)) + index)
    assert read_gallery([folder]) == ()


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_what_is_no_file_of_the_folder_is_not_waited_for(tmp_path: Path, name: str, kind: str) -> None:
    folder = write_folder(tmp_path / "strange")
    (folder / name).unlink()
    match kind:
        case "pipe":
            os.mkfifo(folder / name)
        case "link":
            (folder / name).symlink_to("/dev/zero")
        case "folder":
            (folder / name).mkdir()
    assert read_gallery([folder]) == ()


def test_the_weights_are_looked_for_in_the_folder_alone(tmp_path: Path) -> None:
    write_folder(tmp_path / "other")
    outside = write_folder(tmp_path / "it", weights={"file": "../other/model.safetensors"})
    (outside / "model.safetensors").unlink()
    assert read_gallery([outside]) == ()


def test_of_two_with_one_name_the_first_counts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first, second = write_folder(tmp_path / "a" / "best"), write_folder(tmp_path / "b" / "best")
    assert [entry.folder for entry in read_gallery([first, first, second])] == [first]
    assert len(caplog.records) == 1
    assert "another model is called best" in caplog.text


def test_the_first_stays_first_and_its_neighbours_follow(tmp_path: Path) -> None:
    names = ("z-en-zh", "dates", "a-en-fr", "b-en-zh")
    cards: dict[str, dict[str, str]] = {"dates": {"task": "generated:dates"}}
    folders = [write_folder(tmp_path / name, card=cards.get(name, {})) for name in names]
    assert [entry.name for entry in read_gallery(folders)] == ["z-en-zh", "b-en-zh", "a-en-fr", "dates"]


def test_a_folder_of_folders_gives_those_with_a_config(tmp_path: Path) -> None:
    for name in ("b", "a"):
        write_folder(tmp_path / name)
    (tmp_path / "c").mkdir()
    assert [folder.name for folder in checkpoint_folders(tmp_path)] == ["a", "b"]
    assert checkpoint_folders(tmp_path / "nowhere") == []


def test_the_index_of_the_weights_gives_the_number_of_parameters(tmp_path: Path) -> None:
    assert count_numbers(write_folder(tmp_path / "it") / "model.safetensors") == 10


@pytest.mark.parametrize(
    ("task", "expected"),
    [("translation", ("BLEU", "beam 5")), ("commands", ("exact match %", "greedy")), ("", ("exact match %", "greedy"))],
)
def test_the_headline_is_the_fields_usual_number(task: str, expected: tuple[str, str]) -> None:
    pairs = [(metric, search) for search in ("greedy", "beam 5") for metric in ("BLEU", "chrF", "exact match %")]
    found = headline(task, [Score(metric, 1.0, search, "single reference") for metric, search in pairs])
    assert found is not None
    assert (found.metric, found.search) == expected
    assert headline(task, [Score("validation loss", 1.0)]) is None


@pytest.mark.parametrize(
    ("changes", "alike"),
    [
        ({}, True),
        ({"target_language": "zh"}, True),
        ({"source_language": "de"}, False),
        ({"task": "commands"}, False),
        ({"source": SourceKind.PICTURE}, False),
    ],
)
def test_sentences_of_a_language_serve_all_who_translate_from_it(changes: dict[str, Any], alike: bool) -> None:
    assert made_entry().reads_like(made_entry("other", **changes)) is alike


def test_other_tasks_read_alike_only_if_they_are_the_same() -> None:
    commands = made_entry(task="commands", target_language=None)
    assert commands.reads_like(made_entry(task="commands", target_language=None, source_language=None))
    assert not commands.reads_like(made_entry(task="generated:dates", target_language=None))


def test_metrics_are_read_by_name_search_and_conditions(tmp_path: Path) -> None:
    metrics = {
        "validation loss (nats per token, teacher forced)": 0.5,
        "word error rate %, greedy, all references, with stress": 25.0,
        "signature of BLEU, single reference": "nrefs:1",
        "flag": True,
    }
    (entry,) = read_gallery([write_folder(tmp_path / "it", metrics=metrics)])
    assert entry.facts.scores == (
        Score("validation loss (nats per token, teacher forced)", 0.5),
        Score("word error rate %", 25.0, "greedy", "all references, with stress"),
    )


def test_perplexities_are_scores_without_a_search_and_have_words(tmp_path: Path) -> None:
    names = (FORCED_NAME, FREE_NAME, LEFT_OUT_NAME)
    (entry,) = read_gallery([write_folder(tmp_path / "it", metrics=dict.fromkeys(names, 2))])
    assert entry.facts.scores == tuple(Score(name, 2.0) for name in names)
    for words in (CARD_ENGLISH, CARD_CHINESE):
        assert len({words.metrics[name] for name in names}) == len(names)
