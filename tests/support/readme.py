"""Reads a README as the tests run it: its fenced code blocks and its front matter.

The rules for whoever writes the README are in the docstring of tests/test_readme.py.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FENCE: Final = re.compile(r"^(?P<fence>```+)(?P<language>.*)$")
SERVING: Final = re.compile(r"^(\w+=\S+ )*(make demo|python app\.py)$")
FIXED_PORT: Final = re.compile(r"\bGRADIO_SERVER_PORT=(\d+)")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced code block."""

    language: str
    text: str
    line: int

    @property
    def commands(self) -> list[str]:
        """The lines of a shell block that do something."""
        stripped = (line.strip() for line in self.text.splitlines())
        return [line for line in stripped if line and not line.startswith("#")]

    @property
    def serves(self) -> bool:
        """Whether the last command runs until it is stopped."""
        return self.language == "bash" and bool(SERVING.match(self.commands[-1]))

    @property
    def port(self) -> int | None:
        """The port that the block itself sets, if it sets one."""
        found = FIXED_PORT.search(self.text)
        return int(found[1]) if found else None


def blocks(readme: Path) -> Iterator[Block]:
    """The fenced blocks in order; a fence that is never closed is an error."""
    lines = enumerate(readme.read_text(encoding="utf-8").splitlines(), start=1)
    for number, line in lines:
        if opening := FENCE.match(line):
            body = []
            for _, inner in lines:
                if inner == opening["fence"]:
                    break
                body.append(inner)
            else:
                raise ValueError(f"{readme.name}:{number}: this code block is never closed")
            yield Block(opening["language"], "\n".join(body) + "\n", number)


def front_matter(readme: Path) -> dict[str, str | list[str]]:
    """What stands between two lines of three dashes: `key: value`, or `key:` and `  - item` lines; nothing else."""
    opening, *lines = readme.read_text(encoding="utf-8").splitlines()
    if opening != "---" or "---" not in lines:
        raise ValueError(f"{readme.name} has no front matter between two lines of three dashes")
    matter: dict[str, str | list[str]] = {}
    items: list[str] = []
    for number, line in enumerate(lines[: lines.index("---")], start=2):
        if found := re.fullmatch(r"  - (\S.*)", line):
            items.append(found[1].strip("\"'"))
        elif found := re.fullmatch(r"(\w+): (\S[^#]*)", line):
            matter[found[1]] = found[2].strip("\"'")
        elif found := re.fullmatch(r"(\w+):", line):
            matter[found[1]] = items = []
        else:
            raise ValueError(f"{readme.name}:{number}: not `key: value`, `key:` or `  - item`: {line!r}")
    return matter
