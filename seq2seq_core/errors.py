"""The exception tree: every mistake a user can make ends in one of these.

    Seq2SeqError
    ├── OptionError        a setting is out of its range, or two settings exclude each other
    ├── InputError         a text or a request that cannot be decoded
    ├── DataError          a file that breaks its format (names file and line), or cannot be read or written
    ├── CheckpointError    a checkpoint folder that is missing, damaged, foreign or too new
    ├── TrainingError      a training that cannot go on (not finite, nothing to resume)
    └── TraceError         a trace that breaks its format or contradicts itself

A message names the setting (or file), the rule and the value that was given. None of them is a ValueError: command-line
libraries swallow those and print their own text instead.
"""


class Seq2SeqError(Exception):
    """Base of all errors whose message is meant for the user."""


class OptionError(Seq2SeqError):
    """A setting breaks its rule, or two settings exclude each other."""


class InputError(Seq2SeqError):
    """A text or request that cannot be decoded."""


class DataError(Seq2SeqError):
    """A file breaks its format (the message names file and line), or cannot be read or written."""


class CheckpointError(Seq2SeqError):
    """A checkpoint folder is missing, damaged, foreign or from a future version."""


class TraceError(Seq2SeqError):
    """A trace breaks its format or contradicts itself."""


class TrainingError(Seq2SeqError):
    """A training cannot start or go on; the last checkpoint is intact."""


def quoted(value: object, longest: int = 80) -> str:
    """A value for a message: as Python writes it, cut; a value that refuses to be written gives its type's name."""
    try:
        return repr(value)[:longest]
    except Exception:  # a whole number of more than 4300 digits, an object with a broken __repr__
        return f"<{type(value).__name__}>"
