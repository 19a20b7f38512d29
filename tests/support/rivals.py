"""Three models of 2014, 2015 and 2017 over the same twelve pairs, each trained for a few updates: fast, and no good.

Two of their cards have a curve of quality by length, for the page to draw.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from seq2seq_core.checkpoint import load_checkpoint, save_checkpoint
from seq2seq_core.models.config import Bridge, DecoderKind, RecurrentOptions
from seq2seq_core.models.transformer_config import TransformerOptions
from seq2seq_core.tokenizer import TokenizerKind
from seq2seq_core.train import train
from seq2seq_core.training.config import About, OptimiserOptions, TokenizerOptions
from tests.support.tiny_run import tiny_options

TOKENS: Final = 1_500
SMALL: Final[Mapping[str, Any]] = {"embedding_size": 16, "encoder_size": 16, "decoder_size": 16, "attention_size": 16}
TINY_TRANSFORMER: Final = TransformerOptions(
    size=16, heads=2, encoder_layers=1, decoder_layers=1, feed_forward_size=16
)
RIVALS: Final[Mapping[str, Mapping[str, Any]]] = {
    "rival-vector": {
        "model": RecurrentOptions(
            decoder=DecoderKind.SUTSKEVER, attention="none", bridge=Bridge.LAST, bidirectional=False, **SMALL
        )
    },
    "rival-attention": {"model": RecurrentOptions(**SMALL)},
    "rival-transformer": {"family": "transformer", "transformer": TINY_TRANSFORMER, "model": RecurrentOptions()},
}
# By name of the folder: BLEU on short and on long sources.
CURVES: Final[Mapping[str, tuple[float, float]]] = {"rival-vector": (40.0, 12.0), "rival-attention": (42.0, 35.0)}


def write_rivals(shelf: Path, work: Path) -> Path:
    """A folder of checkpoint folders; the runs leave theirs in `work`."""
    for name, choices in RIVALS.items():
        folder = work / name
        folder.mkdir(parents=True)
        about = About(title=name, task="translation", source_language="en", target_language="fr")
        settings = {"max_tokens": TOKENS, "validate_every": TOKENS, "about": about, "seed": 3, **choices}
        word = TokenizerOptions(
            source_kind=TokenizerKind.WORD, target_kind=TokenizerKind.WORD, source_size=60, target_size=60
        )
        optimiser = OptimiserOptions(learning_rate=3e-2, warmup=5)
        run = train(tiny_options(folder, tokenizer=word, optimiser=optimiser, **settings))
        trained = load_checkpoint(run.best)
        card = {**trained.card, **({"length_curve": curve(*CURVES[name])} if name in CURVES else {})}
        save_checkpoint(shelf / name, replace(trained, card=card))
    return shelf


def curve(short: float, long: float) -> dict[str, Any]:
    """As `python -m seq2seq_core.length_curve` writes it."""
    ranges = ((1, 4, short), (5, 7, long))
    return {
        "measure": "BLEU, beam 5, single reference",
        "points": [
            {"length_from": low, "length_to": high, "n": 30, "value": value, "low": value - 3, "high": value + 3}
            for low, high, value in ranges
        ],
    }
