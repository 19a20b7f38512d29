"""Weights on huge pages.

Every step of a search reads all weights of a decoder once. On pages of 4 kB the processor also reads where each of
them lies; on pages of 2 MB, which Linux gives to memory that asks for them, it need not (tests/bench/README.md).
"""

import mmap
from typing import Final

import numpy as np
import torch
from torch import nn

PAGE: Final = 2 << 20  # bytes
LINE: Final = 64  # bytes; every matrix begins on a cache line, as torch has them


@torch.no_grad()
def onto_huge_pages(model: nn.Module) -> None:
    """Move the weights of a model that is only to be searched into one piece of memory that asks for huge pages.

    Where the system knows none, on other devices, and below one page, they stay where they are.
    """
    weights = [weight for weight in model.parameters() if weight.device.type == "cpu" and not weight.is_inference()]
    size = sum(_room(weight) for weight in weights)
    if size < PAGE or not hasattr(mmap, "MADV_HUGEPAGE"):
        return
    memory = mmap.mmap(-1, size + PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_HUGEPAGE)
    place = -np.frombuffer(memory, dtype=np.uint8).ctypes.data % PAGE
    for weight in weights:
        there = torch.frombuffer(memory, dtype=weight.dtype, count=weight.numel(), offset=place).view(weight.shape)
        weight.data = there.copy_(weight)
        place += _room(weight)


def _room(weight: nn.Parameter) -> int:
    """Bytes, up to the next line."""
    return -(-weight.numel() * weight.element_size() // LINE) * LINE
