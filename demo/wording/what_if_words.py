"""The words of what-if: changing a search and decoding on; `what_if.py` fills them.

Fields in braces are filled by `str.format`; the comment behind a field names them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfWords:
    """The strip above a changed result, and the actions at a node."""

    title: str
    title_pinned: str
    pinned: str  # {step} {piece}
    forced: str  # {prefix}
    banned: str  # {token} {prefix}
    banned_first: str  # {token}
    overruled: str  # follows a change that a newer one contradicts
    search: str
    winner: str
    own_row: str
    changed_row: str
    difference: str
    same: str
    shared: str  # {prefix} {old} {new}
    nothing_shared: str  # {old} {new}
    missed: str
    nothing: str
    undo: str
    back: str
    own_path: str  # in the tree
    own_leaves: str
    own_left: str  # {step} {token}
    own_stays: str
    own_outlives: str  # {step}
    try_instead: str
    try_hint: str  # {token}
    force: str
    ban: str
    full: str  # {limit}
    pin_label: str  # {step} {token}
    pin: str
    pin_explain: str
    pinned_rows: str  # under the heat map; {pins}
    pinned_row: str  # {step} {piece}
