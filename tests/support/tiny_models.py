"""Checkpoints of each kind of source, untrained and small: what they write is noise, but they open and decode."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch

from seq2seq_core.checkpoint import Checkpoint, save_checkpoint
from seq2seq_core.models import RecurrentConfig, RecurrentSeq2Seq
from seq2seq_core.models.config import Bridge, DecoderKind, EncoderKind
from seq2seq_core.readers import NoReader, PictureReader, Reader
from seq2seq_core.tokenizer import Tokenizer, TokenizerKind
from tests.support.tiny_run import PAIRS

SEED: Final = 7
WORDS: Final = Tokenizer.train([text for pair in PAIRS for text in pair], kind=TokenizerKind.WORD, vocabulary_size=40)
SIZES: Final[Mapping[str, Any]] = {"embedding_size": 8, "encoder_size": 8, "decoder_size": 8, "attention_size": 8}
# By name of the folder: the source's reader, the choices of the model, the card.
MODELS: Final[Mapping[str, tuple[Reader, Mapping[str, Any], Mapping[str, Any]]]] = {
    "tiny-chinese": (
        WORDS,
        {},
        {
            "title": "Noise in Chinese",
            "task": "translation",
            "source_language": "en",
            "target_language": "zh",
            "suggestions": ["I see the cat."],
            "attribution": "Twelve pairs, CC0.",
        },
    ),
    "tiny-dates": (WORDS, {}, {"title": "Noise in dates", "task": "generated:dates", "suggestions": ["4 July 1776"]}),
    "tiny-pictures": (
        PictureReader(),
        {"encoder": EncoderKind.PATCHES, "bidirectional": False, "bridge": Bridge.MEAN, "picture_side": 24},
        {"title": "Noise about pictures", "task": "captions", "target_language": "en"},
    ),
    "tiny-language": (
        NoReader(),
        {
            "encoder": EncoderKind.NONE,
            "bidirectional": False,
            "bridge": Bridge.ZERO,
            "decoder": DecoderKind.SUTSKEVER,
            "attention": "none",
        },
        {"title": "A model of language", "task": "language-model", "target_language": "en"},
    ),
}


def write_models(shelf: Path) -> Path:
    """A folder of checkpoint folders."""
    for name, (reader, choices, card) in MODELS.items():
        torch.manual_seed(SEED)
        config = RecurrentConfig(
            source_vocabulary=len(reader), target_vocabulary=len(WORDS), **{**SIZES, **choices}
        )
        metrics = {"exact match %, greedy, single reference": 12.5}
        save_checkpoint(
            shelf / name, Checkpoint(RecurrentSeq2Seq(config), reader, WORDS, metrics=metrics, card=card)
        )
    return shelf
