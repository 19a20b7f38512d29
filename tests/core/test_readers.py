"""Readers that have nothing to learn: pictures, positions, and none."""

from pathlib import Path

import pytest

from seq2seq_core.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from seq2seq_core.errors import InputError, OptionError
from seq2seq_core.models.config import Bridge
from seq2seq_core.readers import NoReader, PictureReader, PositionReader, Reader, make_reader, open_reader
from seq2seq_core.tokenizer import LEARNT_KINDS, Tokenizer, TokenizerKind
from tests.support.recurrent_models import NONE, PATCHES, POINTS, Combination, combination

PICTURE = "/".join(["r.......", *["........"] * 6, "......bk"])


def test_a_picture_has_one_id_per_pixel_row_by_row() -> None:
    encoding = PictureReader().encode(PICTURE)
    # after four special tokens: background 4, red 5, orange 6, yellow 7, green 8, blue 9, purple 10, black 11
    assert encoding.ids == (5, *[4] * 61, 9, 11)
    assert "".join(encoding.pieces) == PICTURE.replace("/", "")
    assert len(PictureReader()) == 12


@pytest.mark.parametrize("around", ["", " \n"])
def test_spans_of_pixels_are_where_they_stand_in_the_text(around: str) -> None:
    text = around + PICTURE + around
    encoding = PictureReader().encode(text)
    assert [text[begin:end] for begin, end in encoding.spans] == list(encoding.pieces)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(InputError, match="the pixels of a picture must be one of"):
        PictureReader().encode("a cat")
    with pytest.raises(InputError, match="a picture must be square"):
        PictureReader().encode_ids([PICTURE, "........"])


def test_pixels_of_ids_are_their_characters() -> None:
    reader = PictureReader()
    assert reader.decode([2, 4, 5, 11, 3]) == ".rk"
    assert [reader.label(token) for token in (0, 1, 2, 3, 4, 11)] == ["<pad>", "<unk>", "<s>", "</s>", ".", "k"]


def test_positions_count_from_one() -> None:
    reader = PositionReader(12)
    encoding = reader.encode(" 3  1 12")
    assert encoding.ids == (6, 4, 15)
    assert encoding.pieces == ("3", "1", "12")
    assert encoding.spans == ((1, 2), (4, 5), (6, 8))
    assert reader.decode([2, 6, 4, 15, 3]) == "3 1 12"
    assert [reader.label(token) for token in (3, 4, 15)] == ["</s>", "1", "12"]
    assert len(reader) == 16


@pytest.mark.parametrize("word", ["0", "13", "-1", "x", "1.0", "²", "1" * 40])
def test_what_is_no_position_is_refused(word: str) -> None:
    with pytest.raises(InputError, match=rf"a position must be a number from 1 to 12, got '{word[:30]}"):
        PositionReader(12).encode(f"3 {word}")


def test_there_must_be_a_position() -> None:
    with pytest.raises(OptionError, match="positions must be 1 or more, got 0"):
        PositionReader(0)


@pytest.mark.parametrize("text", ["", "any text"])
def test_no_reader_reads_nothing(text: str) -> None:
    reader = NoReader()
    assert reader.encode(text).ids == reader.encode(text).pieces == reader.encode(text).spans == ()
    assert (reader.decode([4, 4]), reader.label(0), reader.label(4), len(reader)) == ("", "<pad>", "", 5)


@pytest.mark.parametrize(
    ("reader", "texts"),
    [(PictureReader(), [PICTURE, PICTURE[::-1]]), (PositionReader(9), ["1 2", "9", ""]), (NoReader(), ["", "a"])],
)
def test_ids_of_many_texts_equal_the_ids_of_each(reader: Reader, texts: list[str]) -> None:
    assert reader.encode_ids(texts) == [list(reader.encode(text).ids) for text in texts]


@pytest.mark.parametrize("kind", TokenizerKind)
def test_a_reader_is_made_for_every_kind_and_opened_again(kind: TokenizerKind) -> None:
    made = make_reader(["a cat", "a dog"] * 5, kind, 280, positions=7)
    opened = open_reader(kind, made.model, len(made))
    assert opened.kind is made.kind is kind
    assert len(opened) == len(made)
    assert bool(made.model) == (kind in LEARNT_KINDS)


@pytest.mark.parametrize("kind", sorted(set(TokenizerKind) - set(LEARNT_KINDS)))
def test_a_kind_that_learns_nothing_is_not_learnt(kind: TokenizerKind) -> None:
    with pytest.raises(OptionError, match=f"can be learnt of the kinds unigram, bpe, char, word, letter, got '{kind}'"):
        Tokenizer.train(["text"], kind=kind)


@pytest.mark.parametrize(
    ("each", "files"),
    [
        (combination("pictures", PATCHES, bridge=Bridge.MEAN), ["target.model"]),
        (combination("pointers", POINTS), ["source.model"]),
        (combination("nothing", NONE), ["target.model"]),
    ],
    ids=str,
)
def test_a_checkpoint_keeps_no_file_of_what_was_not_learnt(
    each: Combination, files: list[str], tmp_path: Path
) -> None:
    save_checkpoint(tmp_path / "model", Checkpoint(each.model(), *each.readers()))
    assert sorted(path.name for path in (tmp_path / "model").glob("*.model")) == files
    loaded = load_checkpoint(tmp_path / "model")
    kinds = [reader.kind for reader in each.readers()]
    assert [loaded.source_tokenizer.kind, loaded.target_tokenizer.kind] == kinds
    assert [len(loaded.source_tokenizer), len(loaded.target_tokenizer)] == [len(reader) for reader in each.readers()]
