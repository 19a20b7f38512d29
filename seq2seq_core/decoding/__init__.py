"""Decoding: the search over a model's outputs.

    stepper    all that a search may know about a model
    greedy, beam, sampling   the algorithms, generators of steps
    filters    temperature, top-k and top-p of sampling
    scoring, stopping   length penalties and stop rules
    record, outputs   what is kept: traces, hypotheses
    table      printed probability tables as models

`DECODERS` lists the algorithms; `decode` runs one for its answer, `record` for its trace.
"""

from .beam import beam_steps
from .decoders import DECODERS, decode, decoder_of, record
from .greedy import greedy_steps
from .record import Recorder, SourceText
from .sampling import sampling_steps
from .stepper import State, Step, StepAnswer, Stepper
from .steps import NEXT_TOKENS, Decoder, SearchStep
from .table import Table, TableStepper

__all__ = [
    "DECODERS",
    "NEXT_TOKENS",
    "Decoder",
    "Recorder",
    "SearchStep",
    "SourceText",
    "State",
    "Step",
    "StepAnswer",
    "Stepper",
    "Table",
    "TableStepper",
    "beam_steps",
    "decode",
    "decoder_of",
    "greedy_steps",
    "record",
    "sampling_steps",
]
