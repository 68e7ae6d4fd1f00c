"""Counts of stock: opened, scanned, compared with the record, settled by somebody else."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar.params import QueryParameter

from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from api.routes import get, post
from equipment.stock import counts, settling
from equipment.stock.count_form import (
    Count,
    Counted,
    Decision,
    Difference,
    Labels,
    NewCount,
    Reason,
    Status,
)

_Depot = Annotated[str | None, QueryParameter(max_length=20, description="Of this depot only.")]
_ONE: Final = "/api/counts/{count:uuid}"


class Scanned(msgspec.Struct, frozen=True):
    """What became of each label, in their order."""

    results: list[Counted]


class CallingOff(msgspec.Struct, frozen=True):
    """Why it is called off."""

    reason: Reason


@post("/api/counts", task="count stock", tags=["Depots"])
async def open_count(request: ApiRequest, data: Json[NewCount]) -> Count:
    """Begin to count what stands at a depot or in one of its bays."""
    return await counts.open_count(request.caller, data, request.now)


@get("/api/counts", task="read counts", tags=["Depots"])
async def list_counts(
    request: ApiRequest,
    status: Status | None = None,
    depot: _Depot = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[Count]:
    """List counts, oldest first."""
    key = key_after(after, int) or 0
    rows = await counts.listed(request.caller, status, depot, after=key, limit=limit + 1)
    return page(rows, limit, lambda row: row.seq)


@get(_ONE, task="read counts", tags=["Depots"])
async def show_count(request: ApiRequest, count: UUID) -> Count:
    """Show how a count stands."""
    return await counts.look_up(request.caller, count)


@post(f"{_ONE}/scans", task="count stock", status_code=200, tags=["Depots"])
async def scan_at_count(request: ApiRequest, count: UUID, data: Json[Labels]) -> Scanned:
    """Count what was scanned; the same item twice is one, so that this may be sent again."""
    return Scanned(await counts.scan(request.caller, count, data.labels, request.now))


@post(f"{_ONE}/compare", task="count stock", status_code=200, tags=["Depots"])
async def compare_count(request: ApiRequest, count: UUID) -> Count:
    """End the scanning and compare what was found with the record."""
    return await counts.close(request.caller, count, request.now)


@get(f"{_ONE}/differences", task="read counts", tags=["Depots"])
async def list_differences(
    request: ApiRequest, count: UUID, limit: Limit = LIMIT_DEFAULT, after: After = None
) -> Page[Difference]:
    """List what is missing, unexpected or in the wrong place, and what came of each."""
    key = key_after(after, int) or 0
    rows = await counts.differences(request.caller, count, after=key, limit=limit + 1)
    shown = page(rows, limit, lambda row: row[0])
    return Page([each for _, each in shown.results], shown.next)


@post(f"{_ONE}/settle", task="settle counts", status_code=200, tags=["Depots"])
async def settle_count(request: ApiRequest, count: UUID, data: Json[Decision]) -> Count:
    """Decide on the differences as somebody who did not count: each becomes a movement."""
    return await settling.settle(request.caller, count, data, request.now)


@post(f"{_ONE}/call-off", task="count stock", status_code=200, tags=["Depots"])
async def call_count_off(request: ApiRequest, count: UUID, data: Json[CallingOff]) -> Count:
    """Call a count off: nothing comes of it."""
    return await counts.call_off(request.caller, count, data.reason, request.now)


ROUTES: Final = (
    open_count,
    list_counts,
    show_count,
    scan_at_count,
    compare_count,
    list_differences,
    settle_count,
    call_count_off,
)
