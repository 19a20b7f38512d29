"""Probability tables as text, and such a text as a source: a model that can be written down, read and solved by hand.

    # comments begin with a hash sign
    ^: a .5 b .4 $ .1          what follows the start: a, b, or the end at once
    a: a .4 b .35 $ .25        what follows the prefix "a"
    a b: $ 1

A line is a prefix, its tokens parted by blanks, a colon, and every next token with its probability; `^` is the empty
prefix, `$` the end token. The probabilities of a line sum to 1. After a prefix that has no line the output ends. Two
lines may be added:

    @last 1                    prefixes are looked up by their last token alone (a Markov chain)
    @longest 5                 after five tokens the output ends

Lines may also be parted by bars: `^: a .5 $ .5 | a: $ 1`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from seq2seq_core.decoding import SourceText, Table, TableStepper
from seq2seq_core.decoding.table import END_TOKEN, START_TOKEN
from seq2seq_core.door import Door, Opened
from seq2seq_core.errors import InputError
from seq2seq_core.options import MAXIMUM_LENGTH_CAP, SearchOptions
from seq2seq_core.tokenizer import Encoding

START: Final = "^"
END: Final = "$"
MOST_LINES: Final = 300
MOST_CHARACTERS: Final = 8_000
_SETTINGS: Final = {"last": "order", "longest": "longest"}
_PARTS: Final = re.compile(r"[|\n]")


@dataclass(slots=True)
class _Read:
    """What the lines have said so far."""

    following: dict[str, dict[str, float]] = field(default_factory=dict)
    settings: dict[str, int] = field(default_factory=dict)


def parse_table(text: str) -> Table:
    """The table that a text prints.

    Raises:
        InputError: the text is too long, says nothing about the start, or a line cannot be read; the message names the
            line and what is wrong with it.
    """
    if len(text) > MOST_CHARACTERS:
        raise InputError(f"a table must have at most {MOST_CHARACTERS} characters, got {len(text)}")
    lines = [line.partition("#")[0].strip() for line in _PARTS.split(text)]
    written = [(number, line) for number, line in enumerate(lines, 1) if line]
    if len(written) > MOST_LINES:
        raise InputError(f"a table must have at most {MOST_LINES} lines, got {len(written)}")
    read = _Read()
    for number, line in written:
        try:
            _setting(line, read) if line.startswith("@") else _row(line, read)
        except InputError as error:
            raise InputError(f"line {number}: {error}") from None
    if "" not in read.following:
        raise InputError(f"a table must say what follows the start, in a line that begins with '{START}:'")
    return Table(following=read.following, order=read.settings.get("order"), longest=read.settings.get("longest"))


def print_table(table: Table) -> str:
    """The text of a table; attention and source pieces have no place in it."""
    names = {"order": "last", "longest": "longest"}
    lines = [f"@{names[name]} {value}" for name in names if (value := getattr(table, name)) is not None]
    for prefix, probabilities in table.following.items():
        cells = (f"{END if token == END_TOKEN else token} {value!r}" for token, value in probabilities.items())
        lines.append(f"{prefix or START}: {' '.join(cells)}")
    return "\n".join(lines)


def _setting(line: str, read: _Read) -> None:
    name, _, value = line[1:].partition(" ")
    if name not in _SETTINGS:
        raise InputError(f"a setting must be one of @{', @'.join(_SETTINGS)}, got {line!r:.60}")
    if not re.fullmatch(r"[0-9]{1,4}", value.strip()) or not 1 <= int(value) <= MAXIMUM_LENGTH_CAP:
        raise InputError(f"@{name} must be a whole number from 1 to {MAXIMUM_LENGTH_CAP}, got {value.strip()!r:.40}")
    read.settings[_SETTINGS[name]] = int(value)


def _row(line: str, read: _Read) -> None:
    head, colon, tail = line.partition(":")
    if not colon:
        raise InputError(f"a line must be a prefix, a colon and what follows it, got {line!r:.60}")
    prefix = "" if head.strip() == START else " ".join(head.split())
    if head.strip() != START:
        _check_tokens(head.split())
    if prefix in read.following:
        raise InputError(f"a prefix must have one line, {prefix or START!r} has two")
    read.following[prefix] = _cells(tail.split(), prefix or START)
    Table(following={prefix or START: read.following[prefix]})  # refuses what is no distribution


def _cells(words: Sequence[str], prefix: str) -> dict[str, float]:
    if not words or len(words) % 2:
        found_text = " ".join(words)
        raise InputError(f"after {prefix!r} there must be tokens, each with its probability, got {found_text!r:.60}")
    found: dict[str, float] = {}
    for token, number in zip(words[::2], words[1::2], strict=True):
        name = END_TOKEN if token == END else token
        if name != END_TOKEN:
            _check_tokens([token])
        if name in found:
            raise InputError(f"a token must have one probability, {token!r} has two")
        if not re.fullmatch(r"[0-9]*\.?[0-9]+(e-?[0-9]{1,3})?", number):
            raise InputError(f"a probability must be a number, {token!r} has {number!r:.40}")
        found[name] = float(number)
    return found


def _check_tokens(tokens: Sequence[str]) -> None:
    for token in tokens:
        if token in (START, END, START_TOKEN, END_TOKEN):
            raise InputError(f"a prefix or a following token must be a word, got {token!r}")
    if not tokens:
        raise InputError(f"a line must begin with a prefix; the empty one is written '{START}'")


class PrintedModel(Door):
    """The model whose source is its own table."""

    __slots__ = ()

    def is_blank(self, text: str) -> bool:
        """Whether there is nothing in the text."""
        return not text.strip()

    def encode(self, text: str) -> Encoding:
        """Nothing is read as tokens; the table is only looked at.

        Raises:
            InputError: see `parse_table`.
        """
        parse_table(text)
        return Encoding((), (), ())

    def open(self, texts: Sequence[str]) -> Opened:
        stepper = TableStepper([parse_table(text) for text in texts])
        sources = [SourceText(text, ("·",)) for text in texts]
        return Opened(stepper, sources, stepper.label, stepper.detokenize)

    def resolve_max_length(self, text: str, options: SearchOptions) -> int:
        """Without a maximum length: room for the longest output of the table, 12 in a chain that never has to end."""
        if options.max_length is not None:
            return options.max_length
        table = parse_table(text)
        if table.longest is not None:
            return max(table.longest + 1, options.min_length + 1)
        if table.order is not None:
            return options.resolve_max_length(1)
        deepest = max(len(prefix.split()) for prefix in table.following)
        return max(deepest + 2, options.min_length + 1)
