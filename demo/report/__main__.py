"""python -m demo.report: the curves of one or several trainings as one HTML file that opens without a network.

    python -m demo.report runs/one runs/two --output report.html
    python -m demo.report runs/one --language zh

A run is its folder (with log.jsonl in it); one that is still going may be given too.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from demo.report.logs import read_runs
from demo.report.page import page
from demo.wording import Language, report
from seq2seq_core.errors import Seq2SeqError
from seq2seq_core.files import write_file

WORDS = {Language.ENGLISH: report.ENGLISH, Language.CHINESE: report.CHINESE}


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportOptions:
    """Which runs, and where to."""

    runs: Annotated[tuple[Path, ...], tyro.conf.Positional]
    """folders of the runs, the first one drawn first"""
    output: Path = Path("report.html")
    """the file to write"""
    language: Language = Language.ENGLISH
    """language of the report"""


def main() -> int:
    """The command line; a user's mistake is one line on standard error and exit status 2."""
    style = (tyro.conf.EnumChoicesFromValues,)
    options = tyro.cli(ReportOptions, prog="python -m demo.report", description=__doc__, config=style)
    try:
        runs = read_runs(options.runs)
        write_file(options.output, page(runs, WORDS[options.language]).encode())
    except Seq2SeqError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
