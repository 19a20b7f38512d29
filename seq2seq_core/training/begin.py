"""What a new run takes from files: a trained model, a decoder from a language model, pretrained embeddings.

**A decoder from a language model** (Ramachandran, Liu and Le 2017, who begin encoder and decoder with one each).
Weights of equal name and shape are copied. The layer before the output reads more than a language model's, whose t_i
is the state alone: its columns for the state are copied, and those for the previous token become zero. So a decoder
that sees nothing of the source (a first state and contexts of zero) begins as exactly that language model, unless it
feeds its features back (`input_feeding`). Columns for the context stay as they were drawn.

**Its loss as a regulariser** (`language_weight`): the cross entropy of the same target sentences, as that decoder
predicts them without a source, times the weight, beside the loss of the translation. In the paper both weigh the same.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import torch

from seq2seq_core.checkpoint import Checkpoint, load_checkpoint
from seq2seq_core.errors import DataError, OptionError
from seq2seq_core.models import RecurrentConfig, RecurrentSeq2Seq, Seq2Seq
from seq2seq_core.models.config import DecoderKind, EncoderKind
from seq2seq_core.readers import Reader
from seq2seq_core.tasks.parallel import ParallelText
from seq2seq_core.tokenizer import LEARNT_KINDS
from seq2seq_core.training.embeddings import cover_of, fill, read_vectors
from seq2seq_core.training.log import Log
from seq2seq_core.training.run import Run
from seq2seq_core.training.start import embedding_of

if TYPE_CHECKING:
    from seq2seq_core.training.config import TrainingOptions

READOUT: Final = "decoder.readout.weight"
RECORD: Final = "start"  # in the record of a run
FREE: Final = ("dropout",)  # settings of a model that may change while its weights stay
FITTING: Final = ("embedding_size", "decoder_size", "cell", "decoder_layers", "readout", "output")
DECODER_PARTS: Final = ("target_embedding.", "decoder.", "output.")


@dataclass(frozen=True, slots=True)
class Given:
    """What the files brought before there is a model."""

    source: Reader | None = None
    target: Reader | None = None
    model: Checkpoint | None = None
    decoder: Checkpoint | None = None
    digests: Mapping[str, str] = field(default_factory=dict)  # SHA-256 of each file by the name of its setting

    def record(self) -> dict[str, Any]:
        """For the record of the run."""
        return {RECORD: dict(self.digests)} if self.digests else {}


NOTHING: Final = Given()


@dataclass(frozen=True, slots=True)
class Copied:
    """The names of the weights, by where they come from."""

    whole: Sequence[str]
    partly: Sequence[str]
    drawn: Sequence[str]  # left at random

    def __str__(self) -> str:
        lists = (("copied", self.whole), ("copied in part", self.partly), ("left as drawn", self.drawn))
        return "\n".join(f"{how}: {', '.join(names)}" for how, names in lists if names)


def open_start(options: "TrainingOptions") -> Given:
    """Open the files and see that they fit the settings.

    Raises:
        CheckpointError: a checkpoint is missing or damaged.
        DataError: a file cannot be read.
        OptionError: a setting is not that of the checkpoint; the message names all that differ.
    """
    start = options.start
    given = Given()
    if start.model is not None:
        model = load_checkpoint(start.model)
        _check_model(options, model)
        given = Given(model.source_tokenizer, model.target_tokenizer, model=model)
    if start.decoder is not None:
        language = load_checkpoint(start.decoder)
        _check_language(options, language)
        given = Given(target=language.target_tokenizer, decoder=language)
    return replace(given, digests={name: _digest(path) for name, path in start.files()})


def copy_weights(model: Seq2Seq[Any], given: Given) -> Copied | None:
    """Put the weights of the given checkpoint into a new model; None where none is given."""
    if given.model is not None:
        model.load_state_dict(given.model.model.state_dict())
        return Copied(list(model.state_dict()), [], [])
    if given.decoder is None:
        return None
    if not isinstance(model, RecurrentSeq2Seq):
        raise TypeError(f"a decoder from a language model needs a recurrent model, got {type(model).__name__}")
    return _copy_decoder(model, given.decoder.model)


def fill_model(
    model: Seq2Seq[Any], options: "TrainingOptions", given: Given, run: Run, text: ParallelText, log: Log
) -> list[str]:
    """Put what the files hold into a new model; gives lines that say what came from where, as the log does.

    Raises:
        DataError, OptionError: see `read_vectors`.
    """
    said = []
    if (copied := copy_weights(model, given)) is not None:
        log.write("copied", **asdict(copied))
        said.append(str(copied))
    for side, reader, texts in (
        ("source", run.source_tokenizer, text.sources),
        ("target", run.target_tokenizer, text.targets),
    ):
        if (path := getattr(options.start, f"{side}_embeddings")) is not None:
            embedding = embedding_of(model, side)
            vectors = read_vectors(path, reader, embedding.embedding_dim)
            fill(embedding, vectors)
            cover = cover_of(vectors, reader, texts)
            log.write("embeddings", side=side, **asdict(cover))
            said.append(f"{side} side: {cover}")
    return said


def _copy_decoder(model: RecurrentSeq2Seq, language: Seq2Seq[Any]) -> Copied:
    whole, partly, drawn = [], [], []
    found = language.state_dict()
    for name, tensor in model.state_dict().items():
        if not name.startswith(DECODER_PARTS) or name not in found:
            drawn.append(name)
        elif found[name].shape == tensor.shape:
            tensor.copy_(found[name])
            whole.append(name)
        elif name == READOUT:
            _copy_readout(tensor, found[name], model.config)
            partly.append(name)
        else:
            drawn.append(name)
    return Copied(whole, partly, drawn)


def _copy_readout(weight: torch.Tensor, state: torch.Tensor, config: RecurrentConfig) -> None:
    """The columns of t_i that hold the state; those that hold the previous token become zero."""
    size = config.decoder_size
    if config.decoder is DecoderKind.LUONG:  # [c; s]
        weight[:, -size:] = state
        return
    weight[:, :size] = state  # [s; E y; c]
    weight[:, size : size + config.embedding_size] = 0.0


def _check_model(options: "TrainingOptions", given: Checkpoint) -> None:
    folder, family = options.start.model, options.family
    if given.model.family != family:
        raise OptionError(f"family must be that of start.model, {given.model.family!r}, got {family!r}")
    group = {"recurrent": "model"}.get(family, family)
    wanted = asdict(options.chosen())
    found = asdict(given.model.config)
    _refuse(
        [
            f"{group}.{name} {found[name]!s} (got {wanted[name]!s})"
            for name in wanted
            if name not in FREE and found[name] != wanted[name]
        ],
        f"the model must have the settings of start.model, {folder}",
    )
    source, target = given.source_tokenizer, given.target_tokenizer
    _check_reader(options, "model", "source", source)
    if not options.tokenizer.shared:
        _check_reader(options, "model", "target", target)
    elif source.model != target.model:
        raise OptionError(f"tokenizer.shared must be off: start.model, {folder}, has two tokenizers")


def _check_language(options: "TrainingOptions", given: Checkpoint) -> None:
    folder, config = options.start.decoder, given.model.config
    if not isinstance(config, RecurrentConfig) or config.encoder is not EncoderKind.NONE:
        reads = config.encoder.value if isinstance(config, RecurrentConfig) else given.model.family
        raise OptionError(f"start.decoder must be a language model (model.encoder none), but {folder} reads: {reads!r}")
    chosen = options.model
    _refuse(
        [
            f"model.{name} {getattr(config, name)!s} (got {getattr(chosen, name)!s})"
            for name in FITTING
            if getattr(config, name) != getattr(chosen, name)
        ],
        f"the decoder must have the settings of start.decoder, {folder}",
    )
    _check_reader(options, "decoder", "target", given.target_tokenizer)


def _check_reader(options: "TrainingOptions", setting: str, side: str, reader: Reader) -> None:
    kind, size = getattr(options.tokenizer, f"{side}_kind"), getattr(options.tokenizer, f"{side}_size")
    if reader.kind is not kind:
        raise OptionError(
            f"tokenizer.{side}_kind must be that of start.{setting}, {reader.kind.value!r}, got {kind.value!r}"
        )
    if kind in LEARNT_KINDS and len(reader) > size:
        raise OptionError(
            f"tokenizer.{side}_size must be at least the {len(reader)} token types of start.{setting}, got {size}"
        )


def _refuse(differing: Sequence[str], rule: str) -> None:
    if differing:
        raise OptionError(f"{rule}: {', '.join(differing)}")


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error
