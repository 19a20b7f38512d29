"""Nothing is unpickled: no line of the project could, and no search does."""

import ast
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support.project import ROOT, Module, modules

MODULES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "jsonpickle"}
CALLS = {"torch.load", "torch.jit.load", "torch.package", "torch.hub", "pandas.read_pickle", "eval", "exec"}
READS_PICKLES = {"numpy.load", "np.load"}
_WATCHED = """
import sys
found = []
sys.addaudithook(lambda event, arguments: found.append(arguments) if event == "pickle.find_class" else None)
from pathlib import Path
from demo.service import Service, checkpoint_folders, read_gallery
service = Service(read_gallery(checkpoint_folders(Path(sys.argv[1]))))
picture = "/".join(["." * 24] * 24)
for entry in service.gallery:
    source = picture if entry.task == "captions" else "I see the dog."
    assert service.decode(service.request(source, model=entry.name)).beam.steps
assert not found, found
import pickle
pickle.loads(pickle.dumps(Path))
assert found, "the hook hears nothing"
"""


def dotted(node: ast.expr) -> str:
    """A name with its attributes; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""


def suspicions(text: str) -> Iterator[str]:
    """What a source does that could run what it reads."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
            yield from (f"line {node.lineno}: {name}" for name in names if name.split(".")[0] in MODULES)
        elif isinstance(node, ast.Call):
            name = dotted(node.func)
            allows = any(each.arg == "allow_pickle" for each in node.keywords)
            if name in CALLS or name in READS_PICKLES or allows:
                yield f"line {node.lineno}: {name}"


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_no_source_reads_a_pickle_or_runs_text(module: Module) -> None:
    assert not list(suspicions(module.path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "planted",
    [
        "import pickle",
        "from _pickle import loads",
        "def f():\n    import torch\n    return torch.load('x')",
        "np.load('x')",
        "numpy.load('x', allow_pickle=True)",
        "eval('1')",
    ],
)
def test_a_planted_one_is_found(planted: str) -> None:
    assert list(suspicions(planted))


def test_nothing_is_unpickled_while_models_are_opened_and_searched(tmp_path_factory: pytest.TempPathFactory) -> None:
    from tests.support.tiny_models import write_models  # noqa: PLC0415 - it loads torch

    folder = write_models(tmp_path_factory.mktemp("models"))
    command = [sys.executable, "-c", _WATCHED, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
