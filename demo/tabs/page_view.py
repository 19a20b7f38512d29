"""Parts of the page that are drawn by the scripts in assets/page: cards, tables, lists.

The template is one constant, empty element. Python sends a view one JSON text, its words included, and the script
makes text nodes of them: no text of a visitor or of the model ever meets an HTML parser.
"""

import json
from pathlib import Path
from typing import Any, Final

import gradio as gr

ASSETS: Final = Path(__file__).resolve().parents[2] / "assets" / "page"

_TEMPLATE: Final = '<div class="page-view"></div>'
_ON_LOAD: Final = """
const events = ['choose', 'again', 'move']; // Gradio looks for these names in this text
const report = (choice, event = events[0]) => trigger(event, choice);
const start = () => window.pageViews.mount('KIND', { element, props, watch, report });
if (window.pageViews) start();
else window.addEventListener('pageviews-ready', start, { once: true });
"""

_WITH: Final = "(...inputs) => window.pageViews?.withShown(inputs, 'VIEW') ?? inputs"
_BUSY_WITH: Final = (
    "(...inputs) => { window.pageViews?.busy(); return window.pageViews?.withShown(inputs, 'VIEW') ?? inputs; }"
)


class PageView(gr.HTML):
    """Shows what Python sends as the view of one kind; what a visitor does arrives as an event.

    `choose` reports a choice, `again` asks for another search, `move` says that a control of the view's own was moved.
    The second view of one kind needs an `elem_id` of its own.
    """

    def __init__(
        self, kind: str, value: object = None, *, elem_id: str | None = None, render: bool = True
    ) -> None:
        super().__init__(
            value,
            html_template=_TEMPLATE,
            js_on_load=_ON_LOAD.replace("KIND", kind),
            apply_default_css=False,
            elem_id=elem_id or f"view-{kind}",
            render=render,
        )

    def postprocess(self, value: object) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    def preprocess(self, payload: str | None) -> str | None:
        """The browser's copy is neither trusted nor needed."""
        return None

    def api_info(self) -> dict[str, Any]:
        return {"type": "string", "description": "a part of the page as JSON"}


def chosen_number(event: gr.EventData, name: str) -> int | None:
    """The whole number a view reports under a name; None for anything else, since events can be forged."""
    data = event._data
    number = data.get(name) if isinstance(data, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def as_shown(view: str, *, busy: bool = False) -> str:
    """For the `js` of an event: its inputs with the models that the view of that id shows, see shown.js."""
    return (_BUSY_WITH if busy else _WITH).replace("VIEW", view)


def serve_page_assets() -> None:
    """Lets Gradio serve the scripts and the style, and nothing else."""
    gr.set_static_paths([str(ASSETS)])


def page_view_head() -> str:
    """For the `head` of the page."""
    address = f"gradio_api/file={ASSETS.as_posix()}"
    return (
        f'<link rel="stylesheet" href="{address}/page.css">\n<script type="module" src="{address}/main.js"></script>'
    )
