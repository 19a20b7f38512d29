"""Pretrained vectors: read as word2vec and GloVe write them, counted, and left alone where they are frozen."""

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pytest
import torch
from torch import nn

from seq2seq_core.checkpoint import load_checkpoint
from seq2seq_core.errors import DataError, OptionError
from seq2seq_core.tokenizer import Tokenizer, TokenizerKind
from seq2seq_core.train import train
from seq2seq_core.training.config import OptimiserOptions, Schedule, TokenizerOptions
from seq2seq_core.training.embeddings import cover_of, fill, read_vectors
from seq2seq_core.training.start import StartOptions
from tests.support.tiny_run import tiny_options

TEXTS: Final = ("the cat sees the dog", "The Cat", "a zebra")
READER: Final = Tokenizer.train(TEXTS, kind=TokenizerKind.WORD, vocabulary_size=30)
LINES: Final = ("the 1 2 3", "cat -1 0.5 2e-1", "dog 0 0 1", "yes 9 9 9")


def write(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def row(word: str) -> int:
    (token,) = READER.encode(word).ids
    return token


@pytest.mark.parametrize("header", [(), ("4 3",)])
def test_the_rows_of_the_vocabulary_are_found_with_the_header_and_without(
    tmp_path: Path, header: tuple[str, ...]
) -> None:
    vectors = read_vectors(write(tmp_path / "v.txt", *header, *LINES), READER, 3)
    assert vectors.rows_VE[row("cat")].tolist() == pytest.approx([-1, 0.5, 0.2])
    assert vectors.rows_VE[row("dog")].tolist() == [0, 0, 1]
    assert not vectors.found_V[row("zebra")]
    assert not vectors.found_V[:4].any()


def test_a_packed_file_and_blanks_at_the_end_of_lines_make_no_difference(tmp_path: Path) -> None:
    (tmp_path / "v.txt.gz").write_bytes(gzip.compress(b"the 1 2 3 \ndog 0 0 1 \n"))
    assert read_vectors(tmp_path / "v.txt.gz", READER, 3).rows_VE[row("dog")].tolist() == [0, 0, 1]


def test_a_word_as_it_is_written_comes_before_its_lower_case_form(tmp_path: Path) -> None:
    vectors = read_vectors(write(tmp_path / "v.txt", *LINES, "The 7 7 7"), READER, 3)
    assert vectors.rows_VE[row("The")].tolist() == [7, 7, 7]
    assert vectors.rows_VE[row("Cat")].tolist() == pytest.approx([-1, 0.5, 0.2])
    assert vectors.lowered == 1


def test_of_a_word_that_comes_twice_the_first_line_counts(tmp_path: Path) -> None:
    vectors = read_vectors(write(tmp_path / "v.txt", "the 1 2 3", "the 4 5 6"), READER, 3)
    assert vectors.rows_VE[row("the")].tolist() == [1, 2, 3]


def test_words_with_blanks_are_counted_and_passed_over(tmp_path: Path) -> None:
    vectors = read_vectors(write(tmp_path / "v.txt", *LINES, "the cat 5 5 5", ". . . 1 1 1"), READER, 3)
    assert vectors.rows_VE[row("the")].tolist() == [1, 2, 3]
    assert vectors.blank == 2


def test_pieces_are_looked_for_without_their_word_mark(tmp_path: Path) -> None:
    reader = Tokenizer.train(["ab ab ab a b"] * 9, kind=TokenizerKind.BPE, vocabulary_size=266)
    vectors = read_vectors(write(tmp_path / "v.txt", "a 1 2 3", "<0x41> 4 5 6", "</s> 7 8 9"), reader, 3)
    found = {reader.label(int(at)) for at in np.flatnonzero(vectors.found_V)}
    assert found == {label for label in map(reader.label, range(len(reader))) if label in ("a", "\u2581a")}
    assert "a" in found


def test_coverage_counts_types_and_tokens_of_the_training_text(tmp_path: Path) -> None:
    vectors = read_vectors(write(tmp_path / "v.txt", *LINES), READER, 3)
    cover = cover_of(vectors, READER, TEXTS)
    # the, cat, sees, dog, The, Cat, a, zebra: five of eight types, six of nine tokens
    assert (cover.found, cover.types, cover.lowered) == (5, 8, 2)
    assert cover.share == pytest.approx(6 / 9)
    assert "5 of 8 token types (2 by their lower-case form), which are 66.7%" in str(cover)


def test_rows_without_a_vector_stay_as_they_were_drawn(tmp_path: Path) -> None:
    embedding = nn.Embedding(len(READER), 3, padding_idx=0)
    before = embedding.weight.detach().clone()
    fill(embedding, read_vectors(write(tmp_path / "v.txt", *LINES), READER, 3))
    assert embedding.weight[row("the")].tolist() == [1, 2, 3]
    assert torch.equal(embedding.weight[row("zebra")], before[row("zebra")])
    assert torch.equal(embedding.weight[0], torch.zeros(3))


@pytest.mark.parametrize(
    ("lines", "error", "message"),
    [
        (("the 1 2",), OptionError, "the embedding size must be that of {path}, 2, got 3"),
        (("2 4", "the 1 2 3 4"), OptionError, "the embedding size must be that of {path}, 4, got 3"),
        (("the 1 2 3", "cat 1 nan 3"), DataError, "{path}, line 2: vectors must hold finite numbers"),
        (("the 1 2 3", "cat 1 inf 3"), DataError, "{path}, line 2: vectors must hold finite numbers"),
        (("the 1 2 x",), DataError, "{path}, line 1: could not convert string to float"),
        (("2 3", "the 1 2 3", "cat 1 2"), DataError, "{path}, line 3: expected a token and 3 numbers, got 'cat 1 2'"),
        (("2 3", "the 1 2 3", ""), DataError, "{path}, line 3: expected a token and 3 numbers, got ''"),
        (("yes 1 2 3",), OptionError, "{path} has a vector for none of the 8 token types"),
        ((), DataError, "{path}: the file is empty"),
    ],
)
def test_files_that_break_the_format_are_refused_by_name_and_line(
    tmp_path: Path, lines: tuple[str, ...], error: type[Exception], message: str
) -> None:
    path = write(tmp_path / "v.txt", *lines)
    with pytest.raises(error, match=re.escape(message.format(path=path))):
        read_vectors(path, READER, 3)


def test_bytes_that_are_no_text_are_refused_by_line(tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_bytes(b"the 1 2 3\n\xff 1 2 3\n")
    with pytest.raises(DataError, match="line 2: not UTF-8"):
        read_vectors(tmp_path / "v.txt", READER, 3)


def test_frozen_vectors_stay_and_others_learn_also_after_a_resume(tmp_path: Path) -> None:
    numbers = " ".join(["0.25"] * 24)
    path = write(tmp_path / "v.txt", f"the {numbers}", f"cat. {numbers}", f"Le {numbers}")
    start = StartOptions(source_embeddings=path, target_embeddings=path, freeze_embeddings=True)
    words = TokenizerOptions(source_kind=TokenizerKind.WORD, target_kind=TokenizerKind.WORD)
    decaying = OptimiserOptions(learning_rate=1e-2, warmup=0, weight_decay=0.1, schedule=Schedule.CONSTANT)
    options = tiny_options(
        tmp_path, max_tokens=300, validate_every=150, start=start, tokenizer=words, optimiser=decaying
    )
    first = load_checkpoint(train(options).last)
    path.unlink()
    second = load_checkpoint(train(replace(options, resume=True, max_tokens=600)).last)
    for side, reader in (("source", first.source_tokenizer), ("target", first.target_tokenizer)):
        name = f"{side}_embedding.weight"
        assert torch.equal(first.model.state_dict()[name], second.model.state_dict()[name]), side
        word = reader.encode("the" if side == "source" else "Le").ids[0]
        assert torch.equal(second.model.state_dict()[name][word], torch.full((24,), 0.25))
    assert not torch.equal(first.model.state_dict()["output.bias"], second.model.state_dict()["output.bias"])
    log = [json.loads(line) for line in (options.output / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    covers = [event for event in log if event["event"] == "embeddings"]
    assert [(event["side"], event["found"]) for event in covers] == [("source", 3), ("target", 1)]
    assert set(second.training["start"]) == {"source_embeddings", "target_embeddings"}


def test_tuned_vectors_move(tmp_path: Path) -> None:
    path = write(tmp_path / "v.txt", "the " + " ".join(["0.25"] * 24))
    words = TokenizerOptions(source_kind=TokenizerKind.WORD, target_kind=TokenizerKind.WORD)
    options = tiny_options(
        tmp_path, max_tokens=300, validate_every=300, start=StartOptions(source_embeddings=path), tokenizer=words
    )
    found = load_checkpoint(train(options).last)
    word = found.source_tokenizer.encode("the").ids[0]
    assert not torch.allclose(found.model.state_dict()["source_embedding.weight"][word], torch.tensor(0.25))
