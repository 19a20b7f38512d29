"""Several models over one input."""

import dataclasses

import pytest

from demo.figures.comparison import draw_comparison, wrapped
from demo.figures.comparison_layout import Compared, Missing, map_of, place_maps
from demo.figures.heads import Head
from demo.figures.labels import width_em
from demo.wording.attention_words import ComparisonWords
from demo.wording.figures import CHINESE, ENGLISH
from seq2seq_core.trace import Trace
from tests.demo.figures.made_traces import (
    SENTENCE,
    captioned,
    local,
    long_search,
    many_heads,
    searched,
    told,
    without_attention,
)


def language_model() -> Trace:
    return dataclasses.replace(without_attention(), source_tokens=())


def test_every_model_has_its_map_on_one_scale() -> None:
    models = [Compared("local", local()), Compared("Transformer", many_heads(), head=Head(1, 0))]
    figure = draw_comparison(models, ENGLISH.comparison).figure
    assert len(figure.data) == 2
    assert {each.coloraxis for each in figure.data} == {"coloraxis"}
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == (0, 1)
    heads = many_heads().steps[2].heads_ELHS
    assert heads is not None
    assert figure.data[1].z[2][1] == round(float(heads[0, 1, 0, 1]), 4)
    assert figure.data[1].hovertext[2][1] == f"▁était ← ▁cat<br>weight {float(heads[0, 1, 0, 1]):.3f}"


@pytest.mark.parametrize(
    ("trace", "missing", "sentence"),
    [
        (without_attention(), Missing.ATTENTION, "no attention:<br>one fixed vector"),
        (language_model(), Missing.SOURCE, "no source: a<br>language model"),
        (dataclasses.replace(local(), hypotheses=()), Missing.OUTPUT, "no output"),
    ],
)
def test_a_model_without_a_map_says_why_in_its_place(trace: Trace, missing: Missing, sentence: str) -> None:
    models = [Compared("with", many_heads()), Compared("without", trace)]
    assert map_of(models[1]).missing is missing
    figure = draw_comparison(models, ENGLISH.comparison).figure
    assert [each.type for each in figure.data] == ["heatmap"]
    assert sentence in [text.text for text in figure.layout.annotations]
    assert len(figure.layout.shapes) == 1


def test_without_any_map_the_reasons_are_still_seen() -> None:
    bundle = draw_comparison([Compared("one", without_attention())], CHINESE.comparison)
    assert len(bundle.figure.data) == 1  # the page hides a figure without any
    assert CHINESE.comparison.no_attention in bundle.account


def test_maps_of_one_line_begin_at_one_height_and_do_not_meet() -> None:
    sheet = place_maps([map_of(Compared("x", trace)) for trace in (local(), without_attention(), many_heads())], 1180)
    assert len({placed.box.top for placed in sheet.maps}) == 1
    assert len({placed.cell for placed in sheet.maps}) == 1
    for one, other in zip(sheet.maps, sheet.maps[1:], strict=False):
        assert one.box.right < other.box.left
    assert sheet.maps[-1].box.right <= sheet.width <= 1180


def test_on_a_narrow_screen_maps_stand_below_each_other() -> None:
    models = [Compared("a", local()), Compared("b", without_attention()), Compared("c", many_heads())]
    bundle = draw_comparison(models, ENGLISH.comparison)
    tops = [placed.box.top for placed in place_maps([map_of(one) for one in models], 300).maps]
    assert tops == sorted(set(tops))
    assert bundle.narrow is not None
    assert bundle.narrow.layout.width <= 300


def test_long_outputs_shrink_the_cells_of_all_maps_to_fourteen_pixels() -> None:
    sheet = place_maps([map_of(Compared("a", long_search(2))), map_of(Compared("b", local()))], 1180)
    assert [placed.cell for placed in sheet.maps] == [14, 14]


def test_each_model_keeps_its_own_pieces() -> None:
    models = [Compared("words", told(("a b", "<s>"), ("x", "</s>"))), Compared("pieces", searched(1, 4, 3))]
    texts = [text.text for text in draw_comparison(models, ENGLISH.comparison).figure.layout.annotations]
    assert texts[:5] == ["<b>words</b>", "x", "&lt;/s&gt;", "a␣b", "&lt;s&gt;"]


def test_a_name_is_no_markup_and_is_cut_to_its_map() -> None:
    models = [Compared("<i>a very long name of a model that goes on</i>", local())]
    (name, *_) = draw_comparison(models, ENGLISH.comparison).figure.layout.annotations
    assert name.text.startswith("<b>&lt;i&gt;a very")
    assert name.text.endswith("…</b>")


@pytest.mark.parametrize("count", [0, 5])
def test_one_to_four_models_can_be_compared(count: int) -> None:
    with pytest.raises(ValueError, match=f"1 to 4 models, got {count}"):
        draw_comparison([Compared("x", local())] * count, ENGLISH.comparison)


def test_the_account_tells_outputs_and_peaks() -> None:
    account = draw_comparison([Compared("caption", captioned())], ENGLISH.comparison).account
    assert account.startswith("caption: a red square above a blue circle </s>.")
    assert "red looks most at r1c1 (0.35)." in account


@pytest.mark.parametrize("words", [ENGLISH.comparison, CHINESE.comparison], ids=["English", "Chinese"])
def test_a_sentence_is_broken_into_lines_that_fit(words: ComparisonWords) -> None:
    lines = wrapped(words.no_attention, 10)
    assert len(lines) > 1
    assert all(width_em(line) <= 10 for line in lines)
    assert "".join(lines).replace(" ", "") == words.no_attention.replace(" ", "")


def test_a_map_without_a_node_is_that_of_the_best_output() -> None:
    assert map_of(Compared("a", local())).target[-1] == "</s>"
    assert map_of(Compared("a", local(), node=(2, 0))).target == ("▁le", "▁chat")
    assert map_of(Compared("a", local())).source == SENTENCE
