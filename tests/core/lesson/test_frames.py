"""The report of a lesson is read while it is written."""

from dataclasses import replace
from pathlib import Path

from seq2seq_core.lesson.frames import Answer, Ended, Ending, Frame, read_lines

FRAME = Frame(
    number=0,
    update=3,
    tokens=2_376,
    seconds=1.5,
    epsilon=1.0,
    loss=3.25,
    taught=None,
    true_prefix=0.5,
    own_prefix=0.25,
    exact=0.125,
    held_out=8,
    answers=(Answer("a\u2028b", "c", "c"), Answer("d", "", "e")),
)


def test_frames_come_back_whole_and_once(tmp_path: Path) -> None:
    path = tmp_path / "lesson.jsonl"
    path.write_text(FRAME.to_line() + replace(FRAME, number=1).to_line(), encoding="utf-8")
    first, offset = read_lines(path, 0)
    assert first == [FRAME, replace(FRAME, number=1)]
    assert read_lines(path, offset) == ([], offset)
    with path.open("a", encoding="utf-8") as file:
        file.write(Ended(Ending.FAILED, "no room").to_line())
    assert read_lines(path, offset)[0] == [Ended(Ending.FAILED, "no room")]


def test_a_line_that_is_still_written_waits(tmp_path: Path) -> None:
    path, line = tmp_path / "lesson.jsonl", FRAME.to_line().encode()
    path.write_bytes(line + line[:40])
    found, offset = read_lines(path, 0)
    assert (found, offset) == ([FRAME], len(line))
    path.write_bytes(line + line)
    assert read_lines(path, offset)[0] == [FRAME]


def test_no_report_yet_is_no_mistake(tmp_path: Path) -> None:
    assert read_lines(tmp_path / "lesson.jsonl", 0) == ([], 0)


def test_an_answer_is_right_where_it_equals_the_target() -> None:
    assert [answer.is_right for answer in FRAME.answers] == [True, False]
