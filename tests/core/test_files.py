"""Files and folders are whole or not there, whatever happens in between."""

import contextlib
import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from seq2seq_core.errors import CheckpointError, DataError
from seq2seq_core.files import (
    read_regular,
    recover_folder,
    sole_use,
    standing_folder,
    utf8_lines,
    write_file,
    write_folder,
)
from tests.support.project import ROOT


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_file(path, b"old")
    with pytest.raises(TypeError):
        write_file(path, "not bytes")  # type: ignore[arg-type]  # the failure is the point
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["missing/file", "file/file", "."])
def test_a_place_where_nothing_can_be_written_is_named(tmp_path: Path, name: str) -> None:
    write_file(tmp_path / "file", b"")
    with pytest.raises(DataError, match=rf"{tmp_path / name}: cannot be written: "):
        write_file(tmp_path / name, b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_pipe_stays_a_pipe_and_gets_the_content(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=write_file, args=(pipe, b"text"))
    writer.start()
    assert pipe.read_bytes() == b"text"
    writer.join()
    assert pipe.is_fifo()


def test_a_link_goes_on_pointing_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write_file(tmp_path / "link", b"text")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"text"


def test_no_crash_while_writing_a_folder_loses_both_contents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename, folder = Path.rename, tmp_path / "folder"
    write_folder(folder, {"file": b"old"})
    for crash in range(12):
        left = crash % 4

        def dying(path: Path, target: Path) -> Path:
            nonlocal left
            if left == 0:
                raise KeyboardInterrupt
            left -= 1
            return rename(path, target)

        monkeypatch.setattr(Path, "rename", dying)
        with contextlib.suppress(KeyboardInterrupt):
            write_folder(folder, {"file": b"new"})
        assert (standing_folder(folder) / "file").read_bytes() in (b"old", b"new")
    monkeypatch.setattr(Path, "rename", rename)
    recover_folder(folder)
    assert (folder / "file").read_bytes() == b"new"


def test_reading_does_not_rename_what_another_process_is_replacing(tmp_path: Path) -> None:
    (tmp_path / ".folder.old").mkdir()
    assert standing_folder(tmp_path / "folder") == tmp_path / ".folder.old"
    assert [path.name for path in tmp_path.iterdir()] == [".folder.old"]


@pytest.mark.parametrize("name", ["", ".", "..", "a\x00b", "\ud800", "x" * 300, "pipe", "folder"])
def test_only_a_regular_file_of_the_folder_is_read(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with pytest.raises(CheckpointError):
        read_regular(tmp_path, name)


def test_lines_end_at_line_feeds_alone_and_begin_after_the_byte_order_mark() -> None:
    raw = "\ufeffone\r\ntwo\u2028still\x0btwo\n\n\ufefffour".encode()
    expected = ["one", "two\u2028still\x0btwo", "", "\ufefffour"]
    assert list(utf8_lines(io.BytesIO(raw), "file")) == expected


def test_a_line_that_is_not_utf8_is_named_by_file_line_and_byte() -> None:
    with pytest.raises(DataError, match=r"^text, line 2: not UTF-8 \(byte 3 of the line\)$"):
        list(utf8_lines([b"fine\n", b"ab\xff\n"], "text"))


HOLD = """
import sys
from pathlib import Path
from seq2seq_core.files import sole_use
with sole_use(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_folder_is_for_one_process_until_that_ends_in_any_way(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    command = [sys.executable, "-c", HOLD, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        busy = f"output must be free, but another process is writing to {folder}"
        with pytest.raises(DataError, match=busy), sole_use(folder):
            raise AssertionError("two at once")
        other.kill()
    with sole_use(folder):
        assert list(folder.iterdir()) == []
