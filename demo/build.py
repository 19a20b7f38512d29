"""Tabs to a page, and the page to an address."""

import gc
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import gradio as gr
from gradio.context import LocalContext
from starlette.middleware import Middleware

from demo.compressed import Compressed
from demo.gate import Gate
from demo.headers import SafeHeaders
from demo.memory import memory_given_back
from demo.page import Page, in_all_languages
from demo.plotly_view import page_head, serve_assets, static_paths
from demo.service import (
    ExampleBook,
    Service,
    checkpoint_folders,
    printed_entry,
    read_decoder_examples,
    read_examples,
    read_exposure,
    read_gallery,
    read_measured,
    read_named,
    read_tables,
)
from demo.service.lab import Lab
from demo.tabs import TABS, Captions, Context
from demo.tabs.page_view import ASSETS as PAGE_ASSETS
from demo.tabs.page_view import PageView, page_view_head, serve_page_assets
from demo.tabs.tab import quiet
from demo.unread import keep_few_unread
from demo.uploads import private_folder, private_uploads
from demo.visitors import remember_only_states
from demo.wording import LANGUAGE_NAMES, Language, Words, words_for

ASSETS: Final = Path(__file__).resolve().parents[1] / "assets"
CHECKPOINTS: Final = ASSETS / "checkpoints"
TABLES: Final = ASSETS / "tables"
FIRST_MODEL: Final = "tatoeba-en-fr"
MODEL_VARIABLE: Final = "SEQ2SEQ_MODEL"
MODELS_VARIABLE: Final = "SEQ2SEQ_MODELS"
NAMED_VARIABLE: Final = "SEQ2SEQ_HF_MODELS"
WAITING_VISITORS: Final = 64
CONCURRENT_EVENTS: Final = 8  # choosing and re-labelling; decodes are bounded by the service
KEPT_VISITORS: Final = 500
SECONDS_KEPT: Final = 3600
FILES_KEPT: Final = (600, SECONDS_KEPT)  # seconds between two looks, and after which what was downloaded is deleted

_FONTS: Final = ("system-ui", "Segoe UI", "Roboto", "Noto Sans", "Noto Sans CJK SC", "Microsoft YaHei", "sans-serif")
_MONOSPACE_FONTS: Final = ("ui-monospace", "Consolas", "Noto Sans Mono", "monospace")
_log = logging.getLogger(__name__)
_KEY: Final = "seq2seq-lab-language"
# A private window may refuse to store; then the choice lasts as long as the page.
_READ_LANGUAGE: Final = f"""() => {{
  let tag = navigator.language;
  try {{ tag = localStorage.getItem('{_KEY}') ?? tag; }} catch {{}}
  return tag.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}}"""
_STORE_LANGUAGE: Final = f"(tag) => {{ try {{ localStorage.setItem('{_KEY}', tag); }} catch {{}} }}"
_TAGS: Final = {Language.ENGLISH: "en", Language.CHINESE: "zh-CN"}  # of the web
_NAME_LANGUAGE: Final = f"(tag) => {{ document.documentElement.lang = {json.dumps(_TAGS)}[tag]; return tag; }}"


def build_app(service: Service, lab: Lab) -> gr.Blocks:
    """The page; nothing runs yet."""
    captions = Captions([])
    app: Page
    title = words_for(Language.ENGLISH).page.frame.title
    with Page(title=title, delete_cache=FILES_KEPT, waiting=WAITING_VISITORS, at_once=CONCURRENT_EVENTS) as app:
        language = app.language = _head(captions)
        examples = ExampleBook(
            read_examples(ASSETS / "examples.json"),
            read_tables(TABLES),
            read_decoder_examples(ASSETS / "decoder_examples.json"),
        )
        measured = read_measured(ASSETS / "curves")
        exposure = read_exposure(ASSETS / "exposure")
        own, wanted = gr.State((), time_to_live=SECONDS_KEPT), gr.State(None, time_to_live=SECONDS_KEPT)
        with gr.Tabs() as tabs:
            context = Context(
                app, service, lab, examples, language, captions, tabs, own, wanted, measured, exposure
            )
            for tab in TABS:
                with gr.Tab(id=tab.id, elem_id=f"tab-{tab.id}", elem_classes="desk") as place:
                    tab.build(replace(context, place=place))
                captions.follow(place, _title_of(tab.title))
        captions.follow(gr.Markdown(elem_classes="page-foot"), lambda words: {"value": words.page.frame.footer})
        _follow_language(app, language, captions)
    return app


def _head(captions: Captions) -> gr.Radio:
    PageView("connection", {_TAGS[tag]: _connection(words_for(tag)) for tag in LANGUAGE_NAMES})
    with gr.Row(elem_classes="page-head"):
        with gr.Column(scale=5, min_width=260):
            captions.follow(gr.Markdown(), _headline)
        with gr.Column(scale=0, min_width=250, elem_classes="page-language"):
            names = [(name, str(tag)) for tag, name in LANGUAGE_NAMES.items()]
            language = gr.Radio(
                names, value=str(Language.ENGLISH), show_label=False, container=False, elem_id="language"
            )
    return language


def _connection(words: Words) -> dict[str, str]:
    """The page has it in all languages from the beginning: when it is needed, nobody can be asked."""
    return {"lost": words.page.frame.lost, "reload": words.page.frame.reload}


def _headline(words: Words) -> dict[str, str]:
    return {"value": f"# {words.page.frame.title}\n{words.page.frame.tagline}"}


def _title_of(title: Any) -> Any:
    return lambda words: {"label": title(words)}


def _follow_language(app: gr.Blocks, language: gr.Radio, captions: Captions) -> None:
    app.load(None, js=_READ_LANGUAGE, **quiet(outputs=[language]))
    language.input(None, js=_STORE_LANGUAGE, **quiet(inputs=[language]))
    named = quiet(inputs=[language], outputs=captions.components)
    language.change(captions.updates, js=_NAME_LANGUAGE, **named)


def current_visitor() -> str | None:
    """The session of the page whose event is being handled in this thread; None outside an event."""
    request = LocalContext.request.get(None)
    return getattr(request, "session_hash", None)


def model_folders(environment: Mapping[str, str]) -> list[Path]:
    """The one that the environment names, the shipped ones, and those in the folder that the environment names."""
    named = [Path(environment[MODEL_VARIABLE])] if environment.get(MODEL_VARIABLE) else []
    shipped = sorted(checkpoint_folders(CHECKPOINTS), key=lambda folder: folder.name != FIRST_MODEL)
    more = checkpoint_folders(Path(environment[MODELS_VARIABLE])) if environment.get(MODELS_VARIABLE) else []
    return [*named, *shipped, *more]


def serve() -> None:
    """Serve the page with the models that the environment names, until interrupted or terminated."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    named = read_named(os.environ.get(NAMED_VARIABLE, ""))
    gallery = (*read_gallery(model_folders(os.environ)), *named, printed_entry(TABLES))
    run(Service(gallery, visitor=current_visitor))


def run(service: Service) -> None:
    """Serve the page of a service until interrupted or terminated; the process ends with it.

    The first model is loaded once the page is up.
    """
    # Signals may come two at once, as they do under make: what handles them must take no lock that it may hold already.
    heard, tell = os.pipe()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: os.write(tell, bytes([number])))
    with memory_given_back(), private_uploads(), private_folder() as downloads:
        lab = Lab(service, downloads=downloads)
        app = build_app(service, lab)
        _launch(app, downloads)
        gc.freeze()  # what the start has made stays: looking for garbage passes it by
        gc.enable()
        service.start()
        (asked,) = os.read(heard, 1)
        _log.info("stopping: %s", signal.Signals(asked).name)
        lab.close()
        app.close()
    _log.info("stopped")
    _end()


def _end() -> None:
    """End the process now: Python would stop its threads first, and one that torch is at work in aborts the process."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(0)


def _launch(app: gr.Blocks, downloads: Path) -> None:
    serve_assets()
    serve_page_assets()
    gr.set_static_paths([str(downloads)])  # then Gradio serves these files where they lie and keeps no copies
    files = [*static_paths(), PAGE_ASSETS, downloads]
    keep_few_unread(app._queue, in_all_languages(lambda words: words.unread))
    app.launch(
        prevent_thread_lock=True,
        theme=gr.themes.Default(primary_hue="blue", font=_FONTS, font_mono=_MONOSPACE_FONTS),
        head=f"{page_head()}\n{page_view_head()}",
        footer_links=[],
        ssr_mode=False,
        enable_monitoring=False,
        run_history=False,
        show_error=False,
        max_file_size="1mb",
        state_session_capacity=KEPT_VISITORS,
        app_kwargs={
            "middleware": [Middleware(Compressed), Middleware(SafeHeaders), Middleware(Gate, files=files)]
        },
    )
    remember_only_states(app)
