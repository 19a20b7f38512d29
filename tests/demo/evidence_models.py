"""Small untrained models that attend in every way, with the service that the page asks for them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, cast

import torch

from demo.service import Service, SourceKind
from demo.service.model import Load
from seq2seq_core.architecture import describe
from seq2seq_core.attention import Coverage
from seq2seq_core.checkpoint import Checkpoint
from seq2seq_core.models import (
    ConvolutionalConfig,
    ConvolutionalSeq2Seq,
    TransformerConfig,
    TransformerSeq2Seq,
)
from seq2seq_core.models.config import Bridge
from seq2seq_core.pipeline import Pipeline
from tests.demo.service.made import made_entry
from tests.support.recurrent_models import (
    COPIES,
    FLAT,
    LABEL,
    LUONG,
    NONE,
    PATCHES,
    SUTSKEVER,
    WORDS,
    Combination,
    combination,
)

SIDE: Final = 16
LARGE: Final = {"picture_side": SIDE, "source_cap": SIDE * SIDE}
PICTURE: Final = "/".join([*["." * SIDE] * 8, *["bbbb" + "." * (SIDE - 4)] * 8])
TEXT: Final = "a b c d e"
LABEL_TEXT: Final = "b"


def recurrent(each: Combination) -> Pipeline:
    return Pipeline(Checkpoint(each.model(), *each.readers()), each.name)


def transformer() -> Pipeline:
    """Two layers of two heads."""
    torch.manual_seed(5)
    sizes: dict[str, Any] = {"size": 8, "heads": 2, "encoder_layers": 2, "decoder_layers": 2, "feed_forward_size": 8}
    config = TransformerConfig(source_vocabulary=len(WORDS), target_vocabulary=len(WORDS), **sizes)
    return Pipeline(Checkpoint(TransformerSeq2Seq(config).eval(), WORDS, WORDS), "transformer")


def convolutional() -> Pipeline:
    """Two layers, one head in each."""
    torch.manual_seed(5)
    sizes: dict[str, Any] = {"embedding_size": 8, "size": 8, "encoder_layers": 1, "decoder_layers": 2}
    config = ConvolutionalConfig(source_vocabulary=len(WORDS), target_vocabulary=len(WORDS), **sizes)
    return Pipeline(Checkpoint(ConvolutionalSeq2Seq(config).eval(), WORDS, WORDS), "convolutional")


MODELS: Final[Mapping[str, Callable[[], Pipeline]]] = {
    "transformer": transformer,
    "convolutional": convolutional,
    "multi-head": lambda: recurrent(combination("multi-head", attention="multi-head")),
    "additive": lambda: recurrent(combination("additive")),
    "local-p": lambda: recurrent(combination("local-p", LUONG, attention="local-p")),
    "see": lambda: recurrent(combination("see", COPIES, LUONG, coverage=Coverage.SUM)),
    "vector": lambda: recurrent(combination("vector", SUTSKEVER, bridge=Bridge.LAST)),
    "label": lambda: recurrent(combination("label", LABEL)),
    "language": lambda: recurrent(combination("language", NONE)),
    "patches": lambda: recurrent(combination("patches", PATCHES, LARGE, bridge=Bridge.MEAN)),
    "flat": lambda: recurrent(combination("flat", FLAT, LARGE)),
    "flat vector": lambda: recurrent(combination("flat vector", FLAT, SUTSKEVER, LARGE)),
}
SOURCES: Final[Mapping[str, tuple[SourceKind, str]]] = {
    "label": (SourceKind.LABEL, LABEL_TEXT),
    "language": (SourceKind.NONE, ""),
    "patches": (SourceKind.PICTURE, PICTURE),
    "flat": (SourceKind.PICTURE, PICTURE),
    "flat vector": (SourceKind.PICTURE, PICTURE),
}


def source_of(name: str) -> str:
    """A text that the model reads."""
    return SOURCES.get(name, (SourceKind.TEXT, TEXT))[1]


def evidence_service() -> Service:
    """All of them; each is built when it is first asked."""
    kinds = {name: SOURCES.get(name, (SourceKind.TEXT, TEXT))[0] for name in MODELS}
    families = {name: {"family": name if name in ("transformer", "convolutional") else "recurrent"} for name in MODELS}
    entries = [
        made_entry(name, source=kinds[name], architecture=describe(families[name]), suggestions=(source_of(name),))
        for name in MODELS
    ]

    def load(folder: Path) -> Pipeline:
        return MODELS[folder.name]()

    return Service(entries, cast(Load, load))
