"""Beam search as the toolkits do it: each preset fixes formula, what T counts, how many candidates a step has, what
becomes of an end's place, the stop rule, the length limits, and what a prefix is worth that the maximum length cuts.

Read in the code of the toolkits, at the versions named. A
toolkit's other defaults (repeated n-grams, prefixes, unknown words) are not part of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from seq2seq_core.errors import OptionError
from seq2seq_core.options import BeamOptions, LengthCount, LengthRule, StopRule


@dataclass(frozen=True, slots=True)
class Preset:
    """A toolkit's beam search, with its own defaults."""

    toolkit: str
    version: str  # whose code was read
    options: BeamOptions
    approximate: str = ""  # what the preset does not reproduce; empty where nothing is known
    raw_stop: StopRule | None = None  # the stop rule without a length penalty, where that is another one
    single_stop: StopRule | None = None  # the stop rule of a beam of one, where that is another one


_HUGGING_FACE: Final = BeamOptions(alpha=1.0, cut_competes=True)
_GREEDY: Final = StopRule.FIRST_FINISHED  # `generate` with num_beams=1 is greedy search
_OPENNMT: Final = BeamOptions(
    alpha=1.0,
    counts=LengthCount.START_AND_END,
    refill=False,
    stop_rule=StopRule.TOP_FINISHED,
    cut_competes=True,
    max_length=251,
)

PRESETS: Final[Mapping[str, Preset]] = {
    "hf-true": Preset(
        "Hugging Face, early_stopping=True",
        "transformers 4.53 and 5.23",
        _HUGGING_FACE,
        single_stop=_GREEDY,
    ),
    "hf-false": Preset(
        "Hugging Face, early_stopping=False",
        "transformers 4.53 and 5.23",
        replace(_HUGGING_FACE, stop_rule=StopRule.LIVE_SCORES_LOWER),
        single_stop=_GREEDY,
    ),
    "hf-never": Preset(
        "Hugging Face, early_stopping='never'",
        "transformers 4.53 and 5.23",
        replace(_HUGGING_FACE, stop_rule=StopRule.NOTHING_LIVE_CAN_ENTER),
        single_stop=_GREEDY,
    ),
    "fairseq": Preset(
        "fairseq", "3d262bb2", BeamOptions(alpha=1.0, force_end=True, min_length=1, max_length=201)
    ),
    "ctranslate2": Preset(
        "CTranslate2",
        "0d8bcd36",
        BeamOptions(alpha=1.0, cut_competes=True, min_length=1, max_length=256),
        raw_stop=StopRule.TOP_FINISHED,
    ),
    "opennmt-avg": Preset("OpenNMT-py, length_penalty=avg", "97111d97", _OPENNMT),
    "opennmt-wu": Preset(
        "OpenNMT-py, length_penalty=wu", "97111d97", replace(_OPENNMT, length_rule=LengthRule.GNMT)
    ),
    "joeynmt": Preset(
        "JoeyNMT",
        "cdc4d03d",
        BeamOptions(
            alpha=1.0,
            length_rule=LengthRule.GNMT,
            refill=False,
            stop_rule=StopRule.EVERY_PLACE_FINISHED,
            min_length=1,
        ),
        approximate="JoeyNMT goes on expanding finished prefixes with the model's distribution after the end token",
    ),
    "tf-nmt": Preset(
        "tensorflow/nmt",
        "the rules of tf.contrib.seq2seq.BeamSearchDecoder",
        BeamOptions(
            beam_size=10,
            alpha=0.0,
            length_rule=LengthRule.GNMT,
            counts=LengthCount.LATE_END,
            refill=False,
            finished_compete=True,
            cut_competes=True,
            room=0,
        ),
        approximate=(
            "written down from the toolkit's rules and not compared with a run of it; the maximum length is twice this "
            "source's tokens, tensorflow/nmt's twice those of the longest source of the batch"
        ),
    ),
}


def preset(name: str, **changes: object) -> BeamOptions:
    """The options of a toolkit, some of them changed: beam_size, alpha, max_length, min_length, ...

    Raises:
        OptionError: an unknown name, or a value out of its range.
    """
    if name not in PRESETS:
        raise OptionError(f"preset must be one of {', '.join(PRESETS)}, got {name!r}")
    found = PRESETS[name]
    options = replace(found.options, **changes)  # type: ignore[arg-type]  # a wrong name is a TypeError, as anywhere
    if found.single_stop and options.beam_size == 1:
        return replace(options, stop_rule=found.single_stop)
    raw = not options.alpha and not options.beta
    return replace(options, stop_rule=found.raw_stop) if raw and found.raw_stop else options
