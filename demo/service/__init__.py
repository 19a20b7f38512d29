"""Between the page and the core: the loaded models, the limits of a request, a bounded cache, what two traces say.

    requests   what may be asked for; sources, problems: of which source, and what is wrong with the rest
    gallery    the models there are, by their config.json; facts, curve: scores, data and cost of one
    measured   quality by length on generated tasks, measured once; exposure: exposure bias
    lineup     which of them can be compared
    printed    the printed table among them; named: Hugging Face models, where they are allowed
    shelf      the loaded ones, in bounded memory
    model      the two searches of one request, cached; cache, weight: how, and how much
    what_if    what a visitor changes about a search
    verdict    greedy beside beam, honestly
    stopping   for which alpha the search itself would have ended elsewhere
    trace_file  a trace out of a visitor's file, checked
    examples   sources that show something; pictures are drawn, sentences kept in a file

No Gradio, no Plotly; torch is loaded with the first model, not before.
"""

from .curve import Curve, CurvePoint
from .example import Example
from .examples import ExampleBook, read_decoder_examples, read_examples
from .exposure import ExposedModel, ExposureTask, MeasuredPerplexity, MeasuredShare, read_exposure
from .facts import Facts, Score, Units
from .gallery import GalleryEntry, NamedModel, checkpoint_folders, read_gallery
from .lineup import LineupError, LineupProblem, check_lineup
from .measured import MeasuredRun, MeasuredTask, read_measured
from .model import Decoded, Service
from .named import read_named
from .printed import printed_entry, read_tables
from .problems import Problem, RequestError
from .requests import DecodeRequest
from .shelf import Budget, State
from .sources import SourceKind
from .stopping import StopInterval, stop_intervals
from .verdict import Kind, Note, Verdict, first_divergence, judge
from .what_if import MOST_CHANGES, Ban, Change, Force, PinAttention, WhatIf

__all__ = [
    "MOST_CHANGES",
    "Ban",
    "Budget",
    "Change",
    "Curve",
    "CurvePoint",
    "DecodeRequest",
    "Decoded",
    "Example",
    "ExampleBook",
    "ExposedModel",
    "ExposureTask",
    "Facts",
    "Force",
    "GalleryEntry",
    "Kind",
    "LineupError",
    "LineupProblem",
    "MeasuredPerplexity",
    "MeasuredRun",
    "MeasuredShare",
    "MeasuredTask",
    "NamedModel",
    "Note",
    "PinAttention",
    "Problem",
    "RequestError",
    "Score",
    "Service",
    "SourceKind",
    "State",
    "StopInterval",
    "Units",
    "Verdict",
    "WhatIf",
    "check_lineup",
    "checkpoint_folders",
    "first_divergence",
    "judge",
    "printed_entry",
    "read_decoder_examples",
    "read_examples",
    "read_exposure",
    "read_gallery",
    "read_measured",
    "read_named",
    "read_tables",
    "stop_intervals",
]
