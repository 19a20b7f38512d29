"""What can be wrong with a request."""

from collections.abc import Mapping
from enum import StrEnum

from seq2seq_core.errors import Seq2SeqError


class Problem(StrEnum):
    """What can be wrong with a request; the page has a sentence for each."""

    EMPTY = "empty"
    TOO_LONG = "too long"
    TOO_MANY_TOKENS = "too many tokens"
    NOT_TEXT = "not text"
    MODEL = "model"
    BEAM_SIZE = "beam size"
    ALPHA = "alpha"
    MAXIMUM_LENGTH = "maximum length"
    MINIMUM_LENGTH = "minimum length"
    MINIMUM_TOO_HIGH = "minimum too high"
    STOP_RULE = "stop rule"
    SEED = "seed"
    TEMPERATURE = "temperature"
    ALGORITHM = "algorithm"
    LENGTH_RULE = "length rule"
    TOP_P = "top p"
    CHANGES = "changes"
    PINS = "pins"
    TRACE = "trace"
    NO_TRACE = "no trace"
    TRACE_TOO_LARGE = "trace too large"
    TRACE_TOO_WIDE = "trace too wide"
    LOADING = "loading"
    FAILED = "failed"
    REFUSED = "refused"


class RequestError(Seq2SeqError):
    """A request that is not carried out; `values` fill the braces of its sentence."""

    def __init__(self, problem: Problem, values: Mapping[str, object] | None = None) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.values = dict(values or {})
