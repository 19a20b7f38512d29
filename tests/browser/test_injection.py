"""Scripts, templates and markup as text, as tokens, as a table, as a file, as a model's own description: nothing runs.

A script that ran would set `window.__pwned`; one that the content security policy had to stop would complain to the
console, where the guard sees it. What was sent is shown as it is.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from seq2seq_core.trace import to_json
from tests.browser.tabs import open_tab, opened
from tests.browser.test_compare import compare
from tests.browser.test_decoders import decode, rows
from tests.browser.translate_page import ready, settled, translate
from tests.browser.translate_page import rows as outputs
from tests.support.hostile import PAYLOADS
from tests.support.hostile_models import TOKENS, hostile_trace, write_hostile_models
from tests.support.project import ROOT
from tests.support.served_app import HOST, ServedApp, free_port, served

LISTEN = """
window.__hits = [];
Object.defineProperty(window, '__pwned', { set(value) { window.__hits.push(value); }, get() { return undefined; } });
for (const name of ['alert', 'confirm', 'prompt']) window[name] = () => window.__hits.push(name);
"""
TEXTS = (" ".join(PAYLOADS[:6]), " ".join(PAYLOADS[6:12]), " ".join(PAYLOADS[12:]))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApp]:
    """The page with models that are full of scripts."""
    folder = tmp_path_factory.mktemp("hostile")
    models = write_hostile_models(folder / "models")
    command = [sys.executable, "-m", "tests.support.lab_app", str(models)]
    settings = {"GRADIO_SERVER_NAME": HOST, "GRADIO_TEMP_DIR": str(folder / "uploads")}
    with served(command, folder=ROOT, log_file=folder / "log.txt", port=free_port(), settings=settings) as app:
        yield app


@pytest.fixture
def page(blank_page: Page, app: ServedApp) -> Page:
    blank_page.add_init_script(LISTEN)
    return opened(blank_page, app)


def expect_nothing_ran(page: Page) -> None:
    settled(page)
    assert page.evaluate("window.__hits") == []
    assert page.evaluate("[...document.querySelectorAll('iframe, object, embed, [onerror], [onload]')].length") == 0


def point_at_a_node(page: Page, figure: str) -> None:
    """So that the figure shows its label."""
    mark = page.locator(f"#{figure} .plot path.point").nth(1)
    mark.scroll_into_view_if_needed()
    mark.hover(force=True)


def test_nothing_that_is_sent_is_run_and_all_of_it_is_shown(page: Page, app: ServedApp, tmp_path: Path) -> None:
    assert max(map(len, TEXTS)) <= 400
    ready(page)
    page.locator("#view-gallery .unfold").click()  # the models' own words
    expect(page.locator("#view-gallery .model").filter(has_text=PAYLOADS[1]).first).to_be_visible()
    page.keyboard.press("Escape")
    for text in TEXTS:
        translate(page, text)
        expect(outputs(page).first).to_be_visible()
    point_at_a_node(page, "tree")
    expect_nothing_ran(page)

    open_tab(page, "trace")
    trace = hostile_trace()
    files = [{"name": "t.json", "mimeType": "application/json", "buffer": to_json(trace).encode()}]
    page.locator("#view-tracefile input[type=file]").set_input_files(files)  # type: ignore[arg-type]
    best = page.locator("#view-tracefacts tbody tr").first
    expect(best).to_contain_text(trace.hypotheses[0].text)
    expect(page.locator("#trace-tree .plot .scatterlayer").first).to_be_visible()
    point_at_a_node(page, "trace-tree")
    bad = [{"name": PAYLOADS[1], "mimeType": "application/json", "buffer": PAYLOADS[0].encode()}]
    page.locator("#view-tracefile input[type=file]").set_input_files(bad)  # type: ignore[arg-type]
    expect(page.locator("#trace-message .tone-problem")).to_be_visible()
    expect_nothing_ran(page)

    open_tab(page, "decoders")
    page.locator("#decoders-sentence textarea").fill(TEXTS[0])
    decode(page)
    expect(rows(page).first).to_be_visible()
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("".join(f"{token}\t{token}\n" for token in TOKENS) + PAYLOADS[0], encoding="utf-8")
    page.locator("#decoders-file button").first.click()
    page.locator("#decoders-file input[type=file]").set_input_files(pairs)
    problem = page.locator("#decoders-file-message .tone-problem")
    expect(problem).to_contain_text(PAYLOADS[0][:20])
    uploads = app.log_file.parent / "uploads"
    assert not [path for path in uploads.rglob("*") if path.is_file() and path.stat().st_size]  # it is gone already
    expect_nothing_ran(page)

    open_tab(page, "compare")
    expect(page.locator("#view-lineup .line-up strong").first).to_contain_text(PAYLOADS[1])
    compare(page, TEXTS[1])
    expect(page.locator("#view-comparison tbody tr").first).to_be_visible()
    expect_nothing_ran(page)
