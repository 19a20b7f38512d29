"""A file of sentences with references, by beam size: quality, length, and how often a better output was missed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from seq2seq_core.options import SearchOptions
from seq2seq_core.trace import Fate, Hypothesis, ScoreRule

from .gallery import GalleryEntry
from .model import Service
from .problems import RequestError
from .quality import bleu, corpus_chrf
from .searched import SearchRequest
from .sources import MAXIMUM_CHARACTERS
from .standing import TOLERANCE, common_score, optimum_of
from .ways import Settings, options_of

BEAM_SIZES: Final = (1, 2, 4, 8)
MOST_LINES: Final = 200
MOST_BYTES: Final = 200_000
AT_ONCE: Final = 8  # sentences of a batch; between batches one can stop
NODES: Final = 400  # of the exact search for one sentence
SECONDS: Final = 1.0


class FileProblem(StrEnum):
    """What can be wrong with a file."""

    NOT_TEXT = "not text"
    TOO_LARGE = "too large"
    TOO_MANY = "too many"
    NO_LINES = "no lines"
    LINE = "line"
    SOURCE = "source"


class FileError(ValueError):
    """A file that is not decoded; `values` fill the braces of its sentence."""

    def __init__(self, problem: FileProblem, **values: object) -> None:
        super().__init__(problem.value)
        self.problem, self.values = problem, values


@dataclass(frozen=True, slots=True)
class Pair:
    """One line."""

    source: str
    reference: str


@dataclass(frozen=True, slots=True)
class FileSize:
    """All sentences with one beam size."""

    beam_size: int
    bleu: float
    chrf: float
    length_ratio: float  # words written over words of the references
    search_errors: int  # sentences for which an output is known that scores higher
    empty: int


@dataclass(frozen=True, slots=True)
class FileSweep:
    """All sizes; `proved` sentences have a proved optimum."""

    entry: GalleryEntry
    count: int
    proved: int
    sizes: tuple[FileSize, ...]


@dataclass(frozen=True, slots=True)
class FileProgress:
    """Sentences done with a beam size; of the exact search, which has none."""

    done: int
    count: int
    beam_size: int | None


def read_pairs(content: bytes) -> list[Pair]:
    """The lines of a file: a source, a tab, a reference; what follows another tab is left out, so are blank lines.

    Raises:
        FileError: names the rule and what was found.
    """
    if len(content) > MOST_BYTES:
        raise FileError(FileProblem.TOO_LARGE, limit=MOST_BYTES, found=len(content))
    try:
        lines = content.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError:
        raise FileError(FileProblem.NOT_TEXT) from None
    found = [_pair(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not found:
        raise FileError(FileProblem.NO_LINES)
    if len(found) > MOST_LINES:
        raise FileError(FileProblem.TOO_MANY, limit=MOST_LINES, found=len(found))
    return found


def _pair(number: int, line: str) -> Pair:
    source, _, rest = line.rstrip("\r").partition("\t")
    reference = rest.partition("\t")[0]
    if not source.strip() or not reference.strip() or len(source) > MAXIMUM_CHARACTERS:
        raise FileError(FileProblem.LINE, line=number, found=repr(line[:60]))
    return Pair(source, reference)


def swept_file(
    service: Service, pairs: Sequence[Pair], model: object, settings: Settings
) -> Iterator[FileProgress | FileSweep]:
    """What is being done, and at last all sizes.

    Raises:
        FileError: a sentence that the model refuses, by its number.
        RequestError: there is no such model, or it cannot be used.
    """
    entry = service.entry(model)
    found: dict[int, list[Hypothesis]] = {}
    for beam_size in BEAM_SIZES:
        found[beam_size] = []
        options = options_of("beam", replace(settings, beam_size=beam_size))
        for begin in range(0, len(pairs), AT_ONCE):
            yield FileProgress(begin, len(pairs), beam_size)
            texts = [pair.source for pair in pairs[begin : begin + AT_ONCE]]
            found[beam_size] += _batch(service, texts, options, entry, begin)
    proofs: list[tuple[Hypothesis | None, bool]] = []
    exact = replace(settings.exact, beam_size=1, max_nodes=NODES, max_seconds=SECONDS)
    for place, pair in enumerate(pairs):
        yield FileProgress(place, len(pairs), None)
        optimum = optimum_of(service.search(SearchRequest(pair.source, exact, entry.name)).trace)
        proofs.append((optimum.best, optimum.proved))
    rule = ScoreRule(settings.length_rule, settings.alpha)
    best = [
        _best(rule, [proof, *(found[size][place] for size in BEAM_SIZES)]) for place, (proof, _) in enumerate(proofs)
    ]
    sizes = tuple(_size(size, found[size], best, pairs, rule) for size in BEAM_SIZES)
    yield FileSweep(entry, len(pairs), sum(proved for _, proved in proofs), sizes)


def _batch(
    service: Service, texts: Sequence[str], options: SearchOptions, entry: GalleryEntry, begin: int
) -> list[Hypothesis]:
    try:
        return service.batch(texts, options, entry.name)
    except RequestError as error:
        if len(texts) == 1:
            reason = str(error.values.get("reason", error))
            raise FileError(FileProblem.SOURCE, line=begin + 1, reason=reason) from error
    # One of them is refused: alone, it can be named.
    return [one for place, text in enumerate(texts) for one in _batch(service, [text], options, entry, begin + place)]


def _best(rule: ScoreRule, outputs: Sequence[Hypothesis | None]) -> Hypothesis | None:
    """The finished output with the highest common score."""
    finished = [output for output in outputs if output is not None and output.fate is Fate.FINISHED]
    return max(finished, key=lambda output: common_score(rule, output)[0], default=None)


def _size(
    beam_size: int,
    outputs: Sequence[Hypothesis],
    best: Sequence[Hypothesis | None],
    pairs: Sequence[Pair],
    rule: ScoreRule,
) -> FileSize:
    texts, references = [output.text for output in outputs], [pair.reference for pair in pairs]
    missed = sum(_missed(rule, output, known) for output, known in zip(outputs, best, strict=True))
    written, wanted = (sum(len(text.split()) for text in each) for each in (texts, references))
    quality = bleu(texts, references), corpus_chrf(texts, references)
    return FileSize(beam_size, *quality, written / max(1, wanted), missed, sum(not text for text in texts))


def _missed(rule: ScoreRule, output: Hypothesis, known: Hypothesis | None) -> bool:
    """Whether a better output is known; one cut at the maximum length missed every finished one."""
    if known is None or output.tokens == known.tokens:
        return False
    if output.fate is not Fate.FINISHED:
        return True
    return common_score(rule, known)[0] > common_score(rule, output)[0] + TOLERANCE
