"""A trained model as a folder: weights, tokenizers, config, model card. Nothing in it is unpickled.

    model.safetensors   weights (float16 or float32 on disk, float32 in memory)
    config.json         format version, model, tokenizers, training record, metrics, SHA-256 of the files read back
    source.model, target.model    where that side's reader has learnt something
    README.md           the model card, for people; not read back
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, asdict, dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from seq2seq_core.card import model_card
from seq2seq_core.errors import CheckpointError, OptionError
from seq2seq_core.files import read_regular, standing_folder, write_folder
from seq2seq_core.models import FAMILIES, Seq2Seq
from seq2seq_core.readers import Reader, open_reader
from seq2seq_core.tokenizer import TokenizerKind

CHECKPOINT_FORMAT: Final = "seq2seq-checkpoint/1"
_RENAMED: Final = {"output_bias": "output.bias"}  # names of weights in files of before there were several outputs
_KEYS: Final = {"format", "model", "tokenizers", "weights", "training", "metrics", "card"}

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model with all that is needed to use it, and the record of how it came about."""

    model: Seq2Seq[Any]
    source_tokenizer: Reader
    target_tokenizer: Reader
    training: Record = field(default_factory=dict)  # options, data hashes, versions, tokens seen
    metrics: Record = field(default_factory=dict)
    card: Record = field(default_factory=dict)  # title, languages, attribution: see card.py


def save_checkpoint(
    folder: Path, checkpoint: Checkpoint, *, half: bool = False, extra: Mapping[str, bytes] | None = None
) -> None:
    """Write the folder in one piece; `extra` files (the training state) travel with it.

    Args:
        half: float16 weights, half the bytes; they stay float32 if one of them is too large for float16.

    Raises:
        DataError: the folder cannot be written.
    """
    tokenizers = {"source": checkpoint.source_tokenizer, "target": checkpoint.target_tokenizer}
    weights = _weights(checkpoint.model, half)
    config = {
        "format": CHECKPOINT_FORMAT,
        "model": {"family": checkpoint.model.family, **asdict(checkpoint.model.config)},
        "tokenizers": {side: _describe(side, tokenizer) for side, tokenizer in tokenizers.items()},
        "weights": {"file": "model.safetensors", "sha256": _digest(weights)},
        "training": dict(checkpoint.training),
        "metrics": dict(checkpoint.metrics),
        "card": dict(checkpoint.card),
    }
    files = {
        "model.safetensors": weights,
        "config.json": (json.dumps(config, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode(),
        **{f"{side}.model": tokenizer.model for side, tokenizer in tokenizers.items() if tokenizer.model},
        "README.md": model_card(config, parameters=count_parameters(checkpoint.model)).encode(),
        **(extra or {}),
    }
    write_folder(folder, files)


def load_checkpoint(folder: Path) -> Checkpoint:
    """Read and verify a folder; the model comes in evaluation mode, on the CPU, in float32.

    Raises:
        CheckpointError: the folder is missing, truncated, altered, foreign or of a future version.
    """
    folder = standing_folder(folder)
    config = _read_config(folder)
    model = _build_model(folder, config)
    source = _read_tokenizer(folder, config, "source", model.config.source_vocabulary)
    target = _read_tokenizer(folder, config, "target", model.config.target_vocabulary)
    _load_weights(model, folder, config)
    _check_size(folder, "source", source, model.config.source_vocabulary)
    _check_size(folder, "target", target, model.config.target_vocabulary)
    return Checkpoint(model.eval(), source, target, config["training"], config["metrics"], config["card"])


def count_parameters(model: torch.nn.Module) -> int:
    """Trainable numbers, tied ones once."""
    return sum(parameter.numel() for parameter in model.parameters())


def _describe(side: str, reader: Reader) -> dict[str, str]:
    """A side's reader as config.json tells it."""
    kept = {"file": f"{side}.model", "sha256": _digest(reader.model)} if reader.model else {}
    return {**kept, "kind": reader.kind.value}


def _load_weights(model: Seq2Seq[Any], folder: Path, config: Record) -> None:
    content = _read_verified(folder, config["weights"])
    try:
        tensors = load_tensors(content)
        expected = {name: tensor.shape for name, tensor in model.state_dict().items()}
        for name, tensor in tensors.items():
            _check_shape(name, tensor, expected.get(_present_name(name, tensors)))
            _check_numbers(folder, name, tensor)
        # a copy, because where a number lies in memory may change how it is added up; assigned, because the model has
        # no memory yet
        weights = {_present_name(name, tensors): tensors[name].to(torch.float32, copy=True) for name in tensors}
        model.load_state_dict(weights, assign=True)
    except (SafetensorError, RuntimeError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{folder}: the weights do not fit the model: {error!s:.300}") from error


def _present_name(name: str, weights: Mapping[str, Tensor]) -> str:
    """What the model calls a weight; one that the file holds under both names keeps its own and is too many."""
    renamed = _RENAMED.get(name, name)
    return name if renamed in weights else renamed


def _check_shape(name: str, tensor: Tensor, expected: torch.Size | None) -> None:
    """Before the numbers are looked at: to walk through a tensor of a million dimensions takes hours.

    Raises:
        ValueError: it is none of the model's.
    """
    if tensor.shape != expected:
        wanted = "no such weight" if expected is None else f"the shape {tuple(expected)}"
        dimensions = f"{tensor.dim()} dimensions, {tensor.numel()} numbers"
        raise ValueError(f"{name[:80]}: the model has {wanted}, the file {dimensions}")


def _check_numbers(folder: Path, name: str, tensor: Tensor) -> None:
    if tensor.dtype not in (torch.float16, torch.float32):
        raise CheckpointError(f"{folder}: weights must be float16 or float32, got {tensor.dtype} in {name}")
    if not tensor.isfinite().all():
        raise CheckpointError(f"{folder}: weights must be finite numbers, which {name} does not hold")


def _check_size(folder: Path, side: str, tokenizer: Reader, size: int) -> None:
    if len(tokenizer) != size:
        raise CheckpointError(f"{folder}: {side} tokenizer must have {size} tokens as the model, got {len(tokenizer)}")


def _weights(model: torch.nn.Module, half: bool) -> bytes:
    tensors = {name: tensor.detach().to("cpu", torch.float32) for name, tensor in model.state_dict().items()}
    half = half and all(bool(tensor.half().isfinite().all()) for tensor in tensors.values())
    dtype = torch.float16 if half else torch.float32
    return save_tensors({name: tensor.to(dtype).contiguous() for name, tensor in tensors.items()})


def _read_config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads(read_regular(folder, "config.json").decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{folder}: config.json is not valid JSON: {error}") from error
    version = config.get("format") if isinstance(config, dict) else None
    if version != CHECKPOINT_FORMAT:
        raise CheckpointError(f"{folder}: format must be {CHECKPOINT_FORMAT!r}, got {version!r}")
    if set(config) != _KEYS:
        raise CheckpointError(f"{folder}: config.json must have the keys {sorted(_KEYS)}, got {sorted(config)}")
    for key in _KEYS - {"format"}:
        if not isinstance(config[key], dict):
            raise CheckpointError(f"{folder}: {key} of config.json must be an object, got {config[key]!r:.80}")
    return dict(config)


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _read_tokenizer(folder: Path, config: Record, side: str, size: int) -> Reader:
    entry = config["tokenizers"].get(side)
    if not isinstance(entry, dict):
        raise CheckpointError(f"{folder}: config.json must describe the {side} tokenizer, got {entry!r:.80}")
    content = _read_verified(folder, entry) if "file" in entry else b""
    try:
        return open_reader(TokenizerKind(entry["kind"]), content, size)
    except (OptionError, KeyError, ValueError) as error:
        raise CheckpointError(f"{folder}: {side} tokenizer cannot be used: {error}") from error


def _build_model(folder: Path, config: Record) -> Seq2Seq[Any]:
    """The model without memory for its weights, so that no declared size can ask for more than the file holds."""
    settings = dict(config["model"])
    name = settings.pop("family", None)
    if not isinstance(name, str) or name not in FAMILIES:
        raise CheckpointError(f"{folder}: model family must be one of {', '.join(FAMILIES)}, got {name!r:.80}")
    family = FAMILIES[name]
    known = {each.name: each for each in fields(family.config)}
    needed = {each.name for each in known.values() if each.default is MISSING}
    if not needed <= set(settings) <= set(known):
        raise CheckpointError(f"{folder}: the model must have the settings {sorted(known)}, got {sorted(settings)}")
    values = {name: _setting(folder, known[name], value) for name, value in settings.items()}
    try:
        with torch.device("meta"):
            return family.model(family.config(**values))
    except (OptionError, RuntimeError) as error:
        raise CheckpointError(f"{folder}: {error}") from error


def _setting(folder: Path, known: Field[Any], value: object) -> object:
    """A setting of the model as its config wants it; one that is not there keeps its default."""
    kind = known.type
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        if not isinstance(value, str) or value not in list(kind):
            names = ", ".join(kind)
            raise CheckpointError(f"{folder}: model setting {known.name} must be one of {names}, got {value!r:.80}")
        return kind(value)
    allowed = (int, float) if kind is float else (kind,)
    if type(value) not in allowed:
        name = getattr(kind, "__name__", kind)
        raise CheckpointError(f"{folder}: model setting {known.name} must be of type {name}, got {value!r:.80}")
    return value


def _read_verified(folder: Path, entry: object) -> bytes:
    if not isinstance(entry, dict) or not isinstance(entry.get("file"), str):
        raise CheckpointError(f"{folder}: config.json must name a file and its sha256, got {entry!r:.80}")
    content = read_regular(folder, entry["file"])
    if (digest := _digest(content)) != entry.get("sha256"):
        raise CheckpointError(
            f"{folder}: {entry['file']} is not the file that was saved: "
            f"sha256 must be {entry.get('sha256')!s:.80}, got {digest}"
        )
    return content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
