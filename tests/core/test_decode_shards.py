"""A large file decoded in shards gives the output of one decoded at once; what is finished is not decoded again."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from seq2seq_core.checkpoint import save_checkpoint
from seq2seq_core.decode import main
from seq2seq_core.decode_shards import Crew, Shard, ShardedFile
from seq2seq_core.files import write_file
from seq2seq_core.pipeline import Pipeline
from tests.support.project import ROOT
from tests.support.tiny_run import PAIRS

SOURCES = [source for source, _ in PAIRS]
TARGETS = [target for _, target in PAIRS]
SHARDED = ("--shard-lines", "5", "--decoder", "greedy")  # of twelve lines: 5, 5 and 2


@pytest.fixture(scope="module")
def model(tiny_pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("decode_shards") / "model"
    save_checkpoint(folder, tiny_pipeline.checkpoint)
    return folder


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "in").write_text("".join(source + "\n" for source in SOURCES), encoding="utf-8")
    return tmp_path / "in", tmp_path / "out"


class Death(BaseException):
    """A power cut."""


@pytest.fixture
def translated(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many lines each call of the model was given."""
    calls: list[int] = []
    translate = Pipeline.translate

    def counting(pipeline: Pipeline, texts: Sequence[str], *rest: object, **named: object) -> list[str]:
        calls.append(len(texts))
        return translate(pipeline, texts, *rest, **named)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(Pipeline, "translate", counting)
    yield calls


def run_main(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    with monkeypatch.context() as patch:
        patch.setattr("sys.argv", ["decode", *map(str, arguments)])
        return main()


def command(model: Path, files: tuple[Path, Path], *more: object) -> list[object]:
    return ["--model", model, "--input", files[0], "--output", files[1], *SHARDED, *more]


def die_in_shard(monkeypatch: pytest.MonkeyPatch, arguments: Sequence[object], number: int) -> None:
    """Decode until the file of a shard would be written."""
    def dying(path: Path, content: bytes) -> None:
        if path.name == f"{number:06}":
            raise Death
        write_file(path, content)

    with monkeypatch.context() as patch, pytest.raises(Death):
        patch.setattr("seq2seq_core.decode_shards.write_file", dying)
        run_main(monkeypatch, *arguments)


def lines_in(shard: Shard) -> list[str]:
    return shard.lines


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_shards_are_put_together_in_the_order_of_the_input(
    model: Path, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, translated: list[int]
) -> None:
    assert run_main(monkeypatch, *command(model, files)) == 0
    assert lines_of(files[1]) == TARGETS
    assert translated == [5, 5, 2]
    assert sorted(path.name for path in files[0].parent.iterdir()) == ["in", "out"]


def test_a_small_file_is_decoded_at_once(
    model: Path, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, translated: list[int]
) -> None:
    assert run_main(monkeypatch, *command(model, files, "--shard-lines", 12)) == 0
    assert (lines_of(files[1]), translated) == (TARGETS, [12])


def test_a_last_line_without_an_end_and_traces_are_sharded_too(
    model: Path, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    files[0].write_text("\n".join([*SOURCES[:5], "", SOURCES[0]]), encoding="utf-8")
    assert run_main(monkeypatch, *command(model, files, "--trace")) == 0
    traces = [json.loads(line) for line in lines_of(files[1])]
    assert [trace and trace["source"] for trace in traces] == [*SOURCES[:5], None, SOURCES[0]]


def test_what_is_finished_is_not_decoded_again(
    model: Path, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, translated: list[int]
) -> None:
    die_in_shard(monkeypatch, command(model, files), number=2)
    assert not files[1].exists()
    translated.clear()
    assert run_main(monkeypatch, *command(model, files, "--resume")) == 0
    assert (lines_of(files[1]), translated) == (TARGETS, [2])


def test_without_resume_finished_shards_are_neither_used_nor_deleted(
    model: Path,
    files: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    translated: list[int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    die_in_shard(monkeypatch, command(model, files), number=2)
    translated.clear()
    assert run_main(monkeypatch, *command(model, files)) == 2
    shards = files[1].with_name("out.shards")
    assert f"error: output has finished shards in {shards}: --resume goes on, or delete it" in capsys.readouterr().err
    assert (not files[1].exists(), len(list(shards.iterdir())), translated) == (True, 3, [])


def test_a_folder_of_somebody_else_is_not_touched(
    model: Path, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = files[1].with_name("out.shards") / "notes.txt"
    notes.parent.mkdir()
    notes.write_text("precious")
    for more in ([], ["--resume"]):
        assert run_main(monkeypatch, *command(model, files, *more)) == 2
        assert "which holds something else" in capsys.readouterr().err
    assert notes.read_text() == "precious"


def test_a_line_that_cannot_be_decoded_is_named_before_any_shard_is(
    model: Path,
    files: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    translated: list[int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    files[0].write_text("\n".join([*SOURCES[:11], "a " * 600]), encoding="utf-8")
    assert run_main(monkeypatch, *command(model, files)) == 2
    assert "line 12: the source must have at most" in capsys.readouterr().err
    assert translated == []
    files[0].write_text("\n".join(SOURCES), encoding="utf-8")
    assert run_main(monkeypatch, *command(model, files)) == 0
    assert lines_of(files[1]) == TARGETS


def test_with_nothing_to_resume_all_is_decoded(
    model: Path, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_main(monkeypatch, *command(model, files, "--resume")) == 0
    assert lines_of(files[1]) == TARGETS


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--max-length", 9], "max_length must be as in the decoding that is resumed, None, got 9"),
        (["--shard-lines", 4], "shard_lines must be as in the decoding that is resumed, 5, got 4"),
        (["--prefix", "Je"], "prefix must be as in the decoding that is resumed, '', got 'Je'"),
    ],
)
def test_resuming_with_other_settings_is_refused(
    model: Path,
    files: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    more: list[object],
    message: str,
) -> None:
    die_in_shard(monkeypatch, command(model, files), number=1)
    assert run_main(monkeypatch, *command(model, files, "--resume", *more)) == 2
    assert f"error: {message}\n" in capsys.readouterr().err


def test_resuming_with_another_file_or_model_is_refused(
    model: Path,
    files: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tiny_pipeline: Pipeline,
    tmp_path: Path,
) -> None:
    die_in_shard(monkeypatch, command(model, files), number=1)
    other = tmp_path / "other"
    save_checkpoint(other, tiny_pipeline.checkpoint, half=True)
    assert run_main(monkeypatch, *command(other, files, "--resume")) == 2
    assert "error: model must be what the decoding in" in capsys.readouterr().err
    files[0].write_text("Hello!\n" * 12, encoding="utf-8")
    assert run_main(monkeypatch, *command(model, files, "--resume")) == 2
    assert "error: input must be what the decoding in" in capsys.readouterr().err


def test_a_bad_line_is_named_by_its_number_in_the_file(
    model: Path, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files[0].write_text("Hello!\n" * 8 + "👩" * 300 + "\n", encoding="utf-8")
    assert run_main(monkeypatch, *command(model, files)) == 2
    assert "in, line 9: the source must have at most 1024 tokens, got 1201" in capsys.readouterr().err


def test_only_files_can_be_resumed(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_main(monkeypatch, "--model", model, "--resume") == 2
    assert capsys.readouterr().err == "error: resume and torchrun need files as input and output, got '-' and '-'\n"


def test_processes_share_the_shards(model: Path, files: tuple[Path, Path]) -> None:
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    words = [*torchrun, "-m", "seq2seq_core.decode", *map(str, command(model, files))]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    finished = subprocess.run(words, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    assert lines_of(files[1]) == TARGETS
    assert sorted(path.name for path in files[0].parent.iterdir()) == ["in", "out"]


def test_every_process_takes_its_own_shards(files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    file = ShardedFile.of(*files, 5)
    taken: dict[int, list[int]] = {0: [], 1: []}
    waits: list[int] = []

    def decode(rank: int) -> None:
        def echo(shard: Shard) -> Iterator[str]:
            taken[rank].append(shard.first)
            return iter(shard.lines)

        file.decode(Crew(rank, 2, 0, restarted=False), {}, echo, lines_in, resume=False)

    def wait(crew: Crew) -> None:
        if crew.rank == 0:
            waits.append(0)
            if len(waits) == 2:  # the first process is through with its shards
                assert not files[1].exists()
                decode(rank=1)

    monkeypatch.setattr(Crew, "wait", wait)
    decode(rank=0)
    assert taken == {0: [1, 11], 1: [6]}
    assert lines_of(files[1]) == SOURCES


def test_processes_that_torchrun_started_again_go_on(files: tuple[Path, Path]) -> None:
    file, decoded = ShardedFile.of(*files, 5), list[int]()

    def dying(shard: Shard) -> Iterator[str]:
        decoded.append(shard.first)
        if shard.first == 6 and decoded == [1, 6]:
            raise Death
        return iter(shard.lines)

    with pytest.raises(Death):
        file.decode(Crew(0, 1, 0, restarted=False), {}, dying, lines_in, resume=False)
    file.decode(Crew(0, 1, 0, restarted=True), {}, dying, lines_in, resume=False)
    assert decoded == [1, 6, 6, 11]
    assert lines_of(files[1]) == SOURCES
