"""Folders of trainings are deleted, at the latest by the next page on the machine."""

import os
import subprocess
import sys
from pathlib import Path

from demo.service.lab.folders import Folders, remove_orphans


def test_folders_go_with_their_page(tmp_path: Path) -> None:
    folders = Folders(tmp_path)
    one, other = folders.new(), folders.new()
    assert one != other
    assert f"-{os.getpid()}-" in one.parent.name
    folders.remove()
    assert not list(tmp_path.iterdir())


def test_what_a_killed_page_left_is_deleted_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import os; print(os.getpid())"]
    gone = subprocess.run(command, capture_output=True, text=True, check=True)
    orphan = tmp_path / f"seq2seq-lab-{gone.stdout.strip()}-abc"
    mine, stranger = tmp_path / f"seq2seq-lab-{os.getpid()}-abc", tmp_path / "seq2seq-lab-notes-abc"
    for folder in (orphan, mine, stranger):
        folder.mkdir()
    remove_orphans(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted((mine, stranger))
