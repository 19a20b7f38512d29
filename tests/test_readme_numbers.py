"""The worked example of the READMEs: its digits follow from the printed probabilities by arithmetic."""

import math
import re
from typing import Final

import pytest

from seq2seq_core.printed import parse_table
from tests.support.project import ROOT

ALPHAS: Final = (0.0, 0.7, 1.0)
ROW: Final = re.compile(r"^\| ((?:s|m|l)(?: [ml])*) \| (-[0-9.]+) \| ([0-9]+) \| (.+) \|$", re.MULTILINE)


def log_prob_sum(output: str) -> float:
    table = parse_table((ROOT / "assets" / "tables" / "5-length.txt").read_text(encoding="utf-8"))
    words = output.split()
    steps = enumerate([*words, "</s>"])
    return sum(math.log(table.following[" ".join(words[:at])][word]) for at, word in steps)


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_worked_example_adds_up(readme: str) -> None:
    rows = ROW.findall((ROOT / readme).read_text(encoding="utf-8"))
    assert [output for output, *_ in rows] == ["s", "m m m", "l l l l l l"]
    scores: list[list[float]] = []
    for output, total, length, cells in rows:
        tokens = len(output.split()) + 1
        assert (total, length) == (f"{log_prob_sum(output):.4f}", str(tokens))
        scores.append([log_prob_sum(output) / tokens**alpha for alpha in ALPHAS])
        assert [cell.strip("* ") for cell in cells.split("|")] == [f"{score:.4f}" for score in scores[-1]]
    for column in range(len(ALPHAS)):
        bold = [cells.split("|")[column].strip().startswith("**") for *_, cells in rows]
        best = max(range(len(rows)), key=lambda at: scores[at][column])
        assert bold == [at == best for at in range(len(rows))]


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_division_is_the_first_row_of_the_example(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    total = math.log(0.34 * 0.95)
    assert f"ln(.34 · .95) = −{-total:.4f}" in text
    assert f"−{-total:.4f} / 2^0.7 = −{-total / 2**0.7:.4f}" in text
