"""Uploads lie in a folder of their own: private, swept, and gone at the end."""

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from demo.uploads import FOLDER_VARIABLE, MOST_FILES, has_room, private_uploads, sweep, uploads_folder


def aged(path: Path, seconds: float) -> Path:
    """A file that was written so long ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    then = time.time() - seconds
    os.utime(path, (then, then))
    os.utime(path.parent, (then, then))
    return path


def test_what_is_old_goes_with_its_folder_and_what_is_new_stays(tmp_path: Path) -> None:
    outside = aged(tmp_path / "outside", 999)
    folder = tmp_path / "uploads"
    old, new = aged(folder / "a" / "old.tsv", 400), aged(folder / "b" / "new.tsv", 10)
    broken_off = aged(folder / "tmp123", 400)
    (folder / "link").symlink_to(tmp_path)
    sweep(folder, old=300)
    assert not old.parent.exists() and not broken_off.exists()
    assert new.exists() and outside.exists()


def test_the_folder_is_private_while_it_is_there_and_nothing_is_left_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "chosen"))
    with private_uploads() as folder:
        assert os.environ[FOLDER_VARIABLE] == str(folder)
        assert folder.parent == tmp_path / "chosen"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "sub").mkdir()
        (folder / "sub" / "file").write_text("x")
    assert not folder.exists()
    assert os.environ[FOLDER_VARIABLE] == str(tmp_path / "chosen")


def test_what_is_old_is_swept_while_the_app_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    with private_uploads(old=0.02) as folder:
        (folder / "file").write_text("x")
        deadline = time.monotonic() + 60
        while (folder / "file").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not (folder / "file").exists()


def test_what_a_killed_app_left_behind_goes_with_the_next_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    left, other = tmp_path / f"seq2seq-lab-{gone.pid}-abc", tmp_path / "seq2seq-lab-of-somebody-else"
    aged(left / "x" / "pairs.tsv", 1)
    other.mkdir()
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    with private_uploads() as folder:
        assert uploads_folder() == folder
        assert not left.exists() and other.exists()
        with private_uploads() as second:  # of a process that lives nothing is taken
            assert folder.exists() and second != folder


def test_uploads_together_have_a_limit(tmp_path: Path) -> None:
    assert has_room(tmp_path) and has_room(tmp_path / "not there yet")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(300_000_000)  # takes no room on the disk
    assert not has_room(tmp_path)
    (tmp_path / "large").unlink()
    for number in range(MOST_FILES):
        (tmp_path / str(number)).touch()
    assert not has_room(tmp_path)
