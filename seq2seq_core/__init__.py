"""Sequence-to-sequence models, their search and its trace. Public names are loaded when first used."""

from importlib import import_module
from typing import Final

_HOMES: Final = {
    "BeamOptions": "seq2seq_core.options",
    "GreedyOptions": "seq2seq_core.options",
    "Pipeline": "seq2seq_core.pipeline",
    "Seq2SeqError": "seq2seq_core.errors",
    "Tokenizer": "seq2seq_core.tokenizer",
    "Trace": "seq2seq_core.trace",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - the names are the table's keys


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(_HOMES)}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
