"""Reading parallel text: what is accepted, and what is refused with file and line."""

import gzip
import hashlib
from pathlib import Path

import pytest

from seq2seq_core.errors import DataError
from seq2seq_core.tasks.parallel import from_pairs, read_parallel, read_references, write_tsv

GOOD = "Hi.\tSalut !\nRun!\tCours !\n"


def written(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)


def test_a_tsv_file_its_gzip_and_two_aligned_files_read_the_same(tmp_path: Path) -> None:
    plain = read_parallel(written(tmp_path / "a.tsv", GOOD.encode()))
    packed = read_parallel(written(tmp_path / "a.tsv.gz", gzip.compress(GOOD.encode())))
    source = written(tmp_path / "a.en", b"Hi.\nRun!\n")
    target = written(tmp_path / "a.fr", b"Salut !\nCours !\n")
    aligned = read_parallel(f"{source},{target}")
    assert plain.sources == packed.sources == aligned.sources == ("Hi.", "Run!")
    assert plain.targets == packed.targets == aligned.targets == ("Salut !", "Cours !")
    assert plain.digest == packed.digest


def test_windows_line_ends_and_a_missing_last_one_are_no_text(tmp_path: Path) -> None:
    text = read_parallel(written(tmp_path / "a.tsv", b"a\tb\r\nc\td"))
    assert (text.sources, text.targets) == (("a", "c"), ("b", "d"))


def test_a_line_separator_inside_a_sentence_stays_inside(tmp_path: Path) -> None:
    assert read_parallel(written(tmp_path / "a.tsv", "a\u2028b\tc\x0bd\n".encode())).sources == ("a\u2028b",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a\tb\nno tab here\n", "line 2: expected source<TAB>target with one tab, got 0 tabs"),
        (b"a\tb\tc\n", "line 1: .* got 2 tabs"),
        (b"a\tb\n\tb\n", "line 2: the source side is empty"),
        (b"a\t  \n", "line 1: the target side is empty"),
        (b"a\tb\n\xff\tb\n", "line 2: not UTF-8"),
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=f"bad.tsv.*{message}"):
        read_parallel(written(tmp_path / "bad.tsv", content))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.tsv: cannot be read"):
        read_parallel(str(tmp_path / "nowhere.tsv"))


def test_a_truncated_gzip_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_parallel(written(tmp_path / "cut.tsv.gz", gzip.compress(GOOD.encode() * 50)[:40]))


def test_unequal_line_counts_are_named(tmp_path: Path) -> None:
    source, target = written(tmp_path / "a.en", b"a\nb\n"), written(tmp_path / "a.fr", b"a\n")
    with pytest.raises(DataError, match="equal line counts, got 2 and 1"):
        read_parallel(f"{source},{target}")


def test_references_must_follow_the_test_file(tmp_path: Path) -> None:
    path = tmp_path / "refs.tsv"
    path.write_text("Hi.\tSalut !\tBonjour !\nRun!\tCours !\n", encoding="utf-8")
    assert read_references(path, ["Hi.", "Run!"]) == [["Salut !", "Bonjour !"], ["Cours !"]]
    with pytest.raises(DataError, match="line 1: expected the same sources"):
        read_references(path, ["Run!", "Hi."])
    with pytest.raises(DataError, match="expected 3 lines"):
        read_references(path, ["Hi.", "Run!", "Go."])


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    marked = read_parallel(written(tmp_path / "a.tsv", b"\xef\xbb\xbf" + GOOD.encode()))
    assert marked == read_parallel(written(tmp_path / "b.tsv", GOOD.encode()))


def test_the_digest_is_that_of_the_lines(tmp_path: Path) -> None:
    expected = hashlib.sha256(GOOD.encode()).hexdigest()
    assert read_parallel(written(tmp_path / "a.tsv", GOOD.encode())).digest == expected
    assert read_parallel(written(tmp_path / "b.tsv", GOOD.replace("\n", "\r\n").encode())).digest == expected


def test_what_is_no_gzip_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.tsv\.gz: cannot be read"):
        read_parallel(written(tmp_path / "a.tsv.gz", GOOD.encode()))


def test_a_written_text_is_read_back_the_same(tmp_path: Path) -> None:
    text = from_pairs([("Hi.", "Salut !"), ("Run!", "Cours !")])
    write_tsv(text, tmp_path / "a.tsv")
    assert (tmp_path / "a.tsv").read_bytes() == GOOD.encode()
    assert read_parallel(str(tmp_path / "a.tsv")) == text


@pytest.mark.parametrize("side", ["", " ", "a\tb", "a\nb", "a\r"])
def test_what_could_not_be_read_back_is_not_written(tmp_path: Path, side: str) -> None:
    for pair in (("fine", side), (side, "fine")):
        with pytest.raises(DataError, match=r"bad\.tsv, line 2: a side must be text without tabs and line ends, got"):
            write_tsv(from_pairs([("a", "b"), pair]), tmp_path / "bad.tsv")
    assert not list(tmp_path.iterdir())
