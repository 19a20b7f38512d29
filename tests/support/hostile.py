"""What nobody should send, for tests that say: an answer or a named error, whatever comes.

    @given(text=texts())
    @generated()                 # hundreds of examples; FUZZ_EXAMPLES=10000 makes it as many

Texts hold lone surrogates, NULs, marks that turn the direction, unassigned characters, and may be long; values are what
JSON and Python allow: NaN, huge numbers, truth values for numbers, nested lists and objects.
"""

import os
from collections.abc import Callable
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES_VARIABLE: Final = "FUZZ_EXAMPLES"
PAYLOADS: Final = (
    "<script>window.__pwned='script'</script>",
    "<img src=x onerror=\"window.__pwned='img'\">",
    "<svg onload=\"window.__pwned='svg'\">",
    "</script><script>window.__pwned='end'</script>",
    "<iframe srcdoc=\"<script>parent.__pwned='frame'</script>\"></iframe>",
    "javascript:window.__pwned='address'",
    "[link](javascript:window.__pwned='link')",
    "${window.__pwned='template'}",
    "{{window.__pwned='braces'}}",
    "{{{window.__pwned='three'}}}",
    "`+(window.__pwned='tick')+`",
    "\"-(window.__pwned='quote')-\"",
    "'-(window.__pwned='apostrophe')-'",
    "<a href=\"javascript:window.__pwned='a'\">x</a>",
    "<style>@import 'javascript:window.__pwned=1'</style>",
    "$$\\href{javascript:window.__pwned='maths'}{x}$$",
)
AWKWARD: Final = (
    *PAYLOADS,
    "",
    " \t\r\n\v\f\u0085\u2028\u2029\u3000",
    "a\x00b",
    "\ud800",
    "x\udfff y",
    "\u202ereversed\u202c \u200f\u200e\u2066",
    "\u200b\u200d\ufeff\ufffe\uffff",
    "👩‍👩‍👧 e\u0301\u0301\u0301",
    "</s> <s> <pad> <unk> <0x41> ▁",
    "^: $ 1",
    "{0} {found!r} {x.__class__} %s %d {",
    "../../etc/passwd",
    "12345678901234567890 ١٢٣ ²",
    "a" * 5_000,
    "word " * 2_000,
    "\u0301" * 3_000,
    "ﷺ" * 400,
)
HUGE: Final = (0, -1, 1, 2**31, 2**63, -(2**63), 10**30, 10**400)
ODD_NUMBERS: Final = (float("nan"), float("inf"), -float("inf"), 1e308, -0.0, 5e-324, 0.1, 2.5)


def examples(fast: int = 100) -> int:
    """How many: `fast` every day, or what the environment says."""
    return int(os.environ.get(EXAMPLES_VARIABLE, fast))


def generated(fast: int = 100) -> Callable[[Any], Any]:
    """The settings of a property; examples may be slow to make and tests have folders of their own."""
    calm = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
    return settings(max_examples=examples(fast), deadline=None, suppress_health_check=calm)


def texts(longest: int = 60) -> st.SearchStrategy[str]:
    """Any sequence of code points, surrogates included; now and then an awkward or a very long one."""
    anything = st.text(st.characters(), max_size=longest)
    return st.one_of(anything, st.sampled_from(AWKWARD), st.builds(str.__add__, anything, st.sampled_from(AWKWARD)))


def numbers() -> st.SearchStrategy[int | float]:
    """Whole ones of any size, others with NaN and infinity, truth values."""
    whole = st.one_of(st.integers(-3, 20), st.sampled_from(HUGE))
    return st.one_of(whole, st.booleans(), st.floats(), st.sampled_from(ODD_NUMBERS))


def values() -> st.SearchStrategy[Any]:
    """Whatever JSON or a caller in Python can hold."""
    simple = st.one_of(st.none(), numbers(), texts(20), st.binary(max_size=8))
    return st.recursive(simple, _nested, max_leaves=8)


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.one_of(st.sampled_from(["customdata", "choice", "text", "size", "again"]), st.text(max_size=5))
    return st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=4))
