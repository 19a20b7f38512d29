"""Who may import whom: the table of the architecture, checked against the text of every source file."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.support.imports import imports
from tests.support.project import PACKAGES, Module, modules


@dataclass(frozen=True, slots=True)
class Rule:
    """What one layer may import besides itself, the standard library and the layers open to all."""

    layers: frozenset[str]
    libraries: frozenset[str]


def may(layers: str = "", libraries: str = "") -> Rule:
    return Rule(frozenset(layers.split()), frozenset(libraries.split()))


def core(names: str) -> str:
    return " ".join(f"seq2seq_core.{name}" for name in names.split())


OPEN_TO_ALL: Final = frozenset(core("trace errors options pictures").split())

# A layer is a module or package; a file belongs to the longest name that fits, and a layer includes what lies below it.
RULES: Final = {
    "app": may("demo.build"),
    "demo": may(),
    "demo.build": may(
        "demo.tabs demo.controls demo.service demo.plotly_view demo.wording demo.headers demo.gate "
        "demo.page demo.compressed demo.uploads demo.unread demo.visitors demo.memory",
        "gradio starlette",
    ),
    "demo.uploads": may("demo.again demo.service"),
    "demo.inputs": may(),
    "demo.unread": may(libraries="gradio"),
    "demo.visitors": may(libraries="gradio"),
    "demo.memory": may("demo.again"),
    "demo.again": may(),
    "demo.headers": may(libraries="starlette"),
    "demo.compressed": may(libraries="starlette"),
    "demo.gate": may("demo.failures demo.uploads", "starlette"),
    "demo.failures": may(),
    "demo.page": may("demo.failures demo.inputs demo.uploads demo.waiting demo.wording", "gradio"),
    "demo.waiting": may("demo.wording", "gradio starlette"),
    "demo.tabs": may(
        "demo.controls demo.service demo.figures demo.plotly_view demo.wording " + core("presets"), "gradio"
    ),
    "demo.controls": may("demo.wording", "gradio"),
    "demo.plotly_view": may("demo.wording", "gradio"),
    "demo.find_decoder_examples": may("demo.service", "tyro"),
    "demo.find_examples": may(core("evaluation files pipeline tasks"), "tyro"),
    "demo.figures": may("demo.wording", "plotly numpy"),
    "demo.report": may("demo.figures demo.wording " + core("files"), "plotly numpy tyro"),
    "demo.service": may(
        "demo.wording " + core("files pipeline presets printed tasks training architecture lesson"),
        "numpy torch sacrebleu",
    ),
    "demo.wording": may(),
    "seq2seq_core": may(),
    "seq2seq_core.trace": may(core("options"), "numpy"),
    "seq2seq_core.errors": may(),
    "seq2seq_core.options": may(),
    "seq2seq_core.pictures": may(libraries="numpy"),
    "seq2seq_core.files": may(),
    "seq2seq_core.card": may(core("architecture")),
    "seq2seq_core.architecture": may(),
    "seq2seq_core.tokenizer": may(libraries="sentencepiece"),
    "seq2seq_core.readers": may(core("tokenizer"), "numpy"),
    "seq2seq_core.copying": may(core("readers tokenizer")),
    "seq2seq_core.linear": may(libraries="torch"),
    "seq2seq_core.repeated": may(core("linear"), "torch"),
    "seq2seq_core.attention": may(core("linear repeated"), "torch"),
    "seq2seq_core.models": may(core("attention linear repeated"), "torch"),
    "seq2seq_core.decoding": may(libraries="torch numpy"),
    "seq2seq_core.tasks": may(core("tokenizer files"), "numpy torch"),
    "seq2seq_core.checkpoint": may(core("models tokenizer readers files card"), "torch safetensors numpy"),
    "seq2seq_core.adapters": may(libraries="torch transformers"),
    "seq2seq_core.pipeline": may(
        core("checkpoint decoding door linear models tokenizer readers copying tasks adapters"), "torch numpy"
    ),
    "seq2seq_core.door": may(core("decoding tokenizer")),
    "seq2seq_core.presets": may(),
    "seq2seq_core.printed": may(core("decoding door tokenizer")),
    "seq2seq_core.training": may(
        core("checkpoint decoding models tokenizer readers copying tasks files"),
        "torch numpy safetensors tqdm sacrebleu tyro",
    ),
    "seq2seq_core.lesson": may(core("checkpoint files models pipeline readers tasks tokenizer training"), "torch"),
    "seq2seq_core.evaluation": may(core("pipeline"), "sacrebleu"),
    "seq2seq_core.perplexity": may(core("checkpoint models tokenizer training"), "torch"),
    "seq2seq_core.length_curve": may(core("checkpoint evaluation pipeline tasks"), "tyro"),
    "seq2seq_core.task_curve": may(core("checkpoint files length_curve pipeline tasks"), "numpy tyro"),
    "seq2seq_core.exposure": may(
        core("checkpoint decoding files pipeline tasks tokenizer training"), "numpy torch tyro"
    ),
    "seq2seq_core.train": may(
        core("training checkpoint evaluation models perplexity pipeline tokenizer readers tasks files"),
        "torch numpy tyro tqdm",
    ),
    "seq2seq_core.decode": may(core("decode_shards decoding door pipeline presets tasks files"), "torch tyro tqdm"),
    "seq2seq_core.decode_shards": may(core("files"), "torch tqdm"),
}


def within(name: str, layer: str) -> bool:
    return name == layer or name.startswith(f"{layer}.")


def layer_of(name: str) -> str | None:
    """The layer that a module or an imported name belongs to; None outside the project."""
    return max((layer for layer in RULES if within(name, layer)), key=len, default=None)


def home_layer(module: Module) -> str | None:
    """The layer of a source file; the two packages stand for their own `__init__.py` only."""
    layer = layer_of(module.name)
    return None if layer in PACKAGES and module.name != layer else layer


def violation(layer: str, imported: str) -> str | None:
    """Why this layer may not import that name, or None."""
    if imported.partition(".")[0] in sys.stdlib_module_names:
        return None
    target = layer_of(imported)
    if target is None:
        library = imported.partition(".")[0]
        return None if library in RULES[layer].libraries else f"{layer} may not import the library {library}"
    allowed = {layer, *OPEN_TO_ALL, *RULES[layer].layers}
    if layer in OPEN_TO_ALL:
        allowed = {layer, "seq2seq_core.errors", *RULES[layer].layers}
    return None if any(within(target, open_layer) for open_layer in allowed) else f"{layer} may not import {imported}"


def violations(module: Module) -> Iterator[str]:
    layer = home_layer(module)
    if layer is None:
        yield f"{module.path}:1: {module.name} belongs to no layer: give it a row in RULES"
        return
    for found in imports(module):
        if reason := violation(layer, found.name):
            yield f"{module.path}:{found.line}: {reason}"


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_a_module_imports_only_what_its_layer_may(module: Module) -> None:
    assert not list(violations(module))


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("demo.figures.tree", "import torch\n", "1: demo.figures may not import the library torch"),
        ("demo.figures.tree", "import json\n\nfrom gradio import HTML\n", "3: demo.figures may not import the library"),
        ("demo.service", "import plotly.graph_objects as go\n", "1: demo.service may not import the library plotly"),
        ("demo.service", "def f():\n    from demo import tabs\n", "2: demo.service may not import demo.tabs"),
        ("demo.tabs.translate", "from seq2seq_core import pipeline\n", "may not import seq2seq_core.pipeline"),
        ("demo.tabs.translate", "from ..build import app\n", "demo.tabs may not import demo.build.app"),
        ("seq2seq_core.decoding.beam", "from seq2seq_core.models import x\n", "may not import seq2seq_core.models"),
        ("seq2seq_core.decoding.beam", "from ..attention import x\n", "may not import seq2seq_core.attention.x"),
        ("seq2seq_core.models.decoder", "from seq2seq_core.decoding.stepper import x\n", "may not import"),
        ("seq2seq_core.trace", "import torch\n", "seq2seq_core.trace may not import the library torch"),
        ("seq2seq_core.errors", "import numpy as np\n", "seq2seq_core.errors may not import the library numpy"),
        ("seq2seq_core.options", "from seq2seq_core import trace\n", "may not import seq2seq_core.trace"),
        ("seq2seq_core.pipeline", "import importlib\nimportlib.import_module('demo')\n", "2: seq2seq_core.pipeline"),
        ("seq2seq_core.surprise", "import json\n", "seq2seq_core.surprise belongs to no layer"),
        ("app", "import gradio\n", "1: app may not import the library gradio"),
    ],
)
def test_a_planted_import_is_reported_with_file_and_line(tmp_path: Path, name: str, text: str, complaint: str) -> None:
    path = tmp_path / "planted.py"
    path.write_text(text, encoding="utf-8")
    (found,) = violations(Module(name, path))
    assert found.startswith(f"{path}:")
    assert complaint in found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("demo.figures.tree", "import plotly.graph_objects as go\nfrom seq2seq_core.trace import Trace\n"),
        ("demo.service", "from seq2seq_core.pipeline import Pipeline\nfrom seq2seq_core.errors import InputError\n"),
        ("seq2seq_core.decoding.beam", "import math\nimport torch\nfrom .stepper import Stepper\n"),
        ("app", "from demo.build import build_app\n"),
    ],
)
def test_an_allowed_import_passes(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / "planted.py"
    path.write_text(text, encoding="utf-8")
    assert not list(violations(Module(name, path)))
