"""python -m seq2seq_core.trace: a line for each document, an exit status, and no stack trace whatever comes in."""

import copy
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq_core.errors import TraceError
from seq2seq_core.options import BeamOptions, Constraints, CoverageRule, ExactOptions, GreedyOptions, LengthRule
from seq2seq_core.presets import preset
from seq2seq_core.trace import check, from_json, to_json
from seq2seq_core.trace.__main__ import judged, main
from seq2seq_core.trace.schema import schema_text
from tests.support.evident import CROSSING, evident_traces
from tests.support.project import ROOT
from tests.support.tables import golden_table, trace_of

BEAM: Final = to_json(trace_of(golden_table("M3"), BeamOptions(beam_size=2)))  # 3 steps, 2 outputs
GREEDY: Final = to_json(trace_of(golden_table("M1"), GreedyOptions()))
OVERFLOWING: Final = re.sub(
    r'("log_prob":\[)[^,]+(.*?"log_prob_sum":\[)[^,]+', r"\1-1.7e308\g<2>1.7e308", BEAM, count=1
)
GOOD: Final = "good: beam, 3 steps, 2 hypotheses"


def run(capfd: pytest.CaptureFixture[str], *names: object) -> tuple[int, list[str], str]:
    status = main(["check", *map(str, names)])
    found = capfd.readouterr()
    return status, found.out.splitlines(), found.err


def written(folder: Path, content: str | bytes, name: str = "trace.json") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_good_trace_is_summed_up(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, BEAM)
    assert run(capfd, path) == (0, [f"{path}:1: {GOOD}"], "")


def test_a_trace_over_many_lines_is_one_document(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "\n" + json.dumps(json.loads(BEAM), indent=2))
    assert run(capfd, path) == (0, [f"{path}:2: {GOOD}"], "")


def test_lines_that_could_stand_alone_do_not_part_a_document(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = BEAM.replace('"hypotheses":[', '"hypotheses":[\n').replace("},{", "},\n{")
    text = text.replace('}],"stop"', '}\n],"stop"')
    assert any(line.startswith("{") and line.endswith("}") for line in text.splitlines())
    path = written(tmp_path, text)
    assert run(capfd, path) == (0, [f"{path}:1: {GOOD}"], "")


def test_one_step_and_one_output_are_in_the_singular(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, to_json(trace_of(golden_table("M3"), BeamOptions(beam_size=1, max_length=1))))
    assert run(capfd, path)[1] == [f"{path}:1: good: beam, 1 step, 1 hypothesis"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_line_is_judged_by_itself(tmp_path: Path, capfd: pytest.CaptureFixture[str], end: str) -> None:
    lines = ["\ufeff" + BEAM, "null", "", BEAM.replace('"rank":[1,', '"rank":[7,', 1), GREEDY[:80], GREEDY]
    path = written(tmp_path, end.join(lines) + end)
    status, found, _ = run(capfd, path)
    assert status == 1
    assert [line.removeprefix(f"{path}:").partition(":")[0] for line in found] == ["1", "2", "4", "5", "6"]
    assert found[0].endswith(GOOD)
    assert found[1].endswith("good: no trace, as for an empty line")
    assert "4: step 1: ranks must be 1 to" in found[2]
    assert "5: a trace must be JSON" in found[3]
    assert "6: good: greedy, " in found[4]


def test_a_broken_trace_over_many_lines_is_one_complaint(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, json.dumps(json.loads(BEAM), indent=2)[:-20])
    status, (line,), _ = run(capfd, path)
    assert (status, line.startswith(f"{path}:1: a trace must be JSON")) == (1, True)


def test_the_worst_of_several_files_decides(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    good, bad = written(tmp_path, BEAM, "good"), written(tmp_path, "{}", "bad")
    assert run(capfd, good, good)[0] == 0
    assert run(capfd, bad, good)[0] == 1
    status, lines, complaint = run(capfd, tmp_path / "none", bad, good)
    assert (status, len(lines)) == (2, 2)
    assert complaint == f"error: {tmp_path / 'none'}: cannot be read: No such file or directory\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "must hold a trace, is empty"), (b" \n\n", "must hold a trace"), (bytes(range(256)), "not UTF-8 (byte 129")],
)
def test_a_file_without_text_is_no_input(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], content: bytes, message: str
) -> None:
    path = written(tmp_path, content)
    status, lines, complaint = run(capfd, path)
    assert (status, lines) == (2, [])
    assert complaint.startswith(f"error: {path}: {message}")


@pytest.mark.parametrize("name", [".", "a\0b", "x" * 9999])
def test_what_no_file_is_is_no_input(capfd: pytest.CaptureFixture[str], name: str) -> None:
    assert run(capfd, name)[:2] == (2, [])


def test_a_minus_is_standard_input(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    class Input:
        buffer = io.BytesIO(BEAM.encode())

    monkeypatch.setattr("sys.stdin", Input)
    assert run(capfd, "-") == (0, [f"-:1: {GOOD}"], "")


@pytest.mark.parametrize(
    "content",
    [
        "[" * 100_000,
        '{"format":' + "[" * 900 + "]" * 900 + "}",
        "9" * 100_000,
        BEAM.replace('"labels":{', '"labels":{"' + "9" * 5000 + '":"x",'),
        *(
            BEAM.replace('"alpha":0.7', f'"alpha":{alpha}').replace("T^0.7", f"T^{power}")
            for alpha, power in [("1e300", "1e+300"), ("-1e300", "-1e+300"), ("1e999", "inf"), ('"nan"', "nan")]
        ),
        BEAM.replace('"score":[', f'"score":[1{"0" * 400},'),
        OVERFLOWING,
    ],
    ids=lambda content: f"{content[:12]}... of {len(content)}",
)
def test_numbers_and_nesting_beyond_all_bounds_are_an_answer(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], content: str
) -> None:
    path = written(tmp_path, content)
    status, lines, _ = run(capfd, path)
    assert (status, len(lines)) == (1, 1)
    assert "Error: " not in lines[0]  # the name of what Python raised says nothing to a reader


def test_what_a_terminal_would_obey_is_shown_and_not_sent(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, BEAM.replace('"options":{', '"options":{"\\ud800\\u001b[31m\\n":null,'))
    status, (line,), _ = run(capfd, path)
    assert status == 1
    assert line.endswith(r"option \ud800\x1b[31m\n must be a number or a text, is None")


def test_the_command_line_itself(tmp_path: Path) -> None:
    path = written(tmp_path, BEAM)
    command = [sys.executable, "-W", "error", "-m", "seq2seq_core.trace"]
    schema = subprocess.run([*command, "schema"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert schema.stdout == schema_text()
    done = subprocess.run([*command, "check", path], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{path}:1: {GOOD}\n", "")
    nothing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (nothing.returncode, nothing.stdout) == (2, "")


def leaves(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a document."""
    children = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return [path, *(place for name, child in children for place in leaves(child, (*path, name)))]


STEERED: Final = to_json(
    evident_traces(
        [CROSSING],
        BeamOptions(
            beam_size=2, length_rule=LengthRule.REWARD, reward=0.5, coverage=CoverageRule.GNMT, beta=0.3,
            coverage_steers=True,
        ),
    )[0]
)  # fmt: skip
HOSTILE: Final[list[Any]] = [
    None, True, "", "-inf", "nan", [], {}, [[]], 0, -1, 1, 2, 0.5, -0.0, 5e-324, 1e300, -1.7e308, 2**63 - 1, -(2**63),
]  # fmt: skip


BANKED: Final = to_json(
    trace_of(golden_table("M2"), BeamOptions(beam_size=3, max_length=6, constraints=Constraints(required=((4,),))))
)
COMPETING: Final = to_json(trace_of(golden_table("M9"), preset("tf-nmt", beam_size=2, max_length=6, alpha=1.0)))
PROVED: Final = to_json(trace_of(golden_table("M3"), ExactOptions(max_length=6)))


@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")  # which the command line ignores too
@settings(max_examples=300, deadline=None)
@given(data=st.data(), good=st.sampled_from([STEERED, BANKED, COMPETING, PROVED]))
def test_any_value_anywhere_gives_an_answer(data: st.DataObject, good: str) -> None:
    document = json.loads(good)
    for place in data.draw(st.lists(st.sampled_from(leaves(document)[1:]), min_size=1, max_size=3)):
        part = document
        try:
            for name in place[:-1]:
                part = part[name]
            part[place[-1]] = copy.deepcopy(data.draw(st.sampled_from(HOSTILE)))
        except (LookupError, TypeError):  # an earlier change took the place away
            continue
    try:
        check(from_json(json.dumps(document)))  # which has no net for what arithmetic may raise
        assert judged(json.dumps(document)).startswith("good: ")
    except TraceError as error:
        assert str(error)
