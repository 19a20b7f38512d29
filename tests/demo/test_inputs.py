"""What an event may carry: files that were uploaded here, and not more than the page itself ever sends."""

from pathlib import Path
from typing import Any

import pytest

from demo.inputs import LARGEST_INPUT, ForeignFileError, TooLargeError, check_inputs


def file(path: str, **more: Any) -> dict[str, Any]:
    return {"path": path, "meta": {"_type": "gradio.FileData"}, **more}


def test_an_upload_and_plain_values_pass(tmp_path: Path) -> None:
    check_inputs([file(f"{tmp_path}/abc/pairs.tsv"), "text", 5, None, 0.5, True, ["a", {"b": []}]], tmp_path)


@pytest.mark.parametrize(
    "place",
    [
        "/etc/passwd",
        "https://example.org/x.tsv",
        "http:/x",
        "file:///etc/passwd",
        "",
        "pairs.tsv",
        "{uploads}",
        "{uploads}/../other.tsv",
        "{uploads}/link/passwd",
        "{uploads}/a\x00b",
        "/" + "x" * 5_000,
        "\ud800",
    ],
)
def test_a_file_of_another_place_is_refused_at_any_depth(tmp_path: Path, place: str) -> None:
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    (uploads / "link").symlink_to("/etc")
    forged = file(place.replace("{uploads}", str(uploads)))
    if place == "{uploads}":
        forged["path"] = str(tmp_path)
    for inputs in ([forged], [{"a": [[forged]]}], [{"value": forged}], [{"path": forged["path"]}]):
        with pytest.raises(ForeignFileError):
            check_inputs(inputs, uploads)


def test_all_inputs_together_are_bounded(tmp_path: Path) -> None:
    half = "x" * (LARGEST_INPUT // 2)
    check_inputs([half, half[:-2]], tmp_path)
    deep: Any = "x"
    for _ in range(LARGEST_INPUT):
        deep = [deep]
    for inputs in ([half, half, "x"], [[None] * LARGEST_INPUT, 1], [{half: half, "a": 1}], deep):
        with pytest.raises(TooLargeError):
            check_inputs(inputs, tmp_path)
