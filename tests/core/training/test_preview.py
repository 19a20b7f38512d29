"""A dry run tells what a training would be and leaves no trace."""

from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
import torch

from seq2seq_core import train as training
from seq2seq_core.errors import OptionError
from seq2seq_core.models.config import RecurrentOptions
from seq2seq_core.training.batches import collate
from seq2seq_core.training.corpus import DataOptions
from seq2seq_core.training.distributed import Team
from seq2seq_core.training.preview import activations
from tests.support.tiny_run import PAIRS, tiny_options


def test_a_dry_run_prints_sizes_memory_and_the_first_batch_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    training.train(tiny_options(tmp_path, dry_run=True, batch_tokens=40, max_tokens=1_310, accumulate=2))
    assert [path.name for path in tmp_path.iterdir()] == ["pairs.tsv"]
    lines = capsys.readouterr().out.splitlines()
    assert "train: 12 pairs, 131 target tokens; 0 pairs skipped" in lines
    assert "vocabulary: 286 source tokens, 285 target tokens" in lines
    assert "epoch: 4 batches in 2 updates, 33 target tokens a batch" in lines
    assert "budget: 1,310 target tokens, about 10.0 epochs, 20 updates" in lines
    shown = lines[lines.index("first batch:") + 1 :]
    assert shown
    for line in shown:
        source, target = (eval(side) for side in line.strip().split(" -> "))
        assert (source, target) in PAIRS


def test_the_memory_of_the_weights_is_four_bytes_a_parameter_and_the_optimiser_twice_that(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = RecurrentOptions(embedding_size=256, encoder_size=256, decoder_size=512, attention_size=256)
    training.train(tiny_options(tmp_path, dry_run=True, model=model))
    (parameters,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("parameters: "))
    mebibytes = 4 * int(parameters.partition(": ")[2].replace(",", "")) / 2**20
    training.train(tiny_options(tmp_path, dry_run=True, model=model))
    memory = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("memory"))
    for part, share in (("weights", 1), ("gradients", 1), ("optimiser", 2)):
        assert f"{part} {share * mebibytes:,.1f} MiB" in memory


def test_activations_grow_with_the_batch_and_weights_do_not_count(tmp_path: Path) -> None:
    options = tiny_options(tmp_path, dry_run=True)
    texts = training._texts(options)
    trainer = training._start(options, texts, torch.device("cpu"), Team(), ExitStack())
    pairs = training._tokenised(options, texts, trainer, tmp_path)["train"]
    one, three = (activations(trainer, collate(pairs, [0] * count)) for count in (1, 3))
    logits = 4 * len(trainer.run.target_tokenizer) * (int(pairs.target_lengths(np.array([0]))[0]))  # float32, one pair
    assert one > logits
    assert 2.0 < three / one < 3.5
    assert all(parameter.grad is None for parameter in trainer.model.parameters())


def test_a_dry_run_looks_past_a_run_that_is_there_but_goes_on_with_none(tmp_path: Path) -> None:
    options = tiny_options(tmp_path, max_tokens=300)
    training.train(options)
    before = sorted(path.stat().st_mtime_ns for path in options.output.rglob("*"))
    training.train(tiny_options(tmp_path, dry_run=True))
    assert sorted(path.stat().st_mtime_ns for path in options.output.rglob("*")) == before
    with pytest.raises(OptionError, match="dry_run and resume exclude each other"):
        tiny_options(tmp_path, dry_run=True, resume=True)


def test_a_dry_run_of_a_corpus_read_as_a_stream_writes_nothing_either(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    training.train(tiny_options(tmp_path, dry_run=True, data=DataOptions(in_memory=0)))
    assert "train: 12 pairs, 131 target tokens; 0 pairs skipped" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["pairs.tsv"]
