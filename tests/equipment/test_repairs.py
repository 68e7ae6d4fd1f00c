"""Repair or scrap: the sum behind the advice, and what a person decided."""

from datetime import date, timedelta
from typing import Any, Literal
from uuid import uuid4

import pytest

from budget.refusals import Refused
from equipment.repairs.advice import Cost, advise
from equipment.repairs.decisions import NewDecision, Quote, advice_on, decide, of_item
from tests.equipment.store import NOW, STORE, done, one_item, row_of, scan, set_up, stock, tariff

TODAY = date(2018, 10, 1)


@pytest.mark.parametrize(
    ("spent", "quote", "years", "advice"),
    [
        (0, 10_000, 0, "repair"),
        (0, 49_900, 5, "repair"),
        (0, 50_100, 5, "scrap"),
        (60_000, 40_000, 0, "repair"),
        (60_000, 40_001, 0, "scrap"),
        (0, 0, 20, "repair"),
        (0, 1, 20, "scrap"),
    ],
)
def test_what_costs_more_than_it_is_worth_is_not_mended(
    spent: int, quote: int, years: int, advice: str
) -> None:
    """A thing for 1,000 pounds lives ten years; what was spent counts towards a new one."""
    received = TODAY - timedelta(days=round(years * 365.25))
    told = advise(Cost(100_000, spent, quote, 1), received, 10, TODAY)
    assert told.advice == advice
    assert abs(told.worth_pence - max(0, 100_000 - 10_000 * years)) <= 20


@pytest.fixture
async def bed(database: str) -> str:
    """A bed in repair, mended once before for an hour and five pounds."""
    del database
    await set_up()
    await tariff(repair_hour=3_000)
    await stock("BED02", life_years=10)
    code = await one_item("BED02")
    await done(scan(code, "withdraw"), scan(code, "clean"), scan(code, "fail"))
    await done(scan(code, "repair", minutes=60, parts_pence=500), scan(code, "fail"))
    return code


def decision(what: Literal["repair", "scrap"], **fields: Any) -> NewDecision:
    """Decide, with a reason."""
    return NewDecision(uuid4(), what, "Spares are gone", NOW, **fields)


async def test_the_advice_counts_every_repair_so_far(bed: str) -> None:
    """By the tariff of its year; one that was taken back is none."""
    told = await advice_on(STORE, bed, Quote(30, 1_000), NOW)
    assert (told.spent_pence, told.quote_pence, told.repairs) == (3_500, 2_500, 1)
    assert (told.advice, told.price_pence) == ("repair", 62_000)


async def test_a_decision_keeps_its_reason_and_the_advice(bed: str) -> None:
    """Against it, too; to scrap does it, once."""
    mend = await decide(STORE, bed, decision("repair", parts_pence=70_000), NOW)
    assert (mend.advice.advice, mend.reason, mend.decided_by) == (
        "scrap", "Spares are gone", "storeman",
    )  # fmt: skip
    assert (await row_of(bed))["state"] == "in_repair"
    new = decision("scrap", minutes=30)
    gone = await decide(STORE, bed, new, NOW)
    assert await decide(STORE, bed, new, NOW) == gone
    assert (await row_of(bed))["state"] == "scrapped"
    assert await of_item(STORE, bed, after=0, limit=5) == [mend, gone]
    with pytest.raises(Refused):
        await decide(STORE, bed, decision("scrap"), NOW)
