"""One tree for all prefixes of a source, against teacher forcing, which knows nothing of it."""

from collections.abc import Sequence

import pytest
import torch

from seq2seq_core.models.base import START_ID, Sources
from seq2seq_core.models.transformer import TransformerSeq2Seq
from seq2seq_core.models.transformer_tree import FEWEST_NODES, TreeState
from tests.core.models.test_transformer import VARIANTS, tiny_model

SOURCE = [4, 7, 5, 9]
ALTERNATIVES = [[5, 6, 7], [8, 5, 5], [9, 9, 4, 6], [4, 5, 6, 7], [7]]  # tokens of the rows in each step
PARENTS = [[0, 0, 0], [2, 0, 2], [1, 0, 0, 2], [3, 3, 1, 0], [2]]  # and the rows that they continue


def forced(model: TransformerSeq2Seq, prefix: Sequence[int]) -> torch.Tensor:
    """What teacher forcing says after a prefix."""
    with torch.enable_grad():  # and so without a tree
        scores = model.force(Sources.pad([SOURCE], torch.device("cpu")), torch.tensor([[START_ID, *prefix]]))
    return scores.scores_BTV[0, -1].detach().log_softmax(-1)


@pytest.mark.parametrize("variant", [name for name in VARIANTS if "learned" not in name])
def test_rows_that_part_and_vanish_find_what_their_own_prefixes_say(variant: str) -> None:
    model = tiny_model(**VARIANTS[variant])
    stepper = model.open([SOURCE])
    state = stepper.step(torch.tensor([START_ID]), stepper.start()).state
    prefixes: list[list[int]] = [[]]
    for parents, tokens in zip(PARENTS, ALTERNATIVES, strict=True):
        prefixes = [[*prefixes[parent], token] for parent, token in zip(parents, tokens, strict=True)]
        answer = stepper.step(torch.tensor(tokens), stepper.select(state, torch.tensor(parents)))
        state = answer.state
        expected = torch.stack([forced(model, prefix) for prefix in prefixes])
        torch.testing.assert_close(answer.log_probs_RV, expected, atol=1e-5, rtol=0)


def test_a_tree_grows_beyond_its_first_room() -> None:
    model, rows = tiny_model(), 7
    stepper, generator = model.open([SOURCE]), torch.Generator().manual_seed(1)
    state, token_R = stepper.start(), torch.tensor([START_ID])
    written: list[list[int]] = [[]]
    for _ in range(FEWEST_NODES // rows + 4):
        answer = stepper.step(token_R, state)
        parents = torch.randint(len(written), (rows,), generator=generator)
        token_R = torch.randint(4, 13, (rows,), generator=generator)
        state = stepper.select(answer.state, parents)
        written = [[*written[at], token] for at, token in zip(parents.tolist(), token_R.tolist(), strict=True)]
    assert isinstance(state, TreeState)
    assert state.nodes[0].used > FEWEST_NODES
    answer = stepper.step(token_R, state)
    expected = torch.stack([forced(model, prefix) for prefix in written])
    torch.testing.assert_close(answer.log_probs_RV, expected, atol=1e-5, rtol=0)


def test_going_on_twice_from_one_state_disturbs_neither_way() -> None:
    model = tiny_model()
    stepper = model.open([SOURCE])
    state = stepper.step(torch.tensor([START_ID]), stepper.start()).state
    one = stepper.step(torch.tensor([5]), state).state
    other = stepper.step(torch.tensor([8]), state).state
    for token, after, prefix in ((6, one, [5, 6]), (7, other, [8, 7]), (9, one, [5, 9])):
        found = stepper.step(torch.tensor([token]), after).log_probs_RV[0]
        torch.testing.assert_close(found, forced(model, prefix), atol=1e-5, rtol=0)


def test_choosing_rows_of_one_source_copies_no_keys() -> None:
    stepper = tiny_model().open([SOURCE])
    state = stepper.step(torch.tensor([START_ID]), stepper.start()).state
    chosen = stepper.select(state, torch.tensor([0, 0, 0]))
    assert isinstance(state, TreeState)
    assert isinstance(chosen, TreeState)
    assert all(now is before for now, before in zip(chosen.nodes, state.nodes, strict=True))
    assert all(now is before for now, before in zip(chosen.rungs, state.rungs, strict=True))
    after = stepper.step(torch.tensor([5, 6, 7]), chosen).state
    assert isinstance(after, TreeState)
    assert all(now is before for now, before in zip(after.nodes, state.nodes, strict=True))
