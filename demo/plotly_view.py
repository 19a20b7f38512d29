"""The one component of the page that shows figures and reports clicks on them.

`gr.Plot` knows no clicks, forgets zoom and listeners at every update and drops animations; so this is a `gr.HTML` whose
template is one constant, empty element, and whose drawing is done by the scripts in assets/view with the plotly.js that
the installed plotly package carries. Nothing is fetched from elsewhere, and no text from Python enters a template: the
figure travels as JSON, and its words become text nodes.

    view = PlotlyView()
    view.point_click(on_click, ..., api_visibility="private")   # on_click takes a gr.EventData, see `clicked`
    return tree_bundle(...)                                     # a handler returns a bundle, or None to clear the view

Scripts of the page move the ring without drawing anything anew:

    window.dispatchEvent(new CustomEvent("figureview-choose", { detail: { id: "tree", node: [step, index] } }))

The page needs `page_head()` as its `head` and `serve_assets()` called once before it is launched.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol

import gradio as gr

ASSETS: Final = Path(__file__).resolve().parents[1] / "assets" / "view"
PLOTLY_FILE: Final = "package_data/plotly.min.js"

_TEMPLATE: Final = '<div class="figure-view"></div>'
_ON_LOAD: Final = """
const report = (customdata) => trigger('point_click', { customdata });
const start = () => window.figureView.mount({ element, props, watch, report });
if (window.figureView) start();
else window.addEventListener('figureview-ready', start, { once: true });
"""


class Drawable(Protocol):
    """What the view can show; `demo.figures.bundle.Bundle` is one."""

    def to_json(self) -> str:
        """The message that assets/view/view.js reads."""
        ...


class PlotlyView(gr.HTML):
    """Shows one bundle at a time; clicks arrive as the event `point_click`."""

    def __init__(
        self,
        value: Drawable | None = None,
        *,
        elem_id: str | None = None,
        visible: bool = True,
        render: bool = True,  # a handler that skips this output makes Gradio build it again, without rendering it
    ) -> None:
        super().__init__(
            value,
            html_template=_TEMPLATE,
            js_on_load=_ON_LOAD,
            apply_default_css=False,
            elem_id=elem_id,
            visible=visible,
            render=render,
        )

    def postprocess(self, value: Drawable | str | None) -> str | None:
        """A string, not an object: the page would wrap every number of an object in a proxy.

        A text passes as it is: it is the message of a bundle, made earlier and kept.
        """
        return value if value is None or isinstance(value, str) else value.to_json()

    def preprocess(self, payload: str | None) -> str | None:
        """The browser's copy of a figure is neither trusted nor needed."""
        return None

    def api_info(self) -> dict[str, Any]:
        return {"type": "string", "description": "a figure as JSON"}


def clicked(event: gr.EventData) -> tuple[int, int] | None:
    """The node that a `point_click` reports as (step, index), or None if it names none.

    Events can be forged: the caller still asks the trace whether it has the node (`demo.figures.walk.node_in`).
    """
    match event._data:
        case {"customdata": [int(step), int(index)]} if not isinstance(step, bool) and not isinstance(index, bool):
            return step, index
    return None


def static_paths() -> list[Path]:
    """The files that the page's head refers to."""
    return [_plotly_script(), ASSETS]


def serve_assets() -> None:
    """Lets Gradio serve these files, and no other."""
    gr.set_static_paths([str(path) for path in static_paths()])


def page_head() -> str:
    """Style and scripts, for the `head` of the page; addresses are relative, so a path prefix does not hurt."""
    return "\n".join(
        (
            f'<link rel="stylesheet" href="{_address(ASSETS / "view.css")}">',
            f'<script async src="{_address(_plotly_script())}"></script>',
            f'<script type="module" src="{_address(ASSETS / "main.js")}"></script>',
        )
    )


def _plotly_script() -> Path:
    """Found without importing plotly, which only the figures do."""
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("plotly is not installed: install requirements.txt")
    return Path(spec.origin).parent / PLOTLY_FILE


def _address(path: Path) -> str:
    return f"gradio_api/file={path.as_posix()}"
