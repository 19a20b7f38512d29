"""The tab 'Decoders': every number of the page is the rounding of the trace's, and forged events do nothing."""

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from demo.figures.ruler import Total, draw_ruler, flips
from demo.figures.style import Role
from demo.figures.sweep import SweepPoint, draw_sweep
from demo.service import Example, ExampleBook, Service, printed_entry, read_tables
from demo.service.trial import Trial
from demo.service.ways import WAYS
from demo.tabs.decoders_desk import EVERYTHING, DecodersDesk
from demo.tabs.decoders_steps import STEPS, choose_search, save_search, steps_outputs
from demo.tabs.decoders_sweep import SweepDesk
from demo.tabs.parts.ways import score_is, totals_of, trial_data, ways_data
from demo.wording import words_for
from seq2seq_core.options import LengthRule
from seq2seq_core.presets import PRESETS
from seq2seq_core.trace import ScoreRule, from_json, same
from tests.demo.service.made import TablePipeline, load_of, lure_traces, made_entry
from tests.support.project import ROOT

TABLES = ROOT / "assets" / "tables"
SHIPPED = {each.kind: each.source for each in read_tables(TABLES)}
MESSAGE, RESULTS, TRIAL, TABLE, RULER = range(5)
ENGLISH = words_for("en")
BOOK = ExampleBook(decoders={"lure": (Example("search_error", "x y", "b c", ""),)})


@pytest.fixture(scope="module")
def desk() -> DecodersDesk:
    return DecodersDesk(Service([made_entry(), printed_entry(TABLES)], load_of(TablePipeline())), BOOK)


def settings(**changes: Any) -> dict[str, Any]:
    usual = {"beam_size": 5.0, "alpha": 0.7, "length_rule": "power", "temperature": 1.0, "top_p": 1.0, "seed": 0.0}
    return {**usual, "language": "en", **changes}


def asked(
    desk: DecodersDesk, text: Any = "x y", ways: Any = "greedy\nbeam", model: Any = "lure", **changes: Any
) -> Any:
    *_, last = desk.ask(text, ways, model, **settings(**changes))
    return last


def test_the_table_prints_the_traces_numbers(desk: DecodersDesk) -> None:
    outputs = asked(desk)
    trial, table = outputs[TRIAL], outputs[TABLE]
    assert isinstance(trial, Trial)
    for row, searched in zip(table["rows"], (*trial.searched, trial.exact), strict=True):
        assert searched is not None
        best = searched.best
        assert best is not None
        assert row["score"] == f"{best.score:.3f}"
        log_prob_sum, length, time, prefixes = row["numbers"]
        assert (log_prob_sum, length) == (f"{best.log_prob_sum:.3f}", str(best.length))
        assert time.startswith(f"{1000 * searched.seconds:.0f} ms")
        assert prefixes == str(sum(len(step.expanded_E) for step in searched.trace.steps))
        # The formula in force, with the numbers put in, gives the score: -1.427 / 2^0.7 = -0.878.
        quotient = re.fullmatch(r"(-?[\d.]+) / (\d+)\^([\d.]+)", row["score_is"])
        assert quotient is not None
        total, counted, alpha = map(float, quotient.groups())
        assert total / counted**alpha == pytest.approx(best.score, abs=2e-3)


def test_a_search_error_is_stated_with_what_was_missed(desk: DecodersDesk) -> None:
    table = asked(desk, SHIPPED["greedy-trap"], model="table", alpha=0.0)[TABLE]
    greedy, beam, optimum = table["rows"]
    # .324 against .216: 0.405 nats
    assert greedy["notes"] == [
        f"common score {math.log(0.216):.3f}. Search error: an output that scores {math.log(1.5):.3f} more was missed"
    ]
    assert beam["notes"] == [f"common score {math.log(0.324):.3f}: the optimum, proved"]
    assert (optimum["letter"], optimum["notes"]) == ("★", [])
    assert table["legend"].startswith("The proved optimum is among the outputs above")


def test_an_empty_optimum_is_said_to_be_a_model_error(desk: DecodersDesk) -> None:
    table = asked(desk, SHIPPED["empty-output"], ways="greedy", model="table", alpha=0.0)[TABLE]
    assert "the proved optimum is the empty output" in table["legend"]
    assert table["rows"][-1]["pieces"] == []
    assert table["rows"][-1]["instead"] == ENGLISH.page.result.empty


def test_a_reference_is_shown_where_an_example_was_asked(desk: DecodersDesk) -> None:
    assert asked(desk)[TABLE]["reference"]["text"] == "b c"
    assert asked(desk, "something else")[TABLE]["reference"] is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_way_has_a_line_in_both_languages(language: str) -> None:
    rows = ways_data(("greedy",), 5, words_for(language))["rows"]
    assert [row["name"] for row in rows] == list(WAYS)
    assert all(row["title"] and row["architecture"] for row in rows)
    approximate = {row["name"] for row in rows if row["numbers"]}
    assert approximate == {name for name, each in PRESETS.items() if each.approximate}


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (ScoreRule(LengthRule.POWER, 0.7), "-1.022 / 3^0.7"),
        (ScoreRule(LengthRule.GNMT, 0.6), "-1.022 / ((5 + 3) / 6)^0.6"),
        (ScoreRule(LengthRule.NONE), "-1.022"),
    ],
)
def test_the_formula_in_force_has_the_numbers_put_in(rule: ScoreRule, text: str) -> None:
    _, beam = lure_traces(alpha=0.7)
    assert score_is(rule, beam.hypotheses[0]) == text


def total(letter: str, raw: float, score: float) -> Total:
    return Total(f"way {letter}", letter, f"output {letter}", raw, 5, score, Role.MODEL_1)


def test_lines_that_cross_are_named() -> None:
    words = ENGLISH.decoders.ruler
    crossing = [total("A", -2.0, -1.0), total("B", -3.0, -0.9), total("C", -4.0, -1.5)]
    assert flips(crossing, words) == [words.flips.format(first="A", second="B")]
    assert draw_ruler(crossing[::2], "f", words).notes == (words.no_flip,)
    assert draw_ruler([], "f", words).notes == (words.nothing,)


def test_the_ruler_stands_to_scale_with_the_best_on_top() -> None:
    figure = draw_ruler(
        [total("A", -2.0, -1.0), total("B", -3.0, -0.5), total("C", -4.0, -1.5)], "f", ENGLISH.decoders.ruler
    ).figure
    # Left: -2, -3, -4 are 1, 1/2, 0 of the way; right: -1, -0.5, -1.5 likewise.
    assert [list(line.y) for line in figure.data] == [[1.0, 0.5], [0.5, 1.0], [0.0, 0.0]]
    texts = [annotation.text for annotation in figure.layout.annotations]
    assert {"<b>A</b> -2.000", "<b>B</b> -0.500"} <= set(texts)


def test_equal_outputs_share_their_numbers(desk: DecodersDesk) -> None:
    trial = asked(desk, ways="beam\npatient")[TRIAL]
    figure = draw_ruler(totals_of(trial, ENGLISH), "f", ENGLISH.decoders.ruler).figure
    assert sum(each.text.startswith("<b>AB★</b>") for each in figure.layout.annotations) == 2


def test_the_sweeps_figure_tells_every_size() -> None:
    points = [SweepPoint(1, "a", -1.0, 3), SweepPoint(2, "b c", -0.5, 4)]
    bundle = draw_sweep(points, -0.25, ENGLISH.decoders.sweep)
    score, length = bundle.figure.data
    assert (list(score.x), list(score.y), list(length.y)) == ([1, 2], [-1.0, -0.5], [3.0, 4.0])
    assert bundle.figure.layout.shapes[0].y0 == -0.25
    assert bundle.account.endswith("Size 1: score -1.000, T 3. Size 2: score -0.500, T 4.")


def test_a_sweep_lists_outputs_with_the_sizes_that_wrote_them(desk: DecodersDesk) -> None:
    *_, (_, found, table, _) = SweepDesk(desk).sweep("x y", "", "lure", **settings(alpha=0.0))
    assert [row["letter"] for row in table["rows"]] == ["1", "2–10"]
    assert table["legend"].startswith("The best score is reached at beam size 2")
    assert SweepDesk(desk).show_again(found, "zh")[2]["rows"][0]["letter"] == "1"


def test_a_file_is_deleted_when_it_was_read(desk: DecodersDesk, tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text("no tab here", encoding="utf-8")
    *_, last = SweepDesk(desk).sweep_file(str(path), "lure", 5, 0.7, "power", "en")
    assert last[0]["text"].startswith("Line 1 must be a source, a tab and a reference")
    assert not path.exists()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"ways": ""}, "The decoders must be 1 to 4, got 0. Choose them above."),
        ({"ways": "beam\nbeam"}, "The decoders must differ from each other, got beam twice."),
        ({"ways": None}, "The decoders must be 1 to 4, got 0. Choose them above."),
        ({"text": " "}, ENGLISH.page.message.problems["empty"]),
        ({"beam_size": 99}, "The beam size must be a whole number from 1 to 10, got 99."),
        ({"beam_size": None}, "The beam size must be a whole number from 0 to 1000000, got None."),
        ({"alpha": None}, "Alpha must be a number from 0 to 2, got None."),
        ({"length_rule": ["power"]}, "The common score must be one of power, gnmt, none, got ['power']."),
        ({"top_p": 7}, "Top p must be a number from 0.05 to 1, got 7."),
    ],
)
def test_a_bad_request_is_a_sentence(desk: DecodersDesk, change: dict[str, Any], text: str) -> None:
    outputs = asked(desk, **change)
    assert (outputs[MESSAGE]["text"], outputs[MESSAGE]["tone"]) == (text, "problem")
    assert len(outputs) == EVERYTHING


@pytest.mark.parametrize(
    "data", [None, {}, {"models": "greedy"}, {"models": [99]}, {"models": [-1]}, {"models": ["a"]}]
)
def test_a_forged_choice_of_ways_changes_nothing(desk: DecodersDesk, data: Any) -> None:
    assert desk.choose_ways("greedy", gr.EventData(None, data)) == gr.skip()
    assert desk.take_example("kept", "lure", gr.EventData(None, data)) == "kept"


def test_a_choice_of_ways_is_kept_in_the_order_of_the_list(desk: DecodersDesk) -> None:
    assert desk.choose_ways("", gr.EventData(None, {"models": [1, 0, 1]})) == "greedy\nbeam"


def test_any_search_of_a_trial_can_be_stepped_through_and_saved(desk: DecodersDesk) -> None:
    trial = asked(desk, ways="greedy\nbeam\ndiverse")[TRIAL]
    made = [*trial.searched, trial.exact]
    for place, searched in enumerate(made):
        shown = choose_search(trial, "en", gr.EventData(None, {"choice": place}))
        assert (shown[0], shown[1]["chosen"], len(shown)) == (place, place, STEPS)
        saved = save_search(trial, place, "en")
        assert same(from_json(saved["text"]), searched.trace)
    options = ["A Greedy", "B Beam, size 5", "C Diverse beam, size 5", "★ Optimum"]
    assert steps_outputs(trial, ENGLISH)[1]["options"] == options
    assert steps_outputs(trial, ENGLISH)[0] == 1
    for data in (None, {}, {"choice": 4}, {"choice": -1}, {"choice": "0"}):
        assert choose_search(trial, "en", gr.EventData(None, data)) == (gr.skip(),) * STEPS
    assert save_search(None, 0, "en") == save_search(trial, 9, "en") == gr.skip()


def test_the_same_trial_is_told_in_another_language(desk: DecodersDesk) -> None:
    trial = asked(desk)[TRIAL]
    english, chinese = (trial_data(trial, words_for(language)) for language in ("en", "zh"))
    assert [row["score"] for row in english["rows"]] == [row["score"] for row in chinese["rows"]]
    assert chinese["rows"][-1]["title"] == "最优输出"
    json.dumps(chinese)
    without = trial_data(replace(trial, exact=None), ENGLISH)
    assert (len(without["rows"]), without["legend"]) == (2, "")
