"""The desk of the training lab, with real processes that learn nothing: queue, limits, leaving, dying, models."""

import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from demo.service import RequestError, Service
from demo.service.lab import Course, CrowdedError, Lab, LessonOptions, Limits, RunView, Schedule, Stage
from demo.service.lab.process import Process
from seq2seq_core.lesson.options import read_options
from seq2seq_core.pipeline import Pipeline
from tests.demo.service.lab.acting import BY_ITSELF, COMMAND, DEAF, DIES, FAILS, UNTIL_STOPPED
from tests.demo.service.made import made_entry
from tests.support.project import ROOT

PATIENCE = 60.0  # seconds


class Page:
    """Who asks."""

    visitor = "ada"

    def __call__(self) -> str:
        return self.visitor


@pytest.fixture
def page() -> Page:
    return Page()


@pytest.fixture
def service(page: Page) -> Service:
    return Service([made_entry()], visitor=page)


@pytest.fixture
def lab(service: Service) -> Iterator[Lab]:
    lab = Lab(service, command=COMMAND)
    yield lab
    lab.close()


def playing(seed: int) -> LessonOptions:
    return LessonOptions(seed=seed)


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "nothing came of it"
        time.sleep(0.02)


def only(lab: Lab, visitor: str = "ada") -> RunView:
    (run,) = lab.runs(visitor)
    return run


def wait_until(lab: Lab, stage: Stage, visitor: str = "ada", frames: int = 0) -> RunView:
    wait_for(lambda: only(lab, visitor).stage is stage and len(only(lab, visitor).frames) >= frames)
    return only(lab, visitor)


def children() -> set[int]:
    """Processes of this one that act."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=False
    ).stdout
    return {int(line.split()[0]) for line in listed.splitlines() if "acting" in line and "<defunct>" not in line}


def test_a_training_ends_by_itself_and_its_model_is_its_visitors_alone(lab: Lab, service: Service, page: Page) -> None:
    lab.start("ada", [playing(BY_ITSELF)])
    run = wait_until(lab, Stage.LEARNT)
    assert [frame.number for frame in run.frames] == [0, 1]
    assert run.model is not None
    assert [entry.name for entry in service.gallery] == ["lure", run.model]
    assert service.entry(run.model).title.startswith("A · ")
    page.visitor = "bob"
    assert [entry.name for entry in service.gallery] == ["lure"]
    with pytest.raises(RequestError) as refused:
        service.entry(run.model)
    assert refused.value.values["models"] == "lure"


def test_the_downloaded_zip_is_a_checkpoint_folder(lab: Lab, tmp_path: Path) -> None:
    lab.start("ada", [playing(BY_ITSELF)])
    wait_until(lab, Stage.LEARNT)
    path = lab.zipped("ada", "A")
    assert path is not None
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    assert folder.name == "lab-A-dates"
    assert Pipeline.load(folder).encode("4 July 1776").ids
    assert lab.zipped("bob", "A") is None


def test_two_train_at_once_and_the_others_see_their_place(lab: Lab) -> None:
    lab.start("ada", [playing(UNTIL_STOPPED), playing(UNTIL_STOPPED)])
    wait_for(lambda: all(run.stage is Stage.RUNNING for run in lab.runs("ada")))
    lab.start("bob", [playing(UNTIL_STOPPED)])
    lab.start("eve", [playing(UNTIL_STOPPED)])
    assert [only(lab, who).place for who in ("bob", "eve")] == [1, 2]
    assert {only(lab, who).stage for who in ("bob", "eve")} == {Stage.WAITING}
    assert len(children()) == 2
    lab.stop("bob")
    assert (only(lab, "bob").stage, only(lab, "eve").place) == (Stage.CANCELLED, 1)
    lab.stop("ada")
    wait_until(lab, Stage.RUNNING, "eve")
    wait_for(lambda: [run.stage for run in lab.runs("ada")] == [Stage.STOPPED, Stage.STOPPED])


def test_a_stopped_training_goes_on_with_another_schedule(lab: Lab, service: Service) -> None:
    lab.start("ada", [playing(UNTIL_STOPPED)])
    wait_until(lab, Stage.RUNNING, frames=2)
    lab.stop("ada")
    stopped = wait_until(lab, Stage.STOPPED)
    lab.go_on("ada", [Schedule(course=Course.LINEAR, half=50)])
    run = wait_until(lab, Stage.RUNNING, frames=4)
    # the schedule begins at the update and, in the curves, at the token at which it took over
    assert run.lesson.schedule == Schedule(course=Course.LINEAR, half=50, begins=10)
    assert run.changes == (1_000,)
    assert read_options((run.folder / "lesson.json").read_text(encoding="utf-8")) == run.lesson
    assert run.model == stopped.model  # of use while it goes on
    lab.stop("ada")
    again = wait_until(lab, Stage.STOPPED)
    assert [entry.name for entry in service.gallery] == ["lure", again.model]
    assert again.model != stopped.model
    lab.go_on("ada", [replace(run.lesson.schedule, begins=0)])  # the same again: nothing changes
    assert wait_until(lab, Stage.RUNNING, frames=6).changes == (1_000,)


def test_a_visitor_who_leaves_takes_everything_along(lab: Lab, service: Service) -> None:
    lab.keep("ada", [("a", "b")] * 30)
    lab.start("ada", [playing(BY_ITSELF), playing(UNTIL_STOPPED)])
    wait_for(lambda: [run.stage for run in lab.runs("ada")] == [Stage.LEARNT, Stage.RUNNING])
    folders = [run.folder for run in lab.runs("ada")]
    lab.leave("ada")
    assert not lab.runs("ada")
    assert not lab.has_pairs("ada")
    assert [entry.name for entry in service.gallery] == ["lure"]
    assert not any(folder.exists() for folder in folders)
    assert not children()


def test_a_new_training_takes_the_place_of_the_old_one(lab: Lab) -> None:
    lab.start("ada", [playing(UNTIL_STOPPED)])
    old = wait_until(lab, Stage.RUNNING)
    lab.start("ada", [playing(BY_ITSELF)])
    assert wait_until(lab, Stage.LEARNT).folder != old.folder
    assert not old.folder.exists()


def test_a_visitor_who_looks_no_more_counts_as_gone(service: Service) -> None:
    lab = Lab(service, Limits(absent=0.5), command=COMMAND)
    lab.start("ada", [playing(UNTIL_STOPPED)])
    wait_for(lambda: bool(children()))
    wait_for(lambda: not children())
    assert not lab.runs("ada")
    lab.close()


def test_a_training_that_dies_says_so(lab: Lab) -> None:
    lab.start("ada", [playing(DIES)])
    run = wait_until(lab, Stage.FAILED)
    assert run.message == "the memory is full"
    assert len(run.frames) == 2
    assert not run.can_go_on


def test_a_training_that_fails_tells_why(lab: Lab) -> None:
    lab.start("ada", [playing(FAILS)])
    assert wait_until(lab, Stage.FAILED).message == "loss must be finite, got nan"


def test_what_went_wrong_is_told_to_the_visitor_alone_and_not_where_it_lies(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    blames = "import sys; sys.exit(f'DataError: {sys.argv[1]}/pairs.tsv: Xanthippe-4711')"
    lab = Lab(service, command=(sys.executable, "-c", blames))
    lab.start("ada", [playing(BY_ITSELF)])
    assert wait_until(lab, Stage.FAILED).message == "DataError: pairs.tsv: Xanthippe-4711"
    wait_for(lambda: "a training failed: status 1, DataError" in caplog.text)
    assert "Xanthippe" not in caplog.text
    lab.close()


def test_a_model_that_cannot_be_packed_is_not_offered(
    lab: Lab, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "Xanthippe-4711")

    lab.start("ada", [playing(BY_ITSELF)])
    wait_until(lab, Stage.LEARNT)
    monkeypatch.setattr("demo.service.lab.desk.zip_folder", full)
    assert lab.zipped("ada", "A") is None
    assert "cannot be packed: No space left on device" in caplog.text and "Xanthippe" not in caplog.text


def test_a_training_that_cannot_even_begin_says_so(service: Service) -> None:
    lab = Lab(service, command=("/no/such/program",))
    lab.start("ada", [playing(BY_ITSELF)])
    wait_until(lab, Stage.FAILED)
    lab.close()


def test_a_training_that_does_not_end_in_time_is_ended(service: Service) -> None:
    lab = Lab(service, Limits(seconds=0.2, grace=0.2), command=COMMAND)
    lab.start("ada", [playing(DEAF)])
    wait_until(lab, Stage.FAILED)
    assert not children()
    lab.close()


def test_a_training_that_does_not_obey_is_ended(service: Service) -> None:
    lab = Lab(service, Limits(to_stop=0.2), command=COMMAND)
    lab.start("ada", [playing(DEAF)])
    wait_until(lab, Stage.RUNNING)
    lab.stop("ada")
    wait_until(lab, Stage.FAILED)
    assert not children()
    lab.close()


def test_closing_ends_all_and_deletes_all(service: Service) -> None:
    lab = Lab(service, command=COMMAND)
    lab.start("ada", [playing(UNTIL_STOPPED), playing(DEAF)])
    wait_for(lambda: len(children()) == 2)
    shelf = lab.runs("ada")[0].folder.parent
    lab.close()
    assert not children()
    assert not shelf.exists()
    lab.start("bob", [playing(BY_ITSELF)])
    assert not lab.runs("bob")


def test_pairs_of_their_own_go_into_the_folder_of_the_training(lab: Lab) -> None:
    with pytest.raises(ValueError, match="pairs where they are of a file"):
        lab.start("ada", [LessonOptions(task="", seed=UNTIL_STOPPED)])
    lab.keep("ada", [("un", "one"), ("deux", "two")])
    lab.start("ada", [LessonOptions(task="", seed=UNTIL_STOPPED)])
    assert (only(lab).folder / "pairs.tsv").read_text(encoding="utf-8") == "un\tone\ndeux\ttwo\n"


ORPHANING = """
import os, signal, sys
from pathlib import Path
from demo.service.lab.process import Process
process = Process(Path(sys.argv[1]), sys.argv[2:])
print(process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_no_training_outlives_a_page_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "lesson.json").write_text(playing(UNTIL_STOPPED).to_json(), encoding="utf-8")
    command = [sys.executable, "-c", ORPHANING, str(tmp_path), *COMMAND]
    killed = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert killed.returncode == -9, killed.stderr
    orphan = int(killed.stdout)
    wait_for(lambda: not is_alive(orphan))


def is_alive(pid: int) -> bool:
    """Whether it runs; one that waits to be reaped does not."""
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(found.strip()) and not found.strip().startswith("Z")


def test_a_process_tells_its_last_words(tmp_path: Path) -> None:
    process = Process(tmp_path, (sys.executable, "-c", "import sys; sys.exit('alas')"))
    wait_for(lambda: process.status is not None)
    process.release()
    assert (process.status, process.last_words()) == (1, "alas")


def test_more_than_can_be_served_are_sent_away_and_keep_what_they_have(service: Service) -> None:
    lab = Lab(service, limits=Limits(at_once=1, waiting=2), command=COMMAND)
    try:
        lab.start("ada", [playing(UNTIL_STOPPED)])
        wait_until(lab, Stage.RUNNING, frames=1)
        lab.start("bob", [playing(BY_ITSELF)] * 2)
        with pytest.raises(CrowdedError):
            lab.start("ada", [playing(BY_ITSELF)])
        assert only(lab).stage is Stage.RUNNING
        with pytest.raises(CrowdedError):
            lab.start("eve", [playing(BY_ITSELF)])
        lab.start("bob", [playing(BY_ITSELF)])  # in the place of those that waited
    finally:
        lab.close()


def test_who_was_seen_longest_ago_and_is_done_makes_room(service: Service) -> None:
    lab = Lab(service, limits=Limits(visitors=2), command=COMMAND)
    try:
        lab.start("ada", [playing(UNTIL_STOPPED)])
        lab.keep("bob", [("a", "b")])
        lab.keep("bob", [("a", "c")])
        assert lab.has_pairs("bob")
        lab.keep("eve", [("a", "b")])
        assert lab.has_pairs("eve") and not lab.has_pairs("bob") and lab.runs("ada")
        lab.start("eve", [playing(UNTIL_STOPPED)])
        with pytest.raises(CrowdedError):
            lab.keep("bob", [("a", "b")])
    finally:
        lab.close()
