"""What scripts/verify finds of people's records, once somebody has changed rows by hand."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import asyncpg
import pytest

from equipment.people.addresses import Stay, stay
from equipment.people.merges import Merge, merge
from equipment.people.people import change, register
from equipment.people.person_form import NewPerson, PersonChange
from scripts.verify import verify
from scripts.verifying.people import PEOPLE_INVARIANTS
from tests.equipment.ordering import open_for_orders, orderer, placed
from tests.equipment.store import COORDINATOR, NOW

_LOOSE = "set session_replication_role = replica; "
_OTHER_ADDRESS = """
insert into person_addresses (person, kind, address, postcode, from_on, until_on, recorded_at,
    recorded_by) select person, kind, 'elsewhere', postcode, {days}, now(), 'x'
from person_addresses where kind = '{kind}' limit 1
"""
BREAKS = [
    ("merged", "alter table people drop constraint people_check; " + _LOOSE +
        "update people set merged_into = id where name = 'Anne'"),
    ("merged", _LOOSE + "update people set merged_into = gen_random_uuid() where name = 'Anne'"),
    ("merged", _LOOSE + """update people set merged_into = (select id from people
        where name = 'Zoe') where name = 'Ann'"""),
    ("merged", "update people set merged_into = null where name = 'Anne'"),
    ("merged", "delete from person_merges"),
    ("merged", "update people set funder = '52R' where name = 'Anne'"),
    ("left-behind", """update orders set person = (select id from people where name = 'Anne')"""),
    ("left-behind", """insert into key_safes (person, code, set_at, set_by)
        select id, '1', now(), 'x' from people where name = 'Anne'"""),
    ("left-behind", """insert into person_openings (person, username, reason, opened_at, until)
        select id, 'x', 'r', now(), now() + interval '1 day' from people where name = 'Anne'"""),
    ("stays", _OTHER_ADDRESS.format(kind="temporary", days="until_on, until_on + 1")),
    ("stays", _OTHER_ADDRESS.format(kind="temporary", days="from_on - 1, until_on + 1")),
    ("home", _OTHER_ADDRESS.format(kind="home", days="from_on, null")),
    ("home", "update people set postcode = 'NG9 9ZZ' where name = 'Ann'"),
]  # fmt: skip


@pytest.fixture
async def store(database: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Yield the owner of a store: two records of Ann, who ordered, moved, and stays away twice."""
    await open_for_orders()
    ann, anne, _ = [
        (await register(COORDINATOR, NewPerson(name=name, funder="04K", postcode=code), NOW)).id
        for name, code in (("Ann", None), ("Anne", "NG1 1AA"), ("Zoe", "NG1 1AA"))
    ]
    await placed(await orderer(), str(anne), "BED01")
    for moved in ("NG2 2BB", None):
        wanted = PersonChange(address="1 High Street", postcode=moved)
        await change(COORDINATOR, ann, wanted, NOW)
    await change(COORDINATOR, ann, PersonChange(address=None), NOW + timedelta(days=1))
    for day in (1, 8):
        days = (date(2018, 11, day), date(2018, 11, day + 6))
        away = Stay(address="2 Low Street", postcode="NG1 1AA", from_on=days[0], until_on=days[1])
        await stay(COORDINATOR, ann, away, NOW)
    await merge(COORDINATOR, ann, Merge(duplicate=anne, reason="the same"), NOW + timedelta(days=2))
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


async def test_an_untouched_store_keeps_them_all(
    store: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    """Whoever moved, stayed away and had two records."""
    for invariant in PEOPLE_INVARIANTS:
        assert await store.fetch(invariant.query) == [], invariant.name


@pytest.mark.parametrize(("name", "sql"), BREAKS)
async def test_what_is_broken_is_found(
    store: "asyncpg.Connection[asyncpg.Record]", name: str, sql: str
) -> None:
    """By the invariant that it breaks."""
    await store.execute(sql)
    [query] = [each.query for each in PEOPLE_INVARIANTS if each.name == name]
    assert await store.fetch(query) != []


async def test_the_command_names_it(
    store: "asyncpg.Connection[asyncpg.Record]",
    database: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With whose record it is; and each invariant has something that breaks it."""
    assert {name for name, _ in BREAKS} == {each.name for each in PEOPLE_INVARIANTS}
    await store.execute("delete from person_merges")
    gone = await store.fetchval("select id from people where name = 'Anne'")
    assert await verify(database) == 1
    assert f"merged: person {gone}: goes on in another, but nobody said so" in (
        capsys.readouterr().out
    )
