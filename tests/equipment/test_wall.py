"""The second wall: PostgreSQL shows nobody whom the viewer may not see, whatever is asked.

Each test speaks SQL as the application's own role, as code that forgot every condition would.
"""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

import asyncpg
import pytest

from budget.database import execute, fetch, transaction
from equipment import requests
from equipment.people.openings import OPEN_FOR, Match, match
from equipment.people.people import change, look_up, register
from equipment.people.person_form import NewPerson, PersonChange
from equipment.people.visibility import in_sight_of, visible_people
from equipment.requests import Form, Labelled
from equipment.staff.roles import ROLES, Caller
from tests.equipment.standing_data import caller
from tests.equipment.store import COORDINATOR, NOW, done, one_item, scan, set_up
from tests.sight import all_of

BORN: Final = date(1941, 5, 6)
NUMBER: Final = "9990000018"
OURS = caller("prescriber", partners=("04K",), username="ours")
WALLED: Final = (
    "people", "person_addresses", "person_events", "person_merges", "person_openings",
    "person_looks", "requests", "key_safes", "orders", "order_events", "order_answers",
    "emergency_issues",
)  # fmt: skip
# What is said about an order, which says whom it is for.
SAID: Final = {"order_events", "order_answers"}
# What names a person by nothing but an id, and is read by those who judge whom they may see.
OPEN: Final = {
    "items", "movements", "loans", "order_standings", "person_funders", "person_doors", "visits",
    # With whom an item was, and that somebody was told: what was said to them is behind the wall.
    "recall_items", "recall_tellings",
}  # fmt: skip


BEGINNING: Final = set_up
pytestmark = pytest.mark.usefixtures("database")


async def person(name: str = "Ann", **fields: object) -> UUID:
    """Register somebody; their id."""
    new = NewPerson(**{"name": name, "funder": "04K"} | fields)  # type: ignore[arg-type]  # tests'
    return (await register(COORDINATOR, new, NOW)).id


async def seen_by(who: Caller, now: datetime = NOW, table: str = "people") -> set[UUID]:
    """Whom a statement without any condition shows."""
    column = "id" if table == "people" else "person"
    async with in_sight_of(who, now):
        return {row["id"] for row in await fetch(f"select {column} as id from {table}")}


async def something_in_each() -> UUID:
    """Write a row into every table behind the wall; whose they are."""
    ann, other = await person(nhs_number=NUMBER, born=BORN), await person()
    code = await one_item()
    [item] = await fetch("select id, code, giai, 'Bed' as name from items where code = $1", code)
    await requests.send(Labelled(*item), Form(id=uuid4(), kind="fault", first_name="Zoe"), NOW)
    await match(
        caller("prescriber", partners=("52R",), username="x"), Match(NUMBER, BORN, "why"), NOW
    )
    async with in_sight_of(COORDINATOR, NOW):
        await execute(
            "insert into person_addresses (person, kind, from_on, recorded_at, recorded_by)"
            " values ($1, 'home', '2018-01-01', now(), 'x')",
            ann,
        )
        await execute(
            "insert into person_events (person, kind, happened_on, recorded_at, recorded_by)"
            " values ($1, 'died', '2018-01-01', now(), 'x')",
            ann,
        )
        await execute(
            "insert into person_merges (gone, survivor, reason, merged_by, merged_at)"
            " values ($1, $2, 'r', 'x', now())",
            other,
            ann,
        )
        await fetch("select keep_key_safe($1, '1234', now(), 'x')", ann)
        await execute(_ORDER, ann)
        await execute(_ANSWER)
        await execute(_HANDED_OUT, uuid4(), item["id"], ann)
    return ann


_ORDER: Final = """
with by as (insert into users (username, password_hash, roles, created_at)
    values ('x', '', '{prescriber}', now()) returning id)
insert into orders (id, person, funder, depot, speed, due_on, status, ordered_at, ordered_by)
select gen_random_uuid(), $1, '04K', min(d.code), '7_day', '2018-10-08', 'authorised', now(), by.id
from depots d, by group by by.id
"""
_ANSWER: Final = """
with placed as (insert into order_events ("order", kind, at, actor)
    select id, 'placed', now(), 'x' from orders)
insert into order_answers ("order", warning, detail, reason, answered_at, answered_by)
select id, 'already-has', 'd', 'r', now(), 'x' from orders
"""
_HANDED_OUT: Final = """
insert into emergency_issues (id, item, person, reason, issued_at, issued_by, due_at)
values ($1, $2, $3, 'r', now(), 'x', now() + interval '1 day')
"""


async def unseen(sql: str) -> None:
    """See that a statement shows and changes nothing without a viewer, and does not hide that."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="nobody said who looks"):
        await execute(sql)


async def test_without_a_viewer_nobody_is_seen() -> None:
    """On its own, in a transaction, and after one that had a viewer on the same connection.

    It fails, so that a job that forgot to say who looks does not find nothing for ever.
    """
    await something_in_each()
    for table in WALLED:
        await unseen(f"select from {table}")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction():
                await fetch(f"select from {table}")


async def test_every_table_of_people_is_behind_the_wall(database: str) -> None:
    """Whatever names a person, or refers to one, stands there or is known to tell only an id."""
    owner = await asyncpg.connect(database)
    try:
        rows = await owner.fetch(_NAMES_PEOPLE)
    finally:
        await owner.close()
    unwalled = {row["name"] for row in rows if not row["walled"]}
    assert unwalled <= OPEN
    assert {row["name"] for row in rows if row["walled"]} >= set(WALLED) - SAID


_NAMES_PEOPLE = """
select distinct c.relname as name, c.relrowsecurity as walled
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
    and not c.relispartition and (a.attname in ('person', 'nhs_number', 'first_name', 'survivor')
        or c.relname = 'people' or exists (
            select from pg_constraint f
            where f.conrelid = c.oid and f.confrelid = 'people'::regclass))
"""


# What is written about something that is one person's and stands before the code alone: why, and
# what it would take to change that, says docs/adr/0016-second-wall.md.
WORDS_OUTSIDE: Final = {
    "cases.content", "cases.detail", "cases.fault", "cases.note", "movements.details",
    "movements.reason", "order_lines.special", "phone_entries.content", "phone_entries.problem",
    "postings.description", "recall_items.clear_reason", "visit_events.content", "visits.reason",
}  # fmt: skip


async def test_words_about_people_stand_behind_the_wall_or_are_known(database: str) -> None:
    """A new column to write in, of what is one person's, needs a decision."""
    owner = await asyncpg.connect(database)
    try:
        rows = await owner.fetch(_WORDS)
    finally:
        await owner.close()
    assert {row["name"] for row in rows} == WORDS_OUTSIDE


# Codes are short; whatever holds a sentence, or anything, is not.
_WORDS = """
select distinct c.relname || '.' || a.attname as name
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
    and not c.relispartition and not c.relrowsecurity
    and (a.atttypid in ('text'::regtype, 'jsonb'::regtype, 'bytea'::regtype)
        or (a.atttypid = 'varchar'::regtype and a.atttypmod - 4 >= 200))
    and (c.relname = 'visits' or exists (
        select from pg_attribute p where p.attrelid = c.oid and p.attname in
            ('person', 'order', 'order_line', 'visit', 'scan', 'phone')))
"""


async def test_prescribers_and_authorisers_see_their_partners_people() -> None:
    """And what hangs on them; nobody else's."""
    ours, theirs = await person(), await person(funder="52R")
    nobodys = await person(funder=None)
    for role in ("prescriber", "authoriser"):
        assert await seen_by(caller(role, partners=("04K",))) == {ours}
    assert await seen_by(caller("prescriber", partners=("04K", "52R"))) == {ours, theirs}
    assert await seen_by(caller("auditor")) == {ours, theirs, nobodys}
    for role in ("depot", "budget_holder", "technician"):
        assert await seen_by(caller(role, partners=("04K",))) == set()


async def test_what_hangs_on_a_person_is_seen_with_them() -> None:
    """By whoever sees the person; by no other."""
    ann = await something_in_each()
    stranger = caller("prescriber", partners=("52R",), username="stranger")
    for table in ("person_addresses", "person_events"):
        assert await seen_by(OURS, table=table) == {ann}
        assert await seen_by(stranger, table=table) == set()
    for table in ("person_looks", "person_openings", "requests"):
        async with in_sight_of(OURS, NOW):
            assert await fetch(f"select from {table}") == []
        assert await all_of(f"select from {table}")


async def test_the_wall_and_the_code_say_the_same() -> None:
    """Of every role, partner, opening and visit, at every time."""
    people = [await person(funder=funder) for funder in ("04K", "52R", None)]
    matched = await person(nhs_number=NUMBER, born=BORN, funder=None)
    for crew, whom in (("tess", people[2]), ("tom", people[0])):
        both = Caller(uuid4(), crew, frozenset({"technician", "coordinator"}))
        await done(scan(await one_item(), "deliver", person=str(whom), funder="04K"), by=both)
    await match(caller("prescriber", partners=("52R",), username="tess"), _RIGHT, NOW)
    everybody = {*people, matched}
    for roles in [(role,) for role in ROLES] + [("technician", "prescriber")]:
        for partners in ((), ("04K",), ("04K", "52R")):
            for name in ("tess", "tom"):
                who = Caller(uuid4(), name, frozenset(roles), frozenset(partners))
                for now in (NOW, NOW + timedelta(days=1), NOW + OPEN_FOR):
                    said = await visible_people(who, everybody, now)
                    assert await seen_by(who, now) == said, (roles, partners, name, now)


_RIGHT: Final = Match(NUMBER, BORN, "why")


async def test_a_setting_ends_with_its_transaction() -> None:
    """Whoever has the connection next sees nobody."""
    await person()
    async with in_sight_of(COORDINATOR, NOW) as connection:
        assert len(await connection.fetch("select from people")) == 1
        pid = await connection.fetchval("select pg_backend_pid()")
    async with transaction() as connection:
        assert await connection.fetchval("select pg_backend_pid()") == pid
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with connection.transaction():
                await connection.fetch("select from people")


async def test_nobody_is_changed_who_is_not_seen() -> None:
    """A forgotten condition changes no more than whom the viewer sees."""
    theirs = await person("Bob", funder="52R")
    await person()
    async with in_sight_of(OURS, NOW):
        assert await execute("update people set name = 'X'") == "UPDATE 1"
    assert (await look_up(COORDINATOR, theirs, NOW)).name == "Bob"


async def test_a_funder_may_be_changed_to_one_whose_people_are_not_seen() -> None:
    """The change is made whole, and then they are out of sight."""
    ann = await person()
    wanted = PersonChange(funder="52R", funder_reason="moved", phone="1")
    changed = await change(OURS, ann, wanted, NOW)
    assert (changed.funder, changed.phone) == ("52R", "1")
    assert await seen_by(OURS) == set()


async def test_whoever_registers_another_partners_person_is_told_of_the_record() -> None:
    """And does not see it afterwards."""
    new = NewPerson(name="Ann", funder="52R")
    made = await register(OURS, new, NOW)
    assert made.funder == "52R"
    assert await seen_by(OURS) == set()


async def test_deliveries_to_people_out_of_sight_are_recorded() -> None:
    """Foreign keys and the hot path need no viewer."""
    ann = await person(funder=None)
    await done(scan(await one_item(), "deliver", person=str(ann), funder="04K"))
    assert len(await fetch("select from loans where person = $1", ann)) == 1


async def test_a_key_safe_s_code_is_shown_to_todays_crew_alone() -> None:
    """Not to whoever set it, nor to those who see everybody, nor on the next day."""
    ann = await something_in_each()
    crew = caller("technician", "coordinator", username="tess")
    await done(scan(await one_item(), "deliver", person=str(ann)), by=crew)
    tess = caller("technician", username="tess")
    assert await seen_by(tess, table="key_safes") == {ann}
    assert await seen_by(tess, NOW + timedelta(days=1), table="key_safes") == set()
    for role in ROLES:
        who = caller(role, partners=("04K",), username="other")
        assert await seen_by(who, table="key_safes") == set()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute("update key_safes set code = '1'")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute(
            "insert into key_safes (person, code, set_at, set_by) values ($1, '1', now(), 'x')", ann
        )
