"""Files in, lines out: one for one, in order."""

import io
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from seq2seq_core.checkpoint import save_checkpoint
from seq2seq_core.decode import main
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.trace import check, from_json
from tests.support.project import ROOT
from tests.support.tiny_run import PAIRS

LINES = ["Thank you.", "", "I see the cat.", "   ", "Hello!"]
EXPECTED = ["Merci.", "", "Je vois le chat.", "", "Bonjour !"]


@pytest.fixture
def model(tiny_pipeline: Pipeline, tmp_path: Path) -> Path:
    save_checkpoint(tmp_path / "model", tiny_pipeline.checkpoint)
    return tmp_path / "model"


def run_main(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr("sys.argv", ["decode", *map(str, arguments)])
    return main()


@pytest.mark.parametrize(
    "decoder",
    [
        ["greedy"],
        ["beam"],
        ["beam", "--preset", "hf-never", "--alpha", 1],
        ["beam", "--length-rule", "gnmt", "--coverage", "gnmt", "--beta", 0.1],
        ["sampling", "--top-k", 1],
        ["diverse", "--beam-size", 4, "--groups", 2],
        ["exact", "--max-nodes", 200],
    ],
    ids=lambda words: " ".join(map(str, words[:3])),
)
def test_one_line_out_for_each_line_in(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, decoder: list[object]
) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    assert run_main(monkeypatch, "--model", model, "--input", source, "--output", target, "--decoder", *decoder) == 0
    assert target.read_text(encoding="utf-8") == "\n".join(EXPECTED) + "\n"


def test_standard_input_and_output(
    model: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    class Input:
        buffer = io.BytesIO("\r\n".join(LINES).encode())

    monkeypatch.setattr("sys.stdin", Input)
    assert run_main(monkeypatch, "--model", model, "--batch-size", 1) == 0
    assert capfdbinary.readouterr().out.decode().splitlines() == EXPECTED


def test_traces_come_one_to_a_line_and_hold_together(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "in", tmp_path / "out.jsonl"
    source.write_text("\n".join(LINES), encoding="utf-8")
    run_main(monkeypatch, "--model", model, "--input", source, "--output", target, "--trace", "--beam-size", 3)
    lines = target.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) is None for line in lines] == [False, True, False, True, False]
    trace = from_json(lines[2])
    check(trace)
    assert (trace.source, trace.hypotheses[0].text) == PAIRS[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--beam-size", "65"], "beam_size must be a whole number from 1 to 64, got 65"),
        (["--groups", "2"], "decoder 'beam' has no setting groups, got 2"),
        (["--decoder", "greedy", "--preset", "hf-true"], "preset goes with decoder 'beam', got 'hf-true' and 'greedy'"),
        (["--decoder", "exact", "--stop-rule", "shrinking"], "decoder 'exact' has no setting stop_rule, got shrinking"),
        (["--alpha", "nan"], "alpha must be a number from 0 to 2, got nan"),
        (["--batch-size", "0"], "batch_size must be 1 or more, got 0"),
        (["--input", "nowhere"], "nowhere: cannot be read: No such file or directory"),
        (["--output", "no/such/folder/out"], "no/such/folder/out: cannot be written: No such file or directory"),
        (["--output", "pyproject.toml/out"], "pyproject.toml/out: cannot be written: Not a directory"),
        (["--output", "tests"], "tests: cannot be written: Is a directory"),
        (
            ["--decoder", "greedy", "--require", "chat"],
            "required goes with beam search and exact search, which look ahead for it, got GreedyOptions",
        ),
        (["--require", " "], "required words must be some that the model can write, got ' '"),
        (["--input", "tests"], "tests: cannot be read: Is a directory"),
    ],
)
def test_a_mistake_is_one_line(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(ROOT)
    assert run_main(monkeypatch, "--model", model, *arguments) == 2
    assert capsys.readouterr().err == f"error: {message}\n"


def test_a_line_that_is_not_utf8_is_named_and_no_half_file_is_left(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").write_bytes(b"fine\n\xff\xfe\n")
    before = sorted(tmp_path.iterdir())
    assert run_main(monkeypatch, "--model", model, "--input", tmp_path / "in", "--output", tmp_path / "out") == 2
    assert "line 2: not UTF-8" in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == before


def test_a_line_that_the_model_cannot_read_is_named_by_its_number(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").write_text("Hello!\n" * 40 + "👩" * 300 + "\n", encoding="utf-8")
    assert run_main(monkeypatch, "--model", model, "--input", tmp_path / "in", "--output", tmp_path / "out") == 2
    assert "in, line 41: the source must have at most 1024 tokens, got 1201" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("trace", [False, True])
def test_a_line_of_invisible_characters_is_an_empty_line(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trace: bool
) -> None:
    (tmp_path / "in").write_text("\ufeffHello!\n\u200b\nThank you.\n", encoding="utf-8")
    flags = ["--trace"] if trace else []
    run_main(monkeypatch, "--model", model, "--input", tmp_path / "in", "--output", tmp_path / "out", *flags)
    lines = (tmp_path / "out").read_text(encoding="utf-8").splitlines()
    best = [from_json(line).hypotheses[0].text if line != "null" else "" for line in lines] if trace else lines
    assert best == ["Bonjour !", "", "Merci."]


def test_a_pipe_can_be_the_output(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").write_text("Hello!\n", encoding="utf-8")
    os.mkfifo(tmp_path / "pipe")
    with ThreadPoolExecutor(1) as threads:
        read = threads.submit((tmp_path / "pipe").read_text, encoding="utf-8")
        assert run_main(monkeypatch, "--model", model, "--input", tmp_path / "in", "--output", tmp_path / "pipe") == 0
        assert read.result() == "Bonjour !\n"
    assert (tmp_path / "pipe").is_fifo()


def test_an_output_begins_as_asked_and_holds_no_forbidden_word(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_text("I see the cat.\n", encoding="utf-8")
    common = ["--model", model, "--input", source, "--output", target, "--max-length", 20]
    pipeline = Pipeline.load(model)
    piece = next(each for each in ("Je", "le", "chat", "vois", "un") if len(pipeline.written(each)) == 1)
    (forbidden,) = pipeline.written(piece)
    start = pipeline.written("chien")
    assert run_main(monkeypatch, *common, "--forbid", piece, "--prefix", "chien", "--trace") == 0
    trace = from_json(target.read_text(encoding="utf-8"))
    check(trace)
    for output in trace.hypotheses:
        assert output.tokens[: len(start)] == start
        assert forbidden not in output.tokens


def test_a_forbidden_word_of_several_pieces_is_refused(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "un chat chien"
    pieces = len(Pipeline.load(model).written(words))
    assert run_main(monkeypatch, "--model", model, "--forbid", words) == 2
    assert capsys.readouterr().err == f"error: forbid takes words of one piece, and {words!r} has {pieces}\n"


@pytest.mark.parametrize("decoder", [["beam"], ["exact", "--max-nodes", 50]], ids=lambda words: words[0])
def test_required_words_stand_in_every_output(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, decoder: list[object]
) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_text("I see the cat.\n\nHello!\n", encoding="utf-8")
    common = ["--model", model, "--input", source, "--output", target, "--beam-size", 24, "--max-length", 30]
    words = ["--require", "chien", "un chat"]
    assert run_main(monkeypatch, *common, "--decoder", *decoder, *words) == 0
    first, blank, last = target.read_text(encoding="utf-8").splitlines()
    assert blank == ""
    assert all("chien" in line and "un chat" in line for line in (first, last))
    assert run_main(monkeypatch, *common, "--decoder", *decoder, *words, "--trace") == 0
    for line in target.read_text(encoding="utf-8").splitlines():
        if line != "null":
            trace = from_json(line)
            check(trace)
            texts = [each.text for each in trace.hypotheses]
            assert texts
            assert all("chien" in text and "un chat" in text for text in texts)
