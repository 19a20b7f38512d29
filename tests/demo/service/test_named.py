"""Hugging Face models in the gallery: those that are listed and no others, opened when they are first used."""

import logging
import socket
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from demo.service import DecodeRequest, Problem, RequestError, Service, State, read_named
from seq2seq_core.trace import check
from tests.support.hugging_face_folders import make_folder
from tests.support.hugging_face_models import HEADS, LAYERS, POSITIONS
from tests.support.project import ROOT


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder("marian", tmp_path_factory.mktemp("named") / "opus-mt-en-fr")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> NoReturn:
        raise AssertionError(f"a connection was tried: {arguments}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_a_folder_is_described_by_its_files(folder: Path) -> None:
    (entry,) = read_named(str(folder))
    assert (entry.name, entry.title, entry.task) == ("hf:opus-mt-en-fr", "opus-mt-en-fr", "translation")
    assert (entry.source_language, entry.target_language) == ("en", "fr")
    assert entry.architecture.name == "Transformer (Hugging Face, marian)"
    assert entry.parameters > 1000
    assert entry.memory == 4 * entry.parameters
    assert not entry.has_self_attention


def test_a_name_on_the_hub_is_listed_and_not_asked_for() -> None:
    plain, many = read_named(" Helsinki-NLP/opus-mt-en-de, facebook/m2m100_418M@en>fr ,")
    assert (plain.title, plain.source_language, plain.target_language, plain.parameters) == (
        "Helsinki-NLP/opus-mt-en-de", "en", "de", 0,
    )  # fmt: skip
    assert (many.title, many.source_language, many.target_language) == ("facebook/m2m100_418M (en → fr)", "en", "fr")


@pytest.mark.parametrize("listed", ["", " ", ","])
def test_without_a_list_there_is_none(listed: str) -> None:
    assert read_named(listed) == ()


def test_without_the_library_there_is_none_and_the_log_says_why(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        assert read_named(str(folder), installed=lambda name: None) == ()
    assert "transformers is not installed (the extra hf)" in caplog.text


def test_a_folder_that_is_no_model_is_left_out(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "config.json").write_text("{}")
    with caplog.at_level(logging.ERROR):
        entries = read_named(f"{tmp_path},{folder},{folder}")
    assert [entry.title for entry in entries] == ["opus-mt-en-fr"]
    assert f"{tmp_path} is left out of the gallery: KeyError" in caplog.text


def test_it_translates_with_every_layer_and_head_of_its_attention(folder: Path) -> None:
    service = Service(read_named(str(folder)))
    request = service.request("The cat sees a dog.", model="hf:opus-mt-en-fr", beam_size=3, max_length=8)
    decoded = service.decode(request)
    assert service.state("hf:opus-mt-en-fr") is State.READY
    for trace in (decoded.greedy, decoded.beam):
        check(trace)
        heads = trace.steps[0].heads_ELHS
        assert heads is not None
        assert heads.shape[1:] == (LAYERS, HEADS, len(trace.source_tokens))
    with pytest.raises(RequestError) as error:
        service.self_attention(request, ())
    assert error.value.problem is Problem.REFUSED


def test_an_output_ends_where_the_model_has_no_more_positions(folder: Path) -> None:
    service = Service(read_named(str(folder)))
    decoded = service.decode(service.request("The cat sees a dog. " * 2, model="hf:opus-mt-en-fr"))
    assert decoded.beam.options["max_length"] == POSITIONS
    check(decoded.beam)


@pytest.mark.parametrize(
    ("text", "problem"),
    [("\u200b", Problem.EMPTY), ("cat " * 100, Problem.REFUSED)],  # more tokens than the model has positions
    ids=("invisible", "too long for the model"),
)
def test_what_is_no_source_is_refused(folder: Path, text: str, problem: Problem) -> None:
    service = Service(read_named(str(folder)))
    with pytest.raises(RequestError) as error:
        service.decode(DecodeRequest(text=text, model="hf:opus-mt-en-fr"))
    assert error.value.problem is problem


@pytest.mark.parametrize("name", ["opus-mt-en-fr", "Helsinki-NLP/opus-mt-en-fr", "hf:google/mt5-small", "../secret"])
def test_a_visitor_cannot_name_another_model(folder: Path, name: str) -> None:
    service = Service(read_named(str(folder)))
    with pytest.raises(RequestError) as error:
        service.request("Hello.", model=name)
    assert error.value.problem is Problem.MODEL


def test_listing_a_model_loads_no_library(folder: Path) -> None:
    code = (
        f"import sys; from demo.service import Service, read_named; Service(read_named({str(folder)!r}));"
        "print([name for name in ('transformers', 'torch') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
