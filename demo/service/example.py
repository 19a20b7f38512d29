"""One source to try."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """One source; the page has a short reason for the kinds it knows and shows the note for others."""

    kind: str
    source: str
    reference: str
    note: str
