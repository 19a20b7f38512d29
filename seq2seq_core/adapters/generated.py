"""Traces from what `generate()` of transformers returns for an encoder-decoder model.

Its output holds, of every step, the log-probabilities of all next tokens of all beams (`scores`) and their
cross-attention, but not which prefix a row stands for: `beam_indices` say that of the returned outputs alone. So the
search is made again, in the single precision and with the operations of transformers 5 (`_beam_search`,
`_get_top_k_continuations`, `_get_running_beams_for_next_iteration`), which gives every row its prefix; from there on it
is a search in plain arrays. What must come out are the returned `sequences`, `beam_indices` and `sequences_scores`, and
a search as long as that of `generate()`: otherwise the options are not those it was given, or something else had its
hand in it (sampling, another stopping criterion), and there is an error instead of a tree that never was.

Row r of `scores` and of `cross_attentions` in one step is the same prefix, of source r // K. All rows of step 1 are the
start; only the first of each source counts there.

What was not returned is held against nothing: `num_return_sequences=num_beams` leaves the least unseen. With beams the
log-probabilities are those that `generate()` added up, after its logits processors. Without beams `scores` are no
log-probabilities but what the processors made of the logits. The model's own are then read from `logits`
(`output_logits=True`); without those, or where processors changed more than what is possible, the scores are
normalised, and the trace says so.

Sizes: B sources, K beams, R rows (B * K), V vocabulary, C candidates (2K), P listed next tokens, Q outputs returned,
T positions of an output, L layers, H heads, S source pieces.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import torch
from torch import Tensor

from seq2seq_core.errors import OptionError, TraceError
from seq2seq_core.options import BeamOptions
from seq2seq_core.trace import ArraySource, ArrayStep, Fate, Hypothesis, TokenNames, Trace, trace_of_arrays

ORIGIN: Final = "generate() of transformers"
RENORMALISED: Final = "normalised from the scores, after the logits processors"
NEXT_TOKENS: Final = 10
_CLOSE: Final = 1e-4
_IMPOSSIBLE: Final = -1e8  # transformers writes -1e9 where there is no prefix
_UNSEEN: Final = 1e-6  # attention that a piece without a label may get
_HINT: Final = "were the options those that generate() was given?"


def traces_of_generated(
    output: Any, options: BeamOptions, sources: Sequence[ArraySource], names: TokenNames
) -> list[Trace]:
    """One trace for each source of a call of `generate()`; each passes `check`.

    Args:
        output: of `generate(..., return_dict_in_generate=True, output_scores=True)`; its attention is kept where
            `output_attentions=True` brought weights, its `logits` are used where there are no beams.
        options: `preset("hf-true" | "hf-false" | "hf-never", beam_size=num_beams, alpha=length_penalty,
            max_length=max_new_tokens)`, by what `early_stopping` was: the output does not tell.
        sources: in the order of the batch, with a label for each token that is no padding.

    Raises:
        OptionError: no max_length, or another number of beams than the output has.
        TraceError: the output lacks something, or does not follow from its own scores under these options.
    """
    table = _Table.of(output, options, len(sources))
    searched = list(_searched(table, options, names.end_id))
    traces = []
    for place, source in enumerate(sources):
        try:
            steps = _steps_of(output, table, searched, place, source)
            trace = trace_of_arrays(steps, options, names, source, trailing=True)
            _check_returned(trace, table, searched, place, names.end_id)
        except TraceError as error:
            raise TraceError(f"source {place + 1}: {error}") from error
        remark = {"log_prob": RENORMALISED} if table.renormalised else {}
        traces.append(replace(trace, options={**trace.options, "origin": ORIGIN, **remark}))
    if traces and (longest := max(len(trace.steps) for trace in traces)) != len(searched):
        raise TraceError(f"generate() took {len(searched)} steps, the search of its scores {longest}: {_HINT}")
    return traces


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """What the output holds, without the prompt and on the device where it lies."""

    log_probs: Sequence[Tensor]  # of each step (R, V)
    renormalised: bool
    beams: int
    tokens_QT: Tensor  # without what the decoder was given to read first
    rows_QT: Tensor | None  # the row that each token continued, -1 beyond the end; None without beams
    scores_Q: Tensor | None

    @classmethod
    def of(cls, output: Any, options: BeamOptions, sources: int) -> "_Table":
        """Read an output.

        Raises:
            OptionError: see `traces_of_generated`.
            TraceError: it lacks its scores, or is no output of so many sources.
        """
        if (scores := getattr(output, "scores", None)) is None:
            raise TraceError("the output must hold scores: generate(return_dict_in_generate=True, output_scores=True)")
        if not sources or not scores or len(output.sequences) % sources or len(scores[0]) % sources:
            raise TraceError(f"the output must be of {sources} sources, has {len(output.sequences)} sequences")
        if (beams := len(scores[0]) // sources) != options.beam_size:
            raise OptionError(f"beam_size must be that of the output, {beams}, got {options.beam_size}")
        rows_QT = getattr(output, "beam_indices", None)
        written = len(scores) if rows_QT is None else rows_QT.size(1)
        tokens_QT = output.sequences[:, output.sequences.size(1) - written :]
        if rows_QT is not None:
            return cls(scores, False, beams, tokens_QT, rows_QT, output.sequences_scores)
        if beams > 1:
            raise TraceError("the output of several beams must hold beam_indices, has none")
        logits = getattr(output, "logits", None)
        return cls(*_without_beams(scores, logits), beams, tokens_QT, None, None)


def _without_beams(scores: Sequence[Tensor], logits: Sequence[Tensor] | None) -> tuple[list[Tensor], bool]:
    """Log-probabilities from what greedy search has, and whether they are the scores' and not the model's own.

    A token that is forced, because it alone is possible, has log-probability 0, as it has with beams.
    """
    normalised = [step_BV.double().log_softmax(-1) for step_BV in scores]
    if logits is None:
        return normalised, True
    own, changed = [], False
    for score_BV, logit_BV, normalised_BV in zip(scores, logits, normalised, strict=True):
        possible_BV = ~score_BV.isneginf()
        forced_BV = possible_BV & (possible_BV.sum(-1, keepdim=True) == 1)
        changed |= bool((possible_BV & ~forced_BV & (score_BV != logit_BV)).any())
        log_probs_BV = logit_BV.double().log_softmax(-1).masked_fill(~possible_BV, -torch.inf)
        own.append(torch.where(forced_BV, normalised_BV, log_probs_BV))
    return (normalised, True) if changed else (own, False)


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """One step of the search made again, for all sources; candidates in the order in which `generate()` had them."""

    row_BC: Tensor  # of the source's K rows, the one that a candidate continues
    token_BC: Tensor
    log_prob_BC: Tensor  # minus infinity where it continues no prefix
    candidate_BK: Tensor  # each row's own candidate in the step before, -1 where it has no prefix and in step 1
    next_token_BKP: Tensor
    next_log_prob_BKP: Tensor


def _searched(table: _Table, options: BeamOptions, end_id: int) -> Iterator[_Step]:
    """The steps that `generate()` made.

    Raises:
        OptionError: no max_length.
    """
    if options.max_length is None:
        raise OptionError("max_length must be given: the max_new_tokens of generate(), got None")
    beams = table.beams
    total_BK = table.log_probs[0].new_zeros(len(table.log_probs[0]) // beams, beams)
    total_BK[:, 1:] = -1e9
    candidate_BK = torch.full_like(total_BK, -1, dtype=torch.int64)
    for log_probs_RV in table.log_probs:
        log_probs_BKV = log_probs_RV.reshape(-1, beams, log_probs_RV.size(1))
        # (B, K, V) -> (B, K * V) -> (B, C)
        total_BX = (log_probs_BKV + total_BK[:, :, None]).flatten(start_dim=1)
        top = total_BX.topk(min(2 * beams, total_BX.size(1)))
        row_BC, token_BC = top.indices // log_probs_BKV.size(2), top.indices % log_probs_BKV.size(2)
        log_prob_BC = log_probs_BKV.flatten(start_dim=1).gather(1, top.indices)
        best = log_probs_BKV.topk(min(NEXT_TOKENS, log_probs_BKV.size(2)))
        yield _Step(
            row_BC=row_BC.cpu(),
            token_BC=token_BC.cpu(),
            log_prob_BC=log_prob_BC.masked_fill(top.values < _IMPOSSIBLE, -torch.inf).cpu(),
            candidate_BK=candidate_BK.cpu(),
            next_token_BKP=best.indices.cpu(),
            next_log_prob_BKP=best.values.cpu(),
        )
        # An end is put behind everything that goes on.
        going_BC = top.values + (token_BC == end_id).to(top.values.dtype) * -1.0e9
        candidate_BK = going_BC.topk(beams).indices
        total_BK = going_BC.gather(1, candidate_BK)
        candidate_BK = candidate_BK.masked_fill(total_BK < _IMPOSSIBLE, -1)


def _steps_of(
    output: Any, table: _Table, searched: Sequence[_Step], place: int, source: ArraySource
) -> Iterator[ArrayStep]:
    """The steps of one source as plain arrays.

    Raises:
        TraceError: attention on pieces that have no label.
    """
    for number, step in enumerate(searched):
        expanded_K = step.candidate_BK[place]
        rows_E = torch.tensor([0]) if number == 0 else torch.nonzero(expanded_K >= 0).squeeze(1)
        heads_ELHS = _heads(output, number, place * table.beams + rows_E, source)
        attention = {} if heads_ELHS is None else {"attention": heads_ELHS.mean((1, 2)).numpy()}
        yield ArrayStep(
            tokens=step.token_BC[place].numpy(),
            parents=expanded_K[step.row_BC[place]].numpy(),
            log_probs=step.log_prob_BC[place].numpy(),
            expanded=expanded_K[rows_E].numpy(),
            next_tokens=step.next_token_BKP[place, rows_E].numpy(),
            next_log_probs=step.next_log_prob_BKP[place, rows_E].numpy(),
            evidence={} if heads_ELHS is None else {"heads": heads_ELHS.numpy()},
            **attention,
        )


def _heads(output: Any, number: int, rows_E: Tensor, source: ArraySource) -> Tensor | None:
    """Cross-attention of some rows in a step, (E, L, H, S); None where the output has none."""
    layers = (getattr(output, "cross_attentions", None) or [None])[number:][:1]
    if not layers or not layers[0] or any(layer is None for layer in layers[0]):
        return None
    # Each layer (R, H, read tokens, padded source): the last token read predicts the next one.
    padded_ELHS = torch.stack([layer[rows_E.to(layer.device), :, -1] for layer in layers[0]], dim=1).float().cpu()
    pieces, padded = len(source.tokens), padded_ELHS.size(-1)
    if pieces > padded or (padded_ELHS[..., pieces:] > _UNSEEN).any():
        raise TraceError(f"tokens of the source must label the pieces that the model read, {pieces} of {padded} do")
    return padded_ELHS[..., :pieces]


def _check_returned(trace: Trace, table: _Table, searched: Sequence[_Step], place: int, end_id: int) -> None:
    """What `generate()` returned for a source must be the best that the trace holds.

    Raises:
        TraceError: names the output that is not.
    """
    count = len(table.tokens_QT) * table.beams // len(table.log_probs[0])
    for nth, at in enumerate(range(place * count, (place + 1) * count)):
        if table.scores_Q is not None and float(table.scores_Q[at]) < _IMPOSSIBLE:
            continue  # filled up: there were not so many outputs
        tokens = _written(table, at, end_id)
        found = _match(trace, tokens, end_id)
        subject = f"generate() returned {tokens} as output {nth + 1}"
        if found is None or nth >= len(trace.hypotheses) or (table.scores_Q is None and found != trace.hypotheses[0]):
            raise TraceError(f"{subject}, to which its scores do not lead: {_HINT}")
        if table.scores_Q is not None:
            _check_score(found, trace.hypotheses[nth], float(table.scores_Q[at]), subject)
        if table.rows_QT is not None:
            _check_rows(table.rows_QT[at].tolist(), tokens, searched, place * table.beams, subject)


def _written(table: _Table, at: int, end_id: int) -> list[int]:
    """The tokens of an output, its end token included where it has one."""
    tokens: list[int] = table.tokens_QT[at].tolist()
    if table.rows_QT is not None:
        return tokens[: int((table.rows_QT[at] >= 0).sum())]
    return tokens[: tokens.index(end_id) + 1] if end_id in tokens else tokens


def _match(trace: Trace, tokens: list[int], end_id: int) -> Hypothesis | None:
    """The hypothesis of these tokens."""
    for each in trace.hypotheses:
        end = [end_id] if each.fate is Fate.FINISHED else []
        if [*each.tokens, *end] == tokens:
            return each
    return None


def _check_score(found: Hypothesis, nth: Hypothesis, score: float, subject: str) -> None:
    """Outputs of equal scores may have changed places."""
    if abs(found.score - score) > _CLOSE or abs(nth.score - score) > _CLOSE:
        raise TraceError(f"{subject} with the score {score}, which is {found.score} by its scores: {_HINT}")


def _check_rows(
    rows: Sequence[int], tokens: Sequence[int], searched: Sequence[_Step], first_row: int, subject: str
) -> None:
    """Along the output each row's prefix is the row before it with the token before it."""
    place, before = first_row // searched[0].candidate_BK.size(1), 0
    for number, row in enumerate(rows[: len(tokens)]):
        at, step = row - first_row, searched[number]
        if not 0 <= at < step.candidate_BK.size(1):
            raise TraceError(f"{subject} through row {row}, which is of another source")
        if number:
            earlier, candidate = searched[number - 1], int(step.candidate_BK[place, at])
            origin = int(earlier.row_BC[place, candidate]), int(earlier.token_BC[place, candidate])
            if candidate < 0 or origin != (before, tokens[number - 1]):
                raise TraceError(f"{subject} through row {row} in step {number + 1}, which holds another prefix")
        elif at:
            raise TraceError(f"{subject} through row {row} in step 1, where {first_row} is the start")
        before = at
