"""Pictures of coloured shapes -> captions: `a large red circle above a small blue square`.

A picture (text form of `seq2seq_core.pictures`) has 24 x 24 pixels and one to three shapes on an empty background:
circle, square, triangle (tip up) or cross (a plus sign), small (5 or 6 pixels high and wide) or large (9 or 10),
red, orange, green, blue, purple or black. No two shapes share a colour, or touch.

The caption follows from the picture alone. Shapes are named in this order: large before small; those of equal size by
the alphabet of their colours. With A, B, C the shapes in that order, the caption is one of

    A                                    a small green cross
    A RELATION B                         a large red circle above a small blue square
    A RELATION B , and RELATION C        a large red circle above a small blue square , and left of a small black cross

A RELATION says where A stands as seen from the other: above, below, left of or right of, along the axis on which the
centres are further apart, by at least `MARGIN` pixels more than on the other axis.

Difficulty 1: one or two shapes. 2: one to three.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from seq2seq_core.pictures import PALETTE, Bytes, picture_text
from seq2seq_core.tasks.task import Pair, Task, Units

SIDE: Final = 24
MARGIN: Final = 3
GAP: Final = 1  # empty pixels between the boxes of two shapes
EXTENTS: Final = {"large": (9, 10), "small": (5, 6)}  # height and width in pixels
KINDS: Final = ("circle", "square", "triangle", "cross")
COLOURS: Final = ("black", "blue", "green", "orange", "purple", "red")  # alphabetical: the order of naming
_INDEX: Final = {colour.name: index for index, colour in enumerate(PALETTE.values())}
_PLACINGS: Final = 50  # attempts to place the drawn shapes before others are drawn


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape; `top` and `left` of its box in pixels."""

    size: str
    colour: str
    kind: str
    extent: int
    top: int
    left: int

    @property
    def name(self) -> str:
        """The words for it in a caption."""
        return f"a {self.size} {self.colour} {self.kind}"


def example(rng: random.Random, difficulty: int) -> Pair:
    """A picture and its caption."""
    count = rng.randint(1, difficulty + 1)
    while (shapes := _scene(rng, count)) is None:
        pass  # three large shapes hardly ever fit where they fall: draw others
    return picture_text(render(shapes)), caption(shapes)


def caption(shapes: Sequence[Shape]) -> str:
    """The caption of shapes given in the order of naming, whose relations are clear."""
    first, *others = shapes
    relations = [f"{relation(first, other)} {other.name}" for other in others]
    return f"{first.name} {' , and '.join(relations)}".rstrip()


def relation(shape: Shape, other: Shape) -> str | None:
    """Where `shape` stands as seen from `other`; None if neither axis is clearly the longer one."""
    # Twice the distances, so that centres between pixels stay whole.
    right = 2 * (shape.left - other.left) + shape.extent - other.extent
    down = 2 * (shape.top - other.top) + shape.extent - other.extent
    if abs(abs(right) - abs(down)) < 2 * MARGIN:
        return None
    if abs(right) > abs(down):
        return "right of" if right > 0 else "left of"
    return "below" if down > 0 else "above"


def render(shapes: Sequence[Shape]) -> Bytes:
    """The palette indices (24, 24)."""
    pixels_HW = np.zeros((SIDE, SIDE), np.uint8)
    for shape in shapes:
        box = pixels_HW[shape.top : shape.top + shape.extent, shape.left : shape.left + shape.extent]
        box[stamp(shape.kind, shape.extent)] = _INDEX[shape.colour]
    return pixels_HW


@lru_cache
def stamp(kind: str, extent: int) -> NDArray[np.bool_]:
    """The pixels of a shape within its box, (extent, extent); every shape touches all four sides of the box."""
    across = np.abs(2 * np.arange(extent) + 1 - extent)  # twice the distance of pixel centres from the middle
    rows, columns = across[:, None], across[None, :]
    inside: NDArray[np.bool_]
    match kind:
        case "circle":
            inside = rows**2 + columns**2 <= extent**2 - extent
        case "square":
            inside = np.ones((extent, extent), np.bool_)
        case "triangle":
            inside = columns <= np.arange(1, extent + 1)[:, None]
        case _:  # cross
            inside = np.minimum(rows, columns) <= extent // 3
    return inside


def _scene(rng: random.Random, count: int) -> list[Shape] | None:
    """Shapes in the order of naming, apart and clearly related; None if they do not fit where they fell."""
    # Sorting gives the order of naming, because "large" stands before "small" in the alphabet too.
    named = sorted((rng.choice(tuple(EXTENTS)), colour) for colour in rng.sample(COLOURS, count))
    looks = [(size, colour, rng.choice(KINDS), rng.choice(EXTENTS[size])) for size, colour in named]
    for _ in range(_PLACINGS):
        shapes = [
            Shape(size, colour, kind, extent, rng.randint(0, SIDE - extent), rng.randint(0, SIDE - extent))
            for size, colour, kind, extent in looks
        ]
        if _apart(shapes) and all(relation(shapes[0], other) for other in shapes[1:]):
            return shapes
    return None


def _apart(shapes: Sequence[Shape]) -> bool:
    """Whether an empty line of pixels separates the boxes of any two."""
    return all(
        one.left + one.extent + GAP <= two.left
        or two.left + two.extent + GAP <= one.left
        or one.top + one.extent + GAP <= two.top
        or two.top + two.extent + GAP <= one.top
        for one, two in combinations(shapes, 2)
    )


TASK: Final = Task(
    name="shapes",
    summary="Pictures of one to three coloured shapes -> captions",
    example=example,
    difficulties=2,
    source_units=Units.PICTURE,
    target_units=Units.WORD,
)
