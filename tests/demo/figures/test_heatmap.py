"""Attention heat maps and next-token bars."""

import dataclasses

import numpy as np
import pytest

from demo.figures.heatmap import heatmap_bundle
from demo.figures.heatmap_layout import Alignment, Reading, align, reading
from demo.figures.next_tokens import next_tokens, next_tokens_bundle
from demo.wording.figures import CHINESE, ENGLISH
from seq2seq_core.trace import Trace, attention_rows
from tests.demo.figures.made_traces import crossing, long_search, searched, without_attention


def test_rows_follow_the_nodes_own_ancestors() -> None:
    trace = crossing()
    alignment = align(trace, (2, 0))
    assert alignment is not None
    assert alignment.nodes == ((1, 1), (2, 0))
    assert alignment.target == ("<s>", "</s>")
    attention = trace.steps[1].attention_ES
    assert attention is not None
    assert np.array_equal(alignment.weights_TS[1], attention[1])


def test_a_pruned_node_has_a_map_too() -> None:
    bundle = heatmap_bundle(crossing(), (2, 3), ENGLISH.heatmap)
    assert bundle.figure.data[0].customdata[1][0] == [2, 3]


def test_repeated_pieces_keep_their_columns() -> None:
    (cells, _) = heatmap_bundle(crossing(), (2, 0), ENGLISH.heatmap).figure.data
    axis = heatmap_bundle(crossing(), (2, 0), ENGLISH.heatmap).figure.layout.xaxis
    assert axis.ticktext == ("the", "cat", "the")
    assert axis.tickvals == (0, 1, 2)
    assert len(cells.z[0]) == 3
    assert (cells.zmin, cells.zmax) == (0, 1)


def test_hover_shows_both_pieces_and_the_rounded_weight() -> None:
    trace = crossing()
    rows = attention_rows(trace, 2, 0)
    assert rows is not None
    (cells, _) = heatmap_bundle(trace, (2, 0), ENGLISH.heatmap).figure.data
    assert cells.hovertext[1][0] == f"&lt;/s&gt; ← the<br>weight {float(rows[1, 0]):.3f}"


def test_weights_that_do_not_fit_the_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="attention has"):
        Alignment(((1, 0),), ("a",), ("x", "y"), np.zeros((2, 2), dtype=np.float32))


@pytest.mark.parametrize(
    ("total", "found"), [(0.19, Reading.DROPPED), (0.2, Reading.READ), (1.8, Reading.READ), (1.81, Reading.REPEATED)]
)
def test_thresholds_of_coverage(total: float, found: Reading) -> None:
    assert reading(total) is found


def test_flagged_pieces_are_named_with_their_sums() -> None:
    trace = crossing()
    bundle = heatmap_bundle(looking(trace, [0.95, 0.05, 0.0], [0.9, 0.1, 0.0]), (2, 0), ENGLISH.heatmap)
    assert bundle.notes == (
        "▽ Hardly read (received less than 0.2 in total): cat (0.15), the (0.00)",
        "△ Read repeatedly (received more than 1.8 in total): the (1.85)",
    )
    assert list(bundle.figure.data[1].text) == ["△", "▽", "▽"]


def looking(trace: Trace, *rows: list[float]) -> Trace:
    """The trace with these attention rows in every step."""
    rows_ES = np.array(rows, dtype=np.float32)
    return dataclasses.replace(
        trace, steps=tuple(dataclasses.replace(step, attention_ES=rows_ES) for step in trace.steps)
    )


def test_a_prefix_that_goes_on_has_dropped_nothing_yet() -> None:
    trace = looking(crossing(), [0.95, 0.05, 0.0], [0.9, 0.1, 0.0])
    bundle = heatmap_bundle(trace, (2, 1), ENGLISH.heatmap)
    assert bundle.notes == ("△ Read repeatedly so far (received more than 1.8 in total): the (1.90)",)
    assert list(bundle.figure.data[1].text) == ["△", "", ""]
    (note,) = heatmap_bundle(trace, (1, 0), ENGLISH.heatmap).notes
    assert note == "So far no source piece has received attention of more than 1.8 in total."


def test_an_end_token_below_the_cut_has_had_its_time() -> None:
    trace = looking(crossing(), [0.95, 0.05, 0.0], [0.9, 0.1, 0.0])
    assert "Hardly read" in heatmap_bundle(trace, (2, 2), ENGLISH.heatmap).notes[0]


def test_a_model_without_attention_is_told_in_words() -> None:
    bundle = heatmap_bundle(without_attention(), (2, 0), CHINESE.heatmap)
    assert len(bundle.figure.data) == 0
    assert bundle.notes == (CHINESE.heatmap.nothing,)


def test_cells_shrink_with_length_but_never_below_fourteen_pixels() -> None:
    long, short = long_search(), crossing()
    widths = [
        heatmap_bundle(trace, node, ENGLISH.heatmap).figure.layout for trace, node in ((long, (40, 0)), (short, (2, 0)))
    ]
    cells = [
        (layout.width - layout.margin.l - layout.margin.r) / count
        for layout, count in zip(widths, (30, 3), strict=True)
    ]
    assert cells == [14, 28]


def test_the_map_of_a_long_search_fits_the_message() -> None:
    assert len(heatmap_bundle(long_search(), (40, 0), CHINESE.heatmap).to_json().encode()) < 90_000


def test_next_tokens_are_those_of_the_expanded_node() -> None:
    trace = searched(4, 10, seed=5)
    (node,) = [(1, int(index)) for index in trace.steps[1].expanded_E[:1]]
    tokens = next_tokens(trace, node)
    assert 0 < len(tokens) <= 10
    assert [token.log_prob for token in tokens] == sorted((token.log_prob for token in tokens), reverse=True)
    assert [token.log_prob for token in tokens] == [
        value for value in trace.steps[1].next_log_prob_EP[0].tolist() if value > -np.inf
    ]


def test_a_node_that_was_not_expanded_says_so() -> None:
    assert next_tokens_bundle(crossing(), (2, 0), ENGLISH.bars).notes == (ENGLISH.bars.nothing,)
