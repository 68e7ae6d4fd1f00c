"""What the clock does: when it was done last, what came of it, and doing it now."""

from typing import Final

from litestar.params import FromPath

from api.paging import Page
from api.request import ApiRequest
from api.routes import get, post
from logistics.clock import leading
from logistics.clock.leading import Run, ShownJob


@get("/api/jobs", task="read jobs", tags=["Jobs"])
async def list_jobs(request: ApiRequest) -> Page[ShownJob]:
    """Every job, when it is done next, and its newest runs."""
    return Page(await leading.listed(request.caller, request.now), None)


@post("/api/jobs/{name:str}/run", task="run jobs", status_code=200, tags=["Jobs"])
async def run_job(request: ApiRequest, name: FromPath[str]) -> Run:
    """Do a job now; how it went."""
    return await leading.run_now(request.caller, name, request.app.state.ways, request.now)


ROUTES: Final = (
    list_jobs,
    run_job,
)
