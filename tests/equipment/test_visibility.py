"""Who sees whom."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from budget.database import execute, fetch
from equipment.people.people import register
from equipment.people.person_form import NewPerson
from equipment.people.visibility import visible_people
from equipment.staff.roles import ROLES
from tests.equipment.standing_data import ADMINISTRATOR, caller

# Half past midnight in London on 1 July, and still 30 June in UTC.
NOW = datetime(2018, 6, 30, 23, 30, tzinfo=UTC)
MIDNIGHT = datetime(2018, 6, 30, 23, 0, tzinfo=UTC)
TECHNICIAN = caller("technician", username="tech")

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("role", sorted(ROLES))
async def test_each_role_sees_its_own(role: str) -> None:
    """All people, those of the caller's partners, or nobody."""
    ours, theirs, nobodys = await _person("04K"), await _person("04L"), await _person(None)
    seen = await visible_people(
        caller(role, partners=("04K",)), [ours, theirs, nobodys, uuid4()], NOW
    )
    everyone = {"administrator", "coordinator", "auditor"}
    partners = {"prescriber", "authoriser"}
    expected = (
        {ours, theirs, nobodys} if role in everyone else {ours} if role in partners else set()
    )
    assert seen == expected


async def test_whoever_has_two_roles_sees_what_either_sees() -> None:
    """A technician who prescribes has their partner's people and the day's."""
    ours, visited, other = await _person("04K"), await _person("04L"), await _person("04L")
    both = caller("technician", "prescriber", partners=("04K",), username="tech")
    await _move("deliver", visited, NOW)
    assert await visible_people(both, [ours, visited, other], NOW) == {ours, visited}


@pytest.mark.parametrize("action", ["deliver", "collect"])
async def test_a_technician_sees_whom_they_visited_on_the_london_day(action: str) -> None:
    """From midnight to midnight in London, by when it happened and not when it was sent."""
    moments = {
        MIDNIGHT - timedelta(seconds=1): False,
        MIDNIGHT: True,
        NOW: True,
        MIDNIGHT + timedelta(hours=24, seconds=-1): True,
        MIDNIGHT + timedelta(hours=24): False,
    }
    people = {moment: await _person(None) for moment in moments}
    for moment, person in people.items():
        await _move(action, person, moment, recorded_at=moment + timedelta(hours=30))
    seen = await visible_people(TECHNICIAN, people.values(), NOW)
    assert seen == {people[moment] for moment, expected in moments.items() if expected}


async def test_a_technician_sees_whom_a_clock_ahead_delivered_to_just_after_midnight() -> None:
    """A scan may be recorded up to five minutes before it says it happened."""
    person = await _person(None)
    await _move("deliver", person, MIDNIGHT, recorded_at=MIDNIGHT - timedelta(minutes=5))
    assert await visible_people(TECHNICIAN, [person], NOW) == {person}


@pytest.mark.parametrize("action", ["transfer", "repair", "check", "return"])
async def test_other_work_on_an_item_shows_nobody(action: str) -> None:
    """Only a delivery or a collection does."""
    person = await _person(None)
    await _move(action, person, NOW)
    assert await visible_people(TECHNICIAN, [person], NOW) == set()


async def test_what_was_undone_shows_nobody() -> None:
    """A delivery to the wrong person did not happen."""
    person = await _person(None)
    delivery = await _move("deliver", person, NOW)
    assert await visible_people(TECHNICIAN, [person], NOW) == {person}
    await _move("undo", None, NOW, undoes=delivery)
    assert await visible_people(TECHNICIAN, [person], NOW) == set()


async def test_a_colleague_s_visit_shows_nobody() -> None:
    """Nor does one's own, to somebody who is no technician any more."""
    person = await _person(None)
    await _move("deliver", person, NOW)
    for other in (caller("technician", username="colleague"), caller("depot", username="tech")):
        assert await visible_people(other, [person], NOW) == set()


async def _person(funder: str | None) -> UUID:
    if funder is not None:
        sql = "insert into partners values ($1, 'Partner', 'ccg') on conflict do nothing"
        await execute(sql, funder)
    new = NewPerson(name="Ann Smith", funder=funder)
    return (await register(ADMINISTRATOR, new, NOW)).id


async def _move(
    action: str,
    person: UUID | None,
    occurred_at: datetime,
    *,
    recorded_at: datetime | None = None,
    undoes: UUID | None = None,
) -> UUID:
    """Write a movement of the technician's, as equipment/journal.py would."""
    await execute(
        """
        insert into products (sku, name, category, reuse, speed, equivalents)
        values ('BED01', 'Bed', 'Beds', 'reusable', '7_day', '{}') on conflict do nothing
        """
    )
    movement = uuid4()
    rows = await fetch(
        """
        with thing as (
            insert into items (code, giai, sku, state, depot, newest_movement, updated_at)
            values (left($1, 8), left($1, 8), 'BED01', 'available', 'NOTTM', $2, $5) returning id)
        insert into movements (id, item, action, from_state, state, occurred_at, recorded_at,
            actor, person, undoes)
        select $2, id, $3, 'loaded', 'available', $4, $5, 'tech', $6, $7 from thing
        returning item as id
        """,
        movement.hex, movement, action, occurred_at, recorded_at or occurred_at, person, undoes,
    )  # fmt: skip
    if undoes is not None:
        await execute(
            """
            insert into receipts (kind, id, caller, content, item, recorded_at)
            values ('undo', $1, 'tech', '', $2, $3)
            """,
            undoes, rows[0]["id"], occurred_at,
        )  # fmt: skip
    return movement
