"""A checkpoint folder that somebody prepared, or that broke on the way: refused by name, without taking memory."""

import hashlib
import json
import os
import random
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from seq2seq_core.errors import CheckpointError, OptionError
from seq2seq_core.files import LARGEST_FILE
from seq2seq_core.tokenizer import LEARNT_KINDS, Tokenizer, TokenizerKind
from tests.core.test_checkpoint import TOKENIZER, edit_config, tiny_checkpoint
from tests.support.hostile import generated, values
from tests.support.project import ROOT

FILES = ("config.json", "model.safetensors", "source.model", "target.model")
OTHER = Tokenizer.train(["ein Hund", "eine Katze"] * 5, vocabulary_size=290)
WORDS = Tokenizer.train(["a b"], kind=TokenizerKind.WORD, vocabulary_size=6).model
_MEGABYTE = 1 << 20
_MEASURE = """
import resource, sys
from pathlib import Path
from seq2seq_core.checkpoint import load_checkpoint
from seq2seq_core.errors import CheckpointError
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = peak()
for folder in sys.argv[1:]:
    try:
        load_checkpoint(Path(folder))
    except CheckpointError as error:
        print(str(error)[-80:])
    else:
        raise SystemExit(f"{folder} was opened")
print(peak() - before)
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good folder; nobody changes it."""
    folder = tmp_path_factory.mktemp("whole") / "model"
    save_checkpoint(folder, tiny_checkpoint())
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "model"
    copy.mkdir()
    for path in whole.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    return copy


def vouch(folder: Path, name: str, content: bytes) -> None:
    """Write a file, and let the config vouch for it."""
    (folder / name).write_bytes(content)
    entry = {"file": name, "sha256": hashlib.sha256(content).hexdigest()}
    config = json.loads((folder / "config.json").read_text())
    if name == "model.safetensors":
        edit_config(folder, weights=entry)
    else:
        side = name.removesuffix(".model")
        edit_config(folder, tokenizers=config["tokenizers"] | {side: config["tokenizers"][side] | entry})


def safetensors(header: Any, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_anywhere_is_refused(folder: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    for length in sorted({0, 1, 7, 8, 9, len(content) // 3, len(content) - 2}):
        (folder / name).write_bytes(content[:length])
        with pytest.raises(CheckpointError):
            load_checkpoint(folder)


@pytest.mark.parametrize("name", FILES[1:])
def test_a_single_flipped_bit_is_noticed_wherever_it_is(folder: Path, name: str) -> None:
    content, places = (folder / name).read_bytes(), random.Random(0)
    for _ in range(40):
        place = places.randrange(8 * len(content))
        flipped = bytearray(content)
        flipped[place // 8] ^= 1 << place % 8
        (folder / name).write_bytes(flipped)
        with pytest.raises(CheckpointError, match=f"{name} is not the file that was saved"):
            load_checkpoint(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(CheckpointError, match=rf"{name}: cannot be read"):
        load_checkpoint(folder)


def test_swapped_files_are_noticed(folder: Path, tmp_path: Path) -> None:
    checkpoint = tiny_checkpoint()
    other = tmp_path / "other"
    save_checkpoint(other, Checkpoint(checkpoint.model, OTHER, checkpoint.target_tokenizer))
    (folder / "source.model").write_bytes((other / "source.model").read_bytes())
    with pytest.raises(CheckpointError, match=r"source\.model is not the file that was saved"):
        load_checkpoint(folder)
    vouch(folder, "source.model", (folder / "model.safetensors").read_bytes())
    with pytest.raises(CheckpointError, match="source tokenizer cannot be used"):
        load_checkpoint(folder)
    vouch(folder, "model.safetensors", TOKENIZER.model)
    with pytest.raises(CheckpointError):
        load_checkpoint(folder)


@pytest.mark.parametrize("version", ["seq2seq-checkpoint/2", "seq2seq-checkpoint/1.1", "", None, 1, ["x"]])
def test_another_version_is_refused_before_anything_else_is_read(folder: Path, version: object) -> None:
    edit_config(folder, format=version, surprise={"x": 1})
    for name in FILES[1:]:
        (folder / name).unlink()
    with pytest.raises(CheckpointError, match="format must be 'seq2seq-checkpoint/1'"):
        load_checkpoint(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_link_in_place_of_any_file_is_not_followed(folder: Path, tmp_path: Path, name: str) -> None:
    (folder / name).rename(tmp_path / "elsewhere")
    (folder / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CheckpointError, match="must lie in the folder itself"):
        load_checkpoint(folder)


NAMES = ("../model/source.model", "/etc/passwd", "sub/source.model", "", ".", "x\x00", "x" * 5_000)


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_file_of_another_place_is_not_read(folder: Path, name: str) -> None:
    config = json.loads((folder / "config.json").read_text())
    edit_config(folder, tokenizers=config["tokenizers"] | {"source": config["tokenizers"]["source"] | {"file": name}})
    with pytest.raises(CheckpointError):
        load_checkpoint(folder)


def tensor(shape: list[int], begin: int, end: int, kind: str = "F32") -> dict[str, Any]:
    return {"dtype": kind, "shape": shape, "data_offsets": [begin, end]}


HUGE: dict[str, bytes] = {
    "a tensor of a tebibyte": safetensors({"x": tensor([1 << 20, 1 << 18], 0, 1 << 40)}),
    "sizes that overflow": safetensors({"x": tensor([1 << 33, 1 << 33], 0, 0)}),
    "a million dimensions": safetensors({"x": tensor([1] * 1_000_000, 0, 4)}, b"0000"),
    "offsets that overlap": safetensors({name: tensor([1], 0, 4) for name in "xy"}, b"0000"),
    "offsets that go back": safetensors({"x": tensor([1], 4, 0)}, b"0000"),
    "no such type": safetensors({"x": tensor([1], 0, 4, "OBJECT")}, b"0000"),
    "a header of nothing": safetensors(b""),
    "a header of nesting": safetensors(b"[" * 100_000),
    "a header longer than the file": struct.pack("<Q", 1 << 62) + b"{}",
    "a pickle": b"\x80\x04cos\nsystem\n(S'touch /tmp/pwned'\ntR.",
    "a zip": b"PK\x03\x04" + b"0" * 100,
}


@pytest.mark.parametrize("kind", HUGE)
def test_weights_that_lie_about_themselves_are_refused(folder: Path, kind: str) -> None:
    vouch(folder, "model.safetensors", HUGE[kind])
    with pytest.raises(CheckpointError):
        load_checkpoint(folder)


def bombs(folder: Path, make: Callable[[str], Path]) -> list[Path]:
    """Folders that ask for as much memory as they can."""
    tensor, tokenizer, sizes, sparse = map(make, ("tensor", "tokenizer", "sizes", "sparse"))
    vouch(tensor, "model.safetensors", HUGE["a tensor of a tebibyte"])
    vouch(tokenizer, "source.model", b"\x0a\xff\xff\xff\xff\x07" + b"\0" * 100)  # a piece of two gibibytes
    config = json.loads((folder / "config.json").read_text())
    most = {"embedding_size": 1 << 16, "encoder_size": 1 << 16, "decoder_size": 1 << 16, "attention_size": 1 << 16}
    edit_config(sizes, model=config["model"] | most)
    os.truncate(sparse / "model.safetensors", LARGEST_FILE + 1)  # takes no room on the disk
    return [tensor, tokenizer, sizes, sparse]


def test_no_folder_makes_the_loader_take_much_memory(folder: Path, tmp_path: Path) -> None:
    """Each declares gibibytes; the peak of the process grows by less than a hundredth of one of them."""

    def make(name: str) -> Path:
        copy = tmp_path / name
        copy.mkdir()
        for path in folder.iterdir():
            (copy / path.name).write_bytes(path.read_bytes())
        return copy

    command = [sys.executable, "-c", _MEASURE, *map(str, bombs(folder, make))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[-1]) < 40, done.stdout


@given(data=st.binary(max_size=60), kind=st.sampled_from(LEARNT_KINDS), begin=st.integers(0, len(WORDS)))
@generated(150)
def test_a_tokenizer_file_with_a_strange_part_is_refused_or_of_use(
    data: bytes, kind: TokenizerKind, begin: int
) -> None:
    head = WORDS[:begin] + data
    for content in (head, head + WORDS[begin:], head + WORDS[begin + 9 :]):
        try:
            tokenizer = Tokenizer(content, kind)
        except OptionError:
            continue
        encoding = tokenizer.encode("a b c")
        tokenizer.decode(encoding.ids)
        assert all(tokenizer.label(token) for token in range(len(tokenizer)))


def test_a_piece_that_is_no_text_is_refused_when_the_file_is_opened() -> None:
    place = WORDS.index("▁a".encode())
    with pytest.raises(OptionError, match="must be a SentencePiece model"):
        Tokenizer(WORDS[:place] + b"\xff" + WORDS[place + 1 :], TokenizerKind.WORD)


@given(data=st.data())
@generated(60)
def test_a_config_with_a_strange_value_is_refused_or_harmless(whole: Path, tmp_path: Path, data: st.DataObject) -> None:
    config = json.loads((whole / "config.json").read_text())
    group = data.draw(st.sampled_from(["model", "tokenizers", "weights", "training", "metrics", "card", "format"]))
    strange = data.draw(values().filter(_is_json))
    if isinstance(config[group], dict) and data.draw(st.booleans()):
        config[group][data.draw(st.sampled_from([*config[group], "surprise"]))] = strange
    else:
        config[group] = strange
    folder = tmp_path / "strange"
    folder.mkdir(exist_ok=True)
    for name in FILES[1:]:
        (folder / name).write_bytes((whole / name).read_bytes())
    (folder / "config.json").write_text(json.dumps(config))
    try:
        load_checkpoint(folder)
    except CheckpointError as error:
        assert str(error)


def _is_json(value: object) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return True
