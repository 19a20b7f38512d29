"""What a model says by itself in the middle of a training: outputs drawn in a batch, and their log-probabilities.

The generator is PyTorch's own, whose state is part of the training's: a resumed run draws what it would have drawn.
`<pad>` and `<s>` are never drawn, for no output holds them.

Sizes: B sources, R rows (a source may have several), T positions of the longest output, V vocabulary.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from seq2seq_core.models import Seq2Seq, Sources
from seq2seq_core.tokenizer import END_ID, PAD_ID, START_ID


@torch.no_grad()
def draw(
    model: Seq2Seq[Any], sources: Sources, row_R: Tensor | None = None, *, longest: int, temperature: float | None
) -> Tensor:
    """Outputs with their end tokens, padded, (R, T); one that reaches `longest` tokens is cut and has none.

    Dropout is off meanwhile.

    Args:
        row_R: the source of each row; None: each source once.
        temperature: divides the log-probabilities; None: always the most probable token.
    """
    training = model.training
    model.eval()
    state = model.begin(sources)
    if row_R is not None:
        state = state.select(row_R)
    rows = len(sources.lengths_B) if row_R is None else len(row_R)
    tokens_R = torch.full((rows,), START_ID, device=sources.ids_BS.device)
    ended_R = torch.zeros(rows, dtype=torch.bool, device=sources.ids_BS.device)
    steps: list[Tensor] = []
    while len(steps) < longest and not bool(ended_R.all()):
        answer = model.advance(tokens_R, state)
        tokens_R = _next(answer.log_probs_RV, temperature).masked_fill(ended_R, PAD_ID)
        steps.append(tokens_R)
        state, ended_R = answer.state, ended_R | (tokens_R == END_ID)
    model.train(training)
    return torch.stack(steps, dim=1)


def log_probs_of(model: Seq2Seq[Any], sources: Sources, outputs_RT: Tensor) -> Tensor:
    """log p(output | source), the sum over its tokens, with a gradient, (R,)."""
    start_R1 = torch.full_like(outputs_RT[:, :1], START_ID)
    scores_RTV = model.force(sources, torch.cat((start_R1, outputs_RT[:, :-1]), dim=1)).scores_BTV.float()
    nats_N = functional.cross_entropy(
        scores_RTV.flatten(0, 1), outputs_RT.flatten(), ignore_index=PAD_ID, reduction="none"
    )
    return -nats_N.view_as(outputs_RT).sum(dim=1)


def rows_of(sources: Sources, row_R: Tensor) -> Sources:
    """The sources of the rows."""
    return Sources(sources.ids_BS[row_R], sources.lengths_B[row_R])


def _next(log_probs_RV: Tensor, temperature: float | None) -> Tensor:
    log_probs_RV = log_probs_RV.index_fill(1, torch.tensor([PAD_ID, START_ID], device=log_probs_RV.device), -torch.inf)
    if temperature is None:
        return log_probs_RV.argmax(dim=-1)
    return torch.multinomial((log_probs_RV / temperature).softmax(dim=-1), 1).squeeze(1)
