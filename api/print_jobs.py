"""What is to be printed on which printer, and what is known of each label."""

from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from litestar.params import QueryParameter

from api import routes
from api.bodies import BIGINT_MAX, Json, OptionalBody
from api.labels import sender_of, viewer_of
from api.paging import LIMIT_DEFAULT, After, Limit, Page, key_after, page
from api.request import ApiRequest
from budget.refusals import Missing
from equipment.places import Code
from equipment.printers import doubts, print_jobs
from equipment.printers.print_jobs import NewPrintJob, PrintJob, PrintLabel

_PRINT: Final = "print labels"
_Printer = Annotated[str | None, QueryParameter(max_length=20, description="Of this one only.")]


class Cancelling(OptionalBody, frozen=True):
    """Nothing needs to be said."""


class Moving(msgspec.Struct, frozen=True):
    """The printer that the rest is to come out of."""

    printer: Code


class Answer(msgspec.Struct, frozen=True):
    """Whether the label lies there."""

    came_out: bool


@routes.post("/api/print-jobs", task=_PRINT, tags=["Printers"])
async def ask_for_labels(request: ApiRequest, data: Json[NewPrintJob]) -> PrintJob:
    """Have labels of items, blank ones or those of places come out of a printer, each once."""
    return await print_jobs.ask(request.caller, data, viewer_of(request), sender_of(request))


@routes.get("/api/print-jobs", task=_PRINT, tags=["Printers"])
async def list_print_jobs(
    request: ApiRequest,
    printer: _Printer = None,
    status: Literal["open", "ended"] | None = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[PrintJob]:
    """List the jobs, oldest first."""
    rows = await print_jobs.listed(
        request.caller,
        printer,
        is_open=None if status is None else status == "open",
        after=key_after(after, int) or 0,
        limit=limit + 1,
    )
    return page(rows, limit, lambda job: job.seq)


@routes.get("/api/print-jobs/{job:uuid}", task=_PRINT, tags=["Printers"])
async def show_print_job(request: ApiRequest, job: UUID) -> PrintJob:
    """Show a job, and how many of its labels came out."""
    return await print_jobs.look_up(request.caller, job)


@routes.get("/api/print-jobs/{job:uuid}/labels", task=_PRINT, tags=["Printers"])
async def list_job_labels(
    request: ApiRequest, job: UUID, limit: Limit = LIMIT_DEFAULT, after: After = None
) -> Page[PrintLabel]:
    """List the labels of a job in their order, with what is known of each."""
    key = key_after(after, int) or 0
    rows = await print_jobs.labels_of(request.caller, job, after=key, limit=limit + 1)
    return page(rows, limit, lambda label: label.id)


@routes.post("/api/print-jobs/{job:uuid}/cancel", task=_PRINT, status_code=200, tags=["Printers"])
async def cancel_print_job(request: ApiRequest, job: UUID, data: Json[Cancelling]) -> PrintJob:
    """Call off what of a job was not begun."""
    assert data is not None
    return await print_jobs.cancel(request.caller, job, request.now)


@routes.post("/api/print-jobs/{job:uuid}/move", task=_PRINT, status_code=200, tags=["Printers"])
async def move_print_job(request: ApiRequest, job: UUID, data: Json[Moving]) -> PrintJob:
    """Have what of a job was not begun come out of another printer."""
    return await print_jobs.move(request.caller, job, data.printer, request.now)


@routes.get("/api/print-labels", task=_PRINT, tags=["Printers"])
async def list_labels_in_doubt(
    request: ApiRequest,
    printer: _Printer = None,
    limit: Limit = LIMIT_DEFAULT,
    after: After = None,
) -> Page[PrintLabel]:
    """List the labels of which somebody has to say whether they came out."""
    key = key_after(after, int) or 0
    rows = await doubts.listed(request.caller, printer, after=key, limit=limit + 1)
    return page(rows, limit, lambda label: label.id)


@routes.post(
    "/api/print-labels/{number:int}/answer", task=_PRINT, status_code=200, tags=["Printers"]
)
async def answer_for_label(request: ApiRequest, number: int, data: Json[Answer]) -> PrintLabel:
    """Say whether a label came out: if not, it is printed after all."""
    if not 0 < number <= BIGINT_MAX:
        raise Missing("print-label-not-found", "There is no such label.")
    return await doubts.answer(request.caller, number, came_out=data.came_out, now=request.now)


ROUTES: Final = (
    ask_for_labels,
    list_print_jobs,
    show_print_job,
    list_job_labels,
    cancel_print_job,
    move_print_job,
    list_labels_in_doubt,
    answer_for_label,
)
