"""phone_scan and phone_tap: the technician's phone without a network, in a real browser.

Chromium plays a film of our own labels to the phone's scanner, some turned, small, half-lit or
scratched, and the phone's queue stores what is read as it does on a round.
"""

import importlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

from labels.label import png
from scripts.benchmarks.figures import BenchmarkError, Figure, say
from scripts.benchmarks.film import LABEL_S, shoot
from scripts.benchmarks.run import Run
from scripts.benchmarks.sheets import example_labels

ROOT: Final = Path(__file__).parents[2]
MANNERS: Final = ("plain", "turned", "small", "half-lit", "scratched")
_CHROMIUM: Final = Path("/usr/bin/chromium")
_ORIGIN: Final = "https://phone.test"
_PAGE: Final = "<!doctype html><title>Phone</title><video muted></video><p></p>"
_TYPES: Final = {".js": "text/javascript", ".wasm": "application/wasm"}
_SCRIPT: Final = "/scripts/benchmarks/phone.js"
_CALL: Final = f"([name, given]) => import('{_SCRIPT}').then((m) => m[name](given))"
_SLACK_S: Final = 3


def phone_tap(run: Run) -> Figure:
    """Milliseconds from a tap to a durable scan, the slowest of twenty, against the bare write."""
    told = _in_browser(run, "taps", run.sizes.batch)
    durable, bare = _spread(told["durable"]), _spread(told["bare"])
    detail = {
        "p50_ms": durable[0],
        "p95_ms": durable[1],
        "bare_p50_ms": bare[0],
        "scans": run.sizes.batch,
    }
    return Figure("phone_tap", durable[1], "ms", bare[1], detail)


def phone_scan(run: Run) -> Figure:
    """Milliseconds from a camera's frame to the stored result on screen, the slowest of twenty."""
    few = example_labels(run.sizes.filmed)
    film = shoot(run.folder / "labels.mjpeg", [png(label) for label in few], MANNERS)
    wait_ms = round(1000 * (LABEL_S * len(few) + _SLACK_S))
    read = _in_browser(run, "watch", wait_ms, film)
    texts = {each["text"] for each in read}
    p50, p95 = _spread([each["ms"] for each in read])
    detail = {"p50_ms": p50, "p95_ms": p95, "labels": len(few)} | _rates(few, texts)
    say(f"  phone_scan: {len(texts)} of {len(few)} labels read")
    return Figure("phone_scan", p95, "ms", None, detail)


def _rates(shown: Sequence[Any], read: Iterable[str]) -> dict[str, float]:
    """What share was read of all, and of those of each manner."""
    known = set(read)
    rates = {"read": _share([label.link in known for label in shown])}
    for place, manner in enumerate(MANNERS):
        those = [label.link in known for label in shown[place :: len(MANNERS)]]
        if those:
            rates[f"read_{manner.replace('-', '_')}"] = _share(those)
    return rates


def _share(found: Sequence[bool]) -> float:
    return round(sum(found) / len(found), 3)


def _spread(times: Sequence[float]) -> tuple[float, float]:
    """The median, and what one in twenty exceeds."""
    if len(times) < 2:  # noqa: PLR2004 - a spread needs two
        raise BenchmarkError("the browser read nothing")
    cuts = quantiles(times, n=20, method="inclusive")
    return round(cuts[9], 2), round(cuts[18], 2)


def _in_browser(run: Run, name: str, given: int, film: Path | None = None) -> Any:
    try:
        playwright = importlib.import_module("playwright.sync_api")
    except ImportError as error:
        raise BenchmarkError("needs what requirements-dev.txt has: playwright") from error
    if not _CHROMIUM.exists():
        raise BenchmarkError("needs Chromium: apt install chromium")
    arguments = ["--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream"]
    arguments.append("--use-fake-device-for-media-stream")
    if film is not None:
        arguments.append(f"--use-file-for-fake-video-capture={film}")
    with playwright.sync_playwright() as play:
        # A folder on the disk: what lies in memory only is durable at once.
        context = play.chromium.launch_persistent_context(
            str(run.folder / f"phone-{name}"), executable_path=str(_CHROMIUM), args=arguments
        )
        try:
            page = context.pages[0]
            page.route(f"{_ORIGIN}/**", _serve)
            page.goto(_ORIGIN)
            return page.evaluate(_CALL, [name, given])
        finally:
            context.close()


def _serve(route: Any) -> None:
    path = route.request.url.removeprefix(_ORIGIN).partition("?")[0]
    file = ROOT / path.removeprefix("/")
    if file.suffix in _TYPES:
        route.fulfill(body=file.read_bytes(), content_type=_TYPES[file.suffix])
    else:
        route.fulfill(body=_PAGE, content_type="text/html")
