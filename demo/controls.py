"""Settings as controls.

The limits are the caller's: they belong to what is controlled. So are the labels: they follow the page's language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr


@dataclass(frozen=True, slots=True)
class Span:
    """The values a slider runs through."""

    low: float
    high: float
    start: float
    step: float = 1


def slider(span: Span, elem_id: str, scale: int | None = None) -> gr.Slider:
    """A slider of `scale` parts of its row."""
    look: dict[str, Any] = {"scale": scale, "buttons": [], "min_width": 220}
    return gr.Slider(span.low, span.high, span.start, step=span.step, elem_id=elem_id, **look)


def choice(labels: Mapping[str, str], start: str, elem_id: str) -> gr.Radio:
    return gr.Radio(options(labels), value=start, elem_id=elem_id, min_width=220)


def options(labels: Mapping[str, str]) -> list[tuple[str, str | int | float]]:
    """The choices as Gradio wants them: what is read, what is sent."""
    return [(label, value) for value, label in labels.items()]
