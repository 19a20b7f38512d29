"""All that a training must remember to go on exactly: optimiser, position in the data, random state, best so far."""

import json
from collections.abc import Mapping
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

TENSORS: Final = "training_state.safetensors"
NUMBERS: Final = "training_state.json"


@dataclass(slots=True)
class Progress:
    """Where a training stands, at a batch boundary."""

    update: int = 0
    epoch: int = 0
    batch: int = 0  # batches of the epoch already used
    tokens: int = 0  # target tokens learnt from
    validated_at: int = 0  # tokens at the last validation
    best_loss: float | None = None  # nats per token
    worse_in_a_row: int = 0
    seconds: float = 0.0  # time spent training, validations included
    finished: bool = False


def pack_state(progress: Progress, model: nn.Module, optimiser: Optimizer) -> dict[str, bytes]:
    """The two files of the training state."""
    tensors: dict[str, Tensor] = {"random.cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        tensors["random.cuda"] = torch.cuda.get_rng_state()
    for name, parameter in model.named_parameters():
        for key, value in optimiser.state.get(parameter, {}).items():
            tensors[f"optimiser.{key}.{name}"] = torch.as_tensor(value).detach().cpu().contiguous()
    return {NUMBERS: json.dumps(asdict(progress), indent=2).encode(), TENSORS: save_tensors(tensors)}


def unpack_state(folder: Path, model: nn.Module, optimiser: Optimizer) -> Progress:
    """Put optimiser and random state back as they were; gives the position.

    Raises:
        CheckpointError: the files are missing or damaged.
    """
    try:
        numbers = json.loads((folder / NUMBERS).read_text(encoding="utf-8"))
        tensors = load_tensors((folder / TENSORS).read_bytes())
    except (OSError, ValueError, SafetensorError) as error:
        raise CheckpointError(f"{folder}: the training state cannot be read: {error}") from error
    if set(numbers) != {f.name for f in fields(Progress)}:
        raise CheckpointError(f"{folder}: {NUMBERS} must have the fields of Progress, got {sorted(numbers)}")
    _restore_optimiser(tensors, model, optimiser)
    torch.set_rng_state(tensors["random.cpu"])
    if "random.cuda" in tensors and torch.cuda.is_available():
        torch.cuda.set_rng_state(tensors["random.cuda"])
    return Progress(**numbers)


def _restore_optimiser(tensors: Mapping[str, Tensor], model: nn.Module, optimiser: Optimizer) -> None:
    for name, parameter in model.named_parameters():
        state: dict[str, Any] = {}
        for key in ("step", "exp_avg", "exp_avg_sq"):
            if (saved := tensors.get(f"optimiser.{key}.{name}")) is not None:
                state[key] = saved if key == "step" and parameter.device.type == "cpu" else saved.to(parameter.device)
        if state:
            optimiser.state[parameter] = state
