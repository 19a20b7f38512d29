"""What breaks stays alone: one model, one request, one folder. The app goes on, or ends cleanly, and its log says so.

The log never holds what a visitor wrote.
"""

import json
import logging
import shutil
import sys
import threading
import time
from pathlib import Path

import pytest

from demo.service import Problem, RequestError, Service, State, checkpoint_folders, read_gallery
from tests.support.lab import Lab
from tests.support.project import ROOT
from tests.support.served_app import HOST, free_port, served
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
    with served(command, folder=ROOT, log_file=tmp_path / "log.txt", port=port, settings=settings) as app:
        lab = Lab(HOST, port, app, uploads)
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
    for thread in waiting:
        thread.join(30)
    assert not any(thread.is_alive() for thread in waiting)
    assert "stopping: SIGTERM" in app.log()
    assert app.log().rstrip().endswith("stopped")


def _ask_in_vain(lab: Lab, place: int) -> None:
    """A visitor whose app ends: cut off, or told so."""
    try:
        lab.decode(f"slow {place}")
    except (OSError, ValueError):
        return
