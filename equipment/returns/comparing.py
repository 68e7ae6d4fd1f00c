"""Teams and partners compared: what the measures of budget/variation.py are made of."""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

from budget import pool, recycling
from budget.database import fetch
from budget.recycling import Question, Scope
from budget.refusals import Fault, Wrong
from budget.variation import By, Given, Measure, measures
from budget.years import year_of
from equipment.staff.roles import PRESCRIBER, Caller, check_may

_YEARS: Final = (1948, 2198)
_THOUSAND_POUNDS: Final = 100_000


class Variation(msgspec.Struct, frozen=True):
    """How teams or partners differ in a span of days, both included."""

    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    by: By
    scope: Scope
    measures: list[Measure]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which days, of what products, by team or by partner."""

    first: date
    last: date
    by: By = "team"
    scope: Scope = "reusable"


async def variation(caller: Caller, asked: Asked) -> Variation:
    """Compare them. Raises Wrong where the days will not do."""
    check_may(caller, "read the pool")
    for name, day in (("from", asked.first), ("to", asked.last)):
        if not _YEARS[0] <= day.year <= _YEARS[1]:
            raise Wrong([Fault(name, "Give a day of this age.")])
    span = (asked.first, asked.last)
    exposure, exposed = await (_prescribers() if asked.by == "team" else _paid_in(asked.last))
    given = Given(
        report=await recycling.report(Question(*span, asked.by, asked.scope)),
        products=await recycling.report(Question(*span, "sku", asked.scope)),
        exposure=exposure,
        exposed=exposed,
    )
    found = await asyncio.to_thread(measures, given)
    return Variation(asked.first, asked.last, asked.by, asked.scope, found)


async def _prescribers() -> tuple[dict[str, int], str]:
    rows = await fetch(_PRESCRIBERS, PRESCRIBER)
    return {row["team"]: row["many"] for row in rows}, "prescriber in the team today"


_PRESCRIBERS: Final = """
select team, count(*) as many from users
where active and team is not null and $1 = any(roles) group by team
"""


async def _paid_in(last: date) -> tuple[dict[str, int], str]:
    """What each partner puts into the year of the last day, in whole thousands of pounds."""
    standing = await pool.standing(year_of(last), None)
    paid = {each.ods: each.contribution_pence // _THOUSAND_POUNDS for each in standing.partners}
    return paid, "thousand pounds paid in"
