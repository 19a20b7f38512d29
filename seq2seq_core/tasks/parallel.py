"""Parallel text: one TSV file (`source<TAB>target`, .gz accepted) or two files with the same number of lines."""

import gzip
import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from seq2seq_core.errors import DataError
from seq2seq_core.files import utf8_lines, write_file


@dataclass(frozen=True, slots=True)
class ParallelText:
    """Sources and targets in the order of the file."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    digest: str  # SHA-256 of the lines as read, each with a line feed (of both files, one after the other)

    def __len__(self) -> int:
        return len(self.sources)


def read_parallel(specification: str) -> ParallelText:
    """Read `FILE` (TSV) or `SOURCE_FILE,TARGET_FILE` (line-aligned).

    Raises:
        DataError: a file is missing, empty or not UTF-8, a line lacks its tab or has an empty side, or the two files
            have unequal line counts. The message names file and line.
    """
    sources, targets = [], []
    for source, target in pairs_of(specification):
        sources.append(source)
        targets.append(target)
    whole_lines = len(paths_of(specification)) == 1
    lines = map("\t".join, zip(sources, targets, strict=True)) if whole_lines else iter((*sources, *targets))
    return ParallelText(tuple(sources), tuple(targets), _digest(lines))


def paths_of(specification: str) -> list[Path]:
    """The file or the two files.

    Raises:
        DataError: there are more.
    """
    paths = [Path(part) for part in specification.split(",")]
    if len(paths) > 2:
        raise DataError(f"a corpus is one TSV file or two aligned files joined by a comma, got {specification!r}")
    return paths


def pairs_of(specification: str) -> Iterator[tuple[str, str]]:
    """Source and target of one line after the other, as `read_parallel` reads them, but none is kept in memory.

    Raises:
        DataError: as `read_parallel`, at the line.
    """
    paths = paths_of(specification)
    return _tsv_pairs(paths[0]) if len(paths) == 1 else _aligned_pairs(paths[0], paths[1])


def digest_of(specification: str) -> str:
    """The digest of the text, see `ParallelText`, read line by line.

    Raises:
        DataError: a file cannot be read.
    """
    return _digest(line for path in paths_of(specification) for line in _lines(path))


def from_pairs(pairs: Sequence[tuple[str, str]]) -> ParallelText:
    """Pairs made in memory, with the digest that a TSV file of them has."""
    sources, targets = (tuple(pair[side] for pair in pairs) for side in (0, 1))
    return ParallelText(sources, targets, _digest("\t".join(pair) for pair in pairs))


def write_tsv(text: ParallelText, path: Path) -> None:
    """Write a file that `read_parallel` reads back as the same text.

    Raises:
        DataError: a side is empty or holds a tab or a line end, or the file cannot be written.
    """
    lines = []
    for number, pair in enumerate(zip(text.sources, text.targets, strict=True), start=1):
        for side in pair:
            if not side.strip() or any(mark in side for mark in "\t\n\r"):
                raise DataError(
                    f"{path}, line {number}: a side must be text without tabs and line ends, got {side!r:.80}"
                )
        lines.append("\t".join(pair) + "\n")
    write_file(path, "".join(lines).encode())


def read_references(path: Path, sources: Sequence[str]) -> list[list[str]]:
    """All known targets of each source: `source<TAB>reference<TAB>reference...`, in the order of `sources`."""
    references = []
    for number, line in enumerate(_lines(path), start=1):
        source, *targets = line.split("\t")
        if not targets or not all(target.strip() for target in targets):
            raise DataError(f"{path}, line {number}: expected source and one or more references, got {line!r:.80}")
        if number > len(sources) or source != sources[number - 1]:
            raise DataError(f"{path}, line {number}: expected the same sources as the test file, got {source!r:.80}")
        references.append(targets)
    if len(references) != len(sources):
        raise DataError(f"{path}: expected {len(sources)} lines as in the test file, got {len(references)}")
    return references


def _tsv_pairs(path: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(_lines(path), start=1):
        fields = line.split("\t")
        if len(fields) != 2:
            found = f"{len(fields) - 1} tabs: {line!r:.80}"
            raise DataError(f"{path}, line {number}: expected source<TAB>target with one tab, got {found}")
        for side, field in zip(("source", "target"), fields, strict=True):
            if not field.strip():
                raise DataError(f"{path}, line {number}: the {side} side is empty")
        yield fields[0], fields[1]


def _aligned_pairs(source_path: Path, target_path: Path) -> Iterator[tuple[str, str]]:
    sources, targets = _lines(source_path), _lines(target_path)
    number = 0
    for number, (source, target) in enumerate(zip_longest(sources, targets), start=1):
        if source is None or target is None:
            raise DataError(
                f"{source_path} and {target_path} must have equal line counts, "
                f"got {_count(source, number, sources)} and {_count(target, number, targets)}"
            )
        for path, side in ((source_path, source), (target_path, target)):
            if not side.strip():
                raise DataError(f"{path}, line {number}: the line is empty")
        yield source, target


def _count(line: str | None, number: int, rest: Iterator[str]) -> int:
    """Lines of a file of which `number` were asked for; `line` is what the last of them was."""
    return number - 1 if line is None else number + sum(1 for _ in rest)


def _lines(path: Path) -> Iterator[str]:
    """The lines of a file, unpacked if its name ends in .gz."""
    blank: list[str] | None = []  # the blank lines before the first one with text
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for line in utf8_lines(file, str(path)):
                if blank is None:
                    yield line
                elif not line.strip():
                    blank.append(line)
                else:
                    yield from (*blank, line)
                    blank = None
    except (OSError, EOFError, ValueError, zlib.error) as error:  # ValueError: a name that no file can have
        raise DataError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if blank is not None:
        raise DataError(f"{path}: the file is empty")


def _digest(lines: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()
