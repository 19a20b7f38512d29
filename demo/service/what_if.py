"""What a visitor changes about a search: a stack of changes, newest last, and the settings that they come to.

A newer change wins over an older one that contradicts it; undoing the newer brings the older back.
"""

from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from seq2seq_core.options import Constraints

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


Change: TypeAlias = Force | Ban


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
        forced, bans = self._in_force()
        return Constraints(forced_prefix=forced, banned_after=bans)

    @property
    def holding(self) -> tuple[bool, ...]:
        """Of every change, whether it is in force; a newer one may contradict it."""
        forced, bans = self._in_force()
        return tuple(
            forced[: len(change.tokens)] == change.tokens if isinstance(change, Force) else change.tokens in bans
            for change in self.changes
        )

    def _in_force(self) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
        """The forced prefix and the banned paths, the newest change heard first."""
        forced: tuple[int, ...] = ()
        bans: list[tuple[int, ...]] = []
        for change in reversed(self.changes):
            path = change.tokens
            if isinstance(change, Ban):
                if path not in bans and forced[: len(path)] != path:
                    bans.append(path)
            elif not forced and not any(path[: len(ban)] == ban for ban in bans):
                forced = path
        return forced, tuple(reversed(bans))
