"""A translation run small enough for a test: twelve sentence pairs learnt by heart in seconds."""

from pathlib import Path

from seq2seq_core.models.config import RecurrentOptions
from seq2seq_core.training.config import OptimiserOptions, Schedule, TokenizerOptions, TrainingOptions

PAIRS = (
    ("I see the cat.", "Je vois le chat."),
    ("I see the dog.", "Je vois le chien."),
    ("You see the cat.", "Tu vois le chat."),
    ("You see the dog.", "Tu vois le chien."),
    ("I see a cat.", "Je vois un chat."),
    ("I see a dog.", "Je vois un chien."),
    ("You see a cat.", "Tu vois un chat."),
    ("You see a dog.", "Tu vois un chien."),
    ("Hello!", "Bonjour !"),
    ("Thank you.", "Merci."),
    ("The cat sees the dog.", "Le chat voit le chien."),
    ("The dog sees the cat.", "Le chien voit le chat."),
)


def write_pairs(path: Path) -> str:
    """The pairs as a TSV file."""
    path.write_text("".join(f"{source}\t{target}\n" for source, target in PAIRS), encoding="utf-8")
    return str(path)


def tiny_options(folder: Path, *, max_tokens: int = 40_000, **changes: object) -> TrainingOptions:
    """Settings of a run in `folder`/run on the pairs, which it writes to `folder`/pairs.tsv."""
    pairs = write_pairs(folder / "pairs.tsv")
    settings: dict[str, object] = {
        "train": pairs,
        "valid": pairs,
        "output": folder / "run",
        "max_tokens": max_tokens,
        "batch_tokens": 80,
        "longest": 30,
        "validate_every": 4_000,
        "patience": 0,
        "device": "cpu",
        "threads": 1,
        "model": RecurrentOptions(embedding_size=24, encoder_size=24, decoder_size=32, attention_size=16, dropout=0.1),
        "tokenizer": TokenizerOptions(source_size=320, target_size=320),
        "optimiser": OptimiserOptions(learning_rate=1e-2, warmup=20, schedule=Schedule.COSINE, label_smoothing=0.0),
    }
    return TrainingOptions(**(settings | changes))  # type: ignore[arg-type]  # changes are for TrainingOptions to check
