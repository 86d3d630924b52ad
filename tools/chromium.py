"""Where a Chromium is, and how it is started."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
HOW_TO_GET = (
    "no Chromium or Chrome found: `playwright install chromium`, "
    "`apt-get install chromium`, or set CHROME_PATH"
)


def find(own: str | None = None) -> str | None:
    """Return the path of a browser: the one asked for, Playwright's own, or an installed one."""
    if asked := os.environ.get("CHROME_PATH"):
        return asked
    if own and Path(own).exists():
        return own
    for name in NAMES:
        if path := shutil.which(name):
            return path
    return next((path for path in APPLICATIONS if Path(path).exists()), None)
