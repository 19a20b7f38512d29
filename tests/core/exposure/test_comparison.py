"""All measures of a model, and the file that holds them."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seq2seq_core.checkpoint import save_checkpoint
from seq2seq_core.errors import InputError, OptionError
from seq2seq_core.exposure.__main__ import ExposureOptions, last_epsilon, main
from seq2seq_core.exposure.comparison import Damage, damaged, measure, random_others
from seq2seq_core.exposure.leading import lead
from seq2seq_core.options import GreedyOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.tokenizer import END_ID
from tests.support.tiny_run import PAIRS, write_pairs

MANY = [pair for pair in PAIRS if len(pair[0].split()) > 2] * 4  # ten of the pairs: 40
SOURCES, TARGETS = [source for source, _ in MANY], [target for _, target in MANY]


def test_the_last_tokens_before_the_place_are_damaged() -> None:
    assert [damaged([5, 6, 7, 8, 3], 4, count, [11, 12, 13]) for count in range(4)] == [
        [5, 6, 7, 8],
        [5, 6, 7, 13],
        [5, 6, 12, 13],
        [5, 11, 12, 13],
    ]


def test_random_tokens_are_others_of_the_content_and_drawn_evenly() -> None:
    drawn = np.array([random_others([5, 7], 8, (1, number)) for number in range(3000)])
    # Content ids are 4 to 7; the token itself is left out, three remain, each in a third of the draws.
    for column, token in zip(drawn.T, (5, 7), strict=True):
        found, counts = np.unique(column, return_counts=True)
        assert found.tolist() == [each for each in (4, 5, 6, 7) if each != token]
        assert counts / len(column) == pytest.approx([1 / 3] * 3, abs=0.04)
    assert random_others([5, 7], 8, (1, 0)) == random_others([5, 7], 8, (1, 0))
    assert random_others([END_ID], 6, (1, 0))[0] in (4, 5)


def test_a_vocabulary_without_others_is_refused() -> None:
    with pytest.raises(InputError, match="two content tokens or more, got 1"):
        random_others([4], 5, (1, 0))


@pytest.mark.parametrize(("place", "most", "after"), [(2, 3, 1), (3, 0, 1), (3, 2, 0), (9, 6, 1)])
def test_impossible_damage_is_refused(place: int, most: int, after: int) -> None:
    with pytest.raises(OptionError):
        Damage(place=place, most=most, after=after)


def test_what_is_led_along_its_own_prefix_is_what_greedy_search_writes(tiny_pipeline: Pipeline) -> None:
    sources = [source for source, _ in PAIRS]
    outputs = [best[0].tokens for best in tiny_pipeline.hypotheses(sources, GreedyOptions())]
    led = lead(tiny_pipeline.open(sources).stepper, [(*tokens, END_ID) for tokens in outputs], [()] * len(sources))
    assert (led.right_BT == led.real_BT).all()


def test_a_model_that_knows_its_pairs_has_no_exposure_bias_until_its_prefix_is_damaged(
    tiny_pipeline: Pipeline,
) -> None:
    found = measure(tiny_pipeline, SOURCES, TARGETS, Damage(place=2, most=2, after=3))
    assert [share.value for share in (*found.gold, *found.own)] == [100] * (len(found.gold) + len(found.own))
    assert found.gold[0].n == len(MANY)
    assert [share.value for share in found.recovery[0]] == [100] * 3
    assert len(found.recovery) == 3
    assert found.recovery[2][0].value < 100
    assert 1 < found.teacher_forced_perplexity.value == pytest.approx(found.free_running_perplexity.value)
    assert (found.cut_short.count, found.repeated.count, found.wrong_after_right.count) == (0, 0, 0)


def test_too_few_pairs_are_refused(tiny_pipeline: Pipeline) -> None:
    with pytest.raises(InputError, match="30 pairs or more, got 12"):
        measure(tiny_pipeline, SOURCES[:12], TARGETS[:12], Damage())


def test_a_place_behind_the_references_is_refused(tiny_pipeline: Pipeline) -> None:
    with pytest.raises(InputError, match="place must lie inside 30 references or more, got 50: inside 0"):
        measure(tiny_pipeline, SOURCES, TARGETS, Damage(place=50))


def test_the_file_says_what_was_measured_on_what(
    tiny_pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save_checkpoint(tmp_path / "run" / "best", tiny_pipeline.checkpoint)
    pairs = tmp_path / "many.tsv"
    pairs.write_text(Path(write_pairs(tmp_path / "pairs.tsv")).read_text(encoding="utf-8") * 4, encoding="utf-8")
    output, folder = tmp_path / "x.json", str(tmp_path / "run" / "best")
    words = ["--task", "greetings", "--test", str(pairs), "--models", folder, folder, "--epsilons", "1", "0.25"]
    words += ["--damage.place", "2", "--damage.most", "1", "--pairs", "40", "--output", str(output)]
    monkeypatch.setattr(sys, "argv", ["exposure", *words])
    assert main() == 0
    record = json.loads(output.read_text(encoding="utf-8"))
    assert (record["format"], record["task"]) == ("seq2seq-exposure/1", "greetings")
    assert (record["data"]["lines"], record["data"]["pairs"]) == (48, 40)
    first, second = record["models"]
    assert (first["epsilon"], second["epsilon"]) == (1, 0.25)
    assert first["measured"] == second["measured"]
    assert len(first["measured"]["recovery"]) == 2
    assert first["training"]["command"] == tiny_pipeline.checkpoint.training["command"]
    assert "epsilon 0.25; perplexity teacher forced" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("teaching", "epsilon"),
    [
        (None, 1.0),
        ({"kind": "truth", "own": "argmax", "form": "auto"}, 1.0),
        ({"kind": "linear", "linear_k": 1.0, "linear_c": 0.001, "floor": 0.25}, 0.6),  # 400 updates before the last
        ({"kind": "linear", "linear_k": 1.0, "linear_c": 0.01, "floor": 0.25}, 0.25),
        ({"kind": "free"}, 0.0),
    ],
)
def test_a_checkpoint_tells_the_epsilon_of_its_last_update(teaching: dict[str, Any] | None, epsilon: float) -> None:
    options = {} if teaching is None else {"teaching": teaching}
    assert last_epsilon(Path("x"), {"options": options, "updates": 401}) == pytest.approx(epsilon)


@pytest.mark.parametrize("record", [{}, {"options": {"teaching": {"kind": "new"}}, "updates": 1}, {"options": 5}])
def test_a_record_that_does_not_tell_epsilon_asks_for_it(record: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="epsilons must be given where"):
        last_epsilon(Path("x"), record)


@pytest.mark.parametrize(
    ("epsilons", "message"),
    [((1.0, 0.5), "1 models and 2 epsilons"), ((1.5,), "from 0 to 1, got 1.5")],
)
def test_epsilons_that_fit_no_model_are_refused(epsilons: tuple[float, ...], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        ExposureOptions(task="dates", models=(Path("x"),), epsilons=epsilons, output=Path("y"))


def test_a_mistake_is_one_line_on_standard_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--task", "dates", "--models", str(tmp_path / "none"), "--epsilons", "1", "--output", str(tmp_path / "x")]
    monkeypatch.setattr(sys, "argv", ["exposure", *words])
    assert main() == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert not (tmp_path / "x").exists()
