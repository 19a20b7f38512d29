"""Our Hugging Face presets beside `generate()`: the same outputs and scores, beam by beam.

Ties are counted, not excused: sums of single precision may meet within 1e-6, and then either order is right.
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product
from typing import Any, Final

import pytest
import torch

from seq2seq_core.adapters import HuggingFaceStepper, Rules
from seq2seq_core.decoding import decode
from seq2seq_core.presets import preset
from seq2seq_core.trace import Hypothesis
from tests.support.hugging_face_models import batched, random_sources, tiny_model

SOURCES: Final = 200
BATCH: Final = 100
NEW_TOKENS: Final = 12
CLOSE: Final = 1e-4
TIE: Final = 1e-6
PRESETS: Final[dict[str, object]] = {"hf-true": True, "hf-false": False, "hf-never": "never"}


@dataclass(frozen=True)
class Expected:
    """What `generate()` returned for one source, best first."""

    tokens: list[tuple[int, ...]]
    scores: list[float]


@cache
def opened(family: str, seed: int) -> tuple[Any, Any, HuggingFaceStepper, int]:
    model = tiny_model(family, seed=seed)
    sources = random_sources(BATCH, seed=seed)
    rules = Rules.of(model.generation_config)
    return model, batched(model, sources), HuggingFaceStepper(model, rules, sources), rules.end_id


def generated(family: str, seed: int, beams: int, penalty: float, early: object) -> list[Expected]:
    model, batch, _, end = opened(family, seed)
    found = model.generate(
        batch.input_ids,
        attention_mask=batch.attention_mask,
        num_beams=beams,
        num_return_sequences=beams,
        do_sample=False,
        max_new_tokens=NEW_TOKENS,
        length_penalty=penalty,
        early_stopping=early if beams > 1 else None,  # without beams it is greedy search, which has no such thing
        return_dict_in_generate=True,
        output_scores=True,
    )
    rows = found.sequences[:, 1:].tolist()  # without the start token
    tokens = [tuple(row[: row.index(end)] if end in row else row) for row in rows]
    scores = found.sequences_scores.tolist() if beams > 1 else [0.0] * len(rows)
    return [Expected(tokens[at : at + beams], scores[at : at + beams]) for at in range(0, len(rows), beams)]


# Every beam size and every penalty once, each day; all pairs of them by `make test-slow`.
EVERY_DAY: Final = ((1, 1.0), (2, 0.0), (4, 0.6), (8, 2.0))
GRID: Final = [
    pytest.param(beams, penalty, marks=() if (beams, penalty) in EVERY_DAY else pytest.mark.slow)
    for beams, penalty in product((1, 2, 4, 8), (0.0, 0.6, 1.0, 2.0))
]


def agrees(found: tuple[Hypothesis, ...], expected: Expected, *, scored: bool) -> bool:
    if not scored:
        return found[0].tokens == expected.tokens[0]
    scores = [each.score for each in found]
    same = [each.tokens for each in found] == expected.tokens
    return same and scores == pytest.approx(expected.scores, abs=CLOSE)


def is_tie(found: tuple[Hypothesis, ...], expected: Expected) -> bool:
    """The same scores in the same places, two of them equal: only the order of the equal ones differs."""
    scores = sorted((each.score for each in found), reverse=True)
    equal = any(abs(one - other) <= TIE for one, other in pairwise(scores))
    return equal and scores == pytest.approx(expected.scores, abs=CLOSE)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize(("beams", "penalty"), GRID)
def test_the_preset_returns_what_generate_returns(name: str, beams: int, penalty: float) -> None:
    ties = different = 0
    for seed in range(SOURCES // BATCH):
        _, _, stepper, _ = opened("marian", seed)
        options = preset(name, beam_size=beams, alpha=penalty, max_length=NEW_TOKENS)
        ours = decode(stepper, options, detokenize=str)
        theirs = generated("marian", seed, beams, penalty, PRESETS[name])
        for found, expected in zip(ours, theirs, strict=True):
            if not agrees(found, expected, scored=beams > 1):
                tie = beams > 1 and is_tie(found, expected)
                ties, different = ties + tie, different + (not tie)
    assert (different, ties <= 2) == (0, True), f"{different} differ, {ties} are ties"


def test_the_models_are_worth_comparing() -> None:
    """Outputs end at many lengths, and the stop modes disagree somewhere."""
    torch.manual_seed(0)
    outputs = {early: generated("marian", 0, 4, 1.0, early) for early in PRESETS.values()}
    lengths = {len(each.tokens[0]) for each in outputs[True]}
    assert len(lengths) >= 5
    assert any(
        one.tokens != other.tokens for one, other in zip(outputs[True], outputs["never"], strict=True)
    )
