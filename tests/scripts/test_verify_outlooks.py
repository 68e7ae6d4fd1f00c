"""scripts/verify finds a forecast whose parts do not sum, and an agreement that shares no whole."""

from datetime import UTC, date, datetime
from uuid import uuid4

import asyncpg
import pytest

from budget.forecasting.kept import make_due
from budget.forecasting.series import months_after
from budget.partners import NewPartner, enter
from budget.sharing import agreements
from budget.sharing.agreements import AgreementProposal
from scripts.verifying.outlooks import OUTLOOK_INVARIANTS
from tests.budget.posting import post_all

NOW = datetime(2018, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
async def store(database: str) -> str:
    """Two partners with an agreement and a few forecasts."""
    for ods in ("04K", "52R"):
        await enter("ada", NewPartner(ods, f"CCG {ods}", "ccg"))
    begin = date(2018, 4, 1)
    await post_all(
        {
            (months_after(begin, month), ods, "activity"): 700 + month * month
            for month in range(7)
            for ods in ("04K", "52R")
        }
    )
    new = AgreementProposal(
        id=uuid4(), year="2018-19", holds_from=begin, reason="x", shares={"04K": 1, "52R": 9_999}
    )
    await agreements.propose("ada", new, NOW)
    assert await make_due(NOW) > 0
    return database


async def _found(dsn: str) -> list[str]:
    connection = await asyncpg.connect(dsn)
    try:
        return [row[0] for each in OUTLOOK_INVARIANTS for row in await connection.fetch(each.query)]
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        (
            "update forecasts set content = jsonb_set(content, '{pool,months,1}', '1')",
            "month 2 is 1 for the pool, but",
        ),
        (
            "update forecasts set content = content #- '{pool,months,1}'",
            "to the end of the year",
        ),
        ("update sharing_agreements set shares = '{\"04K\": 3}'", "come to 3 hundredths"),
        ("update sharing_agreements set shares = '{\"X\": 10000}'", "names X, who is no partner"),
        ("update sharing_agreements set holds_from = '2019-04-01'", "is not in 2018-19"),
    ],
)
async def test_what_was_tampered_with_is_named(store: str, sql: str, named: str) -> None:
    """And nothing, where nobody did."""
    assert await _found(store) == []
    connection = await asyncpg.connect(store)
    await connection.execute(sql)
    await connection.close()
    assert named in "\n".join(await _found(store))
