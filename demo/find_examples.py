"""python -m demo.find_examples: sentences of a test file that show something about the shipped model.

    python -m demo.find_examples --model CHECKPOINT --train train.tsv.gz --test test.tsv --output assets/examples.json

Every kind is a condition that the outputs of the model meet; `tests/demo/test_examples.py` checks it again.
"""

import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import tyro

from seq2seq_core.errors import OptionError, Seq2SeqError
from seq2seq_core.evaluation import sentence_chrf
from seq2seq_core.files import write_file
from seq2seq_core.options import BeamOptions, GreedyOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.tasks.parallel import ParallelText, read_parallel

LONG: Final = 14  # words of a long sentence
CLEAR: Final = 8.0  # chrF points by which one output must be closer to the reference
# Tatoeba is written by everybody; a page shown in schools leaves these subjects out.
UNSUITABLE: Final = re.compile(
    r"\b(kill|die|dead|death|murder|suicid|sex|drunk|drugs?|gun|shot|shoot|war|hate|stupid|idiot|kiss|naked|blood|God)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A test sentence with both outputs and how close they are to the reference (sentence chrF)."""

    source: str
    reference: str
    greedy: str
    beam: str
    greedy_chrf: float
    beam_chrf: float
    unseen: tuple[str, ...]  # words of the source that the training sources never hold

    @property
    def differ(self) -> bool:
        return self.greedy != self.beam

    @property
    def gain(self) -> float:
        """How much closer to the reference beam is than greedy."""
        return self.beam_chrf - self.greedy_chrf

    @property
    def words(self) -> int:
        return len(self.source.split())


# Each kind: what must hold, and what to prefer (larger is better).
KINDS: Final[dict[str, tuple[Callable[[Candidate], bool], Callable[[Candidate], float]]]] = {
    "differ": (lambda c: c.differ and c.gain >= CLEAR and not c.unseen, lambda c: c.beam_chrf - abs(c.words - 8)),
    "beam_worse": (
        lambda c: c.differ and c.gain <= -CLEAR and not c.unseen,
        lambda c: c.greedy_chrf - abs(c.words - 8),
    ),
    "long": (lambda c: c.words >= LONG and not c.unseen, lambda c: c.beam_chrf + c.words),
    "unseen": (lambda c: len(c.unseen) == 1 and c.words >= 4, lambda c: c.beam_chrf),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class FindOptions:
    """Where to look and how many to keep."""

    model: Path
    """checkpoint folder"""
    train: str
    """training pairs of the model: what it has seen"""
    test: str
    """pairs to choose from"""
    output: Path = Path("assets/examples.json")
    """JSON file that the page reads"""
    each: int = 2
    """examples of each kind"""

    def __post_init__(self) -> None:
        if self.each < 1:
            raise OptionError(f"each must be 1 or more, got {self.each}")


def main() -> int:
    """The command line; a user's mistake is one line on standard error and exit status 2."""
    try:
        find(tyro.cli(FindOptions, prog="python -m demo.find_examples", description=__doc__))
    except Seq2SeqError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def find(options: FindOptions) -> None:
    """Decode the test file both ways, choose, and write the examples."""
    candidates = judge(Pipeline.load(options.model), read_parallel(options.test), read_parallel(options.train).sources)
    examples = [
        {"kind": kind, "source": candidate.source, "reference": candidate.reference, "note": " ".join(candidate.unseen)}
        for kind in KINDS
        for candidate in choose(candidates, kind, options.each)
    ]
    write_file(options.output, (json.dumps(examples, indent=2, ensure_ascii=False) + "\n").encode())
    for candidate in (asdict(c) for kind in KINDS for c in choose(candidates, kind, options.each)):
        print(json.dumps(candidate, ensure_ascii=False))


def judge(pipeline: Pipeline, test: ParallelText, seen: Sequence[str]) -> list[Candidate]:
    """Every test sentence with what the model makes of it."""
    known = {word for source in seen for word in words(source)}
    greedy = pipeline.translate(test.sources, GreedyOptions())
    beam = pipeline.translate(test.sources, BeamOptions(beam_size=5))
    return [
        Candidate(
            source=source,
            reference=reference,
            greedy=one,
            beam=other,
            greedy_chrf=sentence_chrf(one, reference),
            beam_chrf=sentence_chrf(other, reference),
            unseen=tuple(word for word in words(source) if word not in known),
        )
        for source, reference, one, other in zip(test.sources, test.targets, greedy, beam, strict=True)
    ]


def choose(candidates: Sequence[Candidate], kind: str, count: int) -> list[Candidate]:
    """The `count` best of a kind; equal ones in the order of the file."""
    holds, worth = KINDS[kind]
    fitting = [c for c in candidates if holds(c) and not UNSUITABLE.search(c.source)]
    return sorted(fitting, key=lambda c: -worth(c))[:count]


def words(text: str) -> list[str]:
    """Lower-case words without punctuation."""
    return re.findall(r"[a-z]+(?:['’][a-z]+)?", text.lower())


if __name__ == "__main__":
    sys.exit(main())
