"""The choice of a head, the heat map of one, and all of them as little maps."""

import math

import numpy as np
import pytest

from demo.figures.evidence import heads_along
from demo.figures.head_maps import draw_heads, sharpest_that_fit
from demo.figures.heads import (
    Head,
    HeadEntropy,
    alignment_entropy,
    attention_choices,
    choice_in,
    choice_label,
    default_choice,
    head_entropies,
)
from demo.figures.heatmap import heatmap_bundle
from demo.wording.figures import CHINESE, ENGLISH
from seq2seq_core.trace import Trace
from tests.demo.figures.made_traces import crossing, end_of, in_steps, many_heads, told, with_heads, without_attention


def floats(rows: object) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    return np.array(rows, dtype=np.float32)


def two_heads() -> Trace:
    """Two tokens over two source pieces: the first head looks at both alike, the second at one."""
    return with_heads(told(("x", "y"), ("a", "</s>")), floats([[[[0.5, 0.5], [1, 0]]], [[[0.5, 0.5], [0.25, 0.75]]]]))


def test_entropy_is_the_mean_over_the_rows() -> None:
    # Rows (1, 0) and (1/2, 1/2): (0 + ln 2) / 2.
    assert alignment_entropy(floats([[1, 0], [0.5, 0.5]])) == pytest.approx(math.log(2) / 2)


def test_rows_are_renormalised_and_rows_of_zeros_left_out() -> None:
    # (1/4, 1/4) becomes (1/2, 1/2), entropy ln 2; the row of zeros does not count.
    assert alignment_entropy(floats([[0.25, 0.25], [0, 0]])) == pytest.approx(math.log(2))


def test_a_head_that_attends_to_nothing_is_never_the_sharpest() -> None:
    assert alignment_entropy(floats([[0, 0]])) == math.inf
    trace = with_heads(told(("x", "y"), ("</s>",)), floats([[[[0, 0], [0.5, 0.5]]]]))
    assert default_choice(trace, trace.hypotheses[0]) == Head(0, 1)


def test_the_sharpest_head_is_the_default() -> None:
    trace = two_heads()
    # Head 2: rows (1, 0) and (1/4, 3/4): (0 + ln 4 - 3/4 ln 3) / 2 = 0.2812 nats, below ln 2 = 0.6931.
    entropies = head_entropies(trace, end_of(trace))
    assert [each.entropy for each in entropies] == pytest.approx([0.6931, 0.2812], abs=5e-5)
    assert default_choice(trace, trace.hypotheses[0]) == Head(0, 1)


def test_of_equally_sharp_heads_the_first_is_the_default() -> None:
    trace = with_heads(told(("x", "y"), ("</s>",)), floats([[[[1, 0], [0, 1]], [[0, 1], [1, 0]]]]))
    assert default_choice(trace, trace.hypotheses[0]) == Head(0, 0)


def test_heads_follow_the_nodes_own_ancestors() -> None:
    first, second = floats([[[[0.5, 0.25, 0.25]]]]), floats([[[[1, 0, 0]]], [[[0, 0, 1]]]])
    trace = in_steps(crossing(), heads_ELHS=[first, second])
    rows = heads_along(trace, (2, 0))  # its parent is the second of two expanded prefixes
    assert rows is not None
    assert rows[:, 0, 0].tolist() == [[0.5, 0.25, 0.25], [0, 0, 1]]


def test_the_mean_and_every_head_can_be_chosen() -> None:
    assert attention_choices(two_heads()) == (None, Head(0, 0), Head(0, 1))
    assert attention_choices(crossing()) == (None,)
    assert attention_choices(without_attention()) == ()
    assert default_choice(crossing(), crossing().hypotheses[0]) is None


def test_choices_count_from_one_in_words() -> None:
    assert choice_label(Head(1, 2), ENGLISH.heads) == "Layer 2, head 3"
    assert choice_label(None, CHINESE.heads) == CHINESE.heads.mean


@pytest.mark.parametrize("reported", [(0, 2), (1, 0), (-1, 0), (0, -1), None])
def test_a_head_that_the_trace_lacks_cannot_be_chosen(reported: tuple[int, int] | None) -> None:
    assert choice_in(two_heads(), reported) is None
    assert choice_in(two_heads(), (0, 1)) == Head(0, 1)


def test_the_heat_map_of_one_head_shows_its_weights_and_says_so() -> None:
    trace = two_heads()
    bundle = heatmap_bundle(trace, end_of(trace), ENGLISH.heatmap, head=Head(0, 1))
    assert bundle.figure.data[0].z == ([1.0, 0.0], [0.25, 0.75])
    assert bundle.figure.data[1].y == (1.25, 0.75)
    assert bundle.notes[0].startswith("Shown: layer 1, head 2. The totals are of this head alone")


@pytest.mark.parametrize("trace", [two_heads(), crossing()], ids=["no such head", "no heads"])
def test_the_heat_map_of_a_head_that_is_not_there_is_refused(trace: Trace) -> None:
    with pytest.raises(ValueError, match="the trace has"):
        heatmap_bundle(trace, end_of(trace), ENGLISH.heatmap, head=Head(3, 0))


def test_every_head_has_a_little_map_that_reports_it() -> None:
    trace = many_heads(2, 3)
    figure = draw_heads(trace, end_of(trace), ENGLISH.heads).figure
    *maps_and_panes, marks = figure.data
    maps, panes = maps_and_panes[:6], maps_and_panes[6:]
    assert [text.text for text in figure.layout.annotations] == ["L1 H1", "L1 H2", "L1 H3", "L2 H1", "L2 H2", "L2 H3"]
    reported = [[layer, head] for layer in range(2) for head in range(3)]
    assert [list(pane.customdata[0][0]) for pane in panes] == reported
    assert [list(mark) for mark in marks.customdata] == reported
    rows = heads_along(trace, end_of(trace))
    assert rows is not None
    assert maps[4].z[3][2] == round(float(rows[3, 1, 1, 2]), 3)
    assert {each.coloraxis for each in maps} == {"coloraxis"}
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == (0, 1)


def test_the_sharpest_head_is_framed_and_the_chosen_one_wears_the_ring() -> None:
    trace = two_heads()
    bundle = draw_heads(trace, end_of(trace), ENGLISH.heads, chosen=Head(0, 0))
    (frame,) = bundle.figure.layout.shapes
    framed = bundle.figure.data[1]
    assert frame.x0 < framed.x0 < frame.x1
    assert frame.x0 > bundle.figure.data[0].x0
    assert bundle.chosen == (0, 0)
    assert [mark.text for mark in bundle.legend] == ["lowest alignment entropy: layer 1, head 2, 0.281 nats"]


def test_a_narrow_screen_has_fewer_maps_in_a_line() -> None:
    trace = many_heads(3, 8)
    bundle = draw_heads(trace, end_of(trace), ENGLISH.heads)
    assert bundle.narrow is not None
    lines = [len(set(figure.data[-1].y)) for figure in (bundle.figure, bundle.narrow)]
    assert lines == [3, 6]
    assert bundle.narrow.layout.width <= 300 < bundle.figure.layout.width <= 772


def test_too_many_heads_leave_the_sharpest_in_the_models_order() -> None:
    entropies = [HeadEntropy(Head(0, head), entropy) for head, entropy in enumerate((0.5, 2.0, 0.25, 1.0))]
    kept = sharpest_that_fit(entropies, 10_000)  # three maps of 10,000 cells
    assert [each.head.head for each in kept] == [0, 2, 3]


def test_heads_left_out_are_counted() -> None:
    source = tuple(f"w{place}" for place in range(100))
    trace = many_heads(5, 10, source)  # maps of 8 by 100 cells: 37 of 50 stay below 30,000
    bundle = draw_heads(trace, end_of(trace), ENGLISH.heads)
    assert bundle.notes[1] == "The 37 heads with the lowest entropy are drawn, of 50."


def test_a_model_without_heads_is_told_in_words() -> None:
    bundle = draw_heads(crossing(), (2, 0), CHINESE.heads)
    assert len(bundle.figure.data) == 0
    assert bundle.notes == (CHINESE.heads.nothing,)


def test_all_heads_of_a_transformer_fit_the_message() -> None:
    trace = many_heads(6, 8)
    assert len(draw_heads(trace, end_of(trace), CHINESE.heads).to_json().encode()) < 120_000
