"""Closing the books, and the statements of what partners were charged."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from litestar import Response
from litestar.openapi.spec import OpenAPIMediaType, Operation, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from api.bodies import Json
from api.request import ApiRequest
from api.routes import get, post
from budget import closing
from budget.closing import ClosedMonth
from budget.statement_files import FILES
from budget.statements import Statement, Wanted, statement

Format: TypeAlias = Literal["json", "csv", "xlsx"]
_JSON: Final = "application/json"
_ENDINGS: Final = {media_type: ending for ending, (media_type, _) in FILES.items()}


class ToClose(msgspec.Struct, frozen=True):
    """Which month, such as `2018-07`."""

    month: Annotated[str, msgspec.Meta(max_length=7)]


class ClosedYear(msgspec.Struct, frozen=True):
    """The months of a financial year that are closed, in order."""

    year: str
    months: list[ClosedMonth]


@post("/api/budgets/{year:str}/close", task="close months", status_code=200, tags=["The pool"])
async def close_month(request: ApiRequest, year: str, data: Json[ToClose]) -> ClosedMonth:
    """Close an ended month for good: later events of it are posted in the first open one."""
    return await closing.close(request.caller.username, year, data.month, request.now)


@get("/api/budgets/{year:str}/months", task="read the pool", tags=["The pool"])
async def list_closed_months(year: str) -> ClosedYear:
    """The months of a year that are closed, with what each partner's statement came to."""
    return ClosedYear(year, await closing.closed_months(year))


@dataclass
class _Statement(Operation):
    """The operation of an answer in three formats: Litestar can only name one."""

    def __post_init__(self) -> None:
        answer = (self.responses or {})[str(HTTPStatus.OK.value)]
        file = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        files = {media_type: OpenAPIMediaType(schema=file) for media_type in _ENDINGS}
        answer.content |= files  # type: ignore[union-attr,operator]  # our own is no reference


@get(
    "/api/budgets/{year:str}/statement",
    task="read the pool",
    tags=["The pool"],
    operation_class=_Statement,
)
async def show_statement(
    request: ApiRequest,
    year: str,
    partner: str,
    month: str | None = None,
    format: Format | None = None,  # noqa: A002 - the contract's word
) -> Response[Statement | bytes]:
    """Every posting of a partner's in a month, or in the whole year: JSON, CSV or a workbook.

    By the Accept header, unless `format` says which.
    """
    drawn = await statement(Wanted(partner, *closing.days(year, month)))
    ending = format or _accepted(request)
    if ending == "json":
        return Response(drawn, media_type=_JSON, headers={"Vary": "Accept"})
    media_type, made = FILES[ending]
    name = f"{partner}-{month or year}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="statement-{name}"', "Vary": "Accept"}
    # Thousands of rows take a while to write: nobody else is to wait for it.
    body = await asyncio.to_thread(made, drawn)
    return Response(body, media_type=media_type, headers=headers)


def _accepted(request: ApiRequest) -> str:
    """What the Accept header would have most of all; JSON where it says nothing of ours."""
    return _ENDINGS.get(request.accept.best_match([_JSON, *_ENDINGS]) or _JSON, "json")


ROUTES: Final = (
    close_month,
    list_closed_months,
    show_statement,
)
