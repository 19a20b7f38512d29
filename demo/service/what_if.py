"""What a visitor changes about a search: a stack of changes, newest last, and the settings that they come to.

A newer change wins over an older one that contradicts it; undoing the newer brings the older back.
"""

from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from seq2seq_core.options import Constraints, Pin

from .problems import Problem, RequestError

MOST_CHANGES: Final = 8


@dataclass(frozen=True, slots=True)
class Force:
    """Every output begins with these tokens; `pieces` are their labels."""

    tokens: tuple[int, ...]
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ban:
    """The last of these tokens must not follow the others."""

    tokens: tuple[int, ...]
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PinAttention:
    """In one step, from 1, all attention goes to one source position, from 0; `piece` is its label."""

    step: int
    position: int
    piece: str


Change: TypeAlias = Force | Ban | PinAttention


@dataclass(frozen=True, slots=True)
class InForce:
    """What the changes of a stack come to."""

    forced: tuple[int, ...]
    bans: tuple[tuple[int, ...], ...]
    pins: tuple[Pin, ...]

    def has(self, change: Change) -> bool:
        """Whether the change is part of it; a newer one may have contradicted it."""
        if isinstance(change, PinAttention):
            return _pin(change) in self.pins
        if isinstance(change, Ban):
            return change.tokens in self.bans
        return self.forced[: len(change.tokens)] == change.tokens


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A stack of changes; without any, the model's own search."""

    changes: tuple[Change, ...] = ()

    def __post_init__(self) -> None:
        if len(self.changes) > MOST_CHANGES:
            raise RequestError(Problem.CHANGES, {"limit": MOST_CHANGES})

    def __bool__(self) -> bool:
        return bool(self.changes)

    def then(self, change: Change) -> "WhatIf":
        """One change more; the same as now where it is the newest already.

        Raises:
            RequestError: there are as many as there may be.
        """
        return self if self.changes[-1:] == (change,) else replace(self, changes=(*self.changes, change))

    def undone(self) -> "WhatIf":
        """Without the newest change."""
        return replace(self, changes=self.changes[:-1])

    @property
    def constraints(self) -> Constraints:
        """What the searches must hold."""
        found = self.in_force
        return Constraints(forced_prefix=found.forced, banned_after=found.bans)

    @property
    def pins(self) -> tuple[Pin, ...]:
        """Where the model's attention is set."""
        return self.in_force.pins

    @property
    def holding(self) -> tuple[bool, ...]:
        """Of every change, whether it is in force."""
        return tuple(map(self.in_force.has, self.changes))

    @property
    def in_force(self) -> InForce:
        """The newest change is heard first."""
        forced: tuple[int, ...] = ()
        bans: list[tuple[int, ...]] = []
        pins: dict[int, Pin] = {}
        for change in reversed(self.changes):
            if isinstance(change, PinAttention):
                pins.setdefault(change.step, _pin(change))
            elif isinstance(change, Ban):
                path = change.tokens
                if path not in bans and forced[: len(path)] != path:
                    bans.append(path)
            elif not forced and not any(change.tokens[: len(ban)] == ban for ban in bans):
                forced = change.tokens
        return InForce(forced, tuple(reversed(bans)), tuple(pin for _, pin in sorted(pins.items())))


def _pin(change: PinAttention) -> Pin:
    return Pin(step=change.step, position=change.position)
