"""A visitor's file is checked by named rules, and deleted whatever is in it."""

from pathlib import Path

import pytest

from demo.service.lab import MOST_BYTES, UploadError, UploadProblem, read_upload, take_upload

LINES = [f"source {number}\ttarget {number}" for number in range(20)]


def content(*changed: str) -> bytes:
    return "\n".join([*LINES, *changed]).encode()


def test_pairs_are_read_and_blank_lines_left_out() -> None:
    pairs = read_upload(b"\xef\xbb\xbf" + "\r\n".join([*LINES, "", "Ça va ?\t你好"]).encode())
    assert len(pairs) == 21
    assert (pairs[0], pairs[-1]) == (("source 0", "target 0"), ("Ça va ?", "你好"))


@pytest.mark.parametrize(
    ("bad", "problem", "values"),
    [
        (content("no tab"), UploadProblem.TABS, {"line": 21, "tabs": 0, "found": "no tab"}),
        (content("", "a\tb\tc"), UploadProblem.TABS, {"line": 22, "tabs": 2, "found": "a\tb\tc"}),
        (content(" \tb"), UploadProblem.EMPTY_SIDE, {"line": 21, "found": " \tb"}),
        (content("a\t"), UploadProblem.EMPTY_SIDE, {"line": 21, "found": "a\t"}),
        (content("a" * 151 + "\tb"), UploadProblem.LONG_SIDE, {"line": 21, "limit": 150, "found": 151}),
        (content("a\x00\tb"), UploadProblem.CONTROL, {"line": 21}),
        (content() + b"\n\xff\tb", UploadProblem.NOT_TEXT, {"line": 21}),
        (b"", UploadProblem.TOO_FEW, {"limit": 20, "found": 0}),
        ("\n".join(LINES[1:]).encode(), UploadProblem.TOO_FEW, {"limit": 20, "found": 19}),
        ("\n".join(["a\tb"] * 30).encode(), UploadProblem.ONE_SOURCE, {}),
        ("\n".join(LINES * 251).encode(), UploadProblem.TOO_MANY, {"line": 5_001, "limit": 5_000}),
        (b"x" * (MOST_BYTES + 1), UploadProblem.TOO_LARGE, {"limit": MOST_BYTES, "found": MOST_BYTES + 1}),
    ],
)
def test_a_bad_file_is_refused_by_rule_and_line(bad: bytes, problem: UploadProblem, values: dict[str, object]) -> None:
    with pytest.raises(UploadError) as refused:
        read_upload(bad)
    assert (refused.value.problem, refused.value.values) == (problem, values)


def test_five_thousand_lines_are_read() -> None:
    assert len(read_upload("\n".join(LINES * 250).encode())) == 5_000


@pytest.mark.parametrize("bad", [False, True])
def test_an_uploaded_file_is_deleted(tmp_path: Path, bad: bool) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_bytes(b"bad" if bad else content())
    if bad:
        with pytest.raises(UploadError):
            take_upload(str(path))
    else:
        assert len(take_upload(str(path))) == 20
    assert not path.exists()


@pytest.mark.parametrize("path", [None, "", "/no/such/file"])
def test_no_file_is_a_mistake_with_a_name(path: str | None) -> None:
    with pytest.raises(UploadError) as refused:
        take_upload(path)
    assert refused.value.problem is UploadProblem.NO_FILE
