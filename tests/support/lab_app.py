"""python -m tests.support.lab_app [FOLDER]: the real page, served as app.py does, by models of tests.

Those of the folder, or models of two tables: they open at once and do what a sentence says: "break" fails as no model
should, "slow" takes three seconds, and so does "work", in torch.
"""

import logging
import os
import sys
import time
from pathlib import Path
from typing import cast

import torch

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

from demo.build import TABLES, run
from demo.service import Service, checkpoint_folders, printed_entry, read_gallery
from demo.service.model import Load
from seq2seq_core.errors import CheckpointError
from seq2seq_core.options import SearchOptions
from seq2seq_core.trace import Trace
from tests.demo.service.made import TablePipeline, made_entry

SECONDS = 3.0


class ObedientPipeline(TablePipeline):
    """Fails and dawdles on demand."""

    def trace(self, text: str, options: SearchOptions) -> Trace:
        if text.startswith("break"):
            raise RuntimeError(f"no model says what happens with {text!r}")
        if text.startswith("slow"):
            time.sleep(SECONDS)
        if text.startswith("work"):
            _work(SECONDS)
        return super().trace(text, options)


def _work(seconds: float) -> None:
    square, end = torch.ones(100, 100), time.monotonic() + seconds
    while time.monotonic() < end:
        torch.topk(square @ square, 5)


def load(folder: Path) -> ObedientPipeline:
    if folder.name == "gone":
        raise CheckpointError(f"{folder}: cannot be read")
    return ObedientPipeline()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    if folders := sys.argv[1:]:
        run(Service([*read_gallery(checkpoint_folders(Path(folders[0]))), printed_entry(TABLES)]))
    else:
        entries = [made_entry(name) for name in ("lure", "other", "gone")]
        run(Service([*entries, printed_entry(TABLES)], cast(Load, load)))
