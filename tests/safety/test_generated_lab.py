"""The training lab with generated nonsense: its handlers answer, its files are taken or refused, and it goes on."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.service import Service
from demo.service.lab import Lab, Limits, Stage, UploadError, read_upload
from demo.tabs.lab_desk import EVERYTHING, LabDesk, Shown, choose_network, choose_task
from demo.wording import Language, words_for
from seq2seq_core.errors import OptionError
from seq2seq_core.lesson.options import read_options
from tests.demo.service.lab.acting import COMMAND, UNTIL_STOPPED
from tests.demo.service.lab.test_desk import playing, wait_until
from tests.demo.service.made import made_entry
from tests.safety.test_generated_page import changed, drained, or_nonsense
from tests.support.hostile import generated, texts, values

PAIRS = "".join(f"a{number}\tb{number}\n" for number in range(25))
ADA = cast(gr.Request, SimpleNamespace(session_hash="ada"))


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """With a training of Ada's that is under way; nobody else may train."""
    endless = Limits(grace=1e6, absent=1e6)
    lab = Lab(Service([made_entry()], visitor=lambda: "ada"), endless, COMMAND)
    lab.start("ada", [playing(UNTIL_STOPPED)])
    wait_until(lab, Stage.RUNNING, frames=2)
    yield lab
    lab.close()


@given(
    place=or_nonsense(0, 1, 10**9),
    language=or_nonsense("en", "zh"),
    course=st.tuples(or_nonsense("truth", "linear"), or_nonsense(300.0), or_nonsense("argmax")),
    task=or_nonsense("copy", ""),
)
@generated(60)
def test_handlers_of_the_lab_answer_whatever_they_are_told(
    lab: Lab, place: Any, language: Any, course: tuple[Any, ...], task: Any
) -> None:
    desk: Any = LabDesk(lab)
    for found in (
        desk.look(place, Shown(), language, ADA),
        desk.show_again(place, Shown(), language, ADA),
        desk.go_on(*course, place, Shown(), language, ADA),
    ):
        assert len(drained(found)) == EVERYTHING
    desk.look_back(place, Shown(), language, ADA)
    choose_task(task, place)
    choose_network(task, place)
    assert lab.runs("ada")[0].stage is Stage.RUNNING


@given(
    what=st.tuples(or_nonsense("copy", "", "dates"), or_nonsense("one", "length"), or_nonsense("truth")),
    model=st.tuples(or_nonsense("gru", "transformer"), or_nonsense("own", "none"), or_nonsense("small")),
    numbers=st.tuples(or_nonsense(1, 3), or_nonsense(300.0), or_nonsense("argmax"), or_nonsense(1.0)),
    end=st.tuples(or_nonsense("char"), or_nonsense("en", "zh")),
)
@generated(60)
def test_a_training_with_odd_settings_begins_or_is_refused(
    what: tuple[Any, ...], model: tuple[Any, ...], numbers: tuple[Any, ...], end: tuple[Any, ...]
) -> None:
    lab = Lab(Service([made_entry()]), command=("false",))
    try:
        desk: Any = LabDesk(lab)
        outputs = desk.start(*what, *model, *numbers, *end, ADA)
        assert len(outputs) == EVERYTHING
        assert lab.runs("ada") or outputs[0]["tone"] == "problem"
    finally:
        lab.close()


@st.composite
def files(draw: Any) -> bytes:
    """Nonsense, or a file that would do but for one line."""
    if draw(st.booleans()):
        return bytes(draw(st.binary(max_size=200)))
    lines = PAIRS.split("\n")
    odd = draw(st.one_of(texts(), st.sampled_from(["a\tb\tc", "\t", "a\t", " \t ", "a\tb\r", "\ufeffa\tb", "x\0\ty"])))
    lines.insert(draw(st.integers(0, len(lines))), odd)
    return "\n".join(lines).encode("utf-8", "surrogatepass")


@given(content=files(), language=st.sampled_from(["en", "zh"]))
@generated(100)
def test_pairs_of_a_visitor_are_taken_or_refused_in_a_sentence(tmp_path: Path, content: bytes, language: str) -> None:
    path, lab = tmp_path / "pairs.tsv", Lab(Service([made_entry()]), command=COMMAND)
    path.write_bytes(content)
    message, _ = LabDesk(lab).upload(str(path), language, ADA)
    assert message["text"]
    assert not path.exists()
    try:
        pairs = read_upload(content)
    except UploadError as error:
        assert words_for(Language(language)).lab.ask.problems[error.problem]
        assert not lab.has_pairs("ada")
    else:
        assert lab.has_pairs("ada")
        assert all(source.strip() and target.strip() for source, target in pairs)


@given(data=st.data())
@generated(100)
def test_settings_of_a_lesson_are_good_or_refused(data: st.DataObject) -> None:
    text = data.draw(st.one_of(changed(playing(1).to_json()), texts(), values().map(str)))
    try:
        lesson = read_options(text)
    except OptionError as error:
        assert str(error)
    else:
        assert read_options(lesson.to_json()) == lesson
