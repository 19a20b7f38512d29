"""A large file decoded in shards of lines: by one process or several, and what is finished survives a crash.

The output of each shard is a file of its own in a folder beside the output, written under another name and renamed.
Process r of n takes the shards r, r + n, r + 2n ...; when all are there, the first process puts them together in the
order of the input.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

import torch.distributed
from tqdm import tqdm

from seq2seq_core.errors import DataError, OptionError
from seq2seq_core.files import replaced, utf8_lines, write_file, writing

MANIFEST: Final = "manifest.json"
_LONGEST_WAIT: Final = timedelta(days=30)  # of one process for the others


@dataclass(frozen=True, slots=True)
class Crew:
    """The processes that decode together, as `torchrun` tells each of them; one where it was not used."""

    rank: int
    size: int
    local_rank: int  # among those of this machine
    restarted: bool  # by torchrun, after one of them died

    def wait(self) -> None:
        """Until all are here."""
        if self.size > 1:
            torch.distributed.barrier()


@contextmanager
def gathered_crew() -> Iterator[Crew]:
    """This process with the others, connected."""
    rank, size, local_rank, restarts = (
        int(os.environ.get(name, default))
        for name, default in (("RANK", 0), ("WORLD_SIZE", 1), ("LOCAL_RANK", 0), ("TORCHELASTIC_RESTART_COUNT", 0))
    )
    if size > 1:
        torch.distributed.init_process_group("gloo", timeout=_LONGEST_WAIT)
    try:
        yield Crew(rank, size, local_rank, restarted=restarts > 0)
    finally:
        if size > 1:
            torch.distributed.destroy_process_group()


@dataclass(frozen=True, slots=True)
class Shard:
    """Consecutive lines of the input."""

    first: int  # number of its first line, from 1
    lines: list[str]


@dataclass(frozen=True, slots=True)
class ShardedFile:
    """A file that is decoded in shards."""

    source: Path
    output: Path
    shard_lines: int
    lines: int  # of the source
    digest: str  # SHA-256 of the source

    @classmethod
    def of(cls, source: Path, output: Path, shard_lines: int) -> "ShardedFile":
        """Count and hash the source.

        Raises:
            DataError: it cannot be read.
        """
        return cls(source, output, shard_lines, *_counted(source))

    @property
    def folder(self) -> Path:
        """Where the finished shards lie."""
        return self.output.with_name(f"{self.output.name}.shards")

    def decode(
        self,
        crew: Crew,
        settings: Mapping[str, Any],
        decoded: Callable[[Shard], Iterator[str]],
        checked: Callable[[Shard], Iterable[str]],
        *,
        resume: bool,
    ) -> None:
        """Decode what is not finished, wait for the others and put all together.

        Args:
            settings: all that decides the outputs, in the types of JSON; finished shards of others are refused.
            decoded: the lines of output for a shard.
            checked: the lines of a shard, one after the other; it raises where one cannot be decoded. All are looked at
                before the first shard is decoded, for shards of a file that must be mended are of no use.
            resume: whether finished shards are used.

        Raises:
            OptionError: the finished shards are of another file or other settings, or there are some and `resume` is
                not asked for; or the folder of shards holds something else.
            DataError: a file cannot be read or written, or the input was changed meanwhile.
        """
        if crew.rank == 0 and not self._prepare(settings, resume=resume or crew.restarted):
            for _, shard in self._shards(set(range(self._count))):
                for _ in checked(shard):
                    pass
        crew.wait()
        mine = range(crew.rank, self._count, crew.size)
        left = [number for number in mine if not self._part(number).exists()]
        with tqdm(total=len(mine), initial=len(mine) - len(left), unit="shard", disable=None) as bar:
            for number, shard in self._shards(set(left)):
                write_file(self._part(number), b"".join(line.encode() + b"\n" for line in decoded(shard)))
                bar.update()
        crew.wait()
        if crew.rank == 0:
            self._join()

    @property
    def _count(self) -> int:
        return -(-self.lines // self.shard_lines)

    def _part(self, number: int) -> Path:
        return self.folder / f"{number:06}"

    def _prepare(self, settings: Mapping[str, Any], *, resume: bool) -> bool:
        """Make the folder ready; whether finished shards may lie in it."""
        manifest = {**settings, "shard_lines": self.shard_lines, "input": self.digest}
        path = self.folder / MANIFEST
        if resume and path.exists():
            _require_same(path, manifest)
            return True
        with writing(self.folder):
            self.folder.mkdir(exist_ok=True)
            found = {each.name for each in self.folder.iterdir()} - {MANIFEST}
        if found and path.exists():
            raise OptionError(f"output has finished shards in {self.folder}: --resume goes on, or delete it")
        if found:
            raise OptionError(f"output needs the folder {self.folder} for its shards, which holds something else")
        write_file(path, json.dumps(manifest, indent=1).encode())
        return False

    def _shards(self, wanted: set[int]) -> Iterator[tuple[int, Shard]]:
        """The wanted shards with their numbers."""
        try:
            with self.source.open("rb") as file:
                lines = utf8_lines(file, str(self.source))
                for number in range(max(wanted, default=-1) + 1):
                    found = list(islice(lines, self.shard_lines))
                    if number in wanted:
                        yield number, Shard(number * self.shard_lines + 1, found)
        except OSError as error:
            raise DataError(f"{self.source}: cannot be read: {error.strerror or error}") from error

    def _join(self) -> None:
        if _counted(self.source) != (self.lines, self.digest):
            raise DataError(f"{self.source}: the file was changed while it was decoded")
        with replaced(self.output) as output:
            for number in range(self._count):
                with self._part(number).open("rb") as part:
                    shutil.copyfileobj(part, output)
        shutil.rmtree(self.folder, ignore_errors=True)


def _require_same(path: Path, manifest: Mapping[str, Any]) -> None:
    """Finished shards are used only where the rest will be of a piece with them."""
    try:
        saved = json.loads(path.read_bytes())
        began = {name: saved[name] for name in manifest}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: is damaged ({error!s:.80}); delete the folder to decode anew") from error
    for name, value in manifest.items():
        if began[name] == value:
            continue
        if name in ("input", "model"):
            raise OptionError(f"{name} must be what the decoding in {path.parent} began with, but its content differs")
        raise OptionError(f"{name} must be as in the decoding that is resumed, {began[name]!r}, got {value!r}")


def _counted(path: Path) -> tuple[int, str]:
    """Lines and SHA-256 of a file."""
    digest, lines, last = hashlib.sha256(), 0, b"\n"
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
                lines, last = lines + block.count(b"\n"), block[-1:]
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error
    return lines + (last != b"\n"), digest.hexdigest()
