"""scripts/verify knows years on credit and years on pool-owned stock, and what each charges."""

from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import pytest

from budget import charges
from budget.charges import Proposal
from budget.months import make_months
from budget.pool import Tariff, YearPlan, agree
from scripts.verify import verify
from tests.equipment.store import NOW, done, received, scan, set_up, somebody

NEXT = datetime(2019, 5, 10, 9, tzinfo=UTC)


@pytest.fixture
async def store(database: str) -> str:
    """A year on credit that went over to pool-owned stock half-way, and one on stock."""
    await set_up()
    await make_months(NOW.date(), NEXT.date())
    tariff = Tariff(clean=845, repair_hour=0)
    await agree("ada", "2018-19", YearPlan({"04K": 200, "52R": 100}, tariff))
    first, second, third = await received(count=3, purchase_price_pence=50_001)
    person = await somebody("04K")
    await done(scan(first, "deliver", person=person))
    for year, shares in (
        ("2018-19", {"04K": 2, "52R": 1}), ("2019-20", {"04K": 3}), ("2019-20", {"52R": 3}),
    ):  # fmt: skip
        await agree("ada", year, YearPlan(shares, tariff, model="pool_stock"))
    await done(scan(second, "deliver", person=person))
    for bed in (first, second):
        steps = (scan(bed, action, at=NEXT) for action in ("return", "clean", "pass"))
        await done(*steps, now=NEXT)
    await done(scan(third, "deliver", person=person, at=NEXT), now=NEXT)
    await received(count=2, purchase_price_pence=50_001)
    fee = Proposal(
        id=uuid4(), kind="management_fee", partner="04K", pence=7, happened_on=NOW.date(),
        reason="Agreed",
    )  # fmt: skip
    await charges.propose("ada", fee, NOW)
    await charges.approve("bob", fee.id, NOW)
    return database


async def test_both_models_in_one_store_are_sound(
    store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the items nobody was charged for: they came while the year charged issues."""
    assert await verify(store) == 0, capsys.readouterr().out
    assert capsys.readouterr().out.count("and nobody was charged for it") == 3


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        (
            "update loans set only_counted = true where began_at < '2018-10-02'",
            "posting-due",
        ),
        ("update loans set only_counted = false where began_at > '2019-01-01'", "posting-due"),
        (
            """update postings set amount_pence = amount_pence + sign(amount_pence) * 7
            where kind = 'stock_purchase' and abs(amount_pence) = 33334""",
            "posting-due",
        ),
        ("delete from postings where kind = 'stock_purchase' and partner = '52R'", "posting-due"),
    ],
)
async def test_what_a_model_does_not_charge_is_named(
    store: str, capsys: pytest.CaptureFixture[str], sql: str, named: str
) -> None:
    """Whoever changed it by hand."""
    connection = await asyncpg.connect(store)
    await connection.execute(sql)
    await connection.close()
    assert await verify(store) == 1
    assert f"{named}: " in capsys.readouterr().out
