"""The models in the box, all of them: small, loadable, measured, attributed, and good at what they are there for."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from seq2seq_core.card import model_card
from seq2seq_core.checkpoint import count_parameters, load_checkpoint
from seq2seq_core.evaluation import exact_match
from seq2seq_core.options import BeamOptions, GreedyOptions, SamplingOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.tasks import generate
from seq2seq_core.tokenizer import TokenizerKind
from seq2seq_core.trace import check, from_json, same, to_json
from tests.support.project import ROOT

SHELF: Final = ROOT / "assets" / "checkpoints"
FOLDERS: Final = sorted(path.parent for path in SHELF.glob("*/config.json"))
MOST_MODELS: Final = 16
MOST_BYTES: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Bar:
    """What a card must say at least, or at most."""

    metric: str
    least: float = 0.0
    most: float = 100.0


BARS: Final = {
    "dates": Bar("exact match %, greedy, single reference", least=99),
    "scan-simple": Bar("exact match %, greedy, single reference", least=99),
    "scan-length": Bar("exact match %, greedy, single reference", most=60),  # shows what fails
    "shapes": Bar("exact match %, greedy, single reference", least=95),
    "cmudict-g2p": Bar("word error rate %, greedy, all references, without stress", most=32),
    "en-fr-bahdanau": Bar("BLEU, beam 5, single reference", least=35),
    "en-fr-transformer": Bar("BLEU, beam 5, single reference", least=38),
    "tatoeba-en-zh": Bar("BLEU, beam 5, single reference", least=25),
    "advising-sql": Bar("exact match %, greedy, single reference", least=85),
    "tatoeba-en-fr": Bar("BLEU, beam 5, single reference", least=38),
}
GENERATED: Final = {"dates": 3, "shapes": 2}  # difficulty


def config_of(folder: Path) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return config


def sources_of(folder: Path) -> list[str]:
    """Inputs that suit the model."""
    config = config_of(folder)
    if config["tokenizers"]["source"]["kind"] == "picture":
        return list(generate("shapes", "test", 3, difficulty=2, seed=5).sources)
    return list(config["card"].get("suggestions", ["How are you?"]))


def test_there_are_at_most_sixteen() -> None:
    assert 1 <= len(FOLDERS) <= MOST_MODELS


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_model_is_small_and_its_card_is_that_of_its_config(folder: Path) -> None:
    assert sum(path.stat().st_size for path in folder.iterdir()) < MOST_BYTES
    config, checkpoint = config_of(folder), load_checkpoint(folder)
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert card == model_card(config, parameters=count_parameters(checkpoint.model))
    assert config["card"]["attribution"] in card
    assert "python -m seq2seq_core.train" in card
    for spent in ("target_tokens_seen", "seconds", "machine"):
        assert config["training"][spent]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_model_met_its_bar(folder: Path) -> None:
    bar, metrics = BARS.get(folder.name), config_of(folder)["metrics"]
    if bar is not None:
        assert bar.least <= metrics[bar.metric] <= bar.most
    assert any("greedy" in name for name in metrics) or folder.name == "language"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_models_traces_hold_together_and_survive_a_file(folder: Path) -> None:
    pipeline = Pipeline.load(folder)
    sampled = pipeline.source_kind is TokenizerKind.NONE
    for options in (SamplingOptions(seed=3),) if sampled else (GreedyOptions(), BeamOptions(beam_size=4)):
        for trace in pipeline.traces(sources_of(folder), options):
            check(trace)
            assert same(from_json(to_json(trace)), trace)


@pytest.mark.parametrize("name", GENERATED)
def test_a_model_of_a_generated_task_is_as_good_on_pairs_that_nobody_saw(name: str) -> None:
    if not (SHELF / name).exists():
        pytest.fail(f"{name} is not in the box")
    unseen = generate(name, "test", 100, difficulty=GENERATED[name], seed=991)
    outputs = Pipeline.load(SHELF / name).translate(unseen.sources, GreedyOptions())
    assert exact_match(outputs, [[target] for target in unseen.targets]) >= 93
