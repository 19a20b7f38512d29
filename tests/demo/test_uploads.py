"""Uploads lie in a folder of their own: private, swept, and gone at the end."""

import os
import stat
import time
from pathlib import Path

import pytest

from demo.uploads import FOLDER_VARIABLE, private_uploads, sweep


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
