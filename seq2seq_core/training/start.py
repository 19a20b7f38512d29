"""The settings of what a new run takes from files instead of drawing it at random; begin.py opens the files.

A resumed run needs none of them, for its weights are in `last`; their SHA-256 are in the record of the run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from torch import nn

from seq2seq_core.errors import OptionError
from seq2seq_core.models import Seq2Seq
from seq2seq_core.models.config import EncoderKind, Output
from seq2seq_core.tokenizer import LEARNT_KINDS

if TYPE_CHECKING:
    from seq2seq_core.training.config import TrainingOptions

WEIGHTS: Final = "model.safetensors"


@dataclass(frozen=True, kw_only=True, slots=True)
class StartOptions:
    """What a new run takes from files; a resumed one has it in its weights.

    Raises:
        OptionError: a weight is no number from 0, or two settings exclude each other.
    """

    model: Path | None = None
    """checkpoint whose weights and tokenizers the run begins with; the settings of the model must be its own, except
    the dropout"""
    decoder: Path | None = None
    """checkpoint of a language model (--model.encoder none) whose target tokenizer is taken, and whose weights the
    decoder begins with"""
    language_weight: float = 0.0
    """weight of the language model's loss beside the other: the decoder predicts the target with no source at all; 0
    leaves it out"""
    source_embeddings: Path | None = None
    """pretrained vectors of source tokens, a text file as word2vec and GloVe write them (.gz accepted)"""
    target_embeddings: Path | None = None
    """the same of target tokens"""
    freeze_embeddings: bool = False
    """leave the embeddings that were given vectors as they are, those of tokens without one too"""

    def __post_init__(self) -> None:
        if not 0.0 <= self.language_weight < float("inf"):
            raise OptionError(f"start.language_weight must be 0 or more and finite, got {self.language_weight}")
        for one, other in (
            ("model", "decoder"),
            ("model", "source_embeddings"),
            ("model", "target_embeddings"),
            ("decoder", "target_embeddings"),
        ):
            if (first := getattr(self, one)) and (second := getattr(self, other)):
                raise OptionError(
                    f"start.{one} and start.{other} exclude each other: both say where the same weights come from; "
                    f"got {first} and {second}"
                )
        if self.freeze_embeddings and not (self.source_embeddings or self.target_embeddings):
            raise OptionError("start.freeze_embeddings needs start.source_embeddings or start.target_embeddings")

    def files(self) -> Iterator[tuple[str, Path]]:
        """The files that the run begins with, by the name of the setting."""
        for name in ("model", "decoder", "source_embeddings", "target_embeddings"):
            if (path := getattr(self, name)) is not None:
                yield name, path / WEIGHTS if name in ("model", "decoder") else path


def start_exclusions(o: "TrainingOptions") -> Iterator[tuple[bool, str]]:
    """Whether a setting of the start excludes another one, and the message that names both."""
    start, recurrent = o.start, o.family == "recurrent"
    sourceless = recurrent and o.model.encoder is EncoderKind.NONE
    family = f"got family {o.family!r}, model.encoder {o.model.encoder.value!r}"
    yield bool(start.decoder) and not recurrent, f"start.decoder needs family 'recurrent', got {o.family!r}"
    yield bool(start.decoder) and o.tokenizer.shared, "start.decoder needs tokenizer.shared off, got both"
    regular = recurrent and o.model.output in (Output.TIED, Output.SOFTMAX)
    yield (
        start.language_weight > 0 and (sourceless or not regular),
        "start.language_weight needs a recurrent model with a source, and model.output 'tied' or 'softmax'; "
        f"{family}, model.output {o.model.output.value!r}",
    )
    reads = not recurrent or o.model.encoder not in (EncoderKind.NONE, EncoderKind.PATCHES, EncoderKind.FLAT)
    kinds = (("source", o.tokenizer.source_kind), ("target", o.tokenizer.target_kind))
    for side, kind in kinds:
        given = getattr(start, f"{side}_embeddings")
        lacks = kind not in LEARNT_KINDS or (side == "source" and not reads)
        yield bool(given) and lacks, f"start.{side}_embeddings needs a {side} of text, got {kind.value!r}; {family}"


def freeze(model: Seq2Seq[Any], start: StartOptions) -> None:
    """Take the embeddings that stay as they are from the optimiser: no gradient, no decay, no state."""
    for side in ("source", "target"):
        if start.freeze_embeddings and getattr(start, f"{side}_embeddings") is not None:
            embedding_of(model, side).weight.requires_grad_(False)


def embedding_of(model: Seq2Seq[Any], side: str) -> nn.Embedding:
    """The embedding of the source's or the target's tokens."""
    embedding = getattr(model, f"{side}_embedding")
    if not isinstance(embedding, nn.Embedding):
        raise TypeError(f"{side}_embedding must be an embedding, got {type(embedding).__name__}")
    return embedding
