"""Text read as a stream: the same pairs, digest and samples as from memory."""

import gzip
from collections import Counter
from pathlib import Path

import pytest

from seq2seq_core.errors import DataError
from seq2seq_core.tasks import streams
from seq2seq_core.tasks.joining import with_joined
from seq2seq_core.tasks.parallel import from_pairs, read_parallel
from seq2seq_core.tasks.streams import ParallelStream, chunks_of, open_parallel, sampled

PAIRS = [(f"a{i}", f"b{i}") for i in range(40)]


@pytest.fixture(params=["tsv", "gz", "aligned"])
def corpus(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    tsv = "".join(f"{source}\t{target}\n" for source, target in PAIRS).encode()
    if request.param == "tsv":
        (tmp_path / "a.tsv").write_bytes(tsv)
        return str(tmp_path / "a.tsv")
    if request.param == "gz":
        (tmp_path / "a.tsv.gz").write_bytes(gzip.compress(tsv))
        return str(tmp_path / "a.tsv.gz")
    for side in (0, 1):
        (tmp_path / f"a.{side}").write_text("".join(pair[side] + "\n" for pair in PAIRS))
    return f"{tmp_path}/a.0,{tmp_path}/a.1"


def test_a_stream_gives_pairs_count_and_digest_of_the_text_again_and_again(corpus: str) -> None:
    stream = open_parallel(corpus, in_memory=0)
    assert isinstance(stream, ParallelStream)
    assert (len(stream), stream.digest) == (40, read_parallel(corpus).digest)
    assert list(stream) == list(stream) == PAIRS


def test_a_sample_is_drawn_evenly_in_order_and_by_the_seed(corpus: str) -> None:
    stream, text = open_parallel(corpus, in_memory=0), read_parallel(corpus)
    drawn = sampled(stream, 10, seed=1)
    assert drawn == sampled(text, 10, seed=1)
    assert drawn != sampled(stream, 10, seed=2)
    assert list(drawn.sources) == sorted(drawn.sources, key=lambda source: int(source[1:]))
    assert len(set(drawn.sources)) == 10
    assert [source[1:] for source in drawn.sources] == [target[1:] for target in drawn.targets]


def test_every_pair_is_as_likely_in_a_sample() -> None:
    text = from_pairs(PAIRS)
    counts = Counter(source for seed in range(800) for source in sampled(text, 10, seed).sources)
    # binomial: 800 draws with probability 1/4 give 200, standard deviation 12.2
    assert len(counts) == 40
    assert all(abs(count - 200) < 5 * 12.3 for count in counts.values())


def test_where_all_fit_the_sample_is_the_text(corpus: str) -> None:
    text = read_parallel(corpus)
    assert sampled(text, 40, seed=1) is text
    assert sampled(open_parallel(corpus, in_memory=0), 40, seed=1).sources == text.sources


def test_chunks_are_the_text_in_parts(corpus: str) -> None:
    chunks = [list(chunk) for chunk in chunks_of(open_parallel(corpus, in_memory=0), 15)]
    assert [len(chunk) for chunk in chunks] == [15, 15, 10]
    assert [pair for chunk in chunks for pair in chunk] == PAIRS


def test_joined_pairs_are_those_of_the_text_in_memory(corpus: str) -> None:
    text = read_parallel(corpus)
    joined = with_joined(text, 3, seed=5)
    (chunk,) = chunks_of(open_parallel(corpus, in_memory=0), 15, join=3, seed=5)
    assert list(chunk) == list(zip(joined.sources, joined.targets, strict=True))


def test_of_a_large_text_pairs_are_joined_with_near_ones(corpus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "JOINED", 20)
    chunks = list(chunks_of(open_parallel(corpus, in_memory=0), 15, join=2, seed=5))
    for begin, chunk in zip((0, 20), chunks, strict=True):
        assert list(chunk[:20]) == PAIRS[begin : begin + 20]
        words = [word for source, _ in chunk[20:] for word in source.split()]
        assert sorted(words) == sorted(source for source, _ in PAIRS[begin : begin + 20])


def test_a_broken_line_of_a_stream_is_named_before_training(tmp_path: Path) -> None:
    (tmp_path / "bad.tsv").write_text("a\tb\nno tab\n")
    with pytest.raises(DataError, match=r"bad\.tsv, line 2"):
        open_parallel(str(tmp_path / "bad.tsv"), in_memory=0)


def test_a_vanished_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.tsv: cannot be read"):
        open_parallel(str(tmp_path / "nowhere.tsv"), in_memory=0)
    (tmp_path / "a.tsv").write_text("a\tb\n")
    stream = open_parallel(str(tmp_path / "a.tsv"), in_memory=0)
    (tmp_path / "a.tsv").unlink()
    with pytest.raises(DataError, match=r"a\.tsv: cannot be read: No such file"):
        list(chunks_of(stream, 10))
