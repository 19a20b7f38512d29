"""A training whose corpus is read as a stream ends with the bits of one that holds it in memory."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seq2seq_core.errors import DataError, OptionError
from seq2seq_core.train import train
from seq2seq_core.training.config import TrainingOptions
from seq2seq_core.training.corpus import DataOptions
from tests.support.tiny_run import tiny_options

STREAMED = DataOptions(in_memory=0, shard_pairs=5)


def options_in(folder: Path, **changes: Any) -> TrainingOptions:
    folder.mkdir()
    return tiny_options(folder, **({"max_tokens": 600, "validate_every": 300, "join": 2, "longest": 40} | changes))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    run = train(options_in(tmp_path_factory.mktemp("whole") / "run"))
    return (run.last / "model.safetensors").read_bytes()


def test_a_streamed_training_gives_the_same_bits(whole: bytes, tmp_path: Path) -> None:
    run = train(options_in(tmp_path / "streamed", data=STREAMED))
    assert (run.last / "model.safetensors").read_bytes() == whole
    assert sorted(path.name[:6] for path in (run.folder / "data").iterdir()) == [".lock", "train-", "valid-"]


def test_resuming_reads_the_files_again(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    options = options_in(tmp_path / "run", data=replace(STREAMED, cache=cache))
    train(options)
    before = {path: path.stat().st_mtime_ns for path in cache.glob("*/*")}
    train(replace(options, resume=True))
    assert {path: path.stat().st_mtime_ns for path in cache.glob("*/*")} == before
    assert not (options.output / "data").exists()


def test_resuming_with_a_cut_file_names_it(tmp_path: Path) -> None:
    options = options_in(tmp_path / "run", data=STREAMED)
    train(options)
    (victim,) = (options.output / "data").glob("train-*/00000.pairs")
    victim.write_bytes(b"")
    with pytest.raises(DataError, match=str(victim)):
        train(replace(options, resume=True))


def test_resuming_with_another_text_is_refused(tmp_path: Path) -> None:
    options = options_in(tmp_path / "run", data=STREAMED)
    train(options)
    Path(options.train).write_text("Other.\tAutre.\n", encoding="utf-8")
    with pytest.raises(OptionError, match="train must be the file that the run began with"):
        train(replace(options, resume=True))


def test_tokenizers_are_learnt_from_a_sample_of_stated_size(tmp_path: Path) -> None:
    few = options_in(tmp_path / "few", data=replace(STREAMED, tokenizer_pairs=1))
    all_of_them = options_in(tmp_path / "all", data=STREAMED)
    assert train(few).source_tokenizer.model != train(all_of_them).source_tokenizer.model


@pytest.mark.parametrize(
    ("name", "value", "least"), [("in_memory", -1, 0), ("shard_pairs", 0, 1), ("tokenizer_pairs", 0, 1)]
)
def test_settings_out_of_range_are_refused(name: str, value: int, least: int) -> None:
    with pytest.raises(OptionError, match=f"{name} must be {least} or more, got {value}"):
        replace(DataOptions(), **{name: value})  # type: ignore[arg-type]  # all three are whole numbers
