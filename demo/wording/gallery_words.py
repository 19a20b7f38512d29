"""The words for the models: their gallery and their cards; `gallery.py` fills them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryWords:
    """A line for each model."""

    label: str
    change: str
    languages: Mapping[str, str]  # by ISO code
    tasks: Mapping[str, str]  # by task; "" for an unknown one
    inputs: Mapping[str, str]  # what one types, by task; "" for any other
    sentence_in: str  # {language}
    millions: str  # {number}
    thousands: str  # {number}
    parameters: str  # {number}
    trained_on: str  # {number}
    metrics: Mapping[str, str]  # by metric; {value}
    decode: str
    another_picture: str
    pictures: str
    labels: str
    tables: Mapping[str, str]  # what the shipped tables show, by the name of the file
    table_info: str  # how a table is written


@dataclass(frozen=True, slots=True, kw_only=True)
class CardWords:
    """All about one model, as its config.json tells it."""

    title: str
    model: str
    paper: str
    data: str
    pairs: str  # {pairs}
    units: str
    unit_kinds: Mapping[str, str]  # by a tokenizer's kind
    units_of: str  # {kind} {size}
    parameters: str
    trained: str
    tokens_seen: str  # {tokens}
    epochs: str  # {epochs}
    hours: str  # {hours} {minutes}
    minutes: str  # {minutes} {seconds}
    machine: str
    scores: str
    metric: str
    metrics: Mapping[str, str]  # by a metric's name
    list_mark: str
    searches: Mapping[str, str]  # by search
    conditions: Mapping[str, str]  # under which a metric was measured
    retrain: str
    no_scores: str
