"""A lesson as a process: it reports, obeys, saves what decoding can use, and goes on where it stopped."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from demo.service.gallery import describe_folder
from seq2seq_core.lesson.frames import LINES, MODEL, Ended, Ending, Frame, attention_file, read_lines
from seq2seq_core.lesson.options import Course, Cut, LessonOptions, Looks, Network, Schedule, Size
from seq2seq_core.options import GreedyOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.trace import check, from_json
from tests.support.project import ROOT

PATIENCE = 120.0  # seconds
GONE = 3
SMALL = LessonOptions(task="", cut=Cut.CHARACTERS, size=Size.SMALL, seconds=60.0)


def write_lesson(folder: Path, lesson: LessonOptions) -> Path:
    (folder / "pairs.tsv").write_text("".join(f"a{n}b\t{n}\n" for n in range(100, 140)), encoding="utf-8")
    (folder / "lesson.json").write_text(lesson.to_json(), encoding="utf-8")
    return folder


def started(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "seq2seq_core.lesson", str(folder)], cwd=ROOT, stdin=subprocess.PIPE, bufsize=0
    )


def lines_of(folder: Path) -> list[Frame | Ended]:
    return read_lines(folder / LINES, 0)[0]


def frames_of(folder: Path) -> list[Frame]:
    return [line for line in lines_of(folder) if isinstance(line, Frame)]


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def stopped_after(folder: Path, frames: int) -> int:
    """A lesson that is told to stop when it has reported so often; its exit status."""
    process = started(folder)
    assert process.stdin is not None
    wait_for(lambda: len(frames_of(folder)) >= frames or process.poll() is not None)
    process.stdin.write(b"stop\n")
    status = process.wait(PATIENCE)
    process.stdin.close()
    return status


def test_a_lesson_stops_is_used_and_goes_on_with_another_schedule(tmp_path: Path) -> None:
    folder = write_lesson(tmp_path, SMALL)
    assert stopped_after(folder, 3) == 0
    first = frames_of(folder)
    assert lines_of(folder)[-1] == Ended(Ending.STOPPED)
    assert [frame.number for frame in first] == list(range(len(first)))
    assert (first[0].update, first[0].taught, first[0].epsilon) == (0, None, 1.0)
    assert first[-1].loss < first[0].loss
    assert first[-1].held_out == 4  # a tenth of 40

    # Every number is what the saved model computes.
    pipeline = Pipeline.load(folder / MODEL)
    for answer in first[-1].answers:
        assert pipeline.translate([answer.source], GreedyOptions()) == [answer.output]
    entry = describe_folder(folder / MODEL)
    assert (entry.task, entry.facts.tokens_seen) == ("own-pairs", first[-1].tokens)
    assert entry.score is not None
    assert entry.score.value == round(100 * first[-1].exact, 2)
    for frame in first:
        check(from_json(attention_file(folder, frame.number).read_text(encoding="utf-8")))

    changed = replace(SMALL, schedule=Schedule(course=Course.FREE, begins=first[-1].update))
    (folder / "lesson.json").write_text(changed.to_json(), encoding="utf-8")
    assert stopped_after(folder, len(first) + 2) == 0
    later = frames_of(folder)[len(first) :]
    assert later[0].number == len(first)
    assert (later[0].update, later[0].tokens) == (first[-1].update, first[-1].tokens)
    assert later[0].loss == pytest.approx(first[-1].loss, abs=1e-6)  # nothing is lost on the way
    assert later[-1].update > later[0].update
    assert {frame.epsilon for frame in later} == {0.0}
    assert all(later.seconds > first[-1].seconds for later in later)


def test_the_shipped_command_decodes_with_the_model(tmp_path: Path) -> None:
    folder = write_lesson(tmp_path, replace(SMALL, seconds=0.01))  # the first look, and the end
    process = started(folder)
    assert process.wait(PATIENCE) == 0
    assert lines_of(folder)[-1] == Ended(Ending.TIME)
    command = [sys.executable, "-m", "seq2seq_core.decode", "--model", str(folder / MODEL)]
    found = subprocess.run(command, input="a123b\n", capture_output=True, text=True, cwd=ROOT, check=False)
    assert found.returncode == 0, found.stderr
    assert len(found.stdout.splitlines()) == 1
    assert process.stdin is not None
    process.stdin.close()


def test_a_lesson_whose_page_is_gone_ends_at_once(tmp_path: Path) -> None:
    process = started(write_lesson(tmp_path, SMALL))
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(PATIENCE) == GONE
    assert not (tmp_path / MODEL).exists()


def test_a_mistake_is_the_last_line_of_the_report(tmp_path: Path) -> None:
    (tmp_path / "lesson.json").write_text(json.dumps({"schedule": {}, "task": "chess"}), encoding="utf-8")
    process = started(tmp_path)
    assert process.wait(PATIENCE) == 2
    (line,) = lines_of(tmp_path)
    assert isinstance(line, Ended)
    assert line.ending is Ending.FAILED
    assert "task must be one of" in line.message
    assert process.stdin is not None
    process.stdin.close()


@pytest.mark.parametrize(
    "lesson",
    [
        replace(SMALL, network=Network.TRANSFORMER, looks=Looks.OWN),
        replace(SMALL, network=Network.CONVOLUTIONAL, looks=Looks.OWN),
        *(replace(SMALL, network=network) for network in (Network.LSTM, Network.RNN)),
        *(replace(SMALL, looks=looks) for looks in Looks if looks is not Looks.OWN),
    ],
    ids=lambda lesson: f"{lesson.network}-{lesson.looks}",
)
@pytest.mark.parametrize("course", [Course.TRUTH, Course.LINEAR, Course.FREE])
def test_every_model_can_be_taught_in_every_way(tmp_path: Path, lesson: LessonOptions, course: Course) -> None:
    from seq2seq_core.lesson.learn import open_lesson  # noqa: PLC0415 - it loads torch

    folder = write_lesson(tmp_path, replace(lesson, schedule=Schedule(course=course, half=10)))
    opened = open_lesson(replace(lesson, schedule=Schedule(course=course, half=10)), folder, number=0, seconds=0.0)
    opened.learn(1)
    assert opened.trainer.progress.update == 1
    frame = opened.look()
    assert frame.taught is not None
    assert 0 <= frame.own_prefix <= 1
    trace = from_json(attention_file(folder, 0).read_text(encoding="utf-8"))
    assert (trace.steps[0].attention_ES is None) == (lesson.looks is Looks.NONE)
