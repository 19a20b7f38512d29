"""Pictures and the attention over their patches."""

import dataclasses
import io
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image

from demo.figures.picture import draw_picture, draw_picture_attention, draw_picture_steps
from demo.figures.picture_layout import patches
from demo.figures.png import png_address
from demo.wording.figures import CHINESE, ENGLISH
from seq2seq_core.errors import InputError
from seq2seq_core.pictures import PALETTE
from seq2seq_core.trace import Trace
from tests.demo.figures.made_traces import captioned, end_of, looking_at, told


def decoded(address: str) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    head, _, content = address.partition(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(b64decode(content))).convert("RGB"))


def halves() -> Trace:
    """Two tokens over a picture of 2 by 2 patches."""
    trace = looking_at(told(("p1", "p2", "p3", "p4"), ("a", "</s>")), [[0.5, 0.25, 0.25, 0], [0, 0, 0.375, 0.625]])
    return dataclasses.replace(trace, source="/".join(["rrrrbbbb"] * 4 + ["........"] * 4), grid=(2, 2))


def test_a_png_holds_every_pixel() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    assert np.array_equal(decoded(png_address(pixels)), pixels)


def test_a_picture_is_drawn_in_the_palettes_colours() -> None:
    (image,) = draw_picture(halves().source, ENGLISH.picture).figure.data
    rgb = decoded(image.source)
    assert rgb.shape == (8, 8, 3)
    assert bytes(rgb[0, 0]).hex() == PALETTE["r"].hex[1:]
    assert bytes(rgb[3, 4]).hex() == PALETTE["b"].hex[1:]
    assert bytes(rgb[7, 7]).hex() == PALETTE["."].hex[1:]
    assert (image.dx, image.x0, image.y0) == (36, 23, 23)  # 288 / 8 pixels, from an edge of 5


def test_a_picture_is_told_in_words() -> None:
    account = draw_picture(halves().source, ENGLISH.picture).account
    assert account == "A picture of 8 by 8 pixels. Colours: background, red, blue."


def test_every_colour_of_the_palette_has_its_word() -> None:
    for words in (ENGLISH, CHINESE):
        assert set(words.picture.colours) == {colour.name for colour in PALETTE.values()}


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(InputError):
        draw_picture("no picture", ENGLISH.picture)


def test_patches_lie_row_by_row() -> None:
    shown = patches(halves(), (2, 0))
    assert shown is not None
    assert shown.weights(0) == [[0.5, 0.25], [0.25, 0]]
    assert shown.weights(1) == [[0, 0], [0.375, 0.625]]
    assert shown.highest == 0.625


def test_the_veil_is_clear_where_the_token_looked() -> None:
    figure = draw_picture_attention(halves(), (2, 0), ENGLISH.picture).figure
    _, veil, _ = figure.data
    assert [list(line) for line in veil.z] == [[0, 0], [0.375, 0.625]]
    assert veil.hovertext[1][0] == "&lt;/s&gt; ← p3<br>weight 0.375"
    assert (veil.x0, veil.dx, veil.y0, veil.dy) == (77, 144, 77, 144)  # 288 / 2 patches, the first one's middle
    scale = figure.layout.coloraxis
    assert (scale.cmin, scale.cmax) == (0, 0.625)
    assert scale.colorscale[1][1] == "rgba(0,0,0,0)"


def test_one_scale_serves_all_tokens_of_an_output() -> None:
    trace = halves()
    prefix = draw_picture_attention(trace, (1, 0), ENGLISH.picture)
    token = draw_picture_attention(trace, (1, 0), ENGLISH.picture, output=(2, 0))
    steps = draw_picture_steps(trace, (2, 0), ENGLISH.picture)
    assert [bundle.figure.layout.coloraxis.cmax for bundle in (prefix, token, steps)] == [0.5, 0.625, 0.625]
    assert [list(line) for line in token.figure.data[1].z] == [[0.5, 0.25], [0.25, 0]]
    assert token.figure.layout.coloraxis2.colorbar.ticktext == ("0", "0.625")


def test_every_token_has_a_little_picture_that_reports_its_node() -> None:
    trace = captioned()
    bundle = draw_picture_steps(trace, end_of(trace), ENGLISH.picture)
    data = bundle.figure.data
    panes, marks = data[16:24], data[24]
    assert [each.type for each in data[:16]] == ["image"] * 8 + ["heatmap"] * 8
    assert [list(pane.customdata[0][0]) for pane in panes] == [[step, 0] for step in range(1, 9)]
    assert [list(node) for node in marks.customdata] == [[step, 0] for step in range(1, 9)]
    assert panes[1].hovertext[0][0] == "<b>red</b><br>looks most at r1c1 (0.35)"
    assert [text.text for text in bundle.figure.layout.annotations][-1] == "&lt;/s&gt;"
    assert bundle.chosen == (8, 0)
    assert bundle.narrow is not None
    assert bundle.narrow.layout.width <= 300


def test_a_model_without_attention_over_patches_leaves_the_picture_as_it_is() -> None:
    trace = dataclasses.replace(captioned(), grid=None)
    for bundle in (
        draw_picture_attention(trace, (3, 0), CHINESE.picture),
        draw_picture_steps(trace, (3, 0), CHINESE.picture),
    ):
        assert [each.type for each in bundle.figure.data] == ["image"]
        assert bundle.notes == (CHINESE.picture.nothing,)


def test_the_little_pictures_fit_the_message() -> None:
    trace = captioned()
    assert len(draw_picture_steps(trace, end_of(trace), CHINESE.picture).to_json().encode()) < 60_000
