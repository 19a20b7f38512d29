"""python -m tests.support.setup_browser: make sure that there is a Chromium and a CJK font.

In this order: what is already there; Debian's packages through apt, when root; Playwright's own download of Chromium.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence

from tests.support.browser import NO_BROWSER, find_chromium, has_cjk_font

NO_FONT = (
    "Note: no CJK font found and no way to install one; Chinese text will show as boxes in screenshots.\n"
    "Cure: ask for the package fonts-noto-cjk (Debian, Ubuntu) or its like."
)


def main() -> int:
    install_with_apt(missing_packages())
    if find_chromium() is None:
        download_chromium()
    path = find_chromium()
    if path is None:
        print(NO_BROWSER, file=sys.stderr)
        return 1
    print(f"Browser for the tests: {path}")
    if has_cjk_font() is False:
        print(NO_FONT, file=sys.stderr)
    return 0


def missing_packages() -> list[str]:
    """Debian's names of what is not there yet."""
    packages = []
    if find_chromium() is None and is_debian():
        packages.append("chromium")
    if not has_cjk_font():
        packages += ["fontconfig", "fonts-noto-cjk"]
    return packages


def is_debian() -> bool:
    """Debian itself: its relatives ship a `chromium` package that is empty or starts another package manager."""
    try:
        return platform.freedesktop_os_release()["ID"] == "debian"
    except OSError:
        return False


def install_with_apt(packages: Sequence[str]) -> None:
    """Install as root, quietly do nothing otherwise; a failure is told, and the next way is tried."""
    if not packages or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print(f"Installing with apt: {' '.join(packages)}", flush=True)
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", "-qq", *command], env=quietly, check=False)
        if done.returncode != 0:
            print(f"apt-get {command[0]} failed with exit status {done.returncode}", file=sys.stderr)


def download_chromium() -> None:
    """Playwright's own Chromium; as root on a system it knows, the system libraries too."""
    print("Downloading Chromium with Playwright", flush=True)
    install = [sys.executable, "-m", "playwright", "install"]
    with_libraries = ["--with-deps"] if os.geteuid() == 0 else []
    done = subprocess.run([*install, *with_libraries, "chromium"], check=False)
    if done.returncode != 0:
        print(f"playwright install failed with exit status {done.returncode}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
