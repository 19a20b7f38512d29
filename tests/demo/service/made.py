"""A model of two tables for the tests of the page: short, exact, and loaded at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, cast

from demo.service import Facts, GalleryEntry, Service, SourceKind, Units
from demo.service.model import Load
from seq2seq_core.architecture import Architecture
from seq2seq_core.decoding import Table
from seq2seq_core.errors import InputError
from seq2seq_core.options import BeamOptions, GreedyOptions, SearchOptions
from seq2seq_core.trace import Fate, Hypothesis, Trace
from tests.support.tables import trace_of

END: Final = "</s>"
# Greedy takes "a" (0.6) and ends at 0.24; the beam finds "b c" at 0.4 * 0.9 * 1.
LURE: Final[Mapping[str, Mapping[str, float]]] = {
    "": {"a": 0.6, "b": 0.4},
    "a": {END: 0.4, "b": 0.3, "c": 0.3},
    "b": {"c": 0.9, END: 0.1},
    "b c": {END: 1.0},
    "a b": {END: 1.0},
    "a c": {END: 1.0},
}


def lure(longest: int = 6) -> Table:
    return Table(following={prefix: dict(row) for prefix, row in LURE.items()}, longest=longest)


def lure_traces(**settings: Any) -> tuple[Trace, Trace]:
    alpha = settings.pop("alpha", 0.7)
    beam = BeamOptions(beam_size=3, alpha=alpha, **settings)
    return trace_of(lure(), GreedyOptions(alpha=alpha)), trace_of(lure(), beam)


@dataclass(frozen=True)
class Ids:
    ids: tuple[int, ...]


class Words:
    """A tokenizer: one token for each word, none for what cannot be seen."""

    def encode(self, text: str) -> Ids:
        return Ids(tuple(range(len(text.replace("\u200b", "").split()))))


class Letters(Words):
    """One token for each character."""

    def encode(self, text: str) -> Ids:
        return Ids(tuple(range(len(text))))


@dataclass(frozen=True)
class TableCheckpoint:
    source_tokenizer: Words


class TablePipeline:
    """Answers like a pipeline."""

    def __init__(self, tokenizer: Words | None = None) -> None:
        self.checkpoint = TableCheckpoint(tokenizer or Words())
        self.decoded: list[str] = []

    def resolve_max_length(self, text: str, options: SearchOptions) -> int:
        return options.resolve_max_length(len(text.split()))

    def trace(self, text: str, options: SearchOptions) -> Trace:
        if "refused" in text:
            raise InputError("the source must not say so")
        self.decoded.append(text)
        source = tuple(text.split()) or lure().source
        attention = tuple(tuple(float(one == other) for one in source) for other in source)
        return replace(trace_of(replace(lure(), source=source, attention=attention), options), source=text)


FACTS: Final = Facts("", (), Units("bpe", 320), Units("bpe", 320), None, None, None, None, "", "")
BAHDANAU: Final = Architecture("bahdanau", "Attention (GRU, additive)", 2015, "Bahdanau, Cho and Bengio 2015", "a = b")


def made_entry(name: str = "lure", **changes: Any) -> GalleryEntry:
    """A model that translates from English to French."""
    entry = GalleryEntry(
        name=name,
        folder=Path(name),
        title=f"The model {name}",
        task="translation",
        source=SourceKind.TEXT,
        source_language="en",
        target_language="fr",
        architecture=BAHDANAU,
        parameters=1_000,
        score=None,
        suggestions=(),
        facts=FACTS,
    )
    return replace(entry, **changes)


def load_of(pipeline: TablePipeline) -> Load:
    return cast(Load, lambda folder: pipeline)


def ready_service(pipeline: TablePipeline | None = None) -> Service:
    service = Service([made_entry()], load_of(pipeline or TablePipeline()))
    service.start()
    service.wait(60)
    return service


def ended(trace: Trace, *, tokens: tuple[int, ...], log_prob_sum: float, cut: bool = False) -> Trace:
    """The trace with another winner, for comparing winners alone; alpha is 0.7."""
    length = len(tokens) + (not cut)
    penalty = float(length) ** 0.7
    best = Hypothesis(
        step=length,
        index=0,
        tokens=tokens,
        text=" ".join(map(str, tokens)),
        fate=Fate.CUT_AT_MAXIMUM if cut else Fate.FINISHED,
        log_prob_sum=log_prob_sum,
        length=length,
        penalty=penalty,
        score=log_prob_sum / penalty,
    )
    return replace(trace, hypotheses=(best,))
