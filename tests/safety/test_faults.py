"""What breaks stays alone: one model, one request, one folder. The app goes on, or ends cleanly, and its log says so.

The log never holds what a visitor wrote.
"""

import json
import logging
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from demo.service import Problem, RequestError, Service, State, checkpoint_folders, read_gallery
from demo.service.lab import new_folder
from tests.support.lab import Lab
from tests.support.project import ROOT
from tests.support.served_app import HOST, free_port, served, serving
from tests.support.tiny_models import write_models

SECRET = "Xanthippe-4711"


def test_an_error_in_one_request_is_a_sentence_and_a_line_without_the_visitors_words(lab: Lab) -> None:
    reply = lab.decode(f"break {SECRET}")
    assert "please try again" in reply.body.decode().lower()
    assert SECRET.encode() not in reply.body
    assert lab.still_answers()
    assert "an event failed: RuntimeError" in lab.app.log()
    assert "Traceback" not in lab.app.log()


def test_the_log_never_holds_what_visitors_wrote(lab: Lab) -> None:
    for text in (SECRET, f"break {SECRET}", f"refused {SECRET}", f"{SECRET} " * 500, f"{SECRET}\ud800"):
        lab.decode(text)
        lab.decode(text, model=SECRET)
    lab.call("decode", json.dumps([SECRET]).encode())  # too few inputs
    lab.call(SECRET, b"[]")
    lab.upload(SECRET.encode(), f"{SECRET}.tsv")
    for route in ("/gradio_api/file=/", "/", "/?deep_link=", "/gradio_api/call/decode/"):
        lab.get(f"{route}{SECRET}")
    assert lab.still_answers()
    assert SECRET not in lab.app.log()


def test_a_model_that_cannot_be_opened_leaves_the_others_at_work(lab: Lab) -> None:
    reply = lab.decode("a b", model="gone")
    assert b"event: error" in reply.body
    assert b"seq2seq-trace" not in reply.body
    assert lab.still_answers()
    assert "the model gone cannot be used" in lab.app.log()


def test_model_files_that_vanish_while_the_app_runs(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One was opened before and goes on; one was not, and is named in the log; a third one is whole."""
    service = Service(read_gallery(checkpoint_folders(write_models(tmp_path))))
    opened, gone, whole = "tiny-chinese", "tiny-dates", "tiny-language"
    service.want(opened)
    assert service.wait(60, opened) is State.READY
    for name in (opened, gone):
        (tmp_path / name / "model.safetensors").unlink()
    assert service.decode(service.request("I see the dog.", model=opened)).beam.steps
    with caplog.at_level(logging.ERROR), pytest.raises(RequestError) as caught:
        service.decode(service.request("4 July", model=gone))
    assert caught.value.problem is Problem.FAILED
    (record,) = caplog.records
    assert gone in record.message and "model.safetensors" in record.message and record.exc_info is None
    assert service.decode(service.request("", model=whole)).beam.steps


def test_without_room_for_uploads_the_app_goes_on_and_ends_cleanly_with_requests_in_flight(tmp_path: Path) -> None:
    """The folder of uploads vanishes, and a file stands in its way."""
    uploads, port = tmp_path / "uploads", free_port()
    settings = {"GRADIO_SERVER_NAME": HOST, "GRADIO_TEMP_DIR": str(uploads)}
    command = [sys.executable, "-m", "tests.support.lab_app"]
    with serving(command, folder=ROOT, log_file=tmp_path / "log.txt", port=port, settings=settings) as found:
        app, lab = found.app, Lab(HOST, port, found.app, uploads)
        (own,) = uploads.glob("seq2seq-lab-*")
        shutil.rmtree(own)
        own.write_text("")
        assert lab.upload(b"a\tb\n").status == 507
        assert "a request failed: FileExistsError" in app.log()
        assert lab.still_answers()
        waiting = [threading.Thread(target=_ask_in_vain, args=(lab, place), daemon=True) for place in range(6)]
        for thread in waiting:
            thread.start()
        time.sleep(1)  # some are at work, the others in the queue
        for _ in range(50):  # at once, as make and a service manager may send more than one
            found.process.send_signal(signal.SIGTERM)
    for thread in waiting:
        thread.join(30)
    assert not any(thread.is_alive() for thread in waiting)
    assert "stopping: SIGTERM" in app.log()
    assert app.log().rstrip().endswith("stopped")
    assert found.process.returncode == 0


def _ask_in_vain(lab: Lab, place: int) -> None:
    """A visitor whose app ends: cut off, or told so."""
    try:
        lab.decode(f"work {place}")
    except (OSError, ValueError):
        return


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_training_outlives_the_app(tmp_path: Path, number: signal.Signals) -> None:
    """Only the app is told to end, or is killed; what it left behind goes with the next one."""
    (tmp_path / "tmp").mkdir()
    settings = {"GRADIO_SERVER_NAME": HOST, "TMPDIR": str(tmp_path / "tmp")}
    command, log = [sys.executable, "-m", "tests.support.lab_app"], tmp_path / "log.txt"
    with serving(command, folder=ROOT, log_file=log, port=free_port(), settings=settings) as found:
        lab = Lab(HOST, found.port, found.app, tmp_path)
        asked = {"lab-task": "copy", "lab-comparison": "attention"}
        assert b'"success":true' in lab.press("lab-start", values=asked).body
        trainings = lessons_of(found.process.pid)
        assert len(trainings) == 2
        found.end(number)
    for _ in range(300):
        if not any(map(lives, trainings)):
            break
        time.sleep(0.1)
    assert not any(map(lives, trainings))
    left = [path.name for path in (tmp_path / "tmp").glob("seq2seq-lab-*")]
    if number is signal.SIGTERM:
        assert found.process.returncode == 0 and not left
        assert found.app.log().rstrip().endswith("stopped")
    else:
        assert left
        new_folder(tmp_path / "tmp").rmdir()
        assert not list((tmp_path / "tmp").glob("seq2seq-lab-*"))


def lessons_of(app: int) -> list[int]:
    """The trainings of an app, by their numbers."""
    listed = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(app)], capture_output=True, text=True, check=False)
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if "seq2seq_core.lesson" in line]


def lives(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except OSError:
        return False


def test_on_a_full_disk_the_app_goes_on_and_says_what_it_could_not_keep(tmp_path: Path) -> None:
    """No file may grow beyond 60 kB: not an upload, not a trained model."""
    port, log, uploads = free_port(), tmp_path / "log.txt", tmp_path / "uploads"
    small = "import resource, runpy; resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)); "
    command = [sys.executable, "-c", f"{small}runpy.run_module('tests.support.lab_app', run_name='__main__')"]
    settings = {"GRADIO_SERVER_NAME": HOST, "GRADIO_TEMP_DIR": str(uploads)}
    with served(command, folder=ROOT, log_file=log, port=port, settings=settings) as app:
        lab = Lab(HOST, port, app, uploads)
        assert lab.upload(b"x" * 100_000).status == 507
        assert lab.upload(b"x" * 1_000).status == 200
        assert "a request failed: OSError (File too large)" in app.log()
        lab.press("lab-start", values={"lab-task": "copy", "lab-size": "large"})
        shown = shown_by(lab, '\\"state\\":\\"running\\"')
        lab.press("lab-stop")
        shown = shown_by(lab, "cannot be written: File too large")
        assert "The training broke off" in shown
        assert str(tmp_path) not in shown and "/tmp/" not in shown
        assert "a training failed: status 2, DataError" in app.log()
        assert lab.still_answers()


def shown_by(lab: Lab, sign: str) -> str:
    """What the page shows of a training as soon as it holds the sign; there is nothing to go on from."""
    deadline = time.monotonic() + 120
    while sign not in (shown := lab.press("lab-go-on").body.decode()):
        assert time.monotonic() < deadline, shown
        time.sleep(0.3)
    return shown
