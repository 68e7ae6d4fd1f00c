"""The example's day: planned and published when it is opened, and the same each time."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from budget.database import fetch, transaction
from equipment.people.visibility import EVERYONE
from scripts.example import load
from scripts.postgres import EmbeddedPostgres
from scripts.working_day.laying_out import lay_out
from tests.scripts.test_example import another_service
from tests.sight import all_of

SCALE = 1 / 600
TUESDAY, ANOTHER, SATURDAY = date(2026, 10, 13), date(2026, 11, 10), date(2026, 11, 14)


@pytest.fixture(scope="module")
def loaded(postgres: EmbeddedPostgres, template: str) -> str:
    """Name a database with an example of a third of the usual size, loaded once for all."""

    async def fill() -> str:
        async with another_service(postgres, template, kept=True) as name:
            await load(datetime(2026, 9, 1, 9, tzinfo=UTC), scale=SCALE)
            return name

    return asyncio.run(fill())


@pytest.fixture
def origin(loaded: str) -> str:
    """Begin each test from a copy of it."""
    return loaded


def opened(day: date) -> datetime:
    """When somebody starts it on a day."""
    return datetime.fromisoformat(f"{day}T09:30+00:00")


async def facts(day: date) -> list[list[tuple[Any, ...]]]:
    """All that is asked for and planned, by days before and after one."""
    async with transaction(viewer=EVERYONE):
        return [[tuple(row) for row in await fetch(sql, day)] for sql in FACTS]


FACTS = (
    """
    select o.person, o.depot, o.speed, o.status, o.due_on - $1, o.ordered_at::date - $1,
        o.ordered_at at time zone 'Europe/London' - $1, l.sku, l.quantity, l.status, l.promised
    from orders o join order_lines l on l."order" = o.id where o.due_on > $1 - 100
    order by o.person, o.due_on, l.place
    """,
    """
    select v.person, v.depot, v.status, v.due_on - $1, v.ready_on - $1, n.kind, n.why, n.sku
    from visits v join visit_lines n on n.visit = v.id
    order by v.person, v.due_on, n.kind, n.sku, n.due_on
    """,
    """
    select r.van, r.day - $1, r.status, s.place, v.person,
        s.begin_at at time zone 'Europe/London' - $1
    from rounds r join round_stops s on s.round = r.id join visits v on v.id = s.visit
    order by r.day, r.van, s.place
    """,
    "select van, day - $1, skills from crew_members order by day, van, skills",
    "select depot, day - $1, made_by from day_plans order by day, depot",
)


async def test_the_same_day_is_laid_out_whenever_it_is(
    postgres: EmbeddedPostgres, loaded: str
) -> None:
    """What is asked, promised and planned follows from the people and the weekday alone."""
    laid_out = []
    for day in (TUESDAY, ANOTHER):
        async with another_service(postgres, loaded):
            await lay_out(opened(day))
            laid_out.append(await facts(day))
    assert laid_out[0] == laid_out[1]
    assert all(laid_out[0])


async def test_a_day_off_has_its_rounds_too_and_once(database: str) -> None:
    """Published today, a draft of the next working day; a second start changes nothing of it."""
    assert database
    await lay_out(opened(SATURDAY))
    rounds = await fetch("select day, status, count(*) from rounds group by 1, 2 order by 1")
    assert [row[:2] for row in rounds] == [
        (SATURDAY, "published"),
        (date(2026, 11, 16), "draft"),
    ]
    before = await facts(SATURDAY)
    await lay_out(opened(date(2026, 11, 16)))
    assert await facts(SATURDAY) == before


async def test_every_part_of_the_work_is_there_to_be_seen(database: str) -> None:
    """The prescriber's orders, the authoriser's queue, what waits, a shelf that is short."""
    assert database
    await lay_out(opened(TUESDAY))
    async with transaction(viewer=EVERYONE):
        for what, sql in SEEN.items():
            assert await fetch(sql), what
        late = await fetch(LATE, TUESDAY)
    assert not late


# But for what was unsafe before: that is due at once.
LATE = """
select v.id from visits v where v.due_on < $1 and not exists (
    select from visit_lines n where n.visit = v.id and n.why = 'fault')
"""
SEEN = {
    "my orders": "select from orders o join users u on u.id = o.ordered_by"
    " where u.username = 'prescriber' and o.status = 'scheduled'",
    "a queue": "select from orders where status = 'awaiting_authorisation'",
    "what waits": "select from order_lines where status = 'awaiting_stock' and sku = 'WHE03'",
    "a special set aside": "select from order_lines where special is not null and promised = 1",
    "a special to be decided on": "select from order_lines where special is not null"
    " and not wanted",
    "an emergency issue": "select from emergency_issues where completed_at is null",
    "a shelf that is short": "select from top_ups where done_at is null",
    "strangers' requests": "select from requests where status = 'open'",
    "a technician's day": 'select from crew_members m join users u on u.id = m."user"'
    " join rounds r on r.van = m.van and r.day = m.day and r.status = 'published'"
    " join round_stops s on s.round = r.id where u.username = 'technician'",
}


async def test_a_service_in_use_gets_no_day(database: str) -> None:
    """Somebody has begun to try it out: nothing is asked for in their name."""
    assert database
    await all_of(
        "insert into orders (id, person, funder, depot, speed, due_on, status, ordered_at,"
        " ordered_by) select gen_random_uuid(), f.id, '04K', 'NOTTM', '7_day', current_date,"
        " 'authorised', now(), u.id from person_funders f, users u limit 1"
    )
    await lay_out(opened(TUESDAY))
    assert not await fetch("select from visits")
    assert not await fetch("select from day_plans")
