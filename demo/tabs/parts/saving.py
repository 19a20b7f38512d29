"""The button that saves a search as a trace file; the file is made in the browser."""

import json

from demo.tabs.parts.data import Data
from demo.wording import Words
from seq2seq_core.trace import Trace, to_json


def save_data(words: Words, model: str = "", trace: Trace | None = None) -> Data:
    """The button; with a trace, the file that it saves."""
    label = words.decoders.steps.save
    if trace is None:
        return {"label": label, "name": "", "text": ""}
    text = json.dumps(json.loads(to_json(trace)), ensure_ascii=False, indent=1)
    return {"label": label, "name": f"{model}-{trace.algorithm}.trace.json", "text": text}
