"""What stands on and beside the heat map of local attention and of a pointer-generator."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from demo.figures.evidence import Window, final_coverage
from demo.figures.heatmap import heatmap_bundle
from demo.figures.heatmap_layout import Reach, reaches
from demo.figures.style import Role
from demo.wording.figures import CHINESE, ENGLISH
from seq2seq_core.trace import Trace, check
from tests.demo.figures.made_traces import captioned, copying, crossing, end_of, in_steps, local, many_heads


@pytest.mark.parametrize("make", [many_heads, local, copying, captioned])
def test_the_made_traces_keep_the_rules_of_traces(make: Callable[[], Trace]) -> None:
    check(make())


def test_windows_end_where_the_source_does() -> None:
    assert reaches(Window((0.25, 2.5, 4.0), 2), 5) == (Reach(0, -0.5, 2.25), Reach(1, 0.5, 4.5), Reach(2, 2.0, 4.5))


def test_without_a_stated_width_there_are_no_windows() -> None:
    assert reaches(Window((0.25,), None), 5) == ()


def test_centres_and_windows_are_drawn_over_every_row() -> None:
    trace = local()
    bundle = heatmap_bundle(trace, end_of(trace), ENGLISH.heatmap)
    _, _, outlines, centres = bundle.figure.data
    assert centres.x == (0.25, 1.1, 1.9, 2.4, 3.2, 4.0, 5.3, 6.5)
    assert centres.y == tuple(range(8))
    assert outlines.x[:6] == (-0.5, 2.25, 2.25, -0.5, -0.5, None)  # p_t = 0.25, D = 2, cut off at the left edge
    assert len(outlines.x) == 8 * 6
    assert {outlines.hoverinfo, centres.hoverinfo} == {"skip"}  # a click still reaches the cells
    assert [mark.role for mark in bundle.legend] == [Role.CENTRE, Role.WINDOW]
    assert "± 2" in bundle.legend[1].text


def test_a_cell_of_local_attention_states_its_rows_centre() -> None:
    trace = local()
    bundle = heatmap_bundle(trace, end_of(trace), ENGLISH.heatmap)
    assert bundle.figure.data[0].hovertext[1][0].endswith("<br>centre pₜ = 1.10")
    assert "Centres: ▁le 0.25, ▁chat 1.10" in bundle.account


def test_without_a_stated_width_only_the_centres_are_drawn() -> None:
    trace = dataclasses.replace(local(), window=None)
    bundle = heatmap_bundle(trace, end_of(trace), ENGLISH.heatmap)
    assert len(bundle.figure.data) == 3
    assert [mark.role for mark in bundle.legend] == [Role.CENTRE]


def test_p_gen_stands_beside_every_row_with_its_value() -> None:
    trace = copying()
    bundle = heatmap_bundle(trace, end_of(trace), ENGLISH.heatmap)
    bars = bundle.figure.data[2]
    assert bars.x == (0.9375, 0.8125, 0.0625, 1.0)
    assert bars.text == ("0.94", "0.81", "0.06", "1.00")
    assert bars.hovertext[2] == "▁Zbigniew: p_gen 0.062"  # 0.0625 is exactly between: rounded to the even digit
    assert (bars.xaxis, bars.orientation) == ("x2", "h")
    assert bundle.figure.layout.xaxis2.tickvals == (0, 1)
    assert bundle.figure.layout.xaxis.domain[1] < bundle.figure.layout.xaxis2.domain[0]
    assert ENGLISH.heatmap.generate in bundle.notes
    assert "p_gen: ▁je 0.94, ▁suis 0.81, ▁Zbigniew 0.06, </s> 1.00." in bundle.account


def test_the_strip_shows_the_models_own_coverage_after_the_last_step() -> None:
    entered = np.array([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]], np.float32)
    last = np.array([[1, 0, 0], [0, 0, 1]], np.float32)
    steps = {"coverage_ES": [np.zeros((1, 3), np.float32), entered], "attention_ES": [entered[1:], last]}
    trace = in_steps(crossing(), **steps)
    # The node's parent is the second prefix: (0.25, 0.5, 0.25) entered its last score, and that step adds (0, 0, 1).
    assert final_coverage(trace, (2, 0)) == (0.25, 0.5, 1.25)
    bundle = heatmap_bundle(trace, (2, 0), CHINESE.heatmap)
    assert bundle.figure.data[1].y == (0.25, 0.5, 1.25)
    assert CHINESE.heatmap.coverage_kept in bundle.notes


def test_a_model_that_tells_nothing_more_has_nothing_more_drawn() -> None:
    bundle = heatmap_bundle(crossing(), (2, 0), ENGLISH.heatmap)
    assert len(bundle.figure.data) == 2
    assert bundle.legend == ()
    assert "xaxis2" not in bundle.figure.layout
    assert final_coverage(crossing(), (2, 0)) is None
