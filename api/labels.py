"""Labels: on sheets of A4 and on rolls, for many items at once or for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPIMediaType, Operation, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from api.routes import get, post
from budget.refusals import Fault, Wrong
from equipment import blank_labels, item_labels, printing
from equipment.blank_labels import BLANKS_MAX, Blank, Status
from equipment.content import content_hash
from equipment.items import ITEMS_MAX, Item, Viewer
from equipment.printing import Sender
from labels import label
from labels.identifiers import TEXT_CHARACTERS_MAX
from labels.layout import Label, PlaceLabel
from labels.paper import SHEETS
from labels.places import PlaceKind
from labels.sheet import pdf
from labels.zpl import ROLLS, zpl
from settings import Settings

LABELS_MAX: Final = 5_000
"""Some two hundred sheets: what one document may hold, copies counted."""

Layout: TypeAlias = Literal["a4-24", "a4-65"]
Size: TypeAlias = Literal["51x25", "57x32", "76x51"]
DotsPerInch: TypeAlias = Literal[203, 300]

_MEDIA_TYPES: Final = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
    "zpl": "application/zpl",
}
_Text = Annotated[str, msgspec.Meta(max_length=TEXT_CHARACTERS_MAX)]
_Items = Annotated[list[_Text], msgspec.Meta(max_length=ITEMS_MAX)]


class Paper(msgspec.Struct, frozen=True):
    """What to print on. Layout and start are for sheets (pdf), size and dpi for rolls (zpl)."""

    format: Literal["pdf", "zpl"] = "pdf"
    layout: Layout = "a4-24"
    start: Annotated[int, msgspec.Meta(ge=1)] = 1
    copies: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    size: Size = "57x32"
    dpi: DotsPerInch = 203


class Print(Paper, frozen=True):
    """What to print; a test print is of a sheet, with rulers, and needs no items."""

    items: _Items = msgspec.field(default_factory=list)
    test: bool = False


class BlankPrint(Paper, frozen=True, kw_only=True):
    """How many labels to print that are of no item yet; a repeat of `id` prints the same ones."""

    count: Annotated[int, msgspec.Meta(ge=1, le=BLANKS_MAX)]
    id: UUID | None = None


def _document(*formats: str) -> type[Operation]:
    """The operation of an answer in one of several formats: Litestar can only name one."""

    @dataclass
    class Document(Operation):
        def __post_init__(self) -> None:
            kind = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
            answer = (self.responses or {})[str(HTTPStatus.OK.value)]
            answer.content = {  # type: ignore[union-attr]  # our own answer is no reference
                _MEDIA_TYPES[name]: OpenAPIMediaType(schema=kind) for name in formats
            }

    return Document


@post(
    "/api/labels",
    task="read items",
    status_code=200,
    tags=["Labels"],
    operation_class=_document("pdf", "zpl"),
)
async def print_labels(request: ApiRequest, data: Json[Print]) -> Response[bytes]:
    """Labels of up to 1,000 items, in the order given: sheets of A4 as PDF, or a roll's as ZPL."""
    _check(data)
    labels = await printing.labels_of(data.items, viewer_of(request), sender_of(request))
    return await _document_of(labels, data, test=data.test)


@post(
    "/api/labels/blank",
    task="print blank labels",
    status_code=200,
    tags=["Labels"],
    operation_class=_document("pdf", "zpl"),
)
async def print_blank_labels(request: ApiRequest, data: Json[BlankPrint]) -> Response[bytes]:
    """Labels for up to 1,000 items that are yet to come: they are claimed by receiving them."""
    if faults := _faults(data, data.count):
        raise Wrong(faults)
    labels = await printing.blank_labels(
        data.count,
        viewer_of(request),
        sender_of(request),
        client_id=data.id,
        content=content_hash(data),
    )
    return await _document_of(labels, data)


@get("/api/labels/blank", task="read items", tags=["Labels"])
async def list_blank_labels(
    request: ApiRequest,
    status: Status | None = None,
    printing: UUID | None = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Blank]:
    """Blank labels in the order of their printing; `printing` is the id of the order for them."""
    rows = await blank_labels.listed(
        request.caller,
        viewer_of(request).public_url,
        status=status,
        printing=printing,
        after=key_after(after, int) or 0,
        limit=limit + 1,
    )
    shown = page(rows, limit, lambda row: row[0])
    return Page([blank for _, blank in shown.results], shown.next)


@get(
    "/api/items/{code:str}/label",
    task="read items",
    also=[409],
    tags=["Labels"],
    operation_class=_document("svg", "png", "zpl"),
)
async def show_label(
    request: ApiRequest,
    code: str,
    format: Literal["svg", "png", "zpl"] = "svg",  # noqa: A002 - contract
    size: Size = "57x32",
    dpi: DotsPerInch = 203,
) -> Response[bytes]:
    """The item's label: its QR code, its code in plain letters, what it is and whom to ring."""
    [one] = await printing.labels_of([code], viewer_of(request), sender_of(request))
    return await _single(one, format, size, dpi)


class NewLabel(msgspec.Struct, frozen=True):
    """The blank label that an item gets, as it was read, and why it needs another."""

    label: _Text
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    id: UUID | None = None


@post("/api/items/{code:str}/labels", task="replace labels", tags=["Labels"])
async def add_label(request: ApiRequest, code: str, data: Json[NewLabel]) -> Item:
    """Make a blank label another one of an item's, in place of one that was lost or worn."""
    content = content_hash([code, data])
    return await item_labels.add_label(
        code, data.label, data.reason, viewer_of(request), client_id=data.id, content=content
    )


def _place_label(kind: PlaceKind) -> HTTPRouteHandler:
    """Show the label of a place of this kind: the code of the place is in the address."""

    @get(
        f"/api/{kind}s/{{code:str}}/label",
        task="read standing data",
        also=[409],
        tags=["Labels"],
        operation_class=_document("svg", "png", "zpl"),
        operation_id=f"{kind.capitalize()}Label",
    )
    async def show(
        request: ApiRequest,
        code: str,
        format: Literal["svg", "png", "zpl"] = "svg",  # noqa: A002 - contract
        size: Size = "57x32",
        dpi: DotsPerInch = 203,
    ) -> Response[bytes]:
        """The place's label: what a scan that names the place may carry, in a QR code."""
        one = await printing.place_label(kind, code, request.caller, sender_of(request))
        return await _single(one, format, size, dpi)

    return show  # type: ignore[no-any-return]  # Litestar's decorators are untyped here


show_depot_label = _place_label("depot")
show_van_label = _place_label("van")
show_bay_label = _place_label("bay")


async def _single(
    one: Label | PlaceLabel, kind: Literal["svg", "png", "zpl"], size: Size, dpi: DotsPerInch
) -> Response[bytes]:
    draw = {
        "svg": partial(label.svg, one),
        "png": partial(label.png, one),
        "zpl": partial(zpl, [one], ROLLS[size], dots_per_inch=dpi),
    }
    return _answer(await printing.drawn(draw[kind]), kind, f"label-{one.code}")


async def _document_of(
    labels: Sequence[Label], on: Paper, *, test: bool = False
) -> Response[bytes]:
    if on.format == "zpl":
        roll = partial(zpl, dots_per_inch=on.dpi, copies=on.copies)
        body = await printing.drawn(partial(roll, labels, ROLLS[on.size]))
        return _answer(body, "zpl", f"labels-{on.size}-{on.dpi}dpi")
    sheets = partial(pdf, start=on.start, copies=on.copies, test=test)
    body = await printing.drawn(partial(sheets, labels, SHEETS[on.layout]))
    return _answer(body, "pdf", f"labels-{on.layout}")


def _check(wanted: Print) -> None:
    faults = []
    is_test = wanted.test and wanted.format == "pdf"
    if not wanted.items and not is_test:
        faults.append(Fault("items", "Name an item, or ask for a test print of a sheet."))
    if wanted.test and not is_test:
        faults.append(Fault("test", "A test print is for sheets: a roll's printer never scales."))
    faults += _faults(wanted, len(wanted.items))
    if faults:
        raise Wrong(faults)


def _faults(on: Paper, count: int) -> list[Fault]:
    faults = []
    if on.format == "pdf" and on.start > SHEETS[on.layout].cells:
        faults.append(Fault("start", f"This sheet has {SHEETS[on.layout].cells} labels."))
    if count * on.copies > LABELS_MAX:
        faults.append(Fault("copies", f"Print at most {LABELS_MAX:,} labels at a time."))
    return faults


def _answer(body: bytes, kind: str, name: str) -> Response[bytes]:
    # A page shows a drawing; a printer's language is of no use but as a file.
    place = "attachment" if kind == "zpl" else "inline"
    return Response(
        body,
        media_type=_MEDIA_TYPES[kind],
        headers={"Content-Disposition": f'{place}; filename="{name}.{kind}"'},
    )


def viewer_of(request: ApiRequest) -> Viewer:
    """Who asks, and by which address labels lead to the service."""
    settings: Settings = request.app.state.settings
    return Viewer(request.caller, request.now, settings.public_url)


def sender_of(request: ApiRequest) -> Sender:
    """Whose the items are, as labels say it."""
    settings: Settings = request.app.state.settings
    return Sender(settings.service_name, settings.service_phone)


ROUTES: Final = (
    show_label,
    print_labels,
    print_blank_labels,
    list_blank_labels,
    add_label,
    show_depot_label,
    show_van_label,
    show_bay_label,
)
