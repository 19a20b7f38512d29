"""Imports modules one after another and reports, as JSON, what each import did besides defining names.

    python -m tests.support.import_probe (--one-after-the-other | --each-as-the-first) MODULE...

The libraries are imported first and are not the subject. As the first means that the project's own modules are
forgotten before each: that takes a minute.
"""

import json
import os
import sys
import threading
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Final

LIBRARIES: Final = ("numpy", "torch", "sentencepiece", "safetensors.torch", "plotly.graph_objects", "gradio", "tyro")
WATCHED: Final = frozenset({"socket.bind", "socket.connect", "subprocess.Popen", "os.mkdir", "os.remove", "os.rename"})
OWN: Final = ("app", "demo", "seq2seq_core")
# Python's own cache, and the description that a Gradio component class writes beside its module.
HARMLESS_FILES: Final = (".pyc", ".pyi")

deeds: list[str] = []


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: called by the interpreter at every interesting act of this process."""
    if event in WATCHED and "__pycache__" not in str(arguments):
        deeds.append(f"{event} {arguments!r:.200}")
    elif event == "open" and writes(arguments[2]) and not harmless(arguments[0]):
        deeds.append(f"open for writing {arguments[0]!r:.200}")


def writes(flags: object) -> bool:
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


def harmless(path: object) -> bool:
    """A pyc is written under its name and a number first."""
    return isinstance(path, str) and (path.endswith(HARMLESS_FILES) or ".pyc." in path)


def forget() -> None:
    """What the project's modules are."""
    for loaded in [loaded for loaded in sys.modules if loaded.partition(".")[0] in OWN]:
        del sys.modules[loaded]


def probe(name: str) -> list[str]:
    """Import one module; what it did, or the error."""
    deeds.clear()
    before = set(threading.enumerate())
    try:
        import_module(name)
    except Exception:
        return [traceback.format_exc()]
    threads = [f"thread {thread.name}" for thread in threading.enumerate() if thread not in before]
    return deeds + threads


def main(option: str, names: Sequence[str]) -> None:
    for library in LIBRARIES:
        import_module(library)
    sys.addaudithook(watch)
    report = {}
    for name in names:
        if option == "--each-as-the-first":
            forget()
        report[name] = probe(name)
    print(json.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
