"""What falls due: examinations, services and tests, here and at home."""

from datetime import date, timedelta
from typing import Any

import pytest

from budget.database import execute, fetch, transaction
from equipment.inspection.dues import FIRST, Place, Search, due
from equipment.people.people import register
from equipment.people.person_form import Carers, NewPerson
from equipment.people.visibility import EVERYONE
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import COORDINATOR, NOW, STORE, done, one_item, scan, set_up, stock

FAR = date(2020, 1, 1)
PASSED = [{"kind": "loler", "result": "pass", "on": "2018-10-01"}]


@pytest.fixture
async def hoist(database: str) -> str:
    """A hoist on the shelf: examined every six months, serviced every twelve."""
    del database
    await set_up()
    await stock("HST01", loler_months=6, service_months=12, pat=True)
    return await one_item("HST01")


async def listed(before: date = FAR, **fields: Any) -> list[tuple[str, date | None, bool]]:
    """What falls due: which check, when, and whether somebody has the item."""
    rows = await due(ADMINISTRATOR, Search(before, **fields), NOW)
    return [(row.kind, row.due_on, row.at_home) for _, row in rows]


async def lent(item: str, carers: Carers) -> str:
    """Lend it to somebody with these carers; their id."""
    new = NewPerson(name="Ada", funder="04K", carers=carers)
    person = str((await register(COORDINATOR, new, NOW)).id)
    await done(scan(item, "deliver", person=person))
    return person


async def test_examination_and_service_fall_due_in_the_order_of_their_days(hoist: str) -> None:
    """So many months after the pass or the receipt; before the day that is asked for, not on it."""
    assert await listed() == [
        ("loler", date(2019, 4, 1), False), ("service", date(2019, 10, 1), False),
    ]  # fmt: skip
    assert await listed(date(2019, 4, 1)) == []
    await done(scan(hoist, "check", checks=[PASSED[0] | {"on": "2018-09-30"}]))
    assert await listed(date(2019, 4, 2)) == [("loler", date(2019, 4, 1), False)]


async def test_what_has_left_the_service_is_never_due(hoist: str) -> None:
    """And is again when it turns up: found dirty, it is to be tested too."""
    await done(scan(hoist, "lose"))
    assert await listed() == []
    await done(scan(hoist, "find"))
    assert [kind for kind, _, _ in await listed()] == ["pat", "loler", "service"]
    await done(scan(hoist, "clean"), scan(hoist, "scrap"))
    assert await listed() == []


async def test_what_only_family_uses_is_examined_by_the_services_own_interval(hoist: str) -> None:
    """Paid carers come under the regulations; a change of either counts at once."""
    person = await lent(hoist, "family")
    own = ("loler", date(2019, 10, 1), True)
    assert own in await listed(where="home")
    async with transaction(viewer=EVERYONE):
        await execute("update people set carers = 'both' where id = $1", person)
    assert ("loler", date(2019, 4, 1), True) in await listed(where="home")
    await done(scan(hoist, "return"))
    assert await listed(where="home") == []


async def test_a_product_that_is_examined_more_often_is_due_sooner(hoist: str) -> None:
    """Whatever is out there already."""
    del hoist
    await execute("update products set loler_months = 3 where sku = 'HST01'")
    assert (await listed())[0] == ("loler", date(2019, 1, 1), False)


async def test_only_who_may_see_them_is_told_who_has_it(hoist: str) -> None:
    """The store knows that it is at home, and no more."""
    person = await lent(hoist, "paid")
    [(_, seen), *_] = await due(COORDINATOR, Search(FAR), NOW)
    [(_, hidden), *_] = await due(STORE, Search(FAR), NOW)
    assert (str(seen.person), hidden.person, hidden.at_home) == (person, None, True)


async def test_each_is_listed_once_however_small_the_pages(hoist: str) -> None:
    """Tests, examinations and services among each other, by the place that the last page ended."""
    for _ in range(3):
        await done(scan(await one_item("HST01"), "withdraw"))
    del hoist
    whole = await due(ADMINISTRATOR, Search(FAR), NOW)
    seen: list[Place] = []
    after = FIRST
    while rows := await due(ADMINISTRATOR, Search(FAR, limit=2, after=after), NOW):
        seen += [place for place, _ in rows]
        after = seen[-1]
    assert seen == [place for place, _ in whole]
    assert len(set(seen)) == 3 + 8


async def test_what_is_kept_is_what_would_be_reckoned(hoist: str) -> None:
    """After whatever was done: scans, a merge of products' months, people's carers, undone acts."""
    await lent(hoist, "none")
    sent = scan(hoist, "return")
    await done(sent)
    await done(scan(hoist, "undo", movement=sent["id"]), now=NOW + timedelta(minutes=1))
    await execute("update products set service_months = null where sku = 'HST01'")
    crooked = """
        select * from dues_of(array(select id from items)) except select * from check_dues
        union all
        (select * from check_dues except select * from dues_of(array(select id from items)))
    """
    assert await fetch(crooked) == []
    assert [kind for kind, _, _ in await listed()] == ["loler"]
