"""The model in the box: it loads, it is small, its scores are those of its card, and it translates plain sentences."""

from pathlib import Path
from typing import Final

import pytest

from seq2seq_core.options import BeamOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.trace import check
from tests.support.project import ROOT

FOLDER: Final[Path] = ROOT / "assets" / "checkpoints" / "tatoeba-en-fr"
# Translations that any teacher of French would accept.
PLAIN: Final = {
    "Thank you.": {"Merci.", "Merci !"},
    "Where is the station?": {"Où est la gare ?", "Où se trouve la gare ?"},
    "What time is it?": {"Quelle heure est-il ?"},
    "She is my sister.": {"C'est ma sœur.", "Elle est ma sœur."},
    "I lost my keys.": {"J'ai perdu mes clés.", "J'ai perdu mes clefs."},
    "My brother bought a new car.": {"Mon frère a acheté une nouvelle voiture."},
    "The book is on the table.": {"Le livre est sur la table."},
    "He doesn't speak French.": {"Il ne parle pas français.", "Il ne parle pas le français."},
}


@pytest.fixture(scope="module")
def shipped() -> Pipeline:
    return Pipeline.load(FOLDER)


def test_the_folder_is_under_ten_megabytes() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 10_000_000


def test_the_recorded_scores_meet_the_bar(shipped: Pipeline) -> None:
    assert shipped.checkpoint.metrics["BLEU, beam 5, single reference"] >= 38.0
    assert "tok:13a" in shipped.checkpoint.metrics["signature of BLEU, single reference"]


def test_the_card_gives_licence_scores_and_command() -> None:
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    for part in ("CC BY 2.0 FR", "| BLEU, beam 5, single reference | 46.01 |", "python -m seq2seq_core.train --train"):
        assert part in card


def test_plain_sentences_are_translated_right(shipped: Pipeline) -> None:
    outputs = dict(zip(PLAIN, shipped.translate(list(PLAIN), BeamOptions(beam_size=5)), strict=True))
    assert {source: output for source, output in outputs.items() if output not in PLAIN[source]} == {}


@pytest.mark.parametrize("beam_size", [1, 5, 10])
def test_its_traces_hold_together(shipped: Pipeline, beam_size: int) -> None:
    for source in PLAIN:
        check(shipped.trace(source, BeamOptions(beam_size=beam_size)))
