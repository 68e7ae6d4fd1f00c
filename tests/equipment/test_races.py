"""Many at once on real PostgreSQL: the same answers as one after the other."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from typing import Final
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from budget.refusals import Refused
from equipment.clerk import Result
from equipment.content import content_hash
from equipment.items import Delivery, Viewer, receive
from equipment.opening import import_items
from equipment.scans import record
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import (
    COORDINATOR,
    NOW,
    STORE,
    Scan,
    check_invariants,
    count,
    one_item,
    reason,
    received,
    row_of,
    scan,
    set_up,
    somebody,
    tariff,
)

BEGINNING: Final = set_up
pytestmark = pytest.mark.usefixtures("database")

VIEWER = Viewer(ADMINISTRATOR, NOW, "https://kit.example.org")


async def at_once(*lists: Sequence[Scan]) -> list[list[Result]]:
    """Send lists of scans together."""
    return list(await asyncio.gather(*(record(scans, COORDINATOR, NOW) for scans in lists)))


def statuses(answers: Sequence[Sequence[Result]]) -> Counter[str]:
    """Count what became of the scans."""
    return Counter(result.status for results in answers for result in results)


async def test_of_twenty_who_scan_one_item_one_wins_and_nineteen_are_told_why() -> None:
    """Each under an id of its own: the item can be collected once."""
    code, ada = await one_item(), await somebody()
    for action, slug in (("deliver", "item-not-ready"), ("collect", "item-not-on-loan")):
        scans = [scan(code, action, person=ada) for _ in range(20)]
        answers = await at_once(*([each] for each in scans))
        assert statuses(answers) == {"accepted": 1, "refused": 19}
        told = {reason(r) for [r] in answers if r.status == "refused"}
        assert told == {slug}
    assert await count("postings") == 2
    await check_invariants()


async def test_whoever_waits_for_an_item_finds_it_however_many_it_asks_for() -> None:
    """Every one of these scans is legal: in lists with an item of their own, and one by one."""
    shared, *own = await received(count=9)
    for _ in range(6):
        lists = [[scan(code, "check"), scan(shared, "check")] for code in own]
        singles = [[scan(code, "check")] for code in (shared, *own)]
        answers = await at_once(*lists, *singles, *([scan(shared, "check")] for _ in range(4)))
        assert statuses(answers) == {"accepted": 29}
        again = await at_once(*lists, *singles)
        assert statuses(again) == {"duplicate": 25}
    await check_invariants()


async def test_an_item_that_somebody_holds_up_holds_up_nobody_else(database: str) -> None:
    """Single scans share a transaction, but not the wait for another's item."""
    held, *free = await received(count=6)
    connection = await asyncpg.connect(database)
    try:
        async with connection.transaction():
            await connection.execute("select from items where code = $1 for update", held)
            waiting = [asyncio.create_task(at_once([scan(held, "check")])) for _ in range(8)]
            await asyncio.sleep(0.2)
            answers = await at_once(*([scan(code, "check")] for code in free))
            assert statuses(answers) == {"accepted": 5}
            assert not any(task.done() for task in waiting)
    finally:
        await connection.close()
    assert sum((statuses(answer) for answer in await asyncio.gather(*waiting)), Counter()) == {
        "accepted": 8
    }


async def test_one_scan_sent_ten_times_at_once_is_accepted_once() -> None:
    """The other nine are duplicates: each is told the item's state as it is now."""
    for _ in range(3):
        sent = scan(await one_item(), "withdraw", device="phone 7")
        answers = await at_once(*([sent] for _ in range(10)))
        assert statuses(answers) == {"accepted": 1, "duplicate": 9}
        assert {result.state for [result] in answers} == {"returned"}
    assert await count("cases") == 0


async def test_lists_that_name_the_same_items_in_opposite_order_do_not_lock_up() -> None:
    """Each list is judged as a whole before or after the other."""
    codes = await received(count=20)
    for _ in range(5):
        there = [scan(code, "hold") for code in codes]
        back = [scan(code, "release") for code in reversed(codes)]
        answers = await at_once(there, back, list(reversed(there)), list(reversed(back)))
        assert sum(statuses(answers).values()) == 80
        await record([scan(code, "release") for code in codes], COORDINATOR, NOW)
    await check_invariants()


async def test_lists_that_share_ids_in_opposite_order_do_not_lock_up() -> None:
    """Each id is accepted for one of the two items that it is sent for."""
    mine, yours = await received(count=20), await received(count=20)
    here = [scan(code, "withdraw") for code in mine]
    there = [s | {"item": code} for s, code in zip(reversed(here), yours, strict=True)]
    answers = await at_once(here, there)
    assert statuses(answers) == {"accepted": 20, "refused": 20}
    told = {reason(r) for results in answers for r in results if r.status == "refused"}
    assert told == {"id-reused"}
    await check_invariants()


async def test_one_id_for_two_items_at_once_is_accepted_for_one() -> None:
    """The other is refused, and shown nothing."""
    for _ in range(5):
        first, second = await received(count=2)
        sent = scan(first, "withdraw")
        answers = await at_once([sent], [sent | {"item": second}])
        assert statuses(answers) == {"accepted": 1, "refused": 1}
        [lost] = [result for [result] in answers if result.status == "refused"]
        assert (reason(lost), lost.item, lost.state) == ("id-reused", None, None)


async def test_one_id_from_two_callers_at_once_is_one_callers() -> None:
    """Equal content or not."""
    sent = scan(await one_item(), "withdraw")
    answers = await asyncio.gather(*(record([sent], by, NOW) for by in (COORDINATOR, STORE)))
    assert statuses(answers) == {"accepted": 1, "refused": 1}


async def test_one_receipt_sent_ten_times_at_once_makes_one_set_of_items() -> None:
    """Ten equal answers."""
    goods = Delivery("BED01", "D1", [None] * 3, None, None, NOW, dirty=False, owner="pool")
    wanted, content = uuid4(), content_hash({"quantity": 3})
    answers = await asyncio.gather(
        *(receive(goods, VIEWER, client_id=wanted, content=content) for _ in range(10))
    )
    assert len(set(answers)) == 1
    assert len(msgspec.json.decode(answers[0])["items"]) == 3
    assert await count("items") == 3
    assert await count("movements") == 3


async def test_of_two_receipts_of_one_serial_one_is_kept() -> None:
    """The other is refused whole."""
    both = await asyncio.gather(
        *(received(serials=serials) for serials in (["a", "b"], ["c", "b"])),
        return_exceptions=True,
    )
    assert [each.slug for each in both if isinstance(each, Refused)] == ["exists"]
    assert await count("items") == 2


async def test_receipts_of_the_same_serials_in_opposite_order_do_not_lock_up(
    database: str,
) -> None:
    """One is kept, the other is refused: nobody gets an error that is not theirs."""
    serials = ["a", "m", "z"]
    async with _meeting_at("m", database):
        both = [
            asyncio.create_task(_outcome(received(serials=each)))
            for each in (serials, serials[::-1])
        ]
    assert sorted([await each for each in both]) == ["done", "exists"]
    assert await count("items") == 3


@pytest.mark.parametrize("line", ["BED01,{},,available,D1", "BED01,,{},available,D1"])
async def test_files_with_the_same_names_in_opposite_order_do_not_lock_up(
    database: str, line: str
) -> None:
    """Each item is taken over once, whether a serial or a label tells it."""
    head, lines = "sku,serial,aliases,state,depot", [line.format(name) for name in "AMZ"]
    async with _meeting_at("M", database):
        both = [
            asyncio.create_task(import_items(ADMINISTRATOR, "\n".join([head, *each]), NOW))
            for each in (lines, lines[::-1])
        ]
    assert sorted([(await each).created for each in both]) == [0, 3]


async def _outcome(receipt: Awaitable[object]) -> str:
    try:
        await receipt
    except Refused as refusal:
        return refusal.slug
    return "done"


@asynccontextmanager
async def _meeting_at(name: str, dsn: str) -> AsyncIterator[None]:
    """Whatever is begun inside meets there: an item of that serial and label is about to be."""
    other = await asyncpg.connect(dsn)
    rehearsal = other.transaction()
    await rehearsal.start()
    await other.execute(
        """
        with item as (
            insert into items (code, giai, sku, serial, state, depot, newest_movement)
            values ('xxxxxxxx', 'xxxxxxxx', 'BED01', $1, 'available', 'D1', gen_random_uuid())
            returning id
        ) insert into item_aliases (key, item, alias) select $1, id, $1 from item
        """,
        name,
    )
    yield
    waiting = "select count(*) from pg_locks where not granted"
    while await other.fetchval(waiting) < 2:  # noqa: ASYNC110 - PostgreSQL sets no event here
        await asyncio.sleep(0.02)
    await rehearsal.rollback()
    await other.close()


async def test_many_lists_over_few_items_keep_every_invariant() -> None:
    """Whatever comes first: states, loans, holds, postings and counts agree afterwards."""
    await tariff(clean=845, repair_hour=3_850)
    codes, ada = await received(count=4), await somebody()
    chance = random.Random(5)
    actions = ["deliver", "return", "clean", "pass", "withdraw", "hold", "release", "lose", "find"]
    lists = [
        [scan(chance.choice(codes), chance.choice(actions), person=ada) for _ in range(15)]
        for _ in range(30)
    ]
    answers = await at_once(*lists, *lists[:10])
    assert statuses(answers)["duplicate"] > 0
    accepted = statuses(answers)["accepted"]
    assert await count("movements") == accepted + len(codes)
    assert await count("receipts", "kind = 'scan'") == accepted + len(codes)
    for code in codes:
        item = (await row_of(code))["id"]
        lent = await count("movements", f"item = {item} and action = 'deliver'")
        assert (await row_of(code))["loans"] == lent
        assert await count("postings", f"item = {item} and kind = 'issue'") == 2 * lent
        assert await count("tallies", f"item = {item} and kind = 'issued'") == lent
    await check_invariants()
