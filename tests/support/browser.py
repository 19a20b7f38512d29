"""Which Chromium and which CJK font this machine has: the one place that knows.

A browser counts only if it runs: a name on the PATH may be a stub, and a downloaded one may lack system libraries.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Final

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER: Final = (
    f"No working Chromium: tried CHROMIUM from the environment, {', '.join(NAMES)} on the PATH,\n"
    "and Playwright's own download.\n"
    "Run `make browser-setup`, or install one (Debian, as root: apt-get install chromium fonts-noto-cjk),\n"
    "or name one: CHROMIUM=/path/to/chromium make browser"
)


def find_chromium() -> str | None:
    """Path of a Chromium that starts, or None."""
    return next((path for path in _candidates() if _starts(path)), None)


def has_cjk_font() -> bool | None:
    """Whether fontconfig knows a font with Chinese glyphs; None where fontconfig cannot be asked."""
    if shutil.which("fc-list") is None:
        return None
    listing = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
    return bool(listing.stdout.strip())


def _candidates() -> Iterator[str]:
    if named := os.environ.get("CHROMIUM"):
        yield named
    for name in NAMES:
        if path := shutil.which(name):
            yield path
    yield _downloaded_path()


def _downloaded_path() -> str:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - half a second that is needed only here

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _starts(path: str) -> bool:
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0
