"""Self-attention: both sides, one head large, all heads little, no cell where no look is possible."""

import json

import numpy as np
import pytest

from demo.figures.heads import Head
from demo.figures.self_maps import Side, Within, draw_self_heads, draw_self_map, within
from demo.wording.figures import CHINESE, ENGLISH
from seq2seq_core.trace import SelfAttentionTrace

# One layer of two heads on both sides.
TRACE = SelfAttentionTrace(
    source_tokens=("a", "<b>"),
    target_tokens=("<s>", "x", "y"),
    encoder_LHSS=np.array([[[[0.5, 0.5], [0.5, 0.5]], [[0.25, 0.75], [0, 1]]]], np.float32),
    decoder_LHTT=np.array(
        [[[[1, 0, 0], [0, 1, 0], [0.25, 0.25, 0.5]], [[1, 0, 0], [0.5, 0.5, 0], [0.5, 0.25, 0.25]]]], np.float32
    ),
)
WORDS = ENGLISH.self_attention


def side(which: Side) -> Within:
    return within(TRACE, which)


def test_the_first_head_shown_is_the_sharpest() -> None:
    # Encoder, head 1: ln 2 = 0.693; head 2: (ln 4 - 3/4 ln 3 + 0) / 2 = 0.281.
    assert side(Side.ENCODER).sharpest == Head(0, 1)
    # Decoder, head 1: (0 + 0 + 1.040) / 3 = 0.347; head 2: (0 + 0.693 + 1.040) / 3 = 0.578.
    assert side(Side.DECODER).sharpest == Head(0, 0)


def test_a_large_map_has_the_same_pieces_on_both_sides() -> None:
    figure = draw_self_map(side(Side.ENCODER), Head(0, 1), WORDS).figure
    assert figure.data[0].z == ([0.25, 0.75], [0.0, 1.0])
    texts = [text.text for text in figure.layout.annotations]
    assert texts == ["<b>Layer 1, head 2</b>", "a", "&lt;b&gt;", "a", "&lt;b&gt;"]
    assert figure.data[0].hovertext[0][1] == "a looks at &lt;b&gt;<br>weight 0.750"


def test_no_cell_is_drawn_where_the_decoder_may_not_look() -> None:
    bundle = draw_self_map(side(Side.DECODER), Head(0, 1), WORDS)
    for figure in json.loads(bundle.to_json())["figure"], json.loads(bundle.to_json())["narrow"]:
        assert figure["data"][0]["z"] == [[1, None, None], [0.5, 0.5, None], [0.5, 0.25, 0.25]]
        assert figure["data"][0]["hoverongaps"] is False
    assert "y looks most at <s> (0.50)." in bundle.account


def test_little_maps_leave_the_same_cells_empty_and_frame_the_sharpest() -> None:
    bundle = draw_self_heads(side(Side.DECODER), Head(0, 1), WORDS)
    first, second = bundle.figure.data[:2]
    assert first.z[1][:2] == [0, 1]
    assert first.z[1][2] is None
    assert second.z[2] == [0.5, 0.25, 0.25]
    assert bundle.chosen == (0, 1)
    assert bundle.legend[0].text.startswith("lowest alignment entropy: layer 1, head 1, 0.347 nats")
    assert "NaN" not in bundle.to_json()


@pytest.mark.parametrize("reported", [(0, 2), (1, 0), (-1, 0), None])
def test_a_head_that_is_not_there_cannot_be_chosen(reported: tuple[int, int] | None) -> None:
    assert side(Side.ENCODER).head(reported) is None
    assert side(Side.ENCODER).head((0, 1)) == Head(0, 1)


def test_one_source_piece_is_enough() -> None:
    one = SelfAttentionTrace(("a",), ("<s>",), np.ones((2, 2, 1, 1), np.float32), np.ones((2, 2, 1, 1), np.float32))
    for which in Side:
        shown = within(one, which)
        assert shown.heads == (Head(0, 0), Head(0, 1), Head(1, 0), Head(1, 1))
        assert len(draw_self_heads(shown, shown.sharpest, CHINESE.self_attention).figure.layout.annotations) == 4
