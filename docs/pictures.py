"""Take the README's pictures of the page: `make pictures`, after `make demo`."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

import fabgrid

HERE = Path(__file__).parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZE = {"width": 1320, "height": 800}

# file -> the view, as in the address of the page
VIEWS = {
    "page.png": "#e=tsmc~fabricatesFor~nvidia",
    "focus.png": "#n=constellation-energy&f=constellation-energy&hops=2",
    "path.png": "#p=tsmc~openai&c=0.6&theme=dark",
}


def main() -> None:
    """Take all pictures of the store that is named, or of the demo's."""
    store = sys.argv[1] if len(sys.argv) > 1 else "graphs/fabgrid.db"
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with fabgrid.open(store) as graph, tempfile.TemporaryDirectory() as folder, sync_playwright() as p:
        file = Path(folder) / "page.html"
        file.write_text(graph.show(title="AI chips and power").page, encoding="utf-8", newline="\n")
        browser = p.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, view in VIEWS.items():
            take(browser, file.as_uri() + view, HERE / name)
        browser.close()


def take(browser: Browser, url: str, picture: Path) -> None:
    """Write a picture of the page in that view."""
    page = browser.new_context(offline=True, viewport=SIZE, reduced_motion="reduce").new_page()
    page.goto(url)
    page.wait_for_selector("html[data-ready='1']")
    page.screenshot(path=picture)


if __name__ == "__main__":
    main()
