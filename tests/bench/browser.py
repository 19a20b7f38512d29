"""Chromium on the real page, for benchmarks: a press of the button, timed within the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from tests.support.browser import find_chromium

PATIENCE_MS: Final = 120_000
_ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking")

# Milliseconds from the press until two frames after the tree's own word that it is drawn: the second begins when the
# first is out. Where the page says instead that it cannot: when, and what.
PRESS: Final = """() => new Promise((resolve, reject) => {
  const begin = performance.now();
  const stamps = {};
  const seen = ({ detail: { element } }) => {
    if (!element.closest('#tree')) return;
    window.removeEventListener('figureview-frame', seen);
    stamps.drawn = performance.now() - begin;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      stamps.painted = performance.now() - begin;
      stamps.marks = document.querySelectorAll('#tree .scatterlayer .point').length;
      resolve(stamps);
    }));
  };
  window.addEventListener('figureview-frame', seen);
  const refused = setInterval(() => {
    const said = document.querySelector('.toast-body.error')?.innerText;
    if (said) resolve({ ...stamps, refused: performance.now() - begin, said });
    if (said || stamps.drawn) clearInterval(refused);
  }, 20);
  setTimeout(() => reject(new Error('no tree within a minute')), 60000);
  document.querySelector('#translate').click();
})"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(_ARGUMENTS))
        yield browser
        browser.close()
