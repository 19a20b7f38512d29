"""The words of the tab that opens a trace file; `trace_file.py` fills them.

Fields in braces are filled by `str.format`; the comment behind a field names them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceFileWords:
    """A trace out of a file, looked at without any model."""

    tab: str
    title: str
    explain: str
    drop: str
    choose: str
    limits: str
    busy: str
    good: str
    first: str  # {count}
    pinned: str  # {rows}
    source: str
    algorithm: str
    formula: str
    settings: str
    output: str
    more: str  # {count}
    reward: str
    coverage: str
    tree: str
    tree_explain: str
    heatmap: str
    account: str  # {source} {steps} {finished} {formula}
