"""An upload is read once and gone; of two visitors with the same file both are served."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.service import uploaded
from demo.service.uploaded import REMEMBERED, TooLargeError, take


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    uploaded._latest.clear()
    yield
    uploaded._latest.clear()


def upload(folder: Path, content: bytes = b"a\tb\n", name: str = "pairs.tsv") -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def test_an_upload_is_deleted_when_it_was_read(tmp_path: Path) -> None:
    path = upload(tmp_path)
    assert take(path, 100) == b"a\tb\n"
    assert not Path(path).exists()


def test_two_visitors_who_uploaded_the_same_are_both_served(tmp_path: Path) -> None:
    path = upload(tmp_path)
    upload(tmp_path)  # the same content has the same path
    assert take(path, 100) == take(path, 100) == b"a\tb\n"


def test_a_file_that_is_too_large_is_deleted_unread(tmp_path: Path) -> None:
    path = upload(tmp_path, b"x" * 11)
    with pytest.raises(TooLargeError) as caught:
        take(path, 10)
    assert caught.value.size == 11
    assert not Path(path).exists()
    with pytest.raises(FileNotFoundError):
        take(path, 100)


def test_the_second_reader_has_limits_of_its_own(tmp_path: Path) -> None:
    path = upload(tmp_path, b"x" * 11)
    assert take(path, 11)
    with pytest.raises(TooLargeError):
        take(path, 10)


def test_contents_are_remembered_for_a_minute_and_few_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0
    monkeypatch.setattr("demo.service.uploaded.time.monotonic", lambda: clock)
    path = upload(tmp_path)
    take(path, 100)
    clock = 59.0
    assert take(path, 100)
    clock = 59.0 + 61.0
    with pytest.raises(FileNotFoundError):
        take(path, 100)
    first = upload(tmp_path, name="first")
    take(first, 100)
    for number in range(REMEMBERED):
        take(upload(tmp_path, name=str(number)), 100)
    assert len(uploaded._latest) <= REMEMBERED
    with pytest.raises(FileNotFoundError):
        take(first, 100)


@pytest.mark.parametrize("path", ["/nowhere/pairs.tsv", "a\x00b", "x" * 5_000, "."])
def test_what_is_no_file_is_refused(path: str) -> None:
    with pytest.raises((OSError, ValueError)):
        take(path, 100)
