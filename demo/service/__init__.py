"""Between the page and the core: the loaded model, the limits of a request, a bounded cache, and what two traces say.

    requests   what may be asked for, and what is wrong with the rest
    model      the pipeline, loaded in the background; the two searches of one request, cached
    verdict    greedy beside beam, honestly
    stopping   for which alpha the search itself would have ended elsewhere
    examples   sentences that show something

No Gradio, no Plotly; torch is loaded with the model, not before.
"""

from .examples import Example, read_examples
from .model import Decoded, Service, State
from .requests import DecodeRequest, Problem, RequestError
from .stopping import StopInterval, stop_intervals
from .verdict import Kind, Note, Verdict, first_divergence, judge

__all__ = [
    "DecodeRequest",
    "Decoded",
    "Example",
    "Kind",
    "Note",
    "Problem",
    "RequestError",
    "Service",
    "State",
    "StopInterval",
    "Verdict",
    "first_divergence",
    "judge",
    "read_examples",
    "stop_intervals",
]
