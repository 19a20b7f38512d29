"""A lesson's settings as those of `seq2seq_core.training`: sizes and rates that learn small tasks in a minute."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from seq2seq_core.lesson.corpus import Corpus
from seq2seq_core.lesson.frames import PAIRS
from seq2seq_core.lesson.options import LessonOptions, Looks, Network, Size
from seq2seq_core.lesson.teaching import teaching_options
from seq2seq_core.models.config import Bridge, CellKind, DecoderKind, EncoderKind, RecurrentOptions
from seq2seq_core.models.convolutional_config import ConvolutionalOptions
from seq2seq_core.models.transformer_config import TransformerOptions
from seq2seq_core.training.config import OptimiserOptions, Schedule, TokenizerOptions, TrainingOptions

NO_END: Final = 10**12  # a budget that no lesson spends
LONGEST: Final = 200  # tokens of a side
_BATCH_TOKENS: Final = 800
_SIZES: Final[Mapping[Size, Mapping[str, Any]]] = {
    Size.SMALL: {"embedding_size": 16, "encoder_size": 32, "decoder_size": 64, "attention_size": 32},
    Size.MEDIUM: {"embedding_size": 32, "encoder_size": 64, "decoder_size": 128, "attention_size": 64},
    Size.LARGE: {"embedding_size": 64, "encoder_size": 128, "decoder_size": 256, "attention_size": 128},
}
_WIDTHS: Final[Mapping[Size, int]] = {Size.SMALL: 32, Size.MEDIUM: 64, Size.LARGE: 128}
_LAYERS: Final = 2
_CELLS: Final = {
    Network.GRU: (EncoderKind.GRU, CellKind.GRU),
    Network.LSTM: (EncoderKind.LSTM, CellKind.LSTM),
    Network.RNN: (EncoderKind.RNN, CellKind.RNN),
}
_LUONG: Final = (Looks.GENERAL, Looks.SCALED_DOT)
_RATES: Final = {Network.RNN: 1e-3, Network.TRANSFORMER: 2e-3, Network.CONVOLUTIONAL: 2e-3}  # others: 4e-3
_WARM_UP: Final = {Network.TRANSFORMER: 200}  # updates; others: 50


def training_options(lesson: LessonOptions, corpus: Corpus, folder: Path) -> TrainingOptions:
    """What the trainer is to be told."""
    pairs = str(folder / PAIRS)
    data: dict[str, Any] = (
        {"task": lesson.task, "difficulty": lesson.difficulty, "task_pairs": len(corpus.train)}
        if lesson.task
        else {"train": pairs, "valid": pairs}
    )
    return TrainingOptions(
        **data,
        **_family(lesson),
        output=folder,
        max_tokens=NO_END,
        validate_every=NO_END,
        batch_tokens=_BATCH_TOKENS,
        longest=LONGEST,
        patience=0,
        seed=lesson.seed,
        device="cpu",
        threads=1,
        teaching=teaching_options(lesson.schedule),
        tokenizer=TokenizerOptions(source_kind=corpus.source_kind, target_kind=corpus.target_kind),
        optimiser=OptimiserOptions(
            learning_rate=_RATES.get(lesson.network, 4e-3),
            schedule=Schedule.CONSTANT,
            warmup=_WARM_UP.get(lesson.network, 50),
            label_smoothing=0.0,
        ),
    )


def _family(lesson: LessonOptions) -> dict[str, Any]:
    width = _WIDTHS[lesson.size]
    match lesson.network:
        case Network.TRANSFORMER:
            transformer = TransformerOptions(
                size=width,
                heads=4,
                encoder_layers=_LAYERS,
                decoder_layers=_LAYERS,
                feed_forward_size=2 * width,
                dropout=0.0,
            )
            return {"family": "transformer", "transformer": transformer}
        case Network.CONVOLUTIONAL:
            convolutional = ConvolutionalOptions(
                embedding_size=width, size=width, encoder_layers=_LAYERS + 1, decoder_layers=_LAYERS + 1, dropout=0.0
            )
            return {"family": "convolutional", "convolutional": convolutional}
    return {"family": "recurrent", "model": _recurrent(lesson)}


def _recurrent(lesson: LessonOptions) -> RecurrentOptions:
    encoder, cell = _CELLS[lesson.network]
    attention, decoder, bridge = lesson.looks.value, DecoderKind.BAHDANAU, Bridge.BACKWARD
    if lesson.looks in _LUONG:
        decoder = DecoderKind.LUONG
    elif lesson.looks is Looks.NONE:
        decoder, bridge = DecoderKind.CHO, Bridge.LAST
    return RecurrentOptions(
        **_SIZES[lesson.size],
        encoder=encoder,
        cell=cell,
        decoder=decoder,
        attention=attention,
        bridge=bridge,
        dropout=0.0,
    )
