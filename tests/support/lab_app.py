"""python -m tests.support.lab_app: the real page, served as app.py does, by models of two tables.

They open at once and do what a sentence says: "break" fails as no model should, "slow" takes three seconds.
"""

import logging
import os
import time
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

from demo.build import TABLES, run
from demo.service import Service, printed_entry
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
        return super().trace(text, options)


def load(folder: Path) -> ObedientPipeline:
    if folder.name == "gone":
        raise CheckpointError(f"{folder}: cannot be read")
    return ObedientPipeline()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    entries = [made_entry(name) for name in ("lure", "other", "gone")]
    run(Service([*entries, printed_entry(TABLES)], load))  # type: ignore[arg-type]  # answers like a pipeline
