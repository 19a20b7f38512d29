"""The table of models in both READMEs says what the models' own files say."""

import json
from pathlib import Path
from typing import Final

import pytest

from demo.service.gallery import count_numbers
from tests.support.project import ROOT

FOLDERS: Final = sorted(path.parent for path in (ROOT / "assets" / "checkpoints").glob("*/config.json"))


def row_of(readme: str, name: str) -> list[str]:
    """The cells of a model's row."""
    lines = (ROOT / readme).read_text(encoding="utf-8").splitlines()
    (row,) = [line for line in lines if line.startswith(f"| [{name}](assets/checkpoints/{name}/README.md)")]
    return [cell.strip() for cell in row.strip("|").split("|")]


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_models_row_gives_its_size_its_training_and_its_scores(folder: Path, readme: str) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    cells = row_of(readme, folder.name)
    assert cells[3] == f"{count_numbers(folder / 'model.safetensors'):,}"
    assert cells[4] == f"{config['training']['target_tokens_seen']:,}"
    recorded = {str(value) for value in config["metrics"].values()} | {"–"}
    assert {cells[6], cells[7]} <= recorded


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_comparison_of_one_budget_gives_the_scores_of_the_cards(readme: str) -> None:
    lines = (ROOT / readme).read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| en-fr-")]
    assert {row[0] for row in rows} == {folder.name for folder in FOLDERS if folder.name.startswith("en-fr-")}
    for name, _, parameters, greedy, beam, _speed, *by_length in rows:
        folder = ROOT / "assets" / "checkpoints" / name
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        metrics, points = config["metrics"], config["card"]["length_curve"]["points"]
        assert parameters == f"{count_numbers(folder / 'model.safetensors'):,}"
        assert greedy == f"{metrics['BLEU, greedy, single reference']:.2f}"
        assert beam == f"{metrics['BLEU, beam 5, single reference']:.2f}"
        of_length = {point["length_from"]: point["value"] for point in points}
        assert by_length == [f"{of_length[first]:.1f}" for first in (1, 12, 27)]
