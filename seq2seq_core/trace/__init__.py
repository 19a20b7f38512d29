"""What a search did, as plain data: the one thing that figures, exports, tests and the API read.

    data      the dataclasses, the stated formula
    walk      paths, attention matrices and labels of a candidate
    codec     strict, lossless JSON
    schema    the same format as a JSON Schema; descriptions: what every field means
    arrays    a trace from plain arrays: tokens, parents, log-probabilities
    check     refuses a trace that contradicts itself; evidence, outcome, competition: parts of it
    ranking   for which alpha which hypothesis wins
    replay    whether another alpha would have stopped the search elsewhere
    cuts      where each step drew its line; forbidden: what a setting ruled out
    health    margins, collapse, entropy, mass covered, proof
    self_attention   of a Transformer, on demand: not part of a search

Standard library and NumPy only, and the options, which are plain too.
"""

from .array_rows import ArrayStep
from .arrays import ArraySource, TokenNames, trace_of_arrays
from .check import check
from .codec import from_json, to_json
from .cuts import Cut, cuts, ranked_by
from .data import (
    HELD_FATES,
    MODEL_LOG_PROB,
    NODE_BUDGET,
    PROVED,
    ROOT,
    TIME_BUDGET,
    TRACE_FORMAT,
    Doubles,
    Fate,
    Floats,
    Hypothesis,
    Integers,
    Stop,
    Trace,
    TraceStep,
    length_penalty,
    same,
)
from .forbidden import Ban, Forbidden, forbidden
from .groups import agreement, group_of
from .health import Entropy, Health, Proof, StepHealth, common_start, health_of
from .pins import pins_of
from .ranking import OrderInterval, WinnerInterval, ranking_intervals, score_at, winner_intervals
from .replay import Elsewhere, StopChange, stops_elsewhere
from .required import Required, deal
from .score_rule import ScoreRule
from .self_attention import SelfAttentionTrace
from .walk import Place, attention_rows, candidate_label, hypothesis_attention, path

__all__ = [
    "HELD_FATES",
    "MODEL_LOG_PROB",
    "NODE_BUDGET",
    "PROVED",
    "ROOT",
    "TIME_BUDGET",
    "TRACE_FORMAT",
    "ArraySource",
    "ArrayStep",
    "Ban",
    "Cut",
    "Doubles",
    "Elsewhere",
    "Entropy",
    "Fate",
    "Floats",
    "Forbidden",
    "Health",
    "Hypothesis",
    "Integers",
    "OrderInterval",
    "Place",
    "Proof",
    "Required",
    "ScoreRule",
    "SelfAttentionTrace",
    "StepHealth",
    "Stop",
    "StopChange",
    "TokenNames",
    "Trace",
    "TraceStep",
    "WinnerInterval",
    "agreement",
    "attention_rows",
    "candidate_label",
    "check",
    "common_start",
    "cuts",
    "deal",
    "forbidden",
    "from_json",
    "group_of",
    "health_of",
    "hypothesis_attention",
    "length_penalty",
    "path",
    "pins_of",
    "ranked_by",
    "ranking_intervals",
    "same",
    "score_at",
    "stops_elsewhere",
    "to_json",
    "trace_of_arrays",
    "winner_intervals",
]
