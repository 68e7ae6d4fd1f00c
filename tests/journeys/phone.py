"""A technician's phone: Chromium on a folder of its own, which outlives its being killed."""

import contextlib
import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Error, Page, ViewportSize, expect

from tests.hours import script_ahead
from tests.journeys.browser import ARGUMENTS, CHROMIUM, Visit
from tests.journeys.round_day import TECHNICIAN, RoundDay
from tests.journeys.service import PASSWORD

PIN: Final = "274951"
_NO_NETWORK: Final = ("Failed to load resource: net::", "Failed to load resource: the server")
CAMERA: Final = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")


@dataclass
class Phone:
    """One phone; `folder` is where it keeps what outlasts it, `text` how large its letters are.

    Its clock is ahead of the service's by `ahead`. It is as wide as the first of `widths`; its
    pages are looked at in the others as well.
    """

    folder: Path
    day: RoundDay
    film: Path | None = None
    widths: Sequence[int] = (390,)
    text: int = 1
    ahead: timedelta = timedelta()
    context: BrowserContext = field(init=False)
    seen: Visit = field(init=False)

    @property
    def viewport(self) -> ViewportSize:
        return {"width": self.widths[0], "height": 780}

    @property
    def page(self) -> Page:
        return self.seen.page

    def switch_on(self, context: BrowserContext, page: Page) -> None:
        """Have this phone be a browser's context and a page of it."""
        context.add_init_script(script_ahead(self.day.service.ahead + self.ahead))
        self.context = context
        self.seen = Visit(page, self.day.address, _NO_NETWORK, widths=self.widths)

    def sign_in(self, path: str = "/round") -> None:
        """Sign the technician in, from the page that the sign-in leads back to."""
        self.seen.open(path)
        self.give_password()

    def give_password(self) -> None:
        """Fill in the sign-in that is open."""
        self.page.get_by_label("User name").fill(TECHNICIAN)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()

    def set_up(self) -> None:
        """Sign in on a new phone, choose the PIN and wait for the day."""
        self.sign_in()
        self.page.get_by_label("New PIN").fill(PIN)
        self.page.get_by_label("The same PIN again").fill(PIN)
        self.page.get_by_role("button", name="Set up this phone").click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Your round,")
        # What it needs without a network is there once the worker is.
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def unlock(self) -> None:
        """Open the page that is kept, and type the PIN."""
        self.open_again()
        self.page.get_by_label("PIN").fill(PIN)
        self.page.get_by_role("button", name="Open", exact=True).click()

    def open_again(self) -> None:
        """Leave the page and come back to it."""
        self.page.goto("about:blank")
        self.seen.open("/round")

    def type_code(self, code: str) -> None:
        """Type a code where the camera is open."""
        self.page.get_by_label("Or type the code").fill(code)
        self.page.get_by_role("button", name="Use this code").click()

    def stored(self) -> list[dict[str, Any]]:
        """The queue as it lies on the disk, sealed."""
        found: list[dict[str, Any]] = self.page.evaluate(_STORED)
        return found

    def keeps(self, name: str) -> bool:
        """Whether something of this name lies on the phone."""
        return self.page.evaluate(_KEPT, name) is not None

    def device(self) -> str:
        """Its id, which it made itself."""
        return str(self.page.evaluate(_KEPT, "device"))

    def unsent(self) -> int:
        return sum(entry["status"] == "unsent" for entry in self.stored())

    def die(self) -> None:
        """End it as an empty battery would."""
        for process in _processes_on(self.folder):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def wait_until_sent(self) -> None:
        """Find a network, and wait until nothing is left to send."""
        self.page.evaluate("dispatchEvent(new Event('online'))")
        sent = self.page.get_by_text("Everything has been sent.")
        expect(sent).to_be_visible(timeout=60_000)

    def shoot(self, name: str) -> None:
        """Keep a picture of it, where somebody wants to look."""
        if folder := os.environ.get("SHOTS"):
            self.page.screenshot(path=f"{folder}/{name}-{self.widths[0]}.png", full_page=True)


_STORED: Final = """() => new Promise((resolve, reject) => {
    const opening = indexedDB.open("kitback-round");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
        const all = opening.result.transaction("entries").objectStore("entries").getAll();
        all.onsuccess = () => {
            opening.result.close();
            const shown = ({ seq, id, at, kind, status }) => ({ seq, id, at, kind, status });
            resolve(all.result.map(shown));
        };
    };
})"""


_KEPT: Final = """(name) => new Promise((resolve, reject) => {
    const opening = indexedDB.open("kitback-round");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
        const found = opening.result.transaction("kept").objectStore("kept").get(name);
        found.onsuccess = () => {
            opening.result.close();
            resolve(found.result ?? null);
        };
    };
})"""


@contextlib.contextmanager
def switched_on(browser: Browser, *phones: Phone) -> Iterator[None]:
    """The phones, all of them in the one browser: with the block, what they keep is gone."""
    with contextlib.ExitStack() as stack:
        for phone in phones:
            context = browser.new_context(viewport=phone.viewport)
            stack.callback(context.close)
            phone.switch_on(context, context.new_page())
        yield


@contextlib.contextmanager
def on_its_own(browser: Browser, phone: Phone) -> Iterator[None]:
    """A browser like that one for the phone alone, open on its folder; closed if it still runs."""
    arguments = [*ARGUMENTS, *CAMERA]
    if phone.text > 1:
        arguments.append(f"--blink-settings=defaultFontSize={16 * phone.text}")
    if phone.film is not None:
        arguments.append(f"--use-file-for-fake-video-capture={phone.film}")
    context = browser.browser_type.launch_persistent_context(
        str(phone.folder),
        executable_path=CHROMIUM,
        args=arguments,
        viewport=phone.viewport,
    )
    phone.switch_on(context, context.pages[0])
    try:
        yield
    finally:
        with contextlib.suppress(Error):
            context.close()


def sign(page: Page) -> None:
    """Draw something like a name."""
    pad = page.get_by_role("img", name="Where to sign with a finger")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60, steps=5)
    page.mouse.up()


def door(folder: Path) -> Path:
    """A picture of one, as a camera makes it."""
    path = folder / "door.jpg"
    Image.new("RGB", (2_000, 1_500), (90, 60, 30)).save(path)
    return path


def _processes_on(folder: Path) -> Iterator[int]:
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if f"--user-data-dir={folder}".encode() in line.read_bytes().split(b"\0"):
                yield int(line.parent.name)
