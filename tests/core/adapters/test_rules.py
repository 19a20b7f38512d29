"""What a model's generation settings demand, held to what the library's own logits processors and search make of it."""

from collections import Counter
from typing import Any, Final

import pytest
import torch
from torch import Tensor
from transformers import GenerationConfig

from seq2seq_core.adapters import HuggingFaceStepper, Rules
from seq2seq_core.decoding import decode
from seq2seq_core.errors import CheckpointError
from seq2seq_core.options import GreedyOptions
from tests.support.hugging_face_models import FAMILIES, VOCABULARY, batched, generated, random_sources, tiny_model

MOST: Final = 12
SPECIAL: Final = {"bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 2}


def processed(model: Any, prefix_RT: Tensor, log_probs_RV: Tensor) -> Tensor:
    """What `generate` makes of log-probabilities: the processors that it builds from the model's settings."""
    settings = model.generation_config
    model._prepare_special_tokens(settings)
    processors = model._get_logits_processor(settings, input_ids_seq_length=1)
    scores_RV: Tensor = processors(prefix_RT, log_probs_RV.clone())
    return scores_RV


@pytest.mark.parametrize("family", FAMILIES)
def test_log_probabilities_under_rules_are_those_that_the_library_searches(family: str) -> None:
    model = tiny_model(family)
    rules = Rules.of(model.generation_config)
    log_probs_RV = torch.randn(3, VOCABULARY).log_softmax(-1)
    start_R1 = torch.full((3, 1), rules.start_id)
    later_RT = torch.cat([start_R1, torch.full((3, 1), 5)], dim=1)
    assert torch.equal(rules.apply(log_probs_RV, first=True), processed(model, start_R1, log_probs_RV))
    assert torch.equal(rules.apply(log_probs_RV, first=False), processed(model, later_RT, log_probs_RV))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_decoder_reads_first_what_generate_gives_it(family: str) -> None:
    model, sources = tiny_model(family), random_sources(2)
    batch = batched(model, sources)
    rows = model.generate(batch.input_ids, attention_mask=batch.attention_mask, max_new_tokens=1)
    stepper = HuggingFaceStepper(model, Rules.of(model.generation_config), sources)
    assert [stepper.start_id] * 2 == rows[:, 0].tolist()
    assert stepper.end_id == model.generation_config.eos_token_id


def test_a_banned_and_a_forced_token_change_greedy_search_as_they_change_generate() -> None:
    model, sources = tiny_model("pegasus"), random_sources(40)
    settings, free = model.generation_config, generated(model, sources, MOST)
    (one, _), (other, _) = Counter(token for tokens in free for token in tokens).most_common(2)
    settings.forced_bos_token_id, settings.bad_words_ids, settings.suppress_tokens = 11, [[one]], [other]
    expected = generated(model, sources, MOST)
    stepper = HuggingFaceStepper(model, Rules.of(settings), sources)
    found = decode(stepper, GreedyOptions(max_length=MOST), detokenize=str)
    assert [list(best.tokens) for (best,) in found] == expected != free


def test_facts_that_only_a_search_can_heed_are_told() -> None:
    rules = Rules.of(GenerationConfig(**SPECIAL, forced_eos_token_id=2, bad_words_ids=[[7, 8], [9], [2]]))
    assert (rules.forced_last, rules.banned_after, rules.banned) == (2, ((7, 8),), (9,))


def test_without_a_decoder_start_or_padding_the_fallbacks_of_generate_hold() -> None:
    rules = Rules.of(GenerationConfig(bos_token_id=5, eos_token_id=[6]))
    assert (rules.start_id, rules.end_id, rules.pad_id) == (5, 6, 6)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"eos_token_id": [2, 3]}, r"eos_token_id .* must be one token id, got \[2, 3\]"),
        ({"eos_token_id": None}, "eos_token_id .* must be one token id, got None"),
        ({"bos_token_id": None, "decoder_start_token_id": None}, "decoder_start_token_id .* got None"),
    ],
)
def test_settings_that_a_search_cannot_start_or_end_with_are_refused(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(CheckpointError, match=complaint):
        Rules.of(GenerationConfig(**{**SPECIAL, **settings}))
