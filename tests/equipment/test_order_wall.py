"""The second wall before orders: PostgreSQL shows those alone that the code would show, too."""

from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budget.database import execute, fetch
from budget.refusals import Missing
from equipment.orders.emergency_issues import NewEmergency, issue
from equipment.orders.order_views import check_visible
from equipment.people.openings import OPEN_FOR, Match, match
from equipment.people.people import register
from equipment.people.person_form import NewPerson
from equipment.people.visibility import in_sight_of, visible_people
from equipment.staff.roles import ROLES, Caller
from tests.equipment.ordering import on_record, open_for_orders, orderer, placed
from tests.equipment.standing_data import caller
from tests.equipment.store import COORDINATOR, NOW, done, one_item, scan, somebody
from tests.equipment.test_wall import BORN, NUMBER, person, unseen
from tests.sight import all_of

PARTNERS: Final = ("04K", "52R")
CREW: Final = Caller(uuid4(), "tess", frozenset({"technician", "coordinator"}))
NAMED: Final = {"tess": CREW.user, "tom": uuid4()}
MANY: Final = settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


BEGINNING: Final = open_for_orders
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def people() -> list[UUID]:
    """One of each partner, one of nobody's whom tess visited, and one opened to her by a match."""
    for name, user in NAMED.items():
        await on_record(Caller(user, name, frozenset()))
    ours, theirs, visited = [await person(funder=funder) for funder in (*PARTNERS, None)]
    # Whom nobody sees by their funder.
    new = NewPerson(name="Zoe", nhs_number=NUMBER, born=BORN)
    matched = (await register(COORDINATOR, new, NOW)).id
    await done(scan(await one_item(), "deliver", person=str(visited), funder="04K"), by=CREW)
    tess = caller("prescriber", partners=("52R",), username="tess")
    await match(tess, Match(NUMBER, BORN, "why"), NOW)
    return [ours, theirs, visited, matched]


async def _enter(who: UUID, funder: str, by: UUID) -> None:
    await all_of(
        "insert into orders (id, person, funder, depot, speed, due_on, status, ordered_at,"
        " ordered_by, notes) select gen_random_uuid(), $1, $2, min(code), '7_day', '2018-10-08',"
        " 'authorised', $4, $3, 'up the stairs' from depots",
        who,
        funder,
        by,
        NOW,
    )


async def _shown(who: Caller, after: timedelta) -> set[UUID]:
    """What a statement without any condition shows."""
    async with in_sight_of(who, NOW + after):
        return {row["id"] for row in await fetch("select id from orders")}


async def _said(who: Caller, after: timedelta) -> set[UUID]:
    """What the code says that they may see; who may not read orders, meets them with people."""
    rows = await fetch("select id, person, ordered_by from order_standings")
    if not who.may("read orders"):
        known = await visible_people(who, {row["person"] for row in rows}, NOW + after)
        return {r["id"] for r in rows if r["person"] in known or r["ordered_by"] == who.user}
    found = set()
    for row in rows:
        try:
            await check_visible(who, row["id"], NOW + after)
        except Missing:
            continue
        found.add(row["id"])
    return found


@MANY
@given(
    order=st.tuples(st.integers(0, 3), st.sampled_from(PARTNERS), st.sampled_from(sorted(NAMED))),
    roles=st.frozensets(st.sampled_from(sorted(ROLES)), min_size=1, max_size=3),
    partners=st.frozensets(st.sampled_from(PARTNERS)),
    name=st.sampled_from(sorted(NAMED)),
    after=st.sampled_from([timedelta(0), timedelta(days=1), OPEN_FOR]),
)
async def test_the_wall_and_the_code_say_the_same_of_orders(  # noqa: PLR0913, PLR0917 - drawn
    people: list[UUID],
    order: tuple[int, str, str],
    roles: frozenset[str],
    partners: frozenset[str],
    name: str,
    after: timedelta,
) -> None:
    """Of every role, partner, opening and visit, with ever more orders of anybody's."""
    which, funder, by = order
    await _enter(people[which], funder, NAMED[by])
    who = Caller(NAMED[name], name, roles, partners)
    assert await _shown(who, after) == await _said(who, after)


async def test_what_is_said_about_an_order_is_seen_with_it() -> None:
    """Its history and the answers to its warnings; without a viewer nothing."""
    nurse = await orderer(level=4)
    patient = await somebody()
    await placed(nurse, patient, "BED01")
    again = [{"warning": "already-ordered", "reason": "two rooms"}]
    await placed(nurse, patient, "BED01", answers=again)
    stranger = caller("prescriber", "authoriser", partners=("52R",))
    for table, many in (("orders", 2), ("order_events", 2), ("order_answers", 1)):
        await unseen(f"select from {table}")
        async with in_sight_of(stranger, NOW):
            assert await fetch(f"select from {table}") == []
        for who in (nurse, caller("authoriser", partners=("04K",)), caller("depot")):
            async with in_sight_of(who, NOW):
                assert len(await fetch(f"select from {table}")) == many


async def test_no_order_is_changed_that_is_not_seen() -> None:
    """A forgotten condition writes no words onto another partner's orders."""
    await placed(await orderer(level=4), await somebody(), "BED01")
    async with in_sight_of(caller("prescriber", partners=("52R",)), NOW):
        assert await execute("update orders set notes = 'x'") == "UPDATE 0"
    await unseen("update orders set notes = 'x'")


async def test_how_orders_stand_is_told_without_a_word() -> None:
    """The service's own view has no column that anybody writes in."""
    names = await fetch(
        "select attname from pg_attribute where attrelid = 'order_standings'::regclass"
    )
    assert not {row["attname"] for row in names} & {"reason", "notes"}


async def test_emergency_issues_are_shown_to_whoever_issued_them_and_their_partners() -> None:
    """To those who see everybody, too; to no other, and not without a viewer."""
    nurse = await orderer()
    named = NewEmergency(
        id=uuid4(), item=await one_item(), reason="fell", name="unknown man", funder="04K"
    )
    await issue(COORDINATOR, named, NOW)
    await unseen("select from emergency_issues")
    for who, many in (
        (COORDINATOR, 1),
        (nurse, 1),
        (caller("prescriber", username=COORDINATOR.username), 1),
        (caller("auditor"), 1),
        (caller("prescriber", partners=("52R",), username="x"), 0),
        (caller("depot", partners=("04K",), username="x"), 0),
    ):
        async with in_sight_of(who, NOW):
            assert len(await fetch("select from emergency_issues")) == many
            assert await execute(_COMPLETE) == f"UPDATE {many}"


_COMPLETE: Final = "update emergency_issues set completed_by = 'x', completed_at = now()"
