"""However long a list is, it costs the same handful of statements."""

import asyncio

import pytest

from budget.database import PlainConnection, close_pool, open_pool
from budget.refusals import Missing
from equipment.history import movements
from equipment.item_lists import Search, listed
from equipment.items import Viewer, look_up
from equipment.printing import Sender, labels_of
from equipment.scans import record
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import (
    COORDINATOR,
    NOW,
    Scan,
    done,
    one_item,
    received,
    scan,
    set_up,
    somebody,
    stock,
    tariff,
)

VIEWER = Viewer(ADMINISTRATOR, NOW, "https://kit.example.org")


class _Counting(PlainConnection):
    """A connection that counts its statements, and keeps on counting from one use to the next."""

    counted: int = 0

    async def _do_execute(self, *args: object, **more: object) -> object:
        type(self).counted += 1
        return await super()._do_execute(*args, **more)  # type: ignore[misc]  # not in its stubs

    async def execute(self, *args: object, **more: object) -> str:
        type(self).counted += not args[1:]
        return await super().execute(*args, **more)  # type: ignore[arg-type]  # passed on as it is


@pytest.fixture
async def counting(database: str) -> type[_Counting]:
    """Open the pool again, with connections that count."""
    await close_pool()
    await open_pool(database, size=1, connection_class=_Counting)
    await set_up()
    return _Counting


async def _cost(counting: type[_Counting], *scans: Scan) -> int:
    """Count the statements that a list of scans takes, each of which is accepted."""
    before = counting.counted
    results = await record(scans, COORDINATOR, NOW)
    assert {result.status for result in results} == {"accepted"}
    return counting.counted - before


async def test_five_hundred_scans_cost_what_five_do(counting: type[_Counting]) -> None:
    """Of every kind, of one item or many, with checks, undone, with a case each."""
    await tariff(clean=845, repair_hour=3_850)
    ada = await somebody()
    codes = await received(count=105)
    first, few, many = codes[:1], codes[1:3], codes[5:]

    def rounds(of: list[str]) -> list[Scan]:
        out = [scan(code, "deliver", person=ada, at=NOW) for code in of]
        back = [scan(code, "return", checks=_CHECKS) for code in of]
        clean = [scan(code, "clean") for code in of]
        undone = [scan(c["item"], "undo", movement=c["id"]) for c in clean]
        return [*out, *back, *clean, *undone, *(scan(code, "clean") for code in of)]

    await _cost(counting, *rounds(first))  # A connection asks once what types its arrays are of.
    assert await _cost(counting, *rounds(few)) == await _cost(counting, *rounds(many)) < 40
    assert len(rounds(many)) == 500
    again = [[scan(code, "pass") for code in of] for of in (few, many)]
    assert await _cost(counting, *again[0]) == await _cost(counting, *again[1])


async def test_a_single_scan_takes_two_statements(counting: type[_Counting]) -> None:
    """It is decided at a glance and written; one that nothing comes of is not written."""
    first, second = await received(count=2)
    await _cost(counting, scan(first, "allocate"))
    allocated = scan(second, "allocate")
    assert await _cost(counting, allocated) == 2
    before = counting.counted
    (repeated,) = await record([allocated], COORDINATOR, NOW)
    assert repeated.status == "duplicate"
    assert counting.counted - before == 1


_CHECKS = [{"kind": "service", "result": "pass", "on": "2018-10-01"}]


async def test_refused_scans_with_a_device_cost_no_more_when_they_are_many(
    counting: type[_Counting],
) -> None:
    """The cases are written in one statement."""
    codes = await received(count=40)
    costs = []
    for of in (codes[:1], codes[1:3], codes[3:]):
        before = counting.counted
        results = await record([scan(c, "find", device="x") for c in of], COORDINATOR, NOW)
        assert {result.status for result in results} == {"refused"}
        costs.append(counting.counted - before)
    assert costs[1] == costs[2]


async def test_a_list_of_items_costs_the_same_at_any_length(counting: type[_Counting]) -> None:
    """Three rows or three hundred, each with somebody who has it and earlier labels."""
    ada = await somebody()
    codes = [*await received(count=3), *await received(await stock("FRAME"), count=200)]
    await done(*(scan(code, "deliver", person=ada) for code in codes))
    # What a fresh connection asks first is no list's cost.
    await listed(Search(sku="BED01", limit=1), VIEWER)
    costs = []
    for sku, rows in (("BED01", 3), ("FRAME", 200)):
        before = counting.counted
        assert len(await listed(Search(sku=sku, limit=300), VIEWER)) == rows
        costs.append(counting.counted - before)
    assert costs[0] == costs[1] <= 2


async def test_items_that_are_looked_up_at_once_share_a_statement(
    counting: type[_Counting],
) -> None:
    """Each gets its own, and errors its own too."""
    codes = await received(count=20)
    await look_up(codes[0], VIEWER)
    before = counting.counted
    found = await asyncio.gather(*(look_up(code.lower(), VIEWER) for code in codes))
    assert counting.counted - before == 1
    assert [item.code for _, item in found] == codes
    asked = [codes[0], codes[1], "NOBODY", codes[2]]
    told = await asyncio.gather(*(look_up(c, VIEWER) for c in asked), return_exceptions=True)
    assert [one[1].code if isinstance(one, tuple) else type(one) for one in told] == [
        codes[0], codes[1], Missing, codes[2],
    ]  # fmt: skip


async def test_an_items_history_costs_the_same_at_any_length(counting: type[_Counting]) -> None:
    """One movement or two hundred, each with what it cost."""
    ada = await somebody()
    short, long = await one_item(), await one_item()
    steps = [("deliver", {"person": ada}), ("return", {}), ("clean", {}), ("pass", {})]
    await done(*(scan(long, action) | fields for _ in range(50) for action, fields in steps))
    await done(scan(short, "deliver", person=ada))
    costs = []
    for item, rows in ((1, 2), (2, 201)):
        before = counting.counted
        assert len(await movements(item, VIEWER, limit=300)) == rows
        costs.append(counting.counted - before)
    assert costs[0] == costs[1] <= 3


async def test_a_thousand_labels_are_read_in_one_statement(counting: type[_Counting]) -> None:
    """As one label is, whatever the items are named by."""
    codes = await received(count=100)
    texts = [f"9521234{code}" if n % 2 else code.lower() for n, code in enumerate(codes * 10)]
    for of in (texts[:1], texts[:1], texts):
        before = counting.counted
        labels = await labels_of(of, VIEWER, Sender("Store", ""))
        cost = counting.counted - before
        assert [label.code for label in labels] == (codes * 10)[: len(of)]
    assert len(texts) == 1_000
    assert cost == 1
