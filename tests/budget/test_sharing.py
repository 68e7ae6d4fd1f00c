"""What each partner bears and owes follows what they agreed, to the penny."""

import asyncio
from datetime import UTC, date, datetime
from typing import Final
from uuid import uuid4

import pytest

from budget import charges, positions
from budget.changes import listed as changes_listed
from budget.charges import Proposal
from budget.partners import NewPartner, enter
from budget.pool import YearPlan, agree
from budget.refusals import Missing, Refused, Wrong
from budget.sharing import agreements
from budget.sharing.agreements import Agreement, AgreementProposal
from budget.sharing.owing import Owing, owing
from tests.budget.posting import post_all

NOW: Final = datetime(2018, 12, 3, 9, tzinfo=UTC)
APRIL, OCTOBER = date(2018, 4, 1), date(2018, 10, 1)
YEAR: Final = "2018-19"


@pytest.fixture(autouse=True)
async def _pool(database: str) -> None:
    """Three who pay, of whom one put nothing in; what was spent is above what was put in."""
    del database
    for ods in ("04K", "52R", "QT1"):
        await enter("ada", NewPartner(ods, f"CCG {ods}", "ccg"))
    await agree("ada", YEAR, YearPlan(contributions={"04K": 600, "52R": 300}))
    await post_all(
        {
            (date(2018, 5, 7), "04K", "issues"): 700,
            (date(2018, 5, 8), "04K", "credits"): -100,
            (date(2018, 5, 9), "52R", "activity"): 401,
            (date(2018, 10, 9), "QT1", "issues"): 500,
        }
    )


def proposal(**fields: object) -> AgreementProposal:
    """All by fixed shares: half, a third and the rest."""
    given = {
        "id": uuid4(), "year": YEAR, "holds_from": APRIL, "reason": "Board, 3 March",
        "shares": {"04K": 5_000, "52R": 3_333, "QT1": 1_667},
    } | fields  # fmt: skip
    return AgreementProposal(**given)  # type: ignore[arg-type]  # their kinds are the Struct's


async def agreed(**fields: object) -> Agreement:
    """Propose and approve."""
    new = proposal(**fields)
    await agreements.propose("ada", new, NOW)
    return await agreements.approve("bob", new.id, NOW)


async def owed(as_of: date | None = None) -> Owing:
    """What they owe, which always comes to what was spent; the rows say the same."""
    found = await owing(YEAR, as_of, NOW)
    budget = await positions.position(YEAR, as_of, NOW)
    spent = budget.pool.net_pence
    assert sum(each.borne_pence for each in found.partners) == spent
    assert sum(each.owes_pence for each in found.partners) == spent
    assert found.overspend_pence == spent - 900 == budget.pool.overspend_share_pence
    shares = [row.overspend_share_pence for row in budget.partners]
    assert shares == [each.overspend_share_pence for each in found.partners]
    assert sum(filter(None, shares)) == budget.pool.overspend_share_pence
    assert sum(row.forecast_pence or 0 for row in budget.partners) == budget.pool.forecast_pence
    return found


async def test_without_an_agreement_all_is_shared_by_contributions() -> None:
    """Over- and underspend."""
    found = await owed()
    assert [each.overspend_share_pence for each in found.partners] == [401, 200, 0]
    early = await owed(date(2018, 4, 30))
    assert [each.overspend_share_pence for each in early.partners] == [-600, -300, 0]


async def test_each_line_is_borne_by_its_own_rule_from_its_own_month_on() -> None:
    """Equipment by use, activity by shares; from October half of the equipment by shares too."""
    await agreed(equipment_by_use_percent=100)
    await agreed(
        holds_from=OCTOBER, equipment_by_use_percent=50, shares={"04K": 5_000, "QT1": 5_000}
    )
    before = await owed(date(2018, 9, 30))
    assert [each.lines_pence["equipment"] for each in before.partners] == [600, 0, 0]
    assert [each.lines_pence["activity"] for each in before.partners] == [200, 134, 67]
    after = await owed()
    assert [each.lines_pence["equipment"] for each in after.partners] == [725, 0, 375]
    assert [each.lines_pence["activity"] for each in after.partners] == [200, 134, 67]
    assert len(after.agreements) == 2


async def test_what_people_charge_is_a_line_of_its_own() -> None:
    """It is no activity, though it stands on that account."""
    await agreed(activity_by_use_percent=100, equipment_by_use_percent=100)
    fee = Proposal(
        id=uuid4(), kind="management_fee", partner="52R", pence=100, happened_on=OCTOBER, reason="x"
    )
    await charges.propose("ada", fee, NOW)
    await charges.approve("bob", fee.id, NOW)
    found = await owed()
    assert [each.lines_pence["charges"] for each in found.partners] == [50, 33, 17]
    assert [each.lines_pence["activity"] for each in found.partners] == [0, 401, 0]


async def test_nobody_owes_more_than_their_cap_unless_all_do() -> None:
    """Who put nothing in has none: the rest is theirs."""
    await agreed(cap_percent=10)
    found = await owed()
    assert [each.overspend_share_pence for each in found.partners] == [60, 30, 511]
    assert [each.cap_pence for each in found.partners] == [60, 30, None]
    assert not found.beyond_caps
    await agree("ada", YEAR, YearPlan(contributions={"04K": 600, "52R": 300, "QT1": 0}))
    await agree("ada", YEAR, YearPlan(contributions={"04K": 598, "52R": 300, "QT1": 2}))
    found = await owed()
    assert found.beyond_caps


async def test_an_agreement_holds_once_a_second_person_has_approved_it() -> None:
    """Once, however often; and it is on record. What was declined holds never."""
    new = proposal()
    assert (await agreements.propose("ada", new, NOW)).status == "proposed"
    await agreements.propose("ada", new, NOW)
    with pytest.raises(Refused, match="somebody else"):
        await agreements.approve("ada", new.id, NOW)
    assert (await owed()).agreements == []
    outcomes = await asyncio.gather(
        agreements.approve("bob", new.id, NOW),
        agreements.decline("cy", new.id, "No", NOW),
        return_exceptions=True,
    )
    assert [each.slug for each in outcomes if isinstance(each, Refused)] == ["agreement-decided"]
    [kept] = await agreements.listed(YEAR, None, 0, 5)
    recorded = await changes_listed("sharing agreed", YEAR, 0, 5)
    assert (len((await owed()).agreements), len(recorded)) == (
        (1, 1) if kept.status == "approved" else (0, 0)
    )
    with pytest.raises(Refused, match="used before"):
        await agreements.propose("ada", proposal(id=new.id, reason="Other"), NOW)
    with pytest.raises(Missing):
        await agreements.approve("bob", uuid4(), NOW)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"holds_from": date(2018, 4, 2)}, "holds_from"),
        ({"holds_from": date(2019, 4, 1)}, "holds_from"),
        ({"shares": {"04K": 9_999}}, "shares"),
        ({"shares": {"NONE": 10_000}}, "shares.NONE"),
        ({"reason": " \u200b"}, "reason"),
        ({"year": "2018-20"}, "year"),
    ],
)
async def test_an_agreement_names_what_it_is_about(fields: dict[str, object], field: str) -> None:
    """A wrong field is named, and nothing is kept."""
    with pytest.raises(Wrong) as caught:
        await agreements.propose("ada", proposal(**fields), NOW)
    assert [fault.field for fault in caught.value.faults] == [field]
    assert await agreements.listed(None, None, 0, 5) == []
