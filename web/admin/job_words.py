"""The clock's jobs in words: what each does, when it ran, how long that took, what failed. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from equipment.staff.roles import SYSTEM
from logistics.clock.leading import Run, ShownJob
from web.markup import tag
from web.orders.check_words import as_lines
from web.words import moment

_NAMES: Final = {
    "due-checks": "Checks that fall due",
    "loan-ends": "Loans that end",
    "loan-reviews": "Loans to look at again",
    "waiting-orders": "Orders without stock",
    "expiring-promises": "Promises that expire",
    "old-photos": "Old photographs",
    "stale-visits": "Stale visits",
    "stock-advice": "Stock to buy or prepare",
    "plan-tomorrow": "Tomorrow's rounds",
    "successions": "Orders of partners that were succeeded",
}


@dataclass(frozen=True, slots=True)
class OneJob:
    """One job with its newest runs."""

    heading: str
    does: str
    next: str
    run: str | None
    rows: list[list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class JobsPage:
    """All that the service does by itself at a time of day."""

    title: str
    head: list[str]
    jobs: list[OneJob]


def jobs_page(jobs: Sequence[ShownJob], base: str, *, may_run: bool) -> JobsPage:
    """The jobs; for who may, each with a button that runs it now."""
    return JobsPage(
        title="Jobs",
        head=["When", "How it went", "How long", "What came of it", "Asked for by"],
        jobs=[
            OneJob(
                heading=_NAMES.get(job.name, job.name),
                does=job.does,
                next=f"Next: {moment(job.next_at)}.",
                run=f"{base}/admin/jobs/{job.name}" if may_run else None,
                rows=[_run(run) for run in job.runs],
            )
            for job in jobs
        ],
    )


def said_of(run: Run) -> str:
    """What is said once a job was run by hand."""
    if run.failed:
        return "The job was run, and failed: see below."
    return f"The job was run. {run.detail or ''}".strip()


def _run(run: Run) -> list[dict[str, Any]]:
    when = [moment(run.begun_at)]
    if run.asked_by == SYSTEM and run.slot != run.begun_at:
        when.append(f"for {moment(run.slot)}")
    return [
        {"html": as_lines(when)},
        {"html": _went(run)},
        {"text": "Not yet" if run.seconds is None else f"{run.seconds:.1f} s"},
        {"text": run.detail or "Nothing said"},
        {"text": "The clock" if run.asked_by == SYSTEM else run.asked_by},
    ]


def _went(run: Run) -> Markup:
    if run.failed:
        return tag("Failed", "red")
    return tag("Running", "blue") if run.ended_at is None else tag("Done", "green")
