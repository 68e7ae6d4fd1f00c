"""What stands where on a label: one arrangement of text and symbol, whatever draws it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from labels.code import shown
from labels.forms import Form
from labels.places import PlaceKind
from labels.qr import QUIET_ZONE_MODULES, Matrix, matrix
from labels.typesetting import Face, clean, fit, width

MODULE_MIN: Final = 5
"""Dots to a module, 0.42 mm: docs/adr/0004-qr-symbol.md."""

_HINT: Final = "To give it back, scan or ring"
_HINT_NO_PHONE: Final = "To give it back, scan the code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What stands on a label. The service's telephone number may be empty."""

    link: str
    code: str
    product_name: str
    service_name: str
    service_phone: str
    max_user_kg: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLabel:
    """What stands on the label of a place; `link` is the text that its symbol holds."""

    link: str
    kind: PlaceKind
    code: str
    name: str
    service_name: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text: the left end of its baseline, and the em, in dots."""

    x: int
    y: int
    size: int
    face: Face
    text: str
    white: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle, in dots."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Symbol:
    """Where the symbol's first module is, and the whole number of dots to a module."""

    modules: Matrix
    x: int
    y: int
    module: int


def symbol(link: str, form: Form) -> Symbol:
    """
    Place the symbol of a link, its modules as large as they can be.

    Raises ``LinkTooLongError`` for a link that no label of this size can hold in a symbol that
    scans.
    """
    side_max = form.symbol_side // MODULE_MIN - 2 * QUIET_ZONE_MODULES
    modules = matrix(link, side_max)
    module = form.symbol_side // (len(modules) + 2 * QUIET_ZONE_MODULES)
    margin = (form.symbol_side - len(modules) * module) // 2
    top = (form.height - form.symbol_side) // 2
    return Symbol(modules, form.symbol_left + margin, top + margin, module)


def title(label: Label | PlaceLabel) -> str:
    """Say in one line what the label is of."""
    if isinstance(label, PlaceLabel):
        return clean(f"{label.kind.capitalize()} {label.code} {label.name}")
    return f"{shown(label.code)} {clean(label.product_name)}".strip()


def parts(label: Label | PlaceLabel, form: Form) -> Iterator[Line | Box]:
    """Set the column beside the symbol: what it is from the top, whose from the bottom."""
    return _place(label, form) if isinstance(label, PlaceLabel) else _item(label, form)


def _item(label: Label, form: Form) -> Iterator[Line | Box]:
    service = list(_service(label, form))[::-1]
    load = None if label.max_user_kg is None else f"{label.max_user_kg} kg"
    baseline = form.top + form.code * 47 // 64
    yield Line(form.left, baseline, form.code, Face.FIXED, shown(label.code))
    baseline += form.code // 8
    bottom = min((line.y - line.size for line in service), default=form.bottom)
    room = bottom - baseline - (_load_height(form) if load else form.name[-1] // 3)
    # What the name may take is what the others leave: a shorter service has room for longer names.
    # Large letters are for names of few lines, that it may not crowd the service.
    sizes = tuple(
        (size, max(1, min(lines, room // _leading(size))))
        for lines, size in enumerate(form.name, 2)
    )
    for size, line in fit(label.product_name, Face.BOLD, sizes, form.right - form.left):
        baseline += _leading(size)
        yield Line(form.left, baseline, size, Face.BOLD, line)
    if load is not None:
        yield from _load(baseline + form.load * 3 // 8, load, form)
    yield from service


def _place(label: PlaceLabel, form: Form) -> Iterator[Line]:
    """Set the code as large as it fits: it is read from across the depot."""
    width_max = form.right - form.left
    service = fit(label.service_name, Face.PLAIN, form.service, width_max)
    baseline, small = form.top, form.name[-1]
    codes = (*((form.code * part // 6, 1) for part in (6, 5, 4)), (form.code // 2, 3))
    for size, face, line in (
        (small, Face.PLAIN, label.kind.capitalize()),
        *((size, Face.FIXED, line) for size, line in fit(label.code, Face.FIXED, codes, width_max)),
    ):
        baseline += _leading(size)
        yield Line(form.left, baseline, size, face, line)
    bottom = form.bottom - sum(_leading(size) for size, _ in service)
    sizes = tuple((size, max(1, (bottom - baseline) // _leading(size))) for size in form.name)
    for size, line in fit(label.name, Face.BOLD, sizes, width_max):
        baseline += _leading(size)
        yield Line(form.left, baseline, size, Face.BOLD, line)
    baseline = form.bottom
    for size, line in reversed(service):
        yield Line(form.left, baseline, size, Face.PLAIN, line)
        baseline -= size * 11 // 10


def _leading(size: int) -> int:
    return size * 6 // 5


def _load_height(form: Form) -> int:
    """The height of the box, and the gap above it."""
    return form.load * 5 // 4 + form.load * 3 // 8


def _load(top: int, load: str, form: Form) -> Iterator[Line | Box]:
    text = load if form.load_words else f"SWL {load}"
    margin = form.load // 3
    box = Box(
        form.left,
        top,
        round(width(text, Face.BOLD, form.load)) + 2 * margin,
        form.load * 5 // 4,
    )
    yield box
    baseline = top + (box.height + form.load * 3 // 4) // 2
    yield Line(box.x + margin, baseline, form.load, Face.BOLD, text, white=True)
    if form.load_words:
        first = top + form.load_words * 9 // 10
        for row, words in enumerate(("Safe working", "load")):
            y = first + row * form.load_words * 11 // 10
            yield Line(box.x + box.width + margin, y, form.load_words, Face.PLAIN, words)


def _service(label: Label, form: Form) -> Iterator[Line]:
    """Set the service's lines from the last to the first."""
    hint = _HINT if label.service_phone.strip() else _HINT_NO_PHONE
    baseline = form.bottom
    for text, face, sizes, gap in (
        (label.service_phone, Face.BOLD, form.phone, 4),
        (hint if form.hint else "", Face.PLAIN, form.hint, 4),
        (label.service_name, Face.PLAIN, form.service, 0),
    ):
        for size, line in reversed(fit(text, face, sizes, form.right - form.left)):
            yield Line(form.left, baseline, size, face, line)
            baseline -= size * 11 // 10
        baseline -= gap
