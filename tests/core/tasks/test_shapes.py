"""Captions against the pixels: what a picture shows is found again from its text, without the task's own shapes."""

from dataclasses import dataclass

import numpy as np
import pytest

from seq2seq_core.pictures import PALETTE, picture_text
from seq2seq_core.tasks import generate
from seq2seq_core.tasks.shapes import Shape, caption, relation, render, stamp

VOCABULARY = (
    "a large small black blue green orange purple red circle square triangle cross above below left right of , and"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A shape as pixels show it: the box of its colour, the last row and column included."""

    colour: str
    top: int
    bottom: int
    left: int
    right: int
    rows: tuple[str, ...]  # of the box, "#" for the shape

    @property
    def extent(self) -> int:
        assert self.bottom - self.top == self.right - self.left
        return self.bottom - self.top + 1

    @property
    def size(self) -> str:
        return {5: "small", 6: "small", 9: "large", 10: "large"}[self.extent]

    @property
    def kind(self) -> str:
        """A square fills its corners, a triangle only the lower ones; a circle is wider than a cross near the top."""
        first, second, last = self.rows[0], self.rows[1], self.rows[-1]
        if (first[0], last[0], last[-1]) == ("#", "#", "#"):
            return "square"
        if (last[0], last[-1]) == ("#", "#"):
            return "triangle"
        return "cross" if first == second else "circle"


def seen(picture: str) -> list[Seen]:
    """The shapes of a picture, in the order in which captions name them."""
    rows = picture.split("/")
    found = []
    for character in set(picture) - set("./"):
        ys = [y for y, row in enumerate(rows) if character in row]
        xs = [x for row in rows for x, pixel in enumerate(row) if pixel == character]
        box = [row[min(xs) : max(xs) + 1] for row in rows[min(ys) : max(ys) + 1]]
        assert set("".join(box)) <= {character, "."}
        marks = tuple(row.replace(character, "#") for row in box)
        found.append(Seen(PALETTE[character].name, min(ys), max(ys), min(xs), max(xs), marks))
    return sorted(found, key=lambda shape: (shape.size != "large", shape.colour))


def words(shape: Seen) -> str:
    return f"a {shape.size} {shape.colour} {shape.kind}"


def where(shape: Seen, other: Seen) -> str:
    across = (shape.left + shape.right - other.left - other.right) / 2
    down = (shape.top + shape.bottom - other.top - other.bottom) / 2
    assert abs(abs(across) - abs(down)) >= 3  # never a near tie
    if abs(across) > abs(down):
        return "right of" if across > 0 else "left of"
    return "below" if down > 0 else "above"


def expected_caption(picture: str) -> str:
    first, *others = seen(picture)
    parts = [f" {where(first, other)} {words(other)}" for other in others]
    return words(first) + " , and".join(parts)


@pytest.mark.parametrize("difficulty", [1, 2])
def test_captions_follow_from_the_pixels(difficulty: int) -> None:
    text = generate("shapes", "train", 1500, difficulty=difficulty, seed=1)
    assert [expected_caption(source) for source in text.sources] == list(text.targets)
    counts = {len(seen(source)) for source in text.sources}
    assert counts == set(range(1, difficulty + 2))


def test_shapes_keep_apart() -> None:
    text = generate("shapes", "train", 500, difficulty=2, seed=2)
    for source in text.sources:
        shapes = seen(source)
        for i, one in enumerate(shapes):
            for two in shapes[i + 1 :]:
                gaps = (one.left - two.right, two.left - one.right, one.top - two.bottom, two.top - one.bottom)
                assert max(gaps) >= 2  # 1 would be neighbours


def test_every_word_occurs() -> None:
    captions = " ".join(generate("shapes", "train", 1500, difficulty=2, seed=3).targets)
    assert set(captions.split()) == set(VOCABULARY.split())


def test_shapes_stand_everywhere() -> None:
    text = generate("shapes", "train", 1500, difficulty=1, seed=4)
    covered = [any(source.split("/")[y][x] != "." for source in text.sources) for y in range(24) for x in range(24)]
    assert all(covered)


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        ("circle", [".###.", "#####", "#####", "#####", ".###."]),
        ("square", ["#####", "#####", "#####", "#####", "#####"]),
        ("triangle", ["..#..", ".###.", ".###.", "#####", "#####"]),
        ("cross", ["..#..", "..#..", "#####", "..#..", "..#.."]),
    ],
)
def test_small_shapes_look_like_this(kind: str, rows: list[str]) -> None:
    assert ["".join("#" if pixel else "." for pixel in row) for row in stamp(kind, 5)] == rows


@pytest.mark.parametrize("extent", [5, 6, 9, 10])
def test_shapes_of_one_size_differ_in_many_pixels(extent: int) -> None:
    stamps = [stamp(kind, extent) for kind in ("circle", "square", "triangle", "cross")]
    for i, one in enumerate(stamps):
        for two in stamps[i + 1 :]:
            assert np.count_nonzero(one != two) >= 4


def made(size: str, colour: str, kind: str, extent: int, top: int, left: int) -> Shape:
    return Shape(size, colour, kind, extent, top, left)


def test_hand_made_captions() -> None:
    circle = made("large", "red", "circle", 9, 0, 8)
    square = made("small", "blue", "square", 5, 14, 9)
    cross = made("small", "black", "cross", 5, 2, 19)
    assert caption([cross]) == "a small black cross"
    assert caption([circle, square]) == "a large red circle above a small blue square"
    three = "a large red circle left of a small black cross , and above a small blue square"
    assert caption([circle, cross, square]) == three
    assert expected_caption(picture_text(render([circle, cross, square]))) == three


def test_a_relation_needs_a_margin_of_three_pixels() -> None:
    # Centres 10 to the right and 7 or 8 down: only the first is further by 3.
    here = made("small", "red", "circle", 5, 0, 0)
    assert relation(here, made("small", "blue", "circle", 5, 7, 10)) == "left of"
    assert relation(here, made("small", "blue", "circle", 5, 8, 10)) is None
