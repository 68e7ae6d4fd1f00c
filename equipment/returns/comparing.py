"""Teams and partners compared: what the measures of budget/variation.py are made of."""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

from budget import pool, recycling
from budget.database import fetch
from budget.partners import successions
from budget.recycling import Question, Report, Scope
from budget.refusals import Fault, Wrong
from budget.variation import By, Given, Measure, measures
from budget.within import Within, paid, report_within
from budget.years import year_of
from equipment.staff.roles import PRESCRIBER, Caller, check_may

_YEARS: Final = (1948, 2198)
_THOUSAND_POUNDS: Final = 100_000


class Variation(msgspec.Struct, frozen=True):
    """How teams or partners differ in a span of days, both included; `within` of what alone."""

    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    by: By
    scope: Scope
    measures: list[Measure]
    within: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which days, of what products, by team or by partner, and within what alone."""

    first: date
    last: date
    by: By = "team"
    scope: Scope = "reusable"
    within: Within | None = None


async def variation(caller: Caller, asked: Asked) -> Variation:
    """Compare them. Raises Wrong where the days will not do, or are too many within something."""
    check_may(caller, "read the pool")
    for name, day in (("from", asked.first), ("to", asked.last)):
        if not _YEARS[0] <= day.year <= _YEARS[1]:
            raise Wrong([Fault(name, "Give a day of this age.")])
    report = await _report(asked, asked.by)
    exposure, exposed = await (_prescribers(asked) if asked.by == "team" else _paid_in(asked.last))
    # One product has one price: how much prices are spread says nothing of it.
    one = asked.within is not None and asked.within.by == "sku"
    given = Given(
        report=report,
        products=None if one else await _report(asked, "sku"),
        exposure=exposure,
        exposed=exposed,
    )
    found = await asyncio.to_thread(measures, given)
    within = str(asked.within) if asked.within else None
    return Variation(asked.first, asked.last, asked.by, asked.scope, found, within)


async def _report(asked: Asked, by: recycling.By) -> Report:
    question = Question(asked.first, asked.last, by, asked.scope)
    if asked.within is None:
        return await recycling.report(question)
    return await report_within(question, asked.within)


async def _prescribers(asked: Asked) -> tuple[dict[str, int], str]:
    """How many may order in each team; within a partner, those of them who work for it."""
    odses, exposed = None, "prescriber in the team today"
    if asked.within is not None and asked.within.by == "partner":
        payers = paid(await successions(), asked.within.key, asked.first, asked.last)
        odses = sorted({ods for ods, _, _ in payers})
        exposed += " who works for that partner"
    rows = await fetch(_PRESCRIBERS, PRESCRIBER, odses)
    return {row["team"]: row["many"] for row in rows}, exposed


_PRESCRIBERS: Final = """
select team, count(*) as many from users
where active and team is not null and $1 = any(roles)
    and ($2::varchar[] is null or partner = any($2) or also && $2)
group by team
"""


async def _paid_in(last: date) -> tuple[dict[str, int], str]:
    """What each partner puts into the year of the last day, in whole thousands of pounds."""
    standing = await pool.standing(year_of(last), None)
    put_in = {each.ods: each.contribution_pence // _THOUSAND_POUNDS for each in standing.partners}
    return put_in, "thousand pounds paid in"
