"""Why a month was dear: beside the average of the months before it, to the penny."""

from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget import average_months
from budget.database import insert
from budget.month_compared import month_compared
from budget.partners import NewPartner, enter
from budget.refusals import Wrong
from budget.sums import fold
from budget.tallies import COLUMNS
from tests.budget.posting import post_all

PARTNERS: Final = ("04K", "52R", "QT1")


@pytest.fixture(autouse=True)
async def _pool(database: str) -> None:
    """Three who pay."""
    del database
    for ods in PARTNERS:
        await enter("ada", NewPartner(ods, f"CCG {ods}", "ccg"))


async def issue(day: date, sku: str, *charged: int) -> None:
    """Count a loan at each of these charges, as one that went out on that day."""
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    given = {
        "kind": "issued", "units": 1, "occurred_on": day, "recorded_at": at, "funder": "04K",
        "sku": sku, "category": sku[:3], "reuse": "reusable", "depot": "D1", "item": 1,
    }  # fmt: skip
    rows = []
    for pence in charged:
        row = given | {"pence": pence, "movement": uuid4(), "loan": uuid4()}
        rows.append([row.get(name) for name in COLUMNS])
    await insert("tallies", COLUMNS, rows)


async def test_a_dear_month_says_what_made_it_dear() -> None:
    """More went out, and dearer; what usually goes out and did not is named, too."""
    for month in (1, 2):
        await issue(date(2019, month, 5), "BED01", 600_00, 600_00)
        await issue(date(2019, month, 6), "CMD01", 50_00)
    await fold()
    await issue(date(2019, 3, 31), "BED01", 700_00, 700_00, 700_00)
    await post_all(
        {
            (date(2019, 1, 5), "04K", "issues"): 1_250_00,
            (date(2019, 2, 5), "04K", "issues"): 1_250_00,
            (date(2019, 3, 31), "04K", "issues"): 2_100_00,
            (date(2019, 3, 31), "52R", "activity"): 10_00,
        }
    )
    found = await month_compared("2018-19", "2019-03")
    assert found.before == 2
    assert [(each.key, each.pence, each.usual_pence) for each in found.figures] == [
        ("issues", 2_100_00, 1_250_00), ("activity", 10_00, 0), ("credits", 0, 0),
        ("net", 2_110_00, 1_250_00),
    ]  # fmt: skip
    assert [(each.key, each.more_pence) for each in found.products] == [
        ("BED01", 900_00), ("CMD01", -50_00),
    ]  # fmt: skip
    issued = found.issued
    assert (issued.units, issued.usual_units, issued.usual_pence) == (3, 3.0, 1_250_00)
    assert (issued.more_went_out_pence, issued.dearer_pence) == (0, 850_00)
    assert [(each.kind, each.postings, each.pence) for each in found.activity] == [
        ("issue", 1, 10_00)
    ]


@given(
    st.dictionaries(
        st.sampled_from(PARTNERS), st.lists(st.integers(-9_999, 9_999), min_size=6, max_size=6)
    ),
    st.integers(0, 12),
)
def test_partners_come_to_the_pool_in_an_average_month_too(
    posted: dict[str, list[int]], before: int
) -> None:
    """Whatever was posted: each amount and each average, to the penny."""
    rows = []
    for ods, amounts in posted.items():
        row: dict[str, Any] = {"ods": ods, "name": ods}
        for suffix, (issues, activity, back) in zip(
            ("", "_before"), (amounts[:3], amounts[3:]), strict=True
        ):
            row |= {f"issues{suffix}": issues, f"activity{suffix}": activity}
            row |= {f"credits{suffix}": back, f"net{suffix}": issues + activity - back}
        rows.append(row)
    figures = list(average_months.figures(rows, before))
    every = average_months.partners(rows, before, figures[-1])
    for name in ("pence", "usual_pence"):
        whole = [getattr(each, name) or 0 for each in figures]
        assert whole[0] + whole[1] - whole[2] == whole[3]
        assert sum(getattr(each, name) or 0 for each in every) == whole[3]
    for row, each in zip(rows, every, strict=True):
        if before:
            assert abs((each.usual_pence or 0) - row["net_before"] / before) <= 1


async def test_a_month_is_one_of_its_year() -> None:
    """Else it is wrong, not empty."""
    for month in ("2019-04", "March", "2019-3"):
        with pytest.raises(Wrong):
            await month_compared("2018-19", month)
