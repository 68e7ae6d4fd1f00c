"""What orders commit their funders to, until it is delivered or called off."""

from datetime import date
from typing import Final

import pytest

from budget import pool
from budget.partners import Takeover, take_over
from budget.pool import DeliveryTariff, Tariff, YearPlan, agree
from equipment.orders.order_decisions import cancel
from equipment.orders.order_standing import go_over
from equipment.staff.roles import Caller
from tests.equipment.ordering import open_for_orders, ordered, orderer
from tests.equipment.store import (
    NOW,
    done,
    one_item,
    received,
    scan,
)

BEGINNING: Final = open_for_orders
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def nurse() -> Caller:
    """A prescriber of 04K who may order everything."""
    return await orderer(level=4)


async def test_what_is_on_order_is_committed(nurse: Caller) -> None:
    """With its delivery, once, until it is delivered; and back again when that is undone."""
    tariff = Tariff(delivery=DeliveryTariff(seven_day=4_000))
    await agree("admin", "2018-19", YearPlan({"04K": 1_000_000}, tariff))
    codes = await received(count=2)
    order = await ordered(nurse, {"sku": "BED01", "quantity": 2}, speed="7_day")
    assert await _committed() == (128_000, 872_000)
    delivered = scan(codes[0], "deliver")
    await done(delivered)
    assert await _committed() == (66_000, 872_000)
    await done(scan(codes[0], "undo", movement=delivered["id"]))
    assert await _committed() == (128_000, 872_000)
    await done(scan(codes[0], "deliver"))
    await cancel(nurse, order.id, "enough", NOW)
    assert await _committed() == (0, 938_000)


async def test_commitments_count_in_the_year_in_which_they_fall_due(nurse: Caller) -> None:
    """Also when they end later, and partners' rows sum to the pool's."""
    march = NOW.replace(year=2019, month=3, day=29)
    code = await one_item()
    await ordered(nurse, speed="10_day", at=march)
    assert (await _committed())[0] == 0
    assert (await _committed("2019-20"))[0] == 62_000
    await done(scan(code, "deliver", at=march), now=march)
    assert (await _committed("2019-20"))[0] == 0
    standing = await pool.standing("2019-20", None)
    assert standing.pool.committed_pence == sum(p.committed_pence for p in standing.partners)


async def test_a_year_on_pool_owned_stock_commits_to_deliveries_alone(nurse: Caller) -> None:
    """What is delivered then costs nobody; what was ordered before stays as it was recorded."""
    tariff = Tariff(delivery=DeliveryTariff(seven_day=4_000))
    await agree("admin", "2018-19", YearPlan({"04K": 1_000_000}, tariff))
    codes = await received(count=2)
    await ordered(nurse, speed="7_day")
    await agree("admin", "2018-19", YearPlan({"04K": 1_000_000}, tariff, model="pool_stock"))
    assert await _committed() == (66_000, 934_000)
    answers = [{"warning": "already-ordered", "reason": "two rooms"}]
    await ordered(nurse, speed="7_day", answers=answers)
    assert await _committed() == (70_000, 930_000)
    await done(*(scan(code, "deliver") for code in codes))
    assert await _committed() == (0, 1_000_000)


async def test_what_is_ordered_goes_over_to_whoever_takes_over(nurse: Caller) -> None:
    """From its day on, as the delivery will be posted; delivered, nobody is committed any more."""
    code = await one_item()
    await ordered(nurse)
    await take_over("admin", "04K", Takeover("52R", date(2018, 10, 2)))
    second = NOW.replace(day=2)
    assert [await go_over(now) for now in (NOW, second, second)] == [0, 1, 0]
    rows = {row.ods: row for row in (await pool.standing("2018-19", None)).partners}
    assert (rows["04K"].committed_pence, rows["52R"].committed_pence) == (0, 62_000)
    await done(scan(code, "deliver", at=second), now=second)
    rows = {row.ods: row for row in (await pool.standing("2018-19", None)).partners}
    assert (rows["52R"].committed_pence, rows["52R"].issues_pence) == (0, 62_000)


async def _committed(year: str = "2018-19") -> tuple[int, int]:
    row = (await pool.standing(year, None)).pool
    return row.committed_pence, row.remaining_pence
