"""A corpus on the disk: the same pairs as in memory, whole or not there, made anew when anything about it differs."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seq2seq_core.errors import DataError
from seq2seq_core.tasks.parallel import read_parallel
from seq2seq_core.tasks.streams import ParallelStream, open_parallel
from seq2seq_core.tokenizer import Tokenizer
from seq2seq_core.training.batches import collate, epoch_order
from seq2seq_core.training.corpus import Preparation, token_pairs
from seq2seq_core.training.pairs import PairReader, ReadPairs, TokenPairs
from seq2seq_core.training.shards import INDEX, Store, file_name
from tests.support.project import ROOT

COUNT = 1000
LINES = [f"{'ab ' * (1 + i % 7)}w{i % 13}\t{'cd ' * (1 + i % 11)}v{i % 17}" for i in range(COUNT)]


@pytest.fixture
def corpus(tmp_path: Path) -> str:
    path = tmp_path / "corpus.tsv"
    path.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def words() -> Tokenizer:
    return Tokenizer.train([line.replace("\t", " ") for line in LINES], kind="word", vocabulary_size=20)


def preparation(words: Tokenizer, **changes: Any) -> Preparation:
    reader = PairReader((words, words), **({"longest": 9} | changes))
    return Preparation(reader)


def rows(pairs: TokenPairs) -> list[tuple[list[int], list[int]]]:
    return [(pairs.source_row(i).tolist(), pairs.target_row(i).tolist()) for i in range(len(pairs))]


def stored(corpus: str, folder: Path, prepared: Preparation, shard_pairs: int = 300) -> TokenPairs:
    return token_pairs(open_parallel(corpus, in_memory=0), prepared, Store(folder, "train", shard_pairs))


def own_folder(folder: Path) -> Path:
    (own,) = folder.glob("train-*")
    return own


@pytest.mark.parametrize("shard_pairs", [1, 300, 10_000])
@pytest.mark.parametrize("copies", [False, True])
def test_pairs_and_their_order_are_those_in_memory(
    corpus: str, tmp_path: Path, words: Tokenizer, shard_pairs: int, copies: bool
) -> None:
    prepared = preparation(words, copies=copies)
    text = read_parallel(corpus)
    inside = token_pairs(text, prepared, Store(tmp_path / "unused", "train", 1))
    outside = stored(corpus, tmp_path / "data", prepared, shard_pairs)
    assert not (tmp_path / "unused").exists()
    assert rows(outside) == rows(inside)
    assert (outside.skipped, outside.target_tokens) == (inside.skipped, inside.target_tokens)
    assert outside.skipped + len(outside) == COUNT
    assert outside.skipped > 0
    assert outside.room(lambda length: length) == inside.room(lambda length: length)
    orders = [list(epoch_order(pairs, 60, seed=3, epoch=1)) for pairs in (inside, outside)]
    assert orders[0] == orders[1]
    batches = [collate(pairs, orders[0][5]) for pairs in (inside, outside)]
    assert batches[0].next_BT.tolist() == batches[1].next_BT.tolist()
    assert batches[0].sources.ids_BS.tolist() == batches[1].sources.ids_BS.tolist()


def test_tokens_and_offsets_lie_in_mapped_files(corpus: str, tmp_path: Path, words: Tokenizer) -> None:
    pairs = stored(corpus, tmp_path / "data", preparation(words))
    assert len(pairs.shards) > 1
    for shard in pairs.shards:
        for rows_ in (shard.sources, shard.targets):
            for array in (rows_.tokens, rows_.offsets):
                assert mapped(array)
                assert not array.flags.writeable
    assert pairs.shards[0].sources.tokens.dtype == np.uint16


def mapped(array: Any) -> bool:
    """Whether an array is a view of a mapped file."""
    while array is not None:
        if isinstance(array, np.memmap):
            return True
        array = getattr(array, "base", None)
    return False


def test_a_second_run_reads_what_the_first_made(corpus: str, tmp_path: Path, words: Tokenizer) -> None:
    first = stored(corpus, tmp_path / "data", preparation(words))
    times = {path: path.stat().st_mtime_ns for path in own_folder(tmp_path / "data").iterdir()}
    # the order is the same whatever the size of the files, so that another size makes none anew
    again = stored(corpus, tmp_path / "data", preparation(words), shard_pairs=7)
    assert rows(again) == rows(first)
    assert {path: path.stat().st_mtime_ns for path in own_folder(tmp_path / "data").iterdir()} == times


def test_another_text_tokenizer_or_setting_makes_other_files(corpus: str, tmp_path: Path, words: Tokenizer) -> None:
    folder = tmp_path / "data"
    stored(corpus, folder, preparation(words))
    stored(corpus, folder, preparation(words, longest=5))
    other = Tokenizer.train(["ab cd w1"], kind="word", vocabulary_size=20)
    stored(corpus, folder, preparation(other))
    Path(corpus).write_text("ab w1\tcd v1\n", encoding="utf-8")
    assert len(stored(corpus, folder, preparation(words))) == 1
    assert len(list(folder.glob("train-*"))) == 4


def test_a_corpus_of_which_nothing_is_kept_is_stored_too(corpus: str, tmp_path: Path, words: Tokenizer) -> None:
    pairs = stored(corpus, tmp_path / "data", preparation(words, longest=1))
    assert (len(pairs), pairs.skipped) == (0, COUNT)


def run_program(tmp_path: Path, words: Tokenizer, program: str) -> subprocess.CompletedProcess[str]:
    """Python in a process of its own, with `words` and `store` at hand."""
    (tmp_path / "words.model").write_bytes(words.model)
    head = f"""
from tests.core.training.test_shards import *
words = Tokenizer(Path({str(tmp_path / "words.model")!r}).read_bytes(), "word")
store = Store(Path({str(tmp_path / "data")!r}), "train", 300)
read = PairReader((words, words), 9).read(["ab"] * 700, ["cd"] * 700)
"""
    command = [sys.executable, "-c", head + program]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_what_a_killed_run_left_is_not_taken_for_a_corpus(tmp_path: Path, words: Tokenizer) -> None:
    program = """
def dying():
    yield read
    os.kill(os.getpid(), signal.SIGKILL)
store.pairs({"a": 1}, dying)
"""
    assert run_program(tmp_path, words, program).returncode == -signal.SIGKILL
    (left,) = (tmp_path / "data").glob(".train-*.new")
    assert sorted(path.name for path in left.iterdir()) == [file_name(0), file_name(1)]
    read = PairReader((words, words), 9).read(["ab"] * 20, ["cd"] * 20)
    assert len(Store(tmp_path / "data", "train", 300).pairs({"a": 1}, lambda: [read])) == 20
    assert not left.exists()


def test_a_full_disk_is_a_clear_error_and_leaves_nothing(tmp_path: Path, words: Tokenizer) -> None:
    program = """
import resource
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))  # as good as a full disk: writing beyond fails
try:
    store.pairs({"a": 1}, lambda: [read])
except DataError as error:
    print(error)
"""
    ran = run_program(tmp_path, words, program)
    assert "00000.pairs: cannot be written: File too large" in ran.stdout, ran.stderr
    assert [path.name for path in (tmp_path / "data").iterdir()] == [".lock"]


def test_large_ids_get_more_bytes(tmp_path: Path) -> None:
    def made(name: str, largest: int) -> TokenPairs:
        return Store(tmp_path, name, 10).pairs({}, lambda: [ReadPairs([([5], [largest])], skipped=0)])

    for largest, kind in ((65_535, np.uint16), (65_536, np.int32)):
        pairs = made(f"to-{largest}", largest)
        assert pairs.shards[0].targets.tokens.dtype == kind
        assert pairs.target_row(0).tolist() == [largest]


@pytest.mark.parametrize("damage", ["gone", "cut", "index gone", "index cut"])
def test_a_damaged_file_is_named(corpus: str, tmp_path: Path, words: Tokenizer, damage: str) -> None:
    stored(corpus, tmp_path / "data", preparation(words))
    own = own_folder(tmp_path / "data")
    victim = own / (INDEX if damage.startswith("index") else file_name(1))
    if damage.endswith("gone"):
        victim.unlink()
    else:
        os.truncate(victim, victim.stat().st_size - 10)
    with pytest.raises(DataError, match=f"{victim}: (cannot be read|must have the|is damaged)"):
        stored(corpus, tmp_path / "data", preparation(words))


@pytest.mark.parametrize("damage", ["gone", "cut"])
def test_a_file_that_vanishes_in_the_middle_of_an_epoch_stops_it(
    corpus: str, tmp_path: Path, words: Tokenizer, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seq2seq_core.training.batches.POOL", 2)
    order = epoch_order(stored(corpus, tmp_path / "data", preparation(words)), 60, seed=3, epoch=1)
    next(order)
    victim = own_folder(tmp_path / "data") / file_name(2)
    if damage == "gone":
        victim.unlink()
    else:
        os.truncate(victim, 100)
    with pytest.raises(DataError, match=str(victim)):
        list(order)


def test_a_text_that_changes_meanwhile_is_named(corpus: str, tmp_path: Path, words: Tokenizer) -> None:
    text = open_parallel(corpus, in_memory=0)
    Path(corpus).write_text("ab\tcd\n", encoding="utf-8")
    with pytest.raises(DataError, match=f"{corpus}: the file was changed"):
        token_pairs(text, preparation(words), Store(tmp_path / "data", "train", 10))
    assert not list((tmp_path / "data").glob("train-*"))


def test_processes_that_start_together_make_the_files_once(corpus: str, tmp_path: Path, words: Tokenizer) -> None:
    (tmp_path / "words.model").write_bytes(words.model)
    program = f"""
from tests.core.training.test_shards import *
words = Tokenizer(Path({str(tmp_path / "words.model")!r}).read_bytes(), "word")
print(len(stored({corpus!r}, Path({str(tmp_path / "data")!r}), preparation(words))))
"""
    command = [sys.executable, "-c", program]
    started = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [process.communicate()[0] for process in started]
    assert outputs[0] == outputs[1]
    assert int(outputs[0]) > 0
    assert json.loads((own_folder(tmp_path / "data") / INDEX).read_text())["recipe"]["longest"] == 9


def test_a_stream_is_opened_where_memory_is_not_to_hold_the_text(corpus: str) -> None:
    stream, text = open_parallel(corpus, in_memory=0), open_parallel(corpus, in_memory=1)
    assert isinstance(stream, ParallelStream)
    assert not isinstance(text, ParallelStream)
    assert (len(stream), stream.digest) == (len(text), text.digest)
    assert list(stream) == list(zip(text.sources, text.targets, strict=True))
