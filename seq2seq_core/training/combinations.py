"""Which settings of data, tokenizers, model and optimiser exclude each other."""

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from seq2seq_core.errors import OptionError
from seq2seq_core.models.config import ATTENDING, PICTURE_ENCODERS, RECURRENT_ENCODERS, EncoderKind, Output
from seq2seq_core.tokenizer import LEARNT_KINDS, TokenizerKind
from seq2seq_core.training.idle import idle_settings
from seq2seq_core.training.rewards import reward_exclusions
from seq2seq_core.training.start import start_exclusions

if TYPE_CHECKING:
    from seq2seq_core.training.config import TrainingOptions


def check_combination(options: "TrainingOptions") -> None:
    """Refuse settings that exclude each other.

    Raises:
        OptionError: names both settings and their values.
    """
    lists = (_exclusions(options), idle_settings(options), start_exclusions(options), reward_exclusions(options))
    for broken, message in chain(*lists):
        if broken:
            raise OptionError(message)


def _exclusions(o: "TrainingOptions") -> Iterator[tuple[bool, str]]:
    """Whether two settings exclude each other, and the message that names them."""
    recurrent, source, target = o.family == "recurrent", o.tokenizer.source_kind, o.tokenizer.target_kind
    output, smoothing = o.model.output, o.optimiser.label_smoothing
    for family, group in (("recurrent", o.model), ("transformer", o.transformer), ("convolutional", o.convolutional)):
        changed = family != o.family and group != type(group)()
        yield changed, f"family is {o.family!r}, but settings of {family!r} are given"
    reads = f"tokenizer.source_kind {source.value!r} and model.encoder {o.model.encoder.value!r} (family {o.family!r})"
    pictures = recurrent and o.model.encoder in PICTURE_ENCODERS
    yield pictures != (source is TokenizerKind.PICTURE), f"pictures need both or neither: {reads}"
    sourceless = recurrent and o.model.encoder is EncoderKind.NONE
    yield sourceless != (source is TokenizerKind.NONE), f"no source needs both or neither: {reads}"
    yield sourceless and o.test is not None, f"test needs a source, got test {o.test!r} and {reads}"
    yield source is TokenizerKind.POSITIONS, "tokenizer.source_kind must not be 'positions', which are outputs"
    says = f"tokenizer.target_kind {target.value!r} and model.output {output.value!r} (family {o.family!r})"
    points, copies = recurrent and output is Output.POINTER, recurrent and output is Output.POINTER_GENERATOR
    yield points != (target is TokenizerKind.POSITIONS), f"positions need both or neither: {says}"
    sayable = (*LEARNT_KINDS, TokenizerKind.POSITIONS)
    yield target not in sayable, f"a target must be text or positions: {says}"
    shared = o.tokenizer.shared
    text = source in LEARNT_KINDS and target in LEARNT_KINDS
    yield (
        shared and not text,
        f"tokenizer.shared needs text on both sides, got tokenizer.source_kind {source.value!r} and "
        f"tokenizer.target_kind {target.value!r}",
    )
    yield (
        copies and not (shared and source is TokenizerKind.WORD),
        f"model.output 'pointer-generator' needs tokenizer.shared and tokenizer.source_kind 'word', "
        f"got {shared} and {source.value!r}",
    )
    yield (
        (copies or points) and smoothing > 0,
        f"optimiser.label_smoothing must be 0 with model.output {output.value!r}, which gives most tokens no "
        f"probability, got {smoothing}",
    )
    cap = o.chosen().source_cap
    yield (
        source in LEARNT_KINDS and o.longest > cap,
        f"longest must not exceed the source_cap of the model, which can read no more; got {o.longest} and {cap}",
    )
    yield o.join > 1 and bool(o.task), f"join must be 1 with a generated task, got join {o.join} and task {o.task!r}"
    yield from _attention_losses(o)


def _attention_losses(o: "TrainingOptions") -> Iterator[tuple[bool, str]]:
    """What losses on attention need of the model."""
    recurrent, model = o.family == "recurrent", o.model
    for name, weight in (("guided_attention", o.losses.guided_attention), ("coverage", o.losses.coverage)):
        asked = f"losses.{name} {weight}"
        yield (
            weight > 0 and recurrent and model.decoder not in ATTENDING,
            f"{asked} needs attention to the source, which model.decoder {model.decoder.value!r} has not",
        )
        yield (
            weight > 0 and recurrent and model.output is Output.POINTER,
            f"{asked} must be 0 with model.output 'pointer', whose attention is the answer itself",
        )
    yield (
        o.losses.guided_attention > 0 and recurrent and model.encoder not in RECURRENT_ENCODERS,
        f"losses.guided_attention {o.losses.guided_attention} needs a source that is a sequence, "
        f"got model.encoder {model.encoder.value!r}",
    )
