"""The clock's jobs on a page: what ran, what failed, and run now."""

from typing import Final

from litestar import Response
from litestar.params import FromPath

from logistics.clock import leading
from web import pages
from web.admin import job_words
from web.pages import PageRequest, see_other
from web.rendering import page


@pages.get("/admin/jobs", task="read jobs")
async def list_jobs(request: PageRequest) -> Response[str]:
    """Every job with its newest runs."""
    jobs = await leading.listed(request.caller, request.now)
    may_run = request.caller.may("run jobs")
    content = job_words.jobs_page(jobs, request.site.base, may_run=may_run)
    return page(request, "jobs.jinja", content)


@pages.post("/admin/jobs/{name:str}", task="run jobs")
async def run_job(request: PageRequest, name: FromPath[str]) -> Response[str]:
    """Run it now; the page says how it went."""
    run = await leading.run_now(request.caller, name, request.app.state.ways, request.now)
    return see_other(request, "/admin/jobs", say=job_words.said_of(run))


PAGES: Final = (
    list_jobs,
    run_job,
)
