"""Checkpoints whose every text is an attempt to run a script, and a trace of such tokens; they open and decode."""

from pathlib import Path
from typing import Any, Final

import torch

from seq2seq_core.checkpoint import Checkpoint, save_checkpoint
from seq2seq_core.decoding import Table
from seq2seq_core.models import RecurrentConfig, RecurrentSeq2Seq
from seq2seq_core.options import BeamOptions
from seq2seq_core.tokenizer import Tokenizer, TokenizerKind
from seq2seq_core.trace import Trace
from tests.support.hostile import PAYLOADS
from tests.support.tables import END, trace_of
from tests.support.tiny_models import SIZES

TOKENS: Final = tuple(payload.replace(" ", "/") for payload in PAYLOADS)  # without blanks: one token each
READER: Final = Tokenizer.train([" ".join(TOKENS)] * 2, kind=TokenizerKind.WORD, vocabulary_size=60)
NAMES: Final = ("hostile-one", "hostile-two")


def write_hostile_models(shelf: Path) -> Path:
    """Two translators between two languages, which can be compared."""
    for place, name in enumerate(NAMES):
        torch.manual_seed(place)
        config = RecurrentConfig(source_vocabulary=len(READER), target_vocabulary=len(READER), **SIZES)
        model = RecurrentSeq2Seq(config)
        save_checkpoint(shelf / name, Checkpoint(model, READER, READER, _training(), _metrics(), _card(place)))
    return shelf


def hostile_trace() -> Trace:
    """A beam search over a table whose words and source pieces are payloads."""
    first, second, third = TOKENS[1], TOKENS[7], TOKENS[8]
    table = Table(
        following={"": {first: 0.5, second: 0.3, END: 0.2}, first: {third: 0.6, END: 0.4}, second: {END: 1.0}},
        source=TOKENS[:4],
        attention=((0.7, 0.1, 0.1, 0.1), (0.1, 0.7, 0.1, 0.1)),
        longest=3,
    )
    return trace_of(table, BeamOptions(beam_size=3))


def _card(place: int) -> dict[str, Any]:
    return {
        "title": f"{place} {PAYLOADS[1]}",
        "task": "translation",
        "source_language": "en",
        "target_language": PAYLOADS[2],
        "suggestions": list(PAYLOADS),
        "attribution": " ".join(PAYLOADS),
    }


def _training() -> dict[str, Any]:
    return {"machine": PAYLOADS[0], "command": PAYLOADS[1], "options": {"train": PAYLOADS[2]}, "epochs": 3}


def _metrics() -> dict[str, Any]:
    return {"BLEU, beam 5, single reference": 12.5, f"{PAYLOADS[1]}, {PAYLOADS[2]}, {PAYLOADS[3]}": 3.0}
