"""Settings that do nothing without another one: who gives one alone believes that it works, so it is refused."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from seq2seq_core.training.teaching import TeachingKind

if TYPE_CHECKING:
    from seq2seq_core.training.config import TrainingOptions


@dataclass(frozen=True, slots=True)
class Need:
    """What settings need, in words, and whether it is there."""

    words: str
    is_there: Callable[["TrainingOptions"], bool]


def _kind(kind: TeachingKind) -> Need:
    return Need(f"teaching.kind '{kind.value}'", lambda o: o.teaching.kind is kind)


_LINEAR: Final = _kind(TeachingKind.LINEAR)
_OWN: Final = Need("teaching.kind other than 'truth'", lambda o: o.teaching.kind is not TeachingKind.TRUTH)
_TASK: Final = Need("task", lambda o: bool(o.task))
NEEDS: Final = {
    "teaching.linear_k": _LINEAR,
    "teaching.linear_c": _LINEAR,
    "teaching.floor": _LINEAR,
    "teaching.exponential_k": _kind(TeachingKind.EXPONENTIAL),
    "teaching.sigmoid_k": _kind(TeachingKind.INVERSE_SIGMOID),
    "teaching.own": _OWN,
    "teaching.form": _OWN,
    "losses.guided_width": Need("losses.guided_attention above 0", lambda o: o.losses.guided_attention > 0),
    "difficulty": _TASK,
    "task_pairs": _TASK,
    "test_references": Need("test", lambda o: o.test is not None),
}


def idle_settings(o: "TrainingOptions") -> Iterator[tuple[bool, str]]:
    """Whether a setting was given that would do nothing, and the message that names it and what it needs."""
    for setting, need in NEEDS.items():
        group, _, name = setting.rpartition(".")
        owner = attrgetter(group)(o) if group else o
        (default,) = [field.default for field in fields(owner) if field.name == name]
        value = getattr(owner, name)
        yield value != default and not need.is_there(o), f"{setting} needs {need.words}, got {setting} {value} alone"
