"""Keeping a search: a `Recorder` takes the steps of a generator and gives one trace per source.

Sizes: A sources still searching in a step, R rows, E rows of one source, S source pieces of the longest source,
P next tokens listed per row, N candidates, L layers, H heads.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seq2seq_core.errors import InputError
from seq2seq_core.options import BeamOptions, Constraints, Pin, SamplingOptions, SearchOptions
from seq2seq_core.trace import Doubles, Fate, Floats, Hypothesis, Integers, Stop, Trace, TraceStep
from seq2seq_core.trace.columns import COLUMNS, sizes_of
from seq2seq_core.trace.data import NO_TOKEN
from seq2seq_core.trace.pins import pins_text

from .ordering import Top, stable_top
from .outputs import Detokenize, Outputs
from .scoring import rule_of
from .steps import FATES, NEXT_TOKENS, Chosen, Decoder, SearchStep

EVIDENCE: Final = {  # name in a model's answer -> column of a trace's step
    "heads": "heads_ELHS",
    "centre": "centre_E",
    "generate": "generate_E",
    "coverage": "coverage_ES",
}

# Options that the first traces did not have: a trace states them only where they are not at their default.
LATER: Final = frozenset({
    "length_rule", "counts", "reward", "reward_length", "coverage", "beta", "constraints",
    "pins", "refill", "force_end", "cut_competes", "coverage_steers", "finished_compete", "samples",
})  # fmt: skip

Label: TypeAlias = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class SourceText:
    """A source as it was given, and the labels of the pieces that the model reads."""

    text: str
    tokens: tuple[str, ...]
    window: int | None = None  # D of local attention: pieces on either side of the centre
    grid: tuple[int, int] | None = None  # rows and columns of a picture's patches


@dataclass(frozen=True, slots=True, eq=False)
class _Extras:
    """What only a trace wants of a step, brought to the CPU once for the whole batch."""

    attention_RS: Floats | None
    next_token_RP: Integers
    next_log_prob_RP: Doubles
    evidence: Mapping[str, NDArray[Any]]  # by column of a trace's step, rows first


class Recorder:
    """Takes every step of one search in turn; afterwards `traces` has one trace per source, in order.

    Raises:
        InputError: the number of labels of a source differs from the pieces that the model reads.
    """

    def __init__(
        self,
        decoder: Decoder[Chosen],
        options: Chosen,
        sources: Sequence[SourceText],
        source_lengths: Sequence[int],
        *,
        label: Label,
        detokenize: Detokenize,
    ) -> None:
        _check_labels(sources, source_lengths)
        self._decoder, self._options, self._sources = decoder, options, sources
        self._label, self._detokenize = label, detokenize
        self._steps: list[list[TraceStep]] = [[] for _ in sources]
        self._reasons: dict[int, str] = {}
        self._outputs = outputs_of(options, len(sources))

    def add(self, step: SearchStep) -> None:
        """Keep the next step; nothing of it may have been changed or freed since it was yielded.

        Raises:
            InputError: the model gives evidence of an unknown name.
        """
        extras = _extras(step)
        for at, source in enumerate(step.source_A.tolist()):
            pieces = len(self._sources[source].tokens)
            self._steps[source].append(_trace_step(step, extras, at, pieces))
        self._reasons.update(step.ended)
        self._outputs.add(step)

    def traces(self) -> list[Trace]:
        """The traces of a search that has come to its end."""
        return [self._trace(source) for source in range(len(self._sources))]

    def _trace(self, source: int) -> Trace:
        text, steps = self._sources[source], tuple(self._steps[source])
        hypotheses = self._outputs.hypotheses(source, self._detokenize)
        return Trace(
            algorithm=self._decoder.name,
            options={**_settings(self._options, len(text.tokens)), **self._decoder.remarks},
            formula=rule_of(self._options).formula(),
            source=text.text,
            source_tokens=text.tokens,
            labels={token: self._label(token) for token in _mentioned(steps, hypotheses)},
            steps=steps,
            hypotheses=hypotheses,
            stop=Stop(
                rule=self._decoder.stop_rule(self._options),
                reason=self._reasons[source],
                winner_step=_step_of(hypotheses[0]) if hypotheses else 0,
                last_step=len(steps),
            ),
            window=text.window,
            grid=text.grid,
        )


def outputs_of(options: SearchOptions, sources: int) -> Outputs:
    """What collects the outputs; of samples, one that is cut at the maximum length counts like the others."""
    if isinstance(options, BeamOptions):
        return Outputs(sources, cut_competes=options.cut_competes, held=options.finished_compete)
    return Outputs(sources, cut_competes=isinstance(options, SamplingOptions))


def _step_of(hypothesis: Hypothesis) -> int:
    """The step that wrote its last token, be it the end."""
    return len(hypothesis.tokens) + (hypothesis.fate is Fate.FINISHED)


def _check_labels(sources: Sequence[SourceText], source_lengths: Sequence[int]) -> None:
    labelled = [len(source.tokens) for source in sources]
    if labelled != list(source_lengths):
        raise InputError(f"a source must have one label per piece, got {labelled} for {list(source_lengths)} pieces")


def _extras(step: SearchStep) -> _Extras:
    best = _next(step)
    impossible_RP = torch.isneginf(best.value_RK)
    attention_RS = step.attention_RS
    return _Extras(
        attention_RS=None if attention_RS is None else attention_RS.detach().float().cpu().numpy(),
        next_token_RP=best.index_RK.masked_fill(impossible_RP, NO_TOKEN).cpu().numpy(),
        next_log_prob_RP=best.value_RK.cpu().double().numpy(),
        evidence=_columns_of(step.evidence),
    )


def _next(step: SearchStep) -> Top:
    """The best next tokens of every row, from the search where it has looked at as many."""
    log_probs_RV = step.log_probs_RV.detach()
    if step.best is not None and step.best.index_RK.size(1) >= min(NEXT_TOKENS, log_probs_RV.size(1)):
        return step.best.first(NEXT_TOKENS)
    return stable_top(log_probs_RV, NEXT_TOKENS)


def _columns_of(evidence: Mapping[str, Tensor]) -> dict[str, NDArray[Any]]:
    if unknown := sorted(set(evidence) - set(EVIDENCE)):
        raise InputError(f"evidence must be one of {', '.join(EVIDENCE)}, got {unknown} from the model")
    return {
        EVIDENCE[name]: value.detach().cpu().numpy().astype(COLUMNS[EVIDENCE[name]].dtype)
        for name, value in evidence.items()
    }


def _evidence(extras: _Extras, rows: slice, pieces: int) -> dict[str, Any]:
    """The rows of one source; where the last size is that of the source, its real pieces."""
    return {
        name: value[rows][..., :pieces] if sizes_of(name).endswith("S") else value[rows]
        for name, value in extras.evidence.items()
    }


def _trace_step(step: SearchStep, extras: _Extras, at: int, pieces: int) -> TraceStep:
    """The part of one source: its rows, its candidates, its real pieces."""
    rows, shown = slice(step.offset_A[at], step.offset_A[at + 1]), slice(step.count_A[at])
    sum_N, scores, attention_RS = step.log_prob_sum_AN[at, shown], step.scores, extras.attention_RS
    return TraceStep(
        expanded_E=step.expanded_R[rows],
        attention_ES=None if attention_RS is None else attention_RS[rows, :pieces],
        next_token_EP=extras.next_token_RP[rows],
        next_log_prob_EP=extras.next_log_prob_RP[rows],
        parent_N=step.parent_AN[at, shown],
        token_N=step.token_AN[at, shown],
        log_prob_N=step.log_prob_AN[at, shown],
        log_prob_sum_N=sum_N,
        length_N=scores.length_AN[at, shown],
        penalty_N=scores.penalty_AN[at, shown],
        score_N=scores.score_AN[at, shown],
        rank_N=np.arange(1, len(sum_N) + 1),
        fate_N=tuple([FATES[code] for code in step.fate_AN[at, shown].tolist()]),
        margin_N=step.margin_AN[at, shown],
        reward_N=_shown(scores.reward_AN, at, shown),
        coverage_penalty_N=_shown(scores.covered_AN, at, shown),
        key_N=_shown(step.key_AN, at, shown),
        draws_N=None if step.draws_AN is None else step.draws_AN[at, shown],
        group_N=None if step.group_AN is None else step.group_AN[at, shown],
        diversity_N=_shown(step.diversity_AN, at, shown),
        **_evidence(extras, rows, pieces),
    )


def _shown(column_AN: Doubles | None, at: int, shown: slice) -> Doubles | None:
    return None if column_AN is None else column_AN[at, shown]


def _settings(options: SearchOptions, source_length: int) -> Mapping[str, int | float | str]:
    """The options by name, as they came to be for this source; those of `LATER` only where they say something."""
    default = type(options)()
    given = {
        field.name: getattr(options, field.name)
        for field in fields(options)
        if field.name not in LATER or getattr(options, field.name) != getattr(default, field.name)
    }
    del given["room"]  # has done its part in max_length
    given.pop("constraints", None)
    given.pop("pins", None)
    given["max_length"] = options.resolve_max_length(source_length)
    if given.get("n_best", 0) is None:
        given["n_best"] = given["beam_size"]
    plain = {name: _plain(value) for name, value in given.items()}
    return {**plain, **_constraints(options.constraints), **_pins(options.pins)}


def _plain(value: Any) -> int | float | str:
    if isinstance(value, str):
        return str(value)
    plain: int | float = int(value) if isinstance(value, bool) else value
    return plain


def _constraints(constraints: Constraints) -> Mapping[str, int | str]:
    """Token ids parted by blanks, paths by semicolons."""
    texts = {
        "forced_prefix": _ids(constraints.forced_prefix),
        "banned": _ids(constraints.banned),
        "banned_after": "; ".join(map(_ids, constraints.banned_after)),
        "required": "; ".join(map(_ids, constraints.required)),
    }
    found: dict[str, int | str] = {name: text for name, text in texts.items() if text}
    return found | ({"no_repeat_ngram": constraints.no_repeat_ngram} if constraints.no_repeat_ngram else {})


def _pins(pins: Sequence[Pin]) -> Mapping[str, str]:
    return {"pins": pins_text({pin.step: pin.position for pin in pins})} if pins else {}


def _ids(tokens: Sequence[int]) -> str:
    return " ".join(map(str, tokens))


def _mentioned(steps: Sequence[TraceStep], hypotheses: Sequence[Hypothesis]) -> list[int]:
    tokens = [token_N for step in steps for token_N in (step.token_N, step.next_token_EP.ravel())]
    tokens += [np.array(each.tokens, dtype=np.int64) for each in hypotheses]
    found: list[int] = np.unique(np.concatenate(tokens)).tolist()
    return [token for token in found if token != NO_TOKEN]
