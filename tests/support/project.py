"""The project's own files, as the tests about the project see them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = ("seq2seq_core", "demo")


@dataclass(frozen=True, slots=True)
class Module:
    """One source file and the dotted name it is imported by."""

    name: str
    path: Path

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"


def modules(root: Path = ROOT) -> Iterator[Module]:
    """app.py and every module of the two packages, in a fixed order."""
    app = root / "app.py"
    if app.exists():
        yield Module("app", app)
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            yield Module(".".join(parts).removesuffix(".__init__"), path)
