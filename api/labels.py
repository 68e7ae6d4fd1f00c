"""Labels: on sheets of A4 and on rolls, for many items at once or for one."""

from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from litestar import Response
from litestar.openapi.spec import OpenAPIMediaType, Operation, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from api.bodies import Json
from api.request import ApiRequest
from api.routes import get, post
from budget.refusals import Fault, Wrong
from equipment import printing
from equipment.items import ITEMS_MAX, Viewer
from equipment.printing import Sender
from labels import label
from labels.identifiers import TEXT_CHARACTERS_MAX
from labels.paper import SHEETS
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


class Print(msgspec.Struct, frozen=True):
    """What to print. Layout, start and test are for sheets (pdf), size and dpi for rolls (zpl)."""

    items: _Items = msgspec.field(default_factory=list)
    format: Literal["pdf", "zpl"] = "pdf"
    layout: Layout = "a4-24"
    start: Annotated[int, msgspec.Meta(ge=1)] = 1
    copies: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    test: bool = False
    size: Size = "57x32"
    dpi: DotsPerInch = 203


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
    labels = await printing.labels_of(data.items, _viewer(request), _sender(request))
    if data.format == "zpl":
        roll = partial(zpl, dots_per_inch=data.dpi, copies=data.copies)
        body = await printing.drawn(partial(roll, labels, ROLLS[data.size]))
        return _answer(body, "zpl", f"labels-{data.size}-{data.dpi}dpi")
    sheets = partial(pdf, start=data.start, copies=data.copies, test=data.test)
    body = await printing.drawn(partial(sheets, labels, SHEETS[data.layout]))
    return _answer(body, "pdf", f"labels-{data.layout}")


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
    [one] = await printing.labels_of([code], _viewer(request), _sender(request))
    draw = {
        "svg": partial(label.svg, one),
        "png": partial(label.png, one),
        "zpl": partial(zpl, [one], ROLLS[size], dots_per_inch=dpi),
    }
    return _answer(await printing.drawn(draw[format]), format, f"label-{one.code}")


def _check(wanted: Print) -> None:
    faults = []
    is_test = wanted.test and wanted.format == "pdf"
    if not wanted.items and not is_test:
        faults.append(Fault("items", "Name an item, or ask for a test print of a sheet."))
    if wanted.test and not is_test:
        faults.append(Fault("test", "A test print is for sheets: a roll's printer never scales."))
    if wanted.format == "pdf" and wanted.start > SHEETS[wanted.layout].cells:
        message = f"This sheet has {SHEETS[wanted.layout].cells} labels."
        faults.append(Fault("start", message))
    if len(wanted.items) * wanted.copies > LABELS_MAX:
        faults.append(Fault("copies", f"Print at most {LABELS_MAX:,} labels at a time."))
    if faults:
        raise Wrong(faults)


def _answer(body: bytes, kind: str, name: str) -> Response[bytes]:
    # A page shows a drawing; a printer's language is of no use but as a file.
    place = "attachment" if kind == "zpl" else "inline"
    return Response(
        body,
        media_type=_MEDIA_TYPES[kind],
        headers={"Content-Disposition": f'{place}; filename="{name}.{kind}"'},
    )


def _viewer(request: ApiRequest) -> Viewer:
    settings: Settings = request.app.state.settings
    return Viewer(request.caller, request.now, settings.public_url)


def _sender(request: ApiRequest) -> Sender:
    settings: Settings = request.app.state.settings
    return Sender(settings.service_name, settings.service_phone)
