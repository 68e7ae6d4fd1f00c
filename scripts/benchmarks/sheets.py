"""labels: a thousand labels as PDF, against qrcode's bare matrices for the same links.

A whole label may cost less than what qrcode takes for its symbol alone where it tries all masks.
Both are processor time of one thread, by turns; each turn has links that nobody has seen before.
"""

import time
from collections.abc import Iterator, Sequence
from itertools import count as numbers
from itertools import islice
from statistics import mean
from typing import Any, Final

from qrcode.constants import (  # type: ignore[import-untyped]  # ships no py.typed
    ERROR_CORRECT_H,
    ERROR_CORRECT_M,
    ERROR_CORRECT_Q,
)
from qrcode.main import QRCode  # type: ignore[import-untyped]  # the same

from labels.code import write_code
from labels.digital_link import digital_link
from labels.identifiers import giai_for
from labels.layout import Label, symbol
from labels.paper import SHEETS
from labels.sheet import pdf
from scripts.benchmarks.apart import apart
from scripts.benchmarks.figures import Figure, at_most, say
from scripts.benchmarks.run import Run
from scripts.example_service import rows
from settings import DEMONSTRATION_GCP, Settings

_LAYOUT: Final = "a4-24"
_PUBLIC_URL: Final = "https://kit.example.org"
_STRIDE: Final = 7_777_777
_LEVELS: Final = {"H": ERROR_CORRECT_H, "Q": ERROR_CORRECT_Q, "M": ERROR_CORRECT_M}


def labels(run: Run) -> Figure:
    """Seconds for the document, against seconds for the matrices."""
    done, memory = apart(timed, run.sizes.labels, run.sizes.turns)
    detail = memory | {
        "labels": run.sizes.labels,
        "layout": _LAYOUT,
        "level": done["level"],
        "pdf_bytes": done["bytes"],
        "ms_per_label": round(1000 * mean(done["drawn"]) / run.sizes.labels, 3),
        "statements": 0,
    }
    return Figure("labels", mean(done["drawn"]), "s", mean(done["bare"]), detail, at_most(0.8))


def timed(count: int, turns: int) -> dict[str, Any]:
    """Seconds of each turn, drawn as labels and as bare symbols."""
    fresh = _labels()
    # What is read once, such as the fonts, is no document's share.
    pdf(list(islice(fresh, 1)), SHEETS[_LAYOUT])
    level = _level(next(fresh))
    drawn, bare, size = list[float](), list[float](), 0
    for _ in range(turns):
        some = list(islice(fresh, count))
        began = time.process_time()
        size = len(pdf(some, SHEETS[_LAYOUT]))
        between = time.process_time()
        for label in some:
            _matrix(label.link, level)
        drawn.append(between - began)
        bare.append(time.process_time() - between)
        say(f"  labels: {drawn[-1]:.2f} s, bare matrices {bare[-1]:.2f} s")
    return {"drawn": drawn, "bare": bare, "level": level, "bytes": size}


def example_labels(count: int) -> list[Label]:
    """So many labels, no two of them alike."""
    return list(islice(_labels(), count))


def _labels() -> Iterator[Label]:
    """Labels for the catalogue's products, none of them twice."""
    products = rows("catalogue")
    for number in numbers():
        code = write_code(number * _STRIDE)
        product = products[number % len(products)]
        yield Label(
            link=digital_link(_PUBLIC_URL, giai_for(DEMONSTRATION_GCP, code)),
            code=code,
            product_name=product["name"],
            service_name=Settings.service_name,
            service_phone=Settings.service_phone,
            max_user_kg=int(product["max_user_kg"]) if product["max_user_kg"] else None,
        )


def _level(label: Label) -> str:
    """The level of error correction that the label's own symbol has, by its size."""
    side = len(symbol(label.link, SHEETS[_LAYOUT].form).modules)
    return next(level for level in _LEVELS if len(_matrix(label.link, level)) == side)


def _matrix(link: str, level: str) -> Sequence[Sequence[bool | None]]:
    """As qrcode draws it by itself: the smallest that holds the link, with the best mask."""
    drawn = QRCode(error_correction=_LEVELS[level], border=0)
    drawn.add_data(link)
    drawn.make(fit=True)
    modules: Sequence[Sequence[bool | None]] = drawn.modules
    return modules
