"""The clock's jobs that have a time of day: what each does, and which of its slots is due.

A slot is the moment at which a job was to be done. It is done once, whoever leads: its row is
written before the work begins. Of slots that were missed, only the newest is caught up with.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final

import msgspec

from budget.closing import draw_up
from budget.database import fetch
from budget.forecasting.kept import make_due
from budget.years import LONDON, london_day
from equipment.orders.order_standing import go_over
from equipment.staff.roles import SYSTEM
from equipment.working_days import working_day_after
from logistics.clock.tidying import (
    raise_expiring_promises,
    raise_reviews,
    raise_stale_visits,
    raise_waiting_orders,
)
from logistics.phones.photos import delete_old
from logistics.rounds.depot_days import Ways
from logistics.rounds.planning_days import plan_as
from logistics.rounds.round_form import Asked
from logistics.visits.news import raise_checks, raise_loan_ends
from logistics.visits.to_fetch import advise_on_stock

Work = Callable[[datetime, Ways], Awaitable[str]]
_PLANNING_S: Final = 10.0
_DEPOTS_MAX: Final = 50


class Job(msgspec.Struct, frozen=True):
    """What is done by itself, in words; each day at a time in London, or every so often."""

    does: str
    when: time | timedelta
    work: Work


async def _plan_tomorrow(now: datetime, ways: Ways) -> str:
    """Plan the next working day of each depot that has something to do."""
    day = working_day_after(london_day(now), 1)
    rows = await fetch(_BUSY, day, _DEPOTS_MAX)
    for row in rows:
        await plan_as(SYSTEM, Asked(depot=row["depot"], date=day, seconds=_PLANNING_S), ways, now)
    return f"Planned {day:%-d %B %Y} for {len(rows)} depots."


# A day that a coordinator has begun to plan is theirs.
_BUSY: Final = """
select distinct v.depot from visits v join depots d on d.code = v.depot
where v.status = 'open' and v.ready_on <= $1 and (d.closed_from is null or d.closed_from > $1)
    and not exists (select from day_plans p
        where p.depot = v.depot and p.day = $1 and p.made_by <> 'system')
order by v.depot limit $2
"""


def _counted(what: str, work: Callable[[datetime], Awaitable[int]]) -> Work:
    async def run(now: datetime, ways: Ways) -> str:
        del ways
        return f"{await work(now)} {what}."

    return run


async def _draw_up(now: datetime) -> int:
    del now
    return await draw_up()


JOBS: Final[Mapping[str, Job]] = {
    "old-photos": Job(
        "Deletes photographs from rounds after a year, and those that belong to nothing that was"
        " done after a month.",
        time(4, 30),
        _counted("photographs deleted", delete_old),
    ),
    "due-checks": Job(
        "Makes visits for what is on loan and due for examination or service within the month.",
        time(5, 0),
        _counted("checks put on visits", raise_checks),
    ),
    "loan-ends": Job(
        "Makes visits that fetch what was lent until today, and what people who died still have.",
        time(5, 10),
        _counted("loans to be ended", raise_loan_ends),
    ),
    "loan-reviews": Job(
        "Raises a case for each loan that was to be looked at again by today.",
        time(5, 20),
        _counted("loans to be looked at", raise_reviews),
    ),
    "waiting-orders": Job(
        "Raises a case for each order that waits for stock on its due day.",
        time(5, 30),
        _counted("orders without stock", raise_waiting_orders),
    ),
    "expiring-promises": Job(
        "Raises a case for each item set aside whose checks run out before it is delivered.",
        time(5, 40),
        _counted("promises that expire", raise_expiring_promises),
    ),
    "stale-visits": Job(
        "Opens visits again that were planned for a day that is over, and raises a case for what"
        " was begun and not ended, or said to be done and not scanned.",
        time(5, 50),
        _counted("stale visits", raise_stale_visits),
    ),
    "forecasts": Job(
        "Forecasts where each financial year ends, from the months that are over.",
        timedelta(hours=1),
        _counted("forecasts made", make_due),
    ),
    "successions": Job(
        "Lets what is ordered commit whoever has taken over from a partner.",
        timedelta(hours=1),
        _counted("orders gone over to a successor", go_over),
    ),
    "statements": Job(
        "Draws up statements of closed months where whoever closed one was cut off.",
        timedelta(hours=1),
        _counted("statements drawn up", _draw_up),
    ),
    "stock-advice": Job(
        "Reckons which products are to be bought, and which to be washed and inspected instead.",
        timedelta(hours=1),
        _counted("products to be bought or prepared", advise_on_stock),
    ),
    "plan-tomorrow": Job(
        "Plans the next working day of each depot, as a draft.", time(19, 0), _plan_tomorrow
    ),
}


def slot_of(job: Job, now: datetime) -> datetime:
    """The newest moment at which the job was to be done. Pure."""
    if isinstance(job.when, timedelta):
        seconds = job.when.total_seconds()
        return datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)
    today = datetime.combine(now.astimezone(LONDON).date(), job.when, LONDON)
    if today <= now:
        return today
    return datetime.combine(today.date() - timedelta(days=1), job.when, LONDON)


def next_slot(job: Job, now: datetime) -> datetime:
    """The next one. Pure."""
    if isinstance(job.when, timedelta):
        return slot_of(job, now) + job.when
    last = slot_of(job, now).astimezone(LONDON).date()
    return datetime.combine(last + timedelta(days=1), job.when, LONDON)
