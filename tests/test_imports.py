"""Importing is free: no port, no thread, no file, no process; and nobody loads a library that is not theirs."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.support.imports import import_cycle
from tests.support.project import ROOT, Module, modules

MODULES: Final = {module.name: module for module in modules()}
NAMES: Final = list(MODULES)
LIST_LIBRARIES: Final = "import sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"


def run_python(*arguments: str, folder: Path = ROOT) -> str:
    """A fresh interpreter with warnings as errors, in the given folder; its output."""
    path = os.pathsep.join([str(folder), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=folder,
        env={**os.environ, "GRADIO_ANALYTICS_ENABLED": "False", "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def probe(names: Sequence[str], folder: Path = ROOT, option: str = "--one-after-the-other") -> dict[str, list[str]]:
    answer = run_python("-m", "tests.support.import_probe", option, *names, folder=folder)
    report: dict[str, list[str]] = json.loads(answer)
    return report


def libraries_loaded_by(names: Sequence[str]) -> set[str]:
    statements = "".join(f"import {name}\n" for name in names)
    return set(run_python("-c", statements + LIST_LIBRARIES).split())


def below(layer: str) -> list[str]:
    return [name for name in NAMES if name == layer or name.startswith(f"{layer}.")]


PLANTED: Final = {
    "opens_a_port": ("import socket\nsocket.create_server(('127.0.0.1', 0))\n", "socket.bind"),
    "leaves_a_thread": (
        "import threading, time\nthreading.Thread(target=time.sleep, args=(3,), name='left').start()\n",
        "thread left",
    ),
    "starts_a_process": ("import subprocess\nsubprocess.run(['true'])\n", "subprocess.Popen"),
    "writes_a_file": ("open('left.txt', 'w').close()\n", "open for writing 'left.txt'"),
    "misses_a_module": ("import nowhere_to_be_found\n", "ModuleNotFoundError"),
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What each module of the project did when it was imported, and after them what the planted ones did."""
    folder = tmp_path_factory.mktemp("planted")
    for name, (text, _) in PLANTED.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return probe([*NAMES, *PLANTED], folder)


@pytest.mark.parametrize("name", NAMES)
def test_importing_a_module_does_nothing_else(report: dict[str, list[str]], name: str) -> None:
    assert report[name] == []


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_side_effect_is_reported(report: dict[str, list[str]], name: str) -> None:
    _, deed = PLANTED[name]
    assert deed in report[name][0]


def test_any_module_can_be_imported_first() -> None:
    assert import_cycle(MODULES) == []


@pytest.mark.slow
def test_each_module_does_nothing_else_where_it_is_really_the_first() -> None:
    found = probe(NAMES, option="--each-as-the-first")
    assert found == {name: [] for name in NAMES}


@pytest.mark.parametrize(
    ("texts", "cycle"),
    [
        ({"a": "import b", "b": "def f():\n    import a"}, []),
        ({"a": "import b", "b": "if TYPE_CHECKING:\n    import a"}, []),
        ({"a": "from b import x", "b": "from c import x", "c": "from a import x"}, ["a", "b", "c", "a"]),
        ({"a": "try:\n    import b\nexcept OSError:\n    pass", "b": "class B:\n    from a import x"}, ["a", "b", "a"]),
        ({"p.__init__": "from .a import x", "p.a": "from p import b", "p.b": ""}, []),
        ({"p.__init__": "from .a import x", "p.a": "from . import x"}, ["p", "p.a", "p"]),
        # Whoever begins with q gets p first, which needs q.
        ({"p.__init__": "import p.a", "p.a": "from q import x", "p.b": "", "q": "import p.b"}, ["p", "p.a", "q", "p"]),
    ],
)
def test_a_planted_cycle_is_found(tmp_path: Path, texts: dict[str, str], cycle: list[str]) -> None:
    written = {}
    for name, text in texts.items():
        path = tmp_path.joinpath(*name.split(".")).with_suffix(".py")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        module = Module(name.removesuffix(".__init__"), path)
        written[module.name] = module
    assert import_cycle(written) == cycle


@pytest.mark.parametrize(
    ("layer", "foreign"),
    [
        ("app", {"transformers"}),
        ("seq2seq_core", {"gradio", "plotly", "transformers"}),
        ("demo.figures", {"gradio", "torch"}),
        ("demo.service", {"gradio", "plotly"}),
        ("demo.wording", {"gradio", "plotly", "torch"}),
        ("seq2seq_core.trace", {"torch"}),
        ("seq2seq_core.errors", {"numpy", "torch"}),
        ("seq2seq_core.options", {"numpy", "torch"}),
    ],
)
def test_a_layer_loads_no_foreign_library(layer: str, foreign: set[str]) -> None:
    assert not libraries_loaded_by(below(layer)) & foreign


def test_the_core_itself_loads_no_torch_until_a_name_is_used() -> None:
    assert not libraries_loaded_by(["seq2seq_core"]) & {"torch", "numpy", "sentencepiece"}
