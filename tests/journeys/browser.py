"""Debian's Chromium, and what is asked of every page that it shows."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
AXE = (Path(__file__).parents[1] / "axe" / "axe-4.14.1.min.js").read_text(encoding="utf-8")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_STATUS = "Failed to load resource: the server responded with a status of 4"
_networks = count(1)


@contextlib.contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """A headless browser that is gone after the block; `more` are further arguments of it."""
    assert os.access(CHROMIUM, os.X_OK), "Chromium is not installed: apt install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *more])
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """One person's telephone or computer: a page, and all that it asked of whom.

    `expected` is how complaints begin that are none, as where the network is cut.
    """

    def __init__(self, page: Page, address: str, expected: Sequence[str] = ()) -> None:
        self.page = page
        self.expected = (_STATUS, *expected)
        self.address = address
        self.requested: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requested.append(request.url))
        page.on("console", self._complain)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str) -> None:
        """Go to a path of the service."""
        self.page.goto(self.address + path)

    def check(self) -> None:
        """See that the page fits, meets WCAG, and was loaded from nowhere else without a fault."""
        page = self.page
        # A press of a button goes on before its answer has its styles.
        page.wait_for_load_state()
        width = page.evaluate("document.documentElement.scrollWidth")
        assert page.viewport_size is not None
        assert width <= page.viewport_size["width"], f"{page.url} is {width} px wide"
        assert self.complaints == []
        hosts = {urlsplit(url).netloc for url in self.requested}
        assert hosts == {urlsplit(self.address).netloc}
        assert not (found := _violations(page)), f"{page.url}: {found}"

    def _complain(self, message: Any) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(self.expected):
            self.complaints.append(message.text)


@contextlib.contextmanager
def visit(
    browser: Browser, address: str, *, width: int = 320, script: bool = True, token: str = ""
) -> Iterator[Visit]:
    """A visit from a network of its own, so that no test uses up another's share of pages."""
    headers = {"X-Forwarded-For": f"192.0.2.{next(_networks)}"}
    if token:
        headers["Authorization"] = token
    context = browser.new_context(
        viewport={"width": width, "height": 640},
        java_script_enabled=script,
        extra_http_headers=headers,
    )
    try:
        yield Visit(context.new_page(), address)
    finally:
        context.close()


def _violations(page: Page) -> list[str]:
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    found = page.evaluate("axe.run().then(result => result.violations)")
    return [f"{rule['id']}: {[node['html'] for node in rule['nodes']]}" for rule in found]
