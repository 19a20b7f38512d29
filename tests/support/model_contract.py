"""What every model of every family must do, as checks of one model on given sources.

The models are tiny, untrained and in evaluation mode unless a check says otherwise.

Sizes: B sentences, T target positions, M source positions that attention sees, V vocabulary.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor

from seq2seq_core.models.base import END_ID, START_ID, Forced, Seq2Seq, Sources

Model = Seq2Seq[Any]

TOLERANCE: Final = 1e-5
CPU: Final = torch.device("cpu")


@dataclass(frozen=True, slots=True)
class Case:
    """Sources of unequal length and what the decoder reads for each."""

    sources: Sequence[Sequence[int]]
    previous_BT: Tensor


def case() -> Case:
    """Three sources, for vocabularies of 13 tokens or more."""
    previous = [[START_ID, 5, 6, 4, 11], [START_ID, 7, 8, 12, 5], [START_ID, 9, 10, 11, 4]]
    return Case([[4, 5, 6, 7, 8], [9], [5, 4, 10]], torch.tensor(previous))


def padded(sources: Sequence[Sequence[int]]) -> Sources:
    return Sources.pad(sources, CPU)


def forced(model: Model, sources: Sequence[Sequence[int]], previous_BT: Tensor) -> Forced:
    """Log-probabilities, and attention."""
    answer = model.force(padded(sources), previous_BT)
    return Forced(answer.scores_BTV.float().log_softmax(-1), answer.attention_BTM)


def close(actual: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(actual, expected, atol=TOLERANCE, rtol=0)


def check_weights(model: Model, case: Case, *, sums_to_one: bool = True) -> None:
    """Attention under teacher forcing is a distribution over the real positions."""
    weights_BTM = forced(model, case.sources, case.previous_BT).attention_BTM
    assert weights_BTM is not None
    for row, source in enumerate(case.sources):
        check_distribution(weights_BTM[row], model.positions(len(source)), sums_to_one=sums_to_one)


def check_heads(model: Model, case: Case, *, layers: int, heads: int) -> None:
    """A step gives the weights of every layer and head, and their mean as its attention."""
    stepper = model.open(case.sources)
    answer = stepper.step(case.previous_BT[:, 0], stepper.start())
    heads_RLHM = answer.evidence["heads"]
    assert heads_RLHM.shape[1:3] == (layers, heads)
    for row, source in enumerate(case.sources):
        check_distribution(heads_RLHM[row], model.positions(len(source)), sums_to_one=True)
    assert answer.attention_RS is not None
    close(answer.attention_RS, heads_RLHM.flatten(1, 2).mean(1))


def check_distribution(weights: Tensor, real: int, *, sums_to_one: bool) -> None:
    """Non-negative, exactly zero from position `real` on, rows summing to one (or to at most one)."""
    assert (weights >= 0).all()
    assert (weights[..., real:] == 0).all()
    total = weights.sum(-1)
    if sums_to_one:
        close(total, torch.ones_like(total))
    else:
        assert (total <= 1 + TOLERANCE).all()


def check_batching(model: Model, case: Case) -> None:
    """A batch of several gives what batches of one give."""
    together = forced(model, case.sources, case.previous_BT)
    for row, source in enumerate(case.sources):
        alone = forced(model, [source], case.previous_BT[row : row + 1])
        close(together.scores_BTV[row, :, : alone.scores_BTV.size(-1)], alone.scores_BTV[0])
        if together.attention_BTM is not None and alone.attention_BTM is not None:
            close(together.attention_BTM[row, :, : alone.attention_BTM.size(-1)], alone.attention_BTM[0])


def check_padding(model: Model, case: Case) -> None:
    """Which tokens stand on padding changes nothing."""
    sources = padded(case.sources)
    other = Sources(torch.where(sources.real_BS, sources.ids_BS, 7), sources.lengths_B)
    assert (other.ids_BS != sources.ids_BS).any()
    scores, scores_of_other = (model.force(s, case.previous_BT).scores_BTV for s in (sources, other))
    close(scores_of_other, scores)


def check_stepping(model: Model, case: Case) -> None:
    """Stepping with what a state keeps gives the teacher-forced pass, position by position."""
    expected = forced(model, case.sources, case.previous_BT)
    stepper = model.open(case.sources)
    assert stepper.vocabulary_size == expected.scores_BTV.size(-1)
    state = stepper.start()
    for position in range(case.previous_BT.size(1)):
        answer = stepper.step(case.previous_BT[:, position], state)
        close(answer.log_probs_RV, expected.scores_BTV[:, position])
        if expected.attention_BTM is not None:
            assert answer.attention_RS is not None
            close(answer.attention_RS, expected.attention_BTM[:, position])
        state = answer.state


def check_selection(model: Model, case: Case) -> None:
    """Rows that a search repeats, drops and reorders between all steps go on as teacher forcing of what they became."""
    stepper = model.open(case.sources)
    state, sources = stepper.start(), torch.arange(len(case.sources))
    prefix_RT = torch.empty((len(sources), 0), dtype=torch.int64)
    for position, rows in enumerate(([2, 0, 0, 1], [3, 1, 0, 2, 2], [4, 4, 1])):
        rows_R = torch.tensor(rows)
        state, sources, prefix_RT = stepper.select(state, rows_R), sources[rows_R], prefix_RT[rows_R]
        tokens_R = torch.full_like(rows_R, START_ID) if position == 0 else 4 + torch.arange(len(rows))
        prefix_RT = torch.cat((prefix_RT, tokens_R[:, None]), dim=1)
        answer = stepper.step(tokens_R, state)
        for row, source in enumerate(sources.tolist()):
            alone = forced(model, [case.sources[source]], prefix_RT[row : row + 1]).scores_BTV[0, -1]
            close(answer.log_probs_RV[row, : len(alone)], alone)
        state = answer.state


def check_causality(model: Model, case: Case) -> None:
    """Changing a target token changes its own position and none before it."""
    last = case.previous_BT.size(1) - 1
    before = forced(model, case.sources, case.previous_BT).scores_BTV
    for position in range(1, last + 1):
        other_BT = case.previous_BT.clone()
        other_BT[:, position] = END_ID
        after = forced(model, case.sources, other_BT).scores_BTV
        close(after[:, :position], before[:, :position])
        assert not torch.allclose(after[:, position], before[:, position])


def check_gradients(model: Model, case: Case) -> None:
    """Every parameter gets a gradient in training mode."""
    model.train()
    model.zero_grad()
    forced(model, case.sources, case.previous_BT).scores_BTV[..., END_ID].sum().backward()
    assert [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()] == []


def check_rebuilding(model: Model, case: Case) -> None:
    """Built without memory and given its weights, as from a checkpoint, it is the same model: nothing else counts."""
    with torch.device("meta"):
        again = type(model)(model.config)
    again.load_state_dict(model.state_dict(), assign=True)
    close(
        forced(again.eval(), case.sources, case.previous_BT).scores_BTV,
        forced(model, case.sources, case.previous_BT).scores_BTV,
    )


def check_learning(model: Model, case: Case) -> None:
    """What a loss is given are the scores of all positions, without those of rows that have ended; gradients too."""
    real_BT = torch.arange(case.previous_BT.size(1)) < torch.tensor([3, 5, 1])[:, None]
    place = real_BT.flatten().nonzero().squeeze(1)
    scores, gradients, weights = [], [], []
    for learns in (False, True):
        model.zero_grad()
        if learns:
            learnt = model.learn(padded(case.sources), case.previous_BT, real_BT)
            order = learnt.place_N.argsort()
            close(learnt.place_N[order], place)
            found, shown = learnt.scores_NV[order], learnt.attention_NM
            weights.append(None if shown is None else shown[order])
        else:
            answer = model.force(padded(case.sources), case.previous_BT)
            found, shown = answer.scores_BTV.flatten(0, 1)[place], answer.attention_BTM
            weights.append(None if shown is None else shown.flatten(0, 1)[place])
        scores.append(found.float().log_softmax(-1))
        scores[-1][..., END_ID].sum().backward()
        gradients.append({name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None})
    close(scores[1], scores[0])
    if weights[0] is not None:
        assert weights[1] is not None
        close(weights[1], weights[0])
    for name, gradient in gradients[0].items():
        close(gradients[1][name], gradient)


CHECKS: Final[dict[str, Callable[[Model, Case], None]]] = {
    "weights are a distribution over real positions": check_weights,
    "a batch of several gives what batches of one give": check_batching,
    "padding changes nothing": check_padding,
    "stepping gives what teacher forcing gives": check_stepping,
    "selected rows go on as what they became": check_selection,
    "no position sees a later one": check_causality,
    "every parameter gets a gradient": check_gradients,
    "what a loss is given is teacher forcing without padding": check_learning,
    "weights and config are the whole model": check_rebuilding,
}
