"""All that a training must remember to go on exactly: optimiser, position in the data, random state, best so far."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor, nn
from torch.optim import Optimizer

from seq2seq_core.errors import CheckpointError
from seq2seq_core.files import read_regular

TENSORS: Final = "training_state.safetensors"
NUMBERS: Final = "training_state.json"
DIGEST: Final = "sha256"  # of the tensors' file, beside the numbers


@dataclass(slots=True)
class Progress:
    """Where a training stands, at a batch boundary."""

    update: int = 0
    epoch: int = 0
    batch: int = 0  # batches of the epoch already used
    tokens: int = 0  # target tokens learnt from
    validated_at: int = 0  # tokens at the last validation
    best_loss: float | None = None  # nats per token; where a reward is optimised, what its mean lacks of 1
    worse_in_a_row: int = 0
    seconds: float = 0.0  # time spent training, validations included
    finished: bool = False


@dataclass(frozen=True, slots=True)
class RandomState:
    """Where the random generators of one process stand."""

    cpu: Tensor
    cuda: Tensor | None

    @classmethod
    def now(cls) -> "RandomState":
        return cls(torch.get_rng_state(), torch.cuda.get_rng_state() if torch.cuda.is_available() else None)

    def named(self, rank: int) -> dict[str, Tensor]:
        """The tensors as the file names them."""
        both = {_random("cpu", rank): self.cpu, _random("cuda", rank): self.cuda}
        return {name: state for name, state in both.items() if state is not None}


def pack_state(
    progress: Progress, model: nn.Module, optimiser: Optimizer, randoms: Sequence[RandomState]
) -> dict[str, bytes]:
    """The two files of the training state; `randoms` are those of all processes by rank."""
    tensors: dict[str, Tensor] = {}
    for rank, random in enumerate(randoms):
        tensors |= random.named(rank)
    for name, parameter in model.named_parameters():
        for key, value in optimiser.state.get(parameter, {}).items():
            tensors[f"optimiser.{key}.{name}"] = torch.as_tensor(value).detach().cpu().contiguous()
    content = save_tensors(tensors)
    numbers = {**asdict(progress), DIGEST: hashlib.sha256(content).hexdigest()}
    return {NUMBERS: json.dumps(numbers, indent=2).encode(), TENSORS: content}


def unpack_state(folder: Path, model: nn.Module, optimiser: Optimizer, rank: int = 0) -> Progress:
    """Put optimiser and the random state of this process back as they were; gives the position.

    A process of a rank that had no counterpart keeps the random state it has.

    Raises:
        CheckpointError: the files are missing or damaged.
    """
    content = read_regular(folder, TENSORS)
    progress = _read_numbers(folder, content)
    try:
        tensors = load_tensors(content)
        _restore_optimiser(tensors, model, optimiser)
        _restore_random(tensors, rank)
    except (SafetensorError, KeyError, ValueError, RuntimeError, TypeError) as error:
        raise CheckpointError(f"{folder}: {TENSORS} does not fit this training: {error!s:.300}") from error
    return progress


def _random(device: str, rank: int) -> str:
    """What the random state of a process is called; the leading one's as in a training of one process."""
    return f"random.{device}.{rank}" if rank else f"random.{device}"


def _restore_random(tensors: Mapping[str, Tensor], rank: int) -> None:
    cpu, cuda = _random("cpu", rank), _random("cuda", rank)
    if cpu in tensors or not rank:
        torch.set_rng_state(tensors[cpu])
    if cuda in tensors and torch.cuda.is_available():
        torch.cuda.set_rng_state(tensors[cuda])


def _read_numbers(folder: Path, tensors: bytes) -> Progress:
    try:
        numbers = json.loads(read_regular(folder, NUMBERS).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{folder}: {NUMBERS} is not valid JSON: {error}") from error
    wanted: dict[str, Any] = {f.name: f.type for f in fields(Progress)}
    if not isinstance(numbers, dict) or set(numbers) - {DIGEST} != set(wanted):
        raise CheckpointError(f"{folder}: {NUMBERS} must have the fields of Progress, got {numbers!r:.200}")
    digest = numbers.pop(DIGEST, None)  # early runs were saved without it
    if digest is not None and digest != hashlib.sha256(tensors).hexdigest():
        raise CheckpointError(f"{folder}: {TENSORS} is not the file that was saved: its sha256 must be {digest!s:.80}")
    for name, value in numbers.items():
        if not isinstance(value, wanted[name]) or (value is not None and not value >= 0):
            raise CheckpointError(f"{folder}: {name} of {NUMBERS} must be a {wanted[name]} from 0, got {value!r:.80}")
    return Progress(**numbers)


def _restore_optimiser(tensors: Mapping[str, Tensor], model: nn.Module, optimiser: Optimizer) -> None:
    parameters = dict(model.named_parameters())
    for entry, saved in tensors.items():
        kind, _, rest = entry.partition(".")
        if kind != "optimiser":
            continue
        key, _, name = rest.partition(".")
        parameter = parameters[name]
        if saved.dtype != torch.float32 or saved.shape != (() if key == "step" else parameter.shape):
            raise ValueError(f"{entry} is {saved.dtype} of shape {tuple(saved.shape)}")
        # where the fused optimiser wants its count of steps: on the device of the parameter
        optimiser.state[parameter][key] = saved.to(parameter.device)
