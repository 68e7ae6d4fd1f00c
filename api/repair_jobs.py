"""Jobs of repair: opened, quoted, sent out, ended; and the spare parts that go into things."""

from typing import Annotated, Final, Literal
from uuid import UUID

from litestar.params import FromPath, QueryParameter

from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from api.routes import get, post, put
from equipment.repairs import closing, jobs, spare_parts, trips
from equipment.repairs.declaration import Sender
from equipment.repairs.job_form import (
    Closing,
    NewJob,
    NewQuote,
    NewWarranty,
    Place,
    RepairJob,
)
from equipment.repairs.jobs import Wanted
from equipment.repairs.spare_parts import NewSparePart, Spare
from equipment.repairs.trips import CameBack, NewTrip
from settings import Settings

_ONE: Final = "/api/repair-jobs/{job:uuid}"
_READ: Final = "read repairs"
_TAGS: Final = ["Repairs"]
_Item = Annotated[str | None, QueryParameter(max_length=200, description="Of one item.")]
_Depot = Annotated[str | None, QueryParameter(max_length=20, description="Of one depot.")]
_Overdue = Annotated[bool, QueryParameter(description="Only what is overdue from a repairer.")]
_Sought = Annotated[str, QueryParameter(max_length=200, description="Part of a code or name.")]


@post("/api/items/{code:str}/repair-jobs", task="repair", tags=_TAGS)
async def open_repair_job(
    request: ApiRequest, code: FromPath[str], data: Json[NewJob]
) -> RepairJob:
    """Open a job on what is with somebody; what fails at the bench has one by itself."""
    return await jobs.open_at_home(request.caller, code, data, request.now)


@get("/api/repair-jobs", task=_READ, tags=_TAGS)
async def list_repair_jobs(  # noqa: PLR0917 - the filters
    request: ApiRequest,
    status: Literal["open", "ended"] | None = None,
    item: _Item = None,
    place: Place | None = None,
    depot: _Depot = None,
    overdue: _Overdue = False,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[RepairJob]:
    """List jobs, oldest first; what is overdue from its repairer is open."""
    wanted = Wanted("open" if overdue else status, item, place, depot, overdue)
    key = key_after(after, int) or 0
    rows = await jobs.listed(request.caller, wanted, request.now, after=key, limit=limit + 1)
    return page(rows, limit, lambda row: row.seq)


@get(_ONE, task=_READ, tags=_TAGS)
async def show_repair_job(request: ApiRequest, job: FromPath[UUID]) -> RepairJob:
    """Show one job."""
    return await jobs.look_up(request.caller, job, request.now)


@put(f"{_ONE}/warranty", task="repair", tags=_TAGS)
async def set_repair_warranty(
    request: ApiRequest, job: FromPath[UUID], data: Json[NewWarranty]
) -> RepairJob:
    """Say who mends it for nothing and until when, or that nobody does."""
    return await jobs.set_warranty(request.caller, job, data, request.now)


@put(f"{_ONE}/quote", task="repair", tags=_TAGS)
async def set_repair_quote(
    request: ApiRequest, job: FromPath[UUID], data: Json[NewQuote]
) -> RepairJob:
    """Say what it would take."""
    return await jobs.set_quote(request.caller, job, data, request.now)


@post(f"{_ONE}/send", task="send to repairers", status_code=200, tags=_TAGS)
async def send_to_repairer(
    request: ApiRequest, job: FromPath[UUID], data: Json[NewTrip]
) -> RepairJob:
    """Send it to an outside repairer, with a declaration of contamination status."""
    settings: Settings = request.app.state.settings
    sender = Sender(settings.service_name, settings.service_phone)
    return await trips.send(request.caller, job, data, sender, request.now)


@post(f"{_ONE}/back", task="repair", status_code=200, tags=_TAGS)
async def take_back_from_repairer(
    request: ApiRequest, job: FromPath[UUID], data: Json[CameBack]
) -> RepairJob:
    """Say that it is back from its repairer."""
    return await trips.take_back(request.caller, job, data, request.now)


@post(f"{_ONE}/close", task="repair", status_code=200, tags=_TAGS)
async def close_repair_job(
    request: ApiRequest, job: FromPath[UUID], data: Json[Closing]
) -> RepairJob:
    """End it with what was done; what is mended is scanned so."""
    return await closing.close(request.caller, job, data, request.now)


@put("/api/spare-parts/{code:str}", task="change standing data", tags=_TAGS)
async def set_spare_part(
    request: ApiRequest, code: FromPath[str], data: Json[NewSparePart]
) -> Spare:
    """Put a spare part on the list, or change its name or price; jobs keep theirs."""
    return await spare_parts.set_part(request.caller, code, data)


@get("/api/spare-parts", task=_READ, tags=_TAGS)
async def list_spare_parts(
    request: ApiRequest, q: _Sought = "", limit: Limit = LIMIT_DEFAULT, after: After = None
) -> Page[Spare]:
    """List spare parts by their codes."""
    key = key_after(after, str) or ""
    rows = await spare_parts.listed(request.caller, q, after=key, limit=limit + 1)
    return page(rows, limit, lambda row: row.code)


ROUTES: Final = (
    open_repair_job,
    list_repair_jobs,
    show_repair_job,
    set_repair_warranty,
    set_repair_quote,
    send_to_repairer,
    take_back_from_repairer,
    close_repair_job,
    set_spare_part,
    list_spare_parts,
)
