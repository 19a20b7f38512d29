"""Next tokens that a setting forbade: the model gave them, and no candidate of the step has them.

A trace keeps what the model said before anything was forbidden, and the settings; so who was forbidden, and by which
of them, can be read back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from .data import HELD_FATES, NO_TOKEN, ROOT, Fate, Trace, TraceStep

END_LABEL: Final = "</s>"
_ENDS: Final = (Fate.FINISHED, Fate.END_BELOW_CUT)
_Prefix: TypeAlias = tuple[int, ...]


class Ban(StrEnum):
    """The setting that forbids a token; the order is that in which they are asked."""

    BANNED = "banned"
    BANNED_AFTER = "banned_after"
    NO_REPEAT = "no_repeat_ngram"
    FORCED_PREFIX = "forced_prefix"
    MIN_LENGTH = "min_length"
    FORCE_END = "force_end"


@dataclass(frozen=True, slots=True)
class Forbidden:
    """One continuation that was not possible."""

    parent: int  # candidate of the step before, or ROOT
    token: int
    log_prob: float
    log_prob_sum: float  # what the continuation would have had
    ban: Ban


def forbidden(trace: Trace) -> list[list[Forbidden]]:
    """By step, the listed next tokens that a setting forbade, the most probable continuation first."""
    rules, found = _Rules.of(trace), list[list[Forbidden]]()
    if not rules.forbid:
        return [[] for _ in trace.steps]
    written: dict[int, tuple[_Prefix, float]] = {ROOT: ((), 0.0)}  # by candidate of the step before, with its sum
    for step in trace.steps:
        here = [each for row in range(len(step.expanded_E)) for each in _after(step, row, written, rules)]
        found.append(sorted(here, key=lambda each: (-each.log_prob_sum, each.parent, each.token)))
        written = _written(step, written)
    return found


def _after(
    step: TraceStep, row: int, written: Mapping[int, tuple[_Prefix, float]], rules: "_Rules"
) -> Iterator[Forbidden]:
    """Behind one of the prefixes that a step expanded."""
    parent = int(step.expanded_E[row])
    prefix, before = written[parent]
    for token, log_prob in zip(step.next_token_EP[row].tolist(), step.next_log_prob_EP[row].tolist(), strict=True):
        if token != NO_TOKEN and (ban := rules.ban(prefix, token)) is not None:
            yield Forbidden(parent, token, log_prob, before + log_prob, ban)


def _written(step: TraceStep, written: Mapping[int, tuple[_Prefix, float]]) -> dict[int, tuple[_Prefix, float]]:
    """The tokens and the sum of every candidate; after its end an output writes nothing."""
    columns = zip(step.parent_N.tolist(), step.token_N.tolist(), step.log_prob_sum_N.tolist(), step.fate_N, strict=True)
    return {
        index: (written[parent][0] if fate in HELD_FATES else (*written[parent][0], token), total)
        for index, (parent, token, total, fate) in enumerate(columns)
    }


@dataclass(frozen=True, slots=True)
class _Rules:
    """The settings that forbid, as a trace states them."""

    banned: frozenset[int]
    banned_after: tuple[tuple[int, ...], ...]
    no_repeat_ngram: int
    forced_prefix: tuple[int, ...]
    min_length: int
    last_step: int | None  # where only the end token may follow
    end: int | None

    @classmethod
    def of(cls, trace: Trace) -> "_Rules":
        options = trace.options
        return cls(
            banned=frozenset(_ids(options.get("banned", ""))),
            banned_after=tuple(_ids(part) for part in str(options.get("banned_after", "")).split(";") if part.strip()),
            no_repeat_ngram=_whole(options, "no_repeat_ngram"),
            forced_prefix=_ids(options.get("forced_prefix", "")),
            min_length=_whole(options, "min_length"),
            last_step=_whole(options, "max_length") if options.get("force_end") else None,
            end=end_token(trace),
        )

    @property
    def forbid(self) -> bool:
        """Whether there is any such setting."""
        several = (self.banned, self.banned_after, self.no_repeat_ngram, self.forced_prefix, self.min_length)
        return any(several) or self.last_step is not None

    def ban(self, prefix: tuple[int, ...], token: int) -> Ban | None:
        """The first setting that forbids the token after the prefix; None where none does."""
        at = len(prefix)
        holds = {
            Ban.BANNED: token in self.banned,
            Ban.BANNED_AFTER: (*prefix, token) in self.banned_after,
            Ban.NO_REPEAT: token in self._repeats(prefix),
            Ban.FORCED_PREFIX: at < len(self.forced_prefix) and token != self.forced_prefix[at],
            Ban.MIN_LENGTH: token == self.end and at + 1 <= self.min_length,
            Ban.FORCE_END: at + 1 == self.last_step and token != self.end,
        }
        return next((ban for ban, does in holds.items() if does), None)

    def _repeats(self, prefix: tuple[int, ...]) -> Iterator[int]:
        """The tokens that would repeat n tokens in a row."""
        n = self.no_repeat_ngram
        if 0 < n <= len(prefix):
            last = prefix[len(prefix) - n + 1 :]
            for begin in range(len(prefix) - n + 1):
                if prefix[begin : begin + n - 1] == last:
                    yield prefix[begin + n - 1]


def end_token(trace: Trace) -> int | None:
    """The token that ends an output; where no candidate of the trace does, the one of that label, if there is one."""
    ends = (
        int(token)
        for step in trace.steps
        for token, fate in zip(step.token_N.tolist(), step.fate_N, strict=True)
        if fate in _ENDS
    )
    return next(ends, next((token for token, label in trace.labels.items() if label == END_LABEL), None))


def _ids(text: object) -> tuple[int, ...]:
    return tuple(int(token) for token in str(text).split())


def _whole(options: Mapping[str, int | float | str], name: str) -> int:
    return int(options.get(name, 0))
