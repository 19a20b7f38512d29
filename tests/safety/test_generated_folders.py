"""Checkpoint folders, generated: shown in the gallery or left out of it; of use when opened, or refused by name."""

import json
import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.service import checkpoint_folders, read_gallery
from demo.service.gallery import CONFIG
from demo.tabs.parts.card import card_data, idea_text
from demo.tabs.parts.gallery import gallery_data, line_text, source_text
from demo.wording import Language, words_for
from seq2seq_core.errors import Seq2SeqError
from seq2seq_core.options import BeamOptions
from seq2seq_core.pipeline import Pipeline
from tests.core.test_hostile_checkpoint import vouch
from tests.safety.test_generated_page import changed
from tests.support.hostile import generated, values
from tests.support.tiny_models import write_models

NAME = "tiny-chinese"
WEIGHTS = "model.safetensors"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good model; nobody changes it."""
    return write_models(tmp_path_factory.mktemp("good"))


@pytest.fixture
def folder(shelf: Path, tmp_path: Path) -> Iterator[Path]:
    """One that every example writes anew."""
    folder = tmp_path / "shelf" / NAME
    shutil.copytree(shelf / NAME, folder)
    logging.disable(logging.ERROR)  # a line for each folder that is left out
    yield folder
    logging.disable(logging.NOTSET)


def configs(document: str) -> st.SearchStrategy[str]:
    """The text of a config with a few values of another kind, or of something else."""
    strange = values().map(lambda value: json.dumps(value, default=repr))
    return st.one_of(changed(document), changed(document), changed(document), strange, st.text(max_size=30))


def shown(shelf: Path) -> None:
    """Whatever the page shows of a gallery, in both languages."""
    entries = read_gallery(checkpoint_folders(shelf))
    for language in Language:
        page = words_for(language).page
        for entry in entries:
            json.dumps(gallery_data(entries, entry, page), allow_nan=False)
            json.dumps(card_data(entry, page), allow_nan=False)
            assert all(isinstance(text(entry, page), str) for text in (idea_text, line_text, source_text))


@given(data=st.data())
@generated(150)
def test_a_folder_that_tells_nonsense_is_shown_or_left_out(shelf: Path, folder: Path, data: st.DataObject) -> None:
    document = (shelf / NAME / CONFIG).read_text(encoding="utf-8")
    (folder / CONFIG).write_bytes(data.draw(configs(document)).encode("utf-8", "surrogatepass"))
    shown(folder.parent)


@given(data=st.data())
@generated(150)
def test_weights_that_tell_nonsense_are_counted_or_left_out(shelf: Path, folder: Path, data: st.DataObject) -> None:
    (folder / WEIGHTS).write_bytes(data.draw(weights((shelf / NAME / WEIGHTS).read_bytes())))
    shown(folder.parent)


@st.composite
def weights(draw: Callable[..., Any], good: bytes) -> bytes:
    """A safetensors file whose index or numbers were changed, with a length that fits, or not."""
    length = int.from_bytes(good[:8], "little")
    index, numbers = good[8 : 8 + length], good[8 + length :]
    match draw(st.sampled_from(["index", "index", "index", "numbers", "bytes", "length"])):
        case "index":
            index = draw(changed(index.decode())).encode()
            length = len(index)
        case "numbers":
            place = draw(st.integers(0, len(numbers) - 4))
            numbers = numbers[:place] + draw(st.binary(max_size=8)) + numbers[place + 4 :]
        case "bytes":
            return bytes(draw(st.binary(max_size=60)))
        case "length":
            length = draw(st.one_of(st.integers(0, 2 * length), st.sampled_from([2**63, 2**64 - 1, 10**8])))
    return length.to_bytes(8, "little") + index + numbers


@given(data=st.data())
@generated(100)
def test_a_model_that_was_changed_is_of_use_or_refused(shelf: Path, folder: Path, data: st.DataObject) -> None:
    """The config vouches for the weights, as that of a forger would."""
    shutil.copyfile(shelf / NAME / CONFIG, folder / CONFIG)
    vouch(folder, WEIGHTS, data.draw(weights((shelf / NAME / WEIGHTS).read_bytes())))
    if data.draw(st.booleans()):
        config = (folder / CONFIG).read_text(encoding="utf-8")
        (folder / CONFIG).write_text(data.draw(changed(config)), encoding="utf-8", errors="backslashreplace")
    try:
        trace = Pipeline.load(folder).trace("the cat", BeamOptions(beam_size=2, max_length=3))
    except Seq2SeqError as error:
        assert str(error)
    else:
        assert trace.steps
