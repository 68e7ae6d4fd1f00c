"""Debian's Chromium, and what is asked of every page that it shows."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect, sync_playwright

# A machine that others use as well may be many times slower than one's own.
expect.set_options(timeout=30_000)

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

    `expected` is how complaints begin that are none, as where the network is cut; `widths` are
    those at which the page is looked at, with its own first.
    """

    def __init__(
        self,
        page: Page,
        address: str,
        expected: Sequence[str] = (),
        widths: Sequence[int] = (),
    ) -> None:
        self.page = page
        self.widths = widths
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
        for width in self.widths[1:]:
            self._look(width)
        self._look(self.widths[0] if self.widths else None)
        assert not self.complaints, self.complaints
        hosts = {urlsplit(url).netloc for url in self.requested}
        assert hosts == {urlsplit(self.address).netloc}

    def _look(self, width: int | None) -> None:
        """See that it fits and meets WCAG, at another width or as it is."""
        page = self.page
        assert page.viewport_size is not None
        if width is not None and width != page.viewport_size["width"]:
            page.set_viewport_size({"width": width, "height": page.viewport_size["height"]})
            # The header's menu follows a little later.
            page.wait_for_timeout(_MENU_FOLLOWS_MS)
            for _ in range(_PATIENCE):
                if page.evaluate(_TAKEN) <= width:
                    break
                page.wait_for_timeout(_MENU_FOLLOWS_MS)
        taken = page.evaluate(_TAKEN)
        assert taken <= page.viewport_size["width"], f"{page.url} is {taken} px wide"
        assert not (found := _violations(page)), f"{page.url} at {width}: {found}"

    def _complain(self, message: Any) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(self.expected):
            self.complaints.append(message.text)


@contextlib.contextmanager
def visit(
    browser: Browser,
    address: str,
    *,
    widths: Sequence[int] = (320,),
    script: bool = True,
    token: str = "",
) -> Iterator[Visit]:
    """A visit from a network of its own, so that no test uses up another's share of pages.

    It is as wide as the first of `widths`; pages are looked at in the others as well.
    """
    headers = {"X-Forwarded-For": f"192.0.2.{next(_networks)}"}
    if token:
        headers["Authorization"] = token
    context = browser.new_context(
        viewport={"width": widths[0], "height": 640},
        java_script_enabled=script,
        extra_http_headers=headers,
    )
    try:
        yield Visit(context.new_page(), address, widths=widths)
    finally:
        context.close()


_TAKEN: Final = "document.documentElement.scrollWidth"
_MENU_FOLLOWS_MS: Final = 150
_PATIENCE: Final = 100
# What is well is not described, and style sheets are not read once more for a rule that is not
# asked: that would take most of the time.
_RUN: Final = """axe.run({ resultTypes: ["violations"], preload: { assets: ["media"] } })
    .then((result) => result.violations)"""


def _violations(page: Page) -> list[str]:
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    found = page.evaluate(_RUN)
    return [f"{rule['id']}: {[node['html'] for node in rule['nodes']]}" for rule in found]
