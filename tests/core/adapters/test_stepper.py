"""A Hugging Face model stepped with its cache gives what the library gives: all expected values are its own.

Sizes: R rows, T target positions, V vocabulary, L layers, H heads, S source tokens.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import pytest
import torch
from torch import Tensor

from seq2seq_core.adapters import MODEL_TYPES, HuggingFaceStepper, Rules
from seq2seq_core.decoding import decode
from seq2seq_core.errors import InputError, OptionError
from seq2seq_core.options import GreedyOptions
from tests.support.hugging_face_models import (
    FAMILIES,
    HEADS,
    LAYERS,
    POSITIONS,
    VOCABULARY,
    forced_heads,
    forced_log_probs,
    generated,
    random_sources,
    tiny_model,
)

SOURCES: Final = ([4, 5, 6, 7, 8, 3], [9], [5, 4, 10, 11])
TOLERANCE: Final = 1e-5
MOST: Final = 12

families = pytest.mark.parametrize("family", FAMILIES)


def exact(family: str) -> Any:
    """Double precision inside, so that a difference is a mistake and no rounding: answers are float32 at any rate."""
    return tiny_model(family).double()


def free(model: Any) -> Rules:
    """The model's rules without what they demand of the output: teacher forcing knows no rules."""
    return replace(Rules.of(model.generation_config), banned=(), forced_first=None)


def opened(model: Any, sources: Sequence[Sequence[int]] = SOURCES) -> HuggingFaceStepper:
    return HuggingFaceStepper(model, free(model), sources)


def previous(model: Any) -> Tensor:
    """What the decoder reads for each source; of Marian and T5 that begins with the padding token."""
    start = Rules.of(model.generation_config).start_id
    return torch.tensor([[start, 5, 6, 4, 11], [start, 7, 8, 12, 5], [start, 9, 10, 11, 4]])


def close(actual: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(actual, expected, atol=TOLERANCE, rtol=0)


def test_every_family_that_is_offered_is_tested() -> None:
    assert {tiny_model(family).config.model_type for family in FAMILIES} == set(MODEL_TYPES)


@families
def test_stepping_with_the_cache_gives_the_forced_pass_of_the_library(family: str) -> None:
    model = exact(family)
    tokens_RT = previous(model)
    expected_RTV = forced_log_probs(model, SOURCES, tokens_RT)
    stepper = opened(model)
    assert stepper.vocabulary_size == VOCABULARY
    state = stepper.start()
    for position in range(tokens_RT.size(1)):
        answer = stepper.step(tokens_RT[:, position], state)
        close(answer.log_probs_RV, expected_RTV[:, position])
        state = answer.state


@families
def test_every_row_has_the_cross_attention_of_the_library(family: str) -> None:
    model = exact(family)
    tokens_RT = previous(model)
    expected_RLHTS = forced_heads(model, SOURCES, tokens_RT)
    assert expected_RLHTS.shape[1:3] == (LAYERS, HEADS)
    stepper = opened(model)
    state = stepper.start()
    for position in range(tokens_RT.size(1)):
        answer = stepper.step(tokens_RT[:, position], state)
        close(answer.evidence["heads"], expected_RLHTS[:, :, :, position])
        close(answer.attention_RS, expected_RLHTS[:, :, :, position].flatten(1, 2).mean(1))
        state = answer.state


@families
def test_attention_is_a_distribution_over_the_real_tokens(family: str) -> None:
    model = exact(family)
    stepper = opened(model)
    answer = stepper.step(previous(model)[:, 0], stepper.start())
    for row, source in enumerate(SOURCES):
        heads_LHS = answer.evidence["heads"][row]
        assert (heads_LHS[..., len(source) :] == 0).all()
        close(heads_LHS.sum(-1), torch.ones(LAYERS, HEADS))


@families
def test_a_batch_of_several_gives_what_batches_of_one_give(family: str) -> None:
    model = exact(family)
    tokens_RT = previous(model)
    together = opened(model)
    alone = [opened(model, [source]) for source in SOURCES]
    state, states = together.start(), [stepper.start() for stepper in alone]
    for position in range(tokens_RT.size(1)):
        answer = together.step(tokens_RT[:, position], state)
        for row, stepper in enumerate(alone):
            single = stepper.step(tokens_RT[row : row + 1, position], states[row])
            close(answer.log_probs_RV[row], single.log_probs_RV[0])
            close(answer.evidence["heads"][row, ..., : len(SOURCES[row])], single.evidence["heads"][0])
            states[row] = single.state
        state = answer.state


@families
def test_which_token_stands_on_padding_changes_nothing(family: str) -> None:
    model = exact(family)
    tokens_R = previous(model)[:, 0]
    other = HuggingFaceStepper(model, replace(free(model), pad_id=7), SOURCES)
    expected = opened(model).step(tokens_R, opened(model).start())
    close(other.step(tokens_R, other.start()).log_probs_RV, expected.log_probs_RV)


@families
def test_rows_repeated_dropped_and_reordered_go_on_as_what_they_became(family: str) -> None:
    model = exact(family)
    stepper, sources = opened(model), torch.arange(len(SOURCES))
    state, prefix_RT = stepper.start(), torch.empty((len(SOURCES), 0), dtype=torch.int64)
    for position, rows in enumerate(([2, 0, 0, 1], [3, 1, 0, 2, 2], [4, 4, 1])):  # source 1 vanishes in the last
        rows_R = torch.tensor(rows)
        state, sources, prefix_RT = stepper.select(state, rows_R), sources[rows_R], prefix_RT[rows_R]
        tokens_R = torch.full_like(rows_R, stepper.start_id) if position == 0 else 4 + torch.arange(len(rows))
        prefix_RT = torch.cat((prefix_RT, tokens_R[:, None]), dim=1)
        answer = stepper.step(tokens_R, state)
        for row, source in enumerate(sources.tolist()):
            alone, prefix_1T = [SOURCES[source]], prefix_RT[row : row + 1]
            close(answer.log_probs_RV[row], forced_log_probs(model, alone, prefix_1T)[0, -1])
            heads_LHS = forced_heads(model, alone, prefix_1T)[0, :, :, -1]
            close(answer.evidence["heads"][row, ..., : heads_LHS.size(-1)], heads_LHS)
        state = answer.state


@families
def test_a_state_can_be_stepped_again(family: str) -> None:
    model = exact(family)
    tokens_RT = previous(model)
    stepper = opened(model)
    state = stepper.step(tokens_RT[:, 0], stepper.start()).state
    once = stepper.step(tokens_RT[:, 1], state)
    stepper.step(tokens_RT[:, 2], once.state)
    again = stepper.step(tokens_RT[:, 1], state)
    assert torch.equal(once.log_probs_RV, again.log_probs_RV)
    assert torch.equal(once.evidence["heads"], again.evidence["heads"])


@families
@pytest.mark.parametrize("seed", [0, 1])
def test_greedy_search_writes_what_generate_writes(family: str, seed: int) -> None:
    model, sources = tiny_model(family, seed=seed), random_sources(60, seed=seed)
    expected = generated(model, sources, MOST)
    stepper = HuggingFaceStepper(model, Rules.of(model.generation_config), sources)
    found = decode(stepper, GreedyOptions(max_length=MOST), detokenize=str)
    assert [list(best.tokens) for (best,) in found] == expected


def test_the_outputs_compared_with_generate_differ_and_end_early_and_at_the_maximum_length() -> None:
    found = [generated(tiny_model(family), random_sources(60), MOST) for family in FAMILIES]
    assert all(len({tuple(tokens) for tokens in outputs}) > 5 for outputs in found)
    lengths = [len(tokens) for outputs in found for tokens in outputs]
    assert sum(length < MOST for length in lengths) > len(lengths) / 10
    assert sum(length == MOST for length in lengths) > len(lengths) / 10


def test_a_target_beyond_the_models_positions_is_refused() -> None:
    model = tiny_model("bart")
    stepper = opened(model, [[4, 5]])
    state = stepper.start()
    for _ in range(POSITIONS):
        state = stepper.step(torch.tensor([5]), state).state
    with pytest.raises(InputError, match=f"at most {POSITIONS} tokens with this model, got {POSITIONS + 1}"):
        stepper.step(torch.tensor([5]), state)


@pytest.mark.parametrize("sources", [[], [[4], []]])
def test_a_source_without_tokens_cannot_be_opened(sources: list[list[int]]) -> None:
    with pytest.raises(InputError, match="at least one token each"):
        opened(tiny_model("t5"), sources)


def test_a_model_that_hides_its_attention_is_refused() -> None:
    with pytest.raises(OptionError, match=r"attn_implementation must be 'eager'.*got 'sdpa'"):
        opened(tiny_model("bart", attention="sdpa"))
