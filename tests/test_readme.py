"""The code blocks of README.md are run as printed, from top to bottom, in one copy of the project.

Rules for the writer of README.md:
- A fence says `bash`, `python`, `json` (all three are checked) or `text` (shown, not run). Nothing else is accepted.
- `bash` runs with -euo pipefail in the project's folder; `python` is the virtual environment's. A block may use files
  that an earlier block made. It gets two minutes: train on a tiny file that an earlier block wrote.
- `make demo` or `python app.py` (settings in front are fine) may only be the last command of its block. It is started
  on a free port (or the port printed in the block), must print its address and answer with HTTP 200, and is stopped.
- `make test` stands alone in its block; it is not run from inside itself, but must be a target of the Makefile.
- README.zh.md has the same blocks in the same order, byte for byte.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.support.project import ROOT
from tests.support.readme import Block, blocks, front_matter
from tests.support.served_app import HOST, free_port, served

README: Final = ROOT / "README.md"
BLOCKS: Final = list(blocks(README))
LANGUAGES: Final = {"bash", "python", "json", "text"}
SECONDS_PER_BLOCK: Final = 120
PRINTED: Final = {"echo 'We hear the cat.' |": "We the cat hear."}  # at the end: the reader's own model has learnt it


def not_copied(folder: str, names: list[str]) -> set[str]:
    """What a working tree gathers and a reader's does not have."""
    gathered = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "*.egg-info")
    at_the_top = {"data", "runs"} if Path(folder) == ROOT else set()
    return gathered(folder, names) | at_the_top


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as a reader has it, with the virtual environment of this run."""
    folder = tmp_path_factory.mktemp("readme") / "project"
    shutil.copytree(ROOT, folder, ignore=not_copied)
    (folder / ".venv").symlink_to(sys.prefix, target_is_directory=True)
    return folder


def settings(copy: Path) -> dict[str, str]:
    """The environment of a block: the copy's `python` first, and the loopback address."""
    path = os.pathsep.join([str(copy / ".venv" / "bin"), os.environ["PATH"]])
    return {"PATH": path, "GRADIO_SERVER_NAME": HOST, "GRADIO_ANALYTICS_ENABLED": "False"}


def command_of(block: Block) -> list[str]:
    if block.language == "python":
        return ["python", "-c", block.text]
    return ["bash", "-euo", "pipefail", "-c", block.text]


def run(block: Block, copy: Path, log_file: Path) -> None:
    if block.language == "json":
        json.loads(block.text)
    elif block.commands == ["make test"]:
        assert re.search(r"^test:", (copy / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    elif block.serves:
        port = block.port or free_port()
        with served(command_of(block), folder=copy, log_file=log_file, port=port, settings=settings(copy)) as app:
            assert app.url in app.log(), f"the address {app.url} is not printed:\n{app.log()}"
    else:
        done = subprocess.run(
            command_of(block),
            cwd=copy,
            env={**os.environ, **settings(copy)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=SECONDS_PER_BLOCK,
        )
        assert done.returncode == 0, done.stdout
        for command, last_line in PRINTED.items():
            assert command not in block.text or done.stdout.splitlines()[-1] == last_line


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language != "text"], ids=lambda block: f"line{block.line}")
def test_a_block_of_the_readme_runs_as_printed(block: Block, copy: Path, tmp_path: Path) -> None:
    run(block, copy, tmp_path / "log.txt")


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"line{block.line}")
def test_a_block_keeps_the_rules_of_the_house(block: Block) -> None:
    assert block.language in LANGUAGES
    if block.language == "bash":
        assert block.commands, "an empty block"
        assert "make test" not in block.commands or block.commands == ["make test"]
        for command in block.commands[:-1]:
            assert not Block("bash", command, block.line).serves, f"`{command}` serves forever and is not the last"


def test_the_two_commands_are_in_the_readme() -> None:
    assert {"make demo", "make test"} <= {command for block in BLOCKS for command in block.commands}


def test_both_languages_show_the_same_blocks() -> None:
    chinese = list(blocks(ROOT / "README.zh.md"))
    assert [(block.language, block.text) for block in chinese] == [(block.language, block.text) for block in BLOCKS]


def test_the_front_matter_is_what_spaces_reads() -> None:
    matter = front_matter(README)
    assert matter.keys() <= {
        *("title", "emoji", "colorFrom", "colorTo", "sdk", "sdk_version", "python_version", "app_file"),
        *("short_description", "license", "tags", "models", "datasets", "pinned"),
    }
    assert matter["sdk"] == "gradio"
    assert f"gradio=={matter['sdk_version']}" in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert (ROOT / str(matter["app_file"])).is_file()
    colours = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert {matter["colorFrom"], matter["colorTo"]} <= colours
    assert len(str(matter["short_description"])) <= 60, "longer than Spaces accepts"


@pytest.mark.parametrize(
    ("block", "complaint"),
    [
        (Block("bash", "cd nowhere\ntrue\n", 1), "nowhere"),
        (Block("bash", "echo before; false | cat\n", 1), "before"),
        (Block("python", "import no_such_module\n", 1), "no_such_module"),
        (Block("bash", "echo broken; exit 3\nmake demo\n", 1), "broken"),
    ],
    ids=["bash", "pipe", "python", "server"],
)
def test_a_broken_block_fails(block: Block, complaint: str, copy: Path, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=complaint):
        run(block, copy, tmp_path / "log.txt")


def test_a_broken_json_block_and_an_open_fence_fail(copy: Path, tmp_path: Path) -> None:
    with pytest.raises(json.JSONDecodeError):
        run(Block("json", "{'a': 1}\n", 1), copy, tmp_path / "log.txt")
    (tmp_path / "open.md").write_text("text\n\n```bash\nmake demo\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"open\.md:3: .* never closed"):
        list(blocks(tmp_path / "open.md"))


def test_blocks_and_their_servers_are_read_from_the_text(tmp_path: Path) -> None:
    readme = tmp_path / "r.md"
    readme.write_text("```bash\n# a remark\nA=1 GRADIO_SERVER_PORT=8123 python app.py\n```\n\n```text\nno\n```\n")
    server, shown = blocks(readme)
    assert (server.serves, server.port, server.line) == (True, 8123, 1)
    assert (shown.serves, shown.language, shown.text) == (False, "text", "no\n")
