"""The tabs of the page, in their order. To add one: a file with a `TAB`, and a line here."""

from collections.abc import Sequence
from typing import Final

from . import compare, decoders, lab, trace_file, translate
from .tab import Captions, Context, Tab

__all__ = ["TABS", "Captions", "Context", "Tab"]

TABS: Final[Sequence[Tab]] = (translate.TAB, decoders.TAB, compare.TAB, lab.TAB, trace_file.TAB)
