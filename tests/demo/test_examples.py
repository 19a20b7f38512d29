"""The page's examples show with the shipped model what they say they show."""

import json
from pathlib import Path
from typing import Final

import pytest

from demo.find_examples import KINDS, UNSUITABLE, judge, words
from demo.service.sources import MAXIMUM_CHARACTERS
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.tasks.parallel import ParallelText
from tests.support.project import ROOT

EXAMPLES: Final[list[dict[str, str]]] = json.loads((ROOT / "assets/examples.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def shipped() -> Pipeline:
    return Pipeline.load(ROOT / "assets" / "checkpoints" / "tatoeba-en-fr")


def test_every_kind_has_an_example() -> None:
    assert {example["kind"] for example in EXAMPLES} == set(KINDS)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example['kind']}: {example['source']}")
def test_an_example_still_meets_its_condition(shipped: Pipeline, example: dict[str, str]) -> None:
    unseen = set(words(example["note"]))
    seen = [word for word in words(example["source"]) if word not in unseen]
    text = ParallelText((example["source"],), (example["reference"],), digest="")
    (candidate,) = judge(shipped, text, seen)
    assert set(candidate.unseen) == unseen
    assert KINDS[example["kind"]][0](candidate)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["source"])
def test_an_example_fits_the_page(example: dict[str, str]) -> None:
    assert len(example["source"]) <= MAXIMUM_CHARACTERS
    assert not UNSUITABLE.search(example["source"])


def test_the_attribution_of_the_sentences_is_given() -> None:
    assert "tatoeba.org" in Path(ROOT / "README.md").read_text(encoding="utf-8")
