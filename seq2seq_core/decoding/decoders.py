"""The table of decoding algorithms, and the two ways to run one: for its answer, or for its trace."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import torch

from seq2seq_core.errors import OptionError
from seq2seq_core.options import SearchOptions
from seq2seq_core.trace import Hypothesis, Trace

from .beam import BEAM
from .constraints import check_required
from .diverse import DIVERSE
from .exact import EXACT
from .greedy import GREEDY
from .outputs import Detokenize
from .pins import with_pins
from .record import Label, Recorder, SourceText, outputs_of
from .sampling import SAMPLING
from .stepper import State, Stepper
from .steps import Decoder

DECODERS: Final[Mapping[str, Decoder[Any]]] = {
    "greedy": GREEDY,
    "beam": BEAM,
    "diverse": DIVERSE,
    "sampling": SAMPLING,
    "exact": EXACT,
}


def decoder_of(options: SearchOptions) -> Decoder[Any]:
    """The decoder whose settings these are.

    Raises:
        OptionError: no decoder has options of this class.
    """
    for decoder in DECODERS.values():
        if type(options) is decoder.options:
            return decoder
    known = ", ".join(decoder.options.__name__ for decoder in DECODERS.values())
    raise OptionError(f"options must be one of {known}, got {type(options).__name__}")


@torch.inference_mode()
def decode(stepper: Stepper[State], options: SearchOptions, *, detokenize: Detokenize) -> list[tuple[Hypothesis, ...]]:
    """The best hypotheses of every source, best first: at most n_best for a beam, one for all others.

    Raises:
        InputError: the model gives NaN.
        OptionError: no decoder has options of this class, the model's attention cannot be pinned, or the model has no
            such token as an output must hold.
    """
    decoder, stepper = decoder_of(options), with_pins(stepper, options.pins)
    check_required(options, stepper.end_id, stepper.vocabulary_size)
    outputs = outputs_of(options, len(stepper.source_lengths))
    for step in decoder.steps(stepper, options):
        outputs.add(step)
    wanted = decoder.n_best(options)
    return [outputs.hypotheses(source, detokenize, wanted) for source in range(len(stepper.source_lengths))]


@torch.inference_mode()
def record(
    stepper: Stepper[State],
    options: SearchOptions,
    sources: Sequence[SourceText],
    *,
    label: Label,
    detokenize: Detokenize,
) -> list[Trace]:
    """The trace of every source; its hypotheses are the whole pool, whatever n_best says.

    Raises:
        InputError: the model gives NaN, or a source has not one label per piece.
        OptionError: no decoder has options of this class, the model's attention cannot be pinned, or the model has no
            such token as an output must hold.
    """
    decoder, stepper = decoder_of(options), with_pins(stepper, options.pins)
    check_required(options, stepper.end_id, stepper.vocabulary_size)
    recorder = Recorder(decoder, options, sources, stepper.source_lengths, label=label, detokenize=detokenize)
    for step in decoder.steps(stepper, options, losers=decoder.losers(options)):
        recorder.add(step)
    return recorder.traces()
