"""Reports of thorough examinations, as data and as documents to print."""

import asyncio
from typing import Final
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from api import routes
from api.bodies import Json
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from equipment.inspection import certificates, examinations
from equipment.inspection.examination_form import NewExamination
from equipment.inspection.examinations import Examination
from labels.document import Document, drawn
from settings import Settings

_OF_ITEM: Final = "/api/items/{code:str}/examinations"
_ONE: Final = "/api/examinations/{examination:uuid}"
_READ: Final = "read examinations"


@routes.post(_OF_ITEM, task="check", tags=["Items"])
async def record_examination(
    request: ApiRequest, code: FromPath[str], data: Json[NewExamination]
) -> Examination:
    """Record a report with all of LOLER's Schedule 1; a dangerous defect holds the item."""
    return await examinations.examine(request.caller, code, data, request.now)


@routes.get(_OF_ITEM, task=_READ, tags=["Items"])
async def list_examinations(
    request: ApiRequest, code: FromPath[str], limit: Limit = LIMIT_DEFAULT, after: After = None
) -> Page[Examination]:
    """List the reports on an item, oldest first."""
    key = key_after(after, int) or 0
    rows = await examinations.of_item(request.caller, code, request.now, after=key, limit=limit + 1)
    return page(rows, limit, lambda row: row.seq)


@routes.get(_ONE, task=_READ, tags=["Items"])
async def show_examination(request: ApiRequest, examination: UUID) -> Examination:
    """Show one report."""
    return await examinations.look_up(request.caller, examination, request.now)


@routes.get(f"{_ONE}/report", task=_READ, tags=["Items"], media_type="application/pdf")
async def print_report(request: ApiRequest, examination: UUID) -> Response[bytes]:
    """Print the report."""
    shown = await examinations.look_up(request.caller, examination, request.now)
    return await _pdf(certificates.report(shown, _service(request)))


@routes.get(f"{_ONE}/notice", task=_READ, tags=["Items"], media_type="application/pdf")
async def print_notice(request: ApiRequest, examination: UUID) -> Response[bytes]:
    """Print the notice of a defect, with what must be sent to whom by when."""
    shown = await examinations.look_up(request.caller, examination, request.now)
    return await _pdf(certificates.notice(shown, _service(request)))


def _service(request: ApiRequest) -> str:
    settings: Settings = request.app.state.settings
    return settings.service_name


async def _pdf(document: Document) -> Response[bytes]:
    return Response(await asyncio.to_thread(drawn, document), media_type="application/pdf")


ROUTES: Final = (
    record_examination,
    list_examinations,
    show_examination,
    print_report,
    print_notice,
)
