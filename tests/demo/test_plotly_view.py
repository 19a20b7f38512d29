"""The component that shows figures: what goes to the page, and what may come back."""

import re
from typing import Any

import gradio as gr
import pytest

from demo.figures.bundle import Bundle
from demo.figures.heatmap import heatmap_bundle
from demo.plotly_view import PlotlyView, clicked, page_head, static_paths
from demo.wording.figures import ENGLISH
from tests.demo.figures.made_traces import crossing


@pytest.fixture
def bundle() -> Bundle:
    return heatmap_bundle(crossing(), (2, 0), ENGLISH.heatmap)


def test_no_value_enters_the_template() -> None:
    view = PlotlyView()
    assert view.html_template == '<div class="figure-view"></div>'
    assert not re.search(r"\$\{|\{\{|@children", view.html_template)


def test_a_bundle_travels_as_its_message(bundle: Bundle) -> None:
    view = PlotlyView()
    assert view.postprocess(bundle) == bundle.to_json()
    assert view.postprocess(bundle.to_json()) == bundle.to_json()
    assert view.postprocess(None) is None


def test_nothing_the_browser_sends_is_read() -> None:
    assert PlotlyView().preprocess('{"figure": "forged"}') is None


def event(data: Any) -> gr.EventData:
    return gr.EventData(None, data)


@pytest.mark.parametrize("reported", [[3, 0], (3, 0)])
def test_a_click_names_a_node(reported: object) -> None:
    assert clicked(event({"customdata": reported})) == (3, 0)


@pytest.mark.parametrize(
    "forged",
    [None, {}, {"customdata": None}, {"customdata": [1]}, {"customdata": ["1", 2]}, {"customdata": [True, 1]}, [1, 2]],
)
def test_a_forged_click_names_none(forged: object) -> None:
    assert clicked(event(forged)) is None


def test_the_head_asks_nobody_else() -> None:
    assert not re.search(r"https?:|//", page_head().replace("file=/", "file="))


def test_all_files_of_the_head_exist() -> None:
    for path in static_paths():
        assert path.exists()
    for name in re.findall(r"view/([\w.]+)", page_head()):
        assert (static_paths()[1] / name).is_file()


def test_scripts_put_text_on_the_page_as_text_only() -> None:
    for script in static_paths()[1].glob("*.js"):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", script.read_text("utf-8")
        )
