"""The clock's jobs on a page."""

import httpx
import pytest
from litestar import Litestar

from logistics.clock import jobs
from logistics.clock.jobs import Job
from tests.web.conftest import signed_in
from tests.web.ordering import open_service, staff, words


async def test_a_coordinator_runs_a_job_and_sees_how_it_went(
    app: Litestar, admin: httpx.AsyncClient
) -> None:
    """Whoever may only read has no button; what there is not is not there."""
    await open_service(admin)
    for role in ("coordinator", "auditor"):
        await staff(admin, role, role)
    async with signed_in(app, "coordinator") as browser:
        assert "It has not run yet." in words(await browser.get("/admin/jobs"))
        answer = await browser.post("/admin/jobs/due-checks")
        assert answer.headers["Location"] == "/admin/jobs"
        page = words(await browser.get("/admin/jobs"))
        assert "The job was run. 0 checks put on visits." in page
        assert "coordinator" in page
        assert (await browser.post("/admin/jobs/tea")).status_code == 404
    async with signed_in(app, "auditor") as browser:
        page = words(await browser.get("/admin/jobs"))
        assert "0 checks put on visits." in page
        assert "Run it now" not in page


async def test_a_job_that_fails_is_said_to(
    app: Litestar, admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Red, and above the list."""
    await open_service(admin)

    async def fail(now: object, ways: object) -> str:
        raise RuntimeError(now, ways)

    broken = Job("Breaks.", jobs.JOBS["due-checks"].when, fail)
    monkeypatch.setitem(jobs.JOBS, "due-checks", broken)
    async with signed_in(app) as browser:
        await browser.post("/admin/jobs/due-checks")
        page = words(await browser.get("/admin/jobs"))
        assert "The job was run, and failed: see below." in page
        assert "Failed" in page
