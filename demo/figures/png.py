"""A picture as a PNG (ISO/IEC 15948) in a data address: a few hundred bytes instead of a long list of pixels."""

import struct
import zlib
from base64 import b64encode
from typing import Final

import numpy as np
from numpy.typing import NDArray

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
BIT_DEPTH: Final = 8
TRUE_COLOUR: Final = 2


def png_address(rgb_HWC: NDArray[np.uint8]) -> str:
    """The picture (H, W, 3) as `data:image/png;base64,…`."""
    return "data:image/png;base64," + b64encode(png_bytes(rgb_HWC)).decode("ascii")


def png_bytes(rgb_HWC: NDArray[np.uint8]) -> bytes:
    """The file: header, pixels, end."""
    height, width, _ = rgb_HWC.shape
    header = struct.pack(">IIBBBBB", width, height, BIT_DEPTH, TRUE_COLOUR, 0, 0, 0)
    lines = b"".join(b"\0" + row.tobytes() for row in rgb_HWC)  # 0: no filter
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines, 9)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
