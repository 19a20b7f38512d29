"""What every figure of these tests sends is what Plotly itself would send of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from demo.figures.drawing import Drawing


@pytest.fixture(autouse=True)
def sent_as_checked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every drawing that a test makes goes through Plotly's own checks, and says the same afterwards."""
    drawings: list[Drawing] = []
    make = Drawing.__init__

    def kept(self: Drawing, *arguments: Any, **named: Any) -> None:
        make(self, *arguments, **named)
        drawings.append(self)

    monkeypatch.setattr(Drawing, "__init__", kept)
    yield
    for drawing in drawings:
        assert said(json.loads(drawing.to_json())) == said(json.loads(drawing.checked.to_json()))


def said(value: Any) -> Any:
    """Without what Plotly fills in or leaves out: an empty template, empty lists, a colour scale by its colours."""
    if isinstance(value, dict):
        kept = {name: said(each) for name, each in value.items() if name not in ("template", "colorscale")}
        return {name: each for name, each in kept.items() if each != []}
    return [said(each) for each in value] if isinstance(value, list) else value
