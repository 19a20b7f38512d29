"""python -m demo.find_decoder_examples MODEL TSV: sentences that show a search error or a model error.

The file has a source, a tab and a reference in each line. What is found goes to standard output as JSON, in the form of
assets/decoder_examples.json; a test works every shipped example out again.
"""

import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import tyro

from demo.service import Service
from demo.service.gallery import read_gallery
from demo.service.standing import Model, Search
from demo.service.trial import Trial, tried
from demo.service.ways import Settings

MOST: Final = 2  # of each kind
WAYS: Final = ("greedy", "beam")


@dataclass(frozen=True, slots=True)
class Options:
    """Which model, which sentences."""

    model: tyro.conf.Positional[Path]
    pairs: tyro.conf.Positional[Path]
    most_words: int = 9
    beam_size: int = 5


def main() -> int:
    """Print what is found."""
    options = tyro.cli(Options, prog="python -m demo.find_decoder_examples", description=__doc__)
    service = Service(read_gallery([options.model]))
    print(json.dumps({options.model.name: list(find(service, options))}, ensure_ascii=False, indent=2))
    return 0


def find(service: Service, options: Options) -> Iterator[dict[str, str]]:
    """At most so many of each kind, in the order of the file."""
    wanted = dict.fromkeys(("search_error", "model_error", "empty"), MOST)
    with options.pairs.open(encoding="utf-8", newline="") as file:
        for source, reference, *_ in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if len(source.split()) > options.most_words or not any(wanted.values()):
                continue
            kind = kind_of(trial_of(service, source, reference, options.beam_size))
            if kind and wanted[kind]:
                wanted[kind] -= 1
                print(kind, source, file=sys.stderr, flush=True)
                yield {"kind": kind, "source": source, "reference": reference, "note": ""}


def trial_of(service: Service, source: str, reference: str, beam_size: int = 5) -> Trial:
    """Greedy and beam beside the exact search."""
    states = tried(service, source, WAYS, "", Settings(beam_size=beam_size))
    (trial,) = (state for state in states if isinstance(state, Trial))
    return Trial(trial.text, trial.entry, trial.settings, trial.tried, trial.exact, reference)


def kind_of(trial: Trial) -> str:
    """What the trial shows; empty for nothing, or where the optimum is not proved."""
    model = trial.model()
    if model is None or model.model is Model.NOT_PROVED:
        return ""
    if model.model is Model.EMPTY:
        return "empty"
    if trial.standings()["beam"].search is not Search.ERROR:
        return ""
    return "model_error" if model.model is Model.WORSE else "search_error"


if __name__ == "__main__":
    sys.exit(main())
