"""Requests from the public page, and how often a network may come."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from budget.database import execute
from budget.refusals import Missing, NotAllowed, Refused, Wrong
from equipment import requests
from equipment.requests import Form, Labelled
from equipment.staff import visitors
from equipment.staff.roles import ROLES
from tests.equipment.standing_data import caller
from tests.equipment.store import COORDINATOR, NOW, count, one_item, row_of, set_up
from tests.races import ready
from tests.sight import all_of


@pytest.fixture
async def bed(database: str) -> Labelled:  # noqa: ARG001 - it has opened the pool
    """One bed."""
    await set_up()
    return await requests.labelled((await row_of(await one_item()))["giai"])


def form(**fields: object) -> Form:
    """A form that was just handed out."""
    usual: dict[str, object] = {"id": uuid4(), "kind": "collection", "everything": True}
    return Form(**usual | fields)  # type: ignore[arg-type]  # what a test is about


async def test_a_double_tap_at_one_moment_is_one_request(bed: Labelled) -> None:
    """Ten at once, over as many connections."""
    await ready(5)
    one = form(first_name="Ann")
    await asyncio.gather(*(requests.send(bed, one, NOW) for _ in range(10)))
    assert await count("requests") == 1


async def test_what_people_sent_cannot_be_changed(bed: Labelled) -> None:
    """The application's role may write what was done about it, and no more."""
    await requests.send(bed, form(), NOW)
    for sql in ("update requests set telephone = '1'", "delete from requests"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await execute(sql)


async def test_a_request_is_settled_once_with_a_note(bed: Labelled) -> None:
    """By whom and when; a second time, without a note, or another's id: refused."""
    await requests.send(bed, form(), NOW)
    [open_one] = await requests.listed(COORDINATOR, "open", None, 0, 10)
    with pytest.raises(Wrong):
        await requests.settle(COORDINATOR, open_one.id, "  ", NOW)
    settled = await requests.settle(COORDINATOR, open_one.id, " Rang Ann. ", NOW)
    assert (settled.status, settled.note, settled.settled_by) == (
        "settled",
        "Rang Ann.",
        COORDINATOR.username,
    )
    assert settled.settled_at == NOW
    with pytest.raises(Refused, match="settled this request already"):
        await requests.settle(COORDINATOR, open_one.id, "Again.", NOW)
    with pytest.raises(Missing):
        await requests.settle(COORDINATOR, UUID(int=0), "Nothing.", NOW)
    assert await requests.listed(COORDINATOR, "open", None, 0, 10) == []
    assert await requests.listed(COORDINATOR, "settled", None, 0, 10) == [settled]


async def test_only_coordinators_see_what_strangers_sent(bed: Labelled) -> None:
    """Auditors read it too; administrators may do everything."""
    await requests.send(bed, form(), NOW)
    for role in ROLES:
        who = caller(role)
        if role in {"administrator", "coordinator", "auditor"}:
            assert len(await requests.listed(who, None, None, 0, 10)) == 1
        else:
            with pytest.raises(NotAllowed):
                await requests.listed(who, None, None, 0, 10)
        if role not in {"administrator", "coordinator"}:
            with pytest.raises(NotAllowed):
                await requests.settle(who, UUID(int=0), "Done.", NOW)


async def test_texts_are_kept_as_they_read(bed: Labelled) -> None:
    """In one form of Unicode, without what no keyboard types."""
    said = form(kind="fault", first_name="Zoe\u0308\x00", message="One\r\n\x07two\ud800 \n")
    await requests.send(bed, said, NOW)
    [row] = await all_of("select first_name, message, everything from requests")
    assert tuple(row) == ("Zo\u00eb", "One\n two", None)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
    ],
)
async def test_visits_are_counted_by_network(
    database: str, one: str, other: str, *, same: bool
) -> None:
    """A household's IPv6 network is one, however many addresses it has."""
    assert database
    once = visitors.Allowance("view", 1, timedelta(minutes=1))
    assert await visitors.wait_of(once, one, NOW) is None
    wait = await visitors.wait_of(once, other, NOW + timedelta(seconds=20))
    assert wait == (timedelta(seconds=40) if same else None)


async def test_room_comes_back_and_nothing_is_kept_of_who_came(database: str) -> None:
    """After the window all may come again; after a day the counts are gone."""
    assert database
    once = visitors.Allowance("view", 1, timedelta(minutes=1))
    for _ in range(3):
        await visitors.wait_of(once, "192.0.2.1", NOW)
    assert await visitors.wait_of(once, "192.0.2.1", NOW + timedelta(minutes=1)) is None
    assert await count("page_counts") == 2
    await visitors.wait_of(once, "192.0.2.2", NOW + timedelta(days=2))
    assert await count("page_counts") == 1


async def test_many_visits_at_once_are_each_counted(database: str) -> None:
    """No two of them take the last room."""
    assert database
    await ready(5)
    few = visitors.Allowance("view", 4, timedelta(minutes=1))
    visits = (visitors.wait_of(few, "192.0.2.1", NOW) for _ in range(10))
    waits = await asyncio.gather(*visits)
    assert sum(wait is None for wait in waits) == 4
