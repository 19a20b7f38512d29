"""The shipped examples of a search error and a model error show what they are said to show."""

import json
from typing import Any, Final

import pytest

from demo.find_decoder_examples import kind_of, trial_of
from demo.service import Service, read_decoder_examples, read_gallery
from demo.service.standing import Search
from tests.support.project import ROOT

FILE: Final = ROOT / "assets" / "decoder_examples.json"
EXAMPLES: Final = [
    pytest.param(model, example, id=example["kind"])
    for model, examples in json.loads(FILE.read_text(encoding="utf-8")).items()
    for example in examples
]


@pytest.fixture(scope="module")
def services() -> dict[str, Service]:
    models = {example.values[0] for example in EXAMPLES}
    return {str(name): Service(read_gallery([ROOT / "assets" / "checkpoints" / str(name)])) for name in models}


@pytest.mark.parametrize(("model", "example"), EXAMPLES)
def test_an_example_shows_what_its_kind_says(services: dict[str, Service], model: str, example: dict[str, Any]) -> None:
    trial = trial_of(services[model], example["source"], example["reference"])
    assert kind_of(trial) == example["kind"]
    standing = trial.standings()["beam"]
    assert standing.search is Search.ERROR
    # The exact search's output scores higher by so much, and it is another output.
    assert trial.exact is not None
    assert trial.exact.best is not None
    beam = trial.tried[1].searched
    assert beam is not None
    assert beam.best is not None
    assert beam.best.text != trial.exact.best.text
    assert standing.missed == pytest.approx(trial.exact.best.score - beam.best.score, abs=1e-6)


def test_both_kinds_are_shipped() -> None:
    assert {example.id for example in EXAMPLES} >= {"search_error", "model_error"}
    read = read_decoder_examples(FILE)
    assert {each.kind for examples in read.values() for each in examples} >= {"search_error", "model_error"}
