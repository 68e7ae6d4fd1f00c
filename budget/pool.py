"""The pool: a year's contributions and tariff, and where each partner stands.

Source: contract section 6. Every figure is the sum of postings, read from the sums that are kept of
them (budget/sums.py); the partners' rows sum to the pool's because the pool's are computed from
theirs.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Final, Literal, TypeAlias

import asyncpg
import msgspec
from msgspec import UNSET, UnsetType

from budget.changes import check_unchanged, record
from budget.database import execute, fetch, fetch_one, insert, transaction
from budget.forecasting.year_ends import ForecastNote
from budget.refusals import Fault, Wrong
from budget.sums import periods
from budget.years import span, year_of

Pence = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000_000)]
# A million pounds for one visit is a slip; unbounded, a year's sum would not fit PostgreSQL's.
Rate = Annotated[int, msgspec.Meta(ge=0, le=100_000_000)]


class DeliveryTariff(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Pence for a delivery, by speed; null or absent: none was agreed."""

    same_day: Rate | None = None
    next_day: Rate | None = None
    three_day: Rate | None = msgspec.field(default=None, name="3_day")
    five_day: Rate | None = msgspec.field(default=None, name="5_day")
    seven_day: Rate | None = msgspec.field(default=None, name="7_day")
    ten_day: Rate | None = msgspec.field(default=None, name="10_day")


class Tariff(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Pence for each activity; null or absent: none was agreed, and it is charged 0."""

    delivery: DeliveryTariff = msgspec.field(default_factory=DeliveryTariff)
    collection: Rate | None = None
    swap: Rate | None = None
    repair_visit: Rate | None = None
    service_visit: Rate | None = None
    failed_visit: Rate | None = None
    clean: Rate | None = None
    repair_hour: Rate | None = None


Model: TypeAlias = Literal["credit", "pool_stock"]
"""What is charged: issues, which credits lessen, or purchases of stock, shared by contribution."""


class YearPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the partners agreed for a year: pence by ODS code, the tariff, the threshold."""

    contributions: dict[str, Pence]
    tariff: Tariff = msgspec.field(default_factory=Tariff)
    collection_threshold_pence: Pence = 0
    model: Model = "credit"


class Figures(msgspec.Struct, frozen=True):
    """One row of the budget, in pence.

    `forecast` is the year's expected net spend, nineteen times in twenty between low and high;
    the budget's `forecast` says how it was made. `overspend_share` is the part of what was spent
    beyond all contributions, below 0 of what was not spent of them. Both are null as standing()
    reads them: budget/positions.py adds them.
    """

    contribution_pence: int
    issues_pence: int
    credits_pence: int
    activity_pence: int
    net_pence: int
    committed_pence: int
    remaining_pence: int
    forecast_pence: int | None = None
    forecast_low_pence: int | None = None
    forecast_high_pence: int | None = None
    overspend_share_pence: int | None = None


class PartnerFigures(Figures, frozen=True):
    """A partner's row."""

    ods: str = ""
    name: str = ""


class Budget(msgspec.Struct, frozen=True):
    """Where the pool and each partner stand on a day."""

    year: str
    as_of: date
    tariff: Tariff | None
    collection_threshold_pence: int | None
    pool: Figures
    partners: list[PartnerFigures]
    model: Model = "credit"
    forecast: ForecastNote | None = None


async def agree(
    actor: str, year: str, plan: YearPlan, *, instead_of: YearPlan | UnsetType | None = UNSET
) -> None:
    """Set a year's contributions and tariff in place of any before; what is posted stays.

    Later recordings are charged by it; the same once more changes nothing. `instead_of` is what it
    was made from, None where nothing was agreed. Raises Wrong for a malformed year or an unknown
    partner, Refused `changed-meanwhile` where something else was agreed since.
    """
    span(year)
    async with transaction():
        await _check_partners(plan.contributions)
        # Of a year of which nothing was agreed there is no row that could be held.
        await execute(_ALONE, f"budget year {year}")
        before = await _agreed(year)
        if before == plan:
            return
        check_unchanged(before, instead_of)
        tariff = msgspec.json.encode(plan.tariff).decode()
        await execute(_AGREE, year, tariff, plan.collection_threshold_pence, plan.model)
        await execute("delete from contributions where year = $1", year)
        rows = [[year, ods, pence] for ods, pence in plan.contributions.items()]
        columns = {"year": "varchar", "partner": "varchar", "contribution_pence": "bigint"}
        await insert("contributions", columns, rows)
        await record(actor, "budget agreed", year, plan)


_ALONE: Final = "select pg_advisory_xact_lock(hashtextextended($1, 0))"
_AGREE: Final = """
insert into budget_years (year, tariff, collection_threshold_pence, model) values ($1, $2, $3, $4)
on conflict (year) do update
set tariff = excluded.tariff, collection_threshold_pence = excluded.collection_threshold_pence,
    model = excluded.model
"""


async def agreed(year: str) -> YearPlan | None:
    """What was agreed for a year so far, None where nothing was; Wrong for a malformed year."""
    span(year)
    return await _agreed(year)


async def _agreed(year: str) -> YearPlan | None:
    row = await fetch_one(f"select ({AGREED}) as agreed", year)
    return plan_of(row["agreed"]) if row else None


def plan_of(text: str | None) -> YearPlan | None:
    """What was agreed, of the text that the statement gives."""
    return None if text is None else msgspec.json.decode(text, type=YearPlan)


# One row: never what one has agreed with the contributions of another.
AGREED: Final = """
select json_build_object('contributions', (
        select coalesce(json_object_agg(partner, contribution_pence), '{}') from contributions c
        where c.year = y.year),
    'tariff', y.tariff, 'collection_threshold_pence', y.collection_threshold_pence,
    'model', y.model)::text
from budget_years y where y.year = $1
"""
"""What was agreed for a year, as the JSON of a YearPlan."""


async def delivery_rate(day: date, speed: str) -> int | None:
    """What a delivery at this speed costs by the tariff of that day's year; None: not agreed."""
    row = await fetch_one(_DELIVERY_RATE, year_of(day), speed)
    return row["pence"] if row else None


_DELIVERY_RATE: Final = """
select (tariff -> 'delivery' ->> $2)::bigint as pence from budget_years where year = $1
"""


async def standing(year: str, as_of: date | None) -> Budget:
    """Where everyone stands at the end of `as_of`, or of the year where that comes first.

    A year for which nothing was agreed stands at nothing but what was posted. Wrong for a
    malformed year.
    """
    return await stand(year, as_of, await _agreed(year))


async def stand(year: str, as_of: date | None, plan: YearPlan | None) -> Budget:
    """The same, for whoever knows what was agreed for the year."""
    first, last = span(year)
    day = min(as_of or last, last)
    cut = list(periods(first, day))
    rows = await fetch(
        _STANDING,
        year,
        [period.grain for period in cut],
        [period.first for period in cut],
        [period.last for period in cut],
        first,
        day,
    )
    partners = [_partner(row) for row in rows]
    return Budget(
        year=year,
        as_of=day,
        tariff=plan.tariff if plan else None,
        collection_threshold_pence=plan.collection_threshold_pence if plan else None,
        pool=_total(partners),
        partners=partners,
        model=plan.model if plan else "credit",
    )


# What is folded and what is not yet, as of one moment: neither twice nor left out. `offset 0` keeps
# PostgreSQL from reading all sums there are, once, instead of each period's by the index.
_STANDING: Final = """
with charged as (
    select account, partner, sum(pence) as pence from (
        select s.account, s.partner, s.pence
        from unnest($2::varchar[], $3::date[], $4::date[]) period (grain, first, last)
        cross join lateral (
            select * from posting_sums s where s.grain = period.grain
                and s.begins_on between period.first and period.last offset 0
        ) s
        union all
        select account, partner, pence from unfolded_postings where posted_on between $5 and $6
    ) every group by account, partner
)
select p.ods, p.name, coalesce(c.contribution_pence, 0) as contribution,
    coalesce(sum(s.pence) filter (where s.account = 'issues'), 0)::bigint as issues,
    coalesce(-sum(s.pence) filter (where s.account = 'credits'), 0)::bigint as credits,
    coalesce(sum(s.pence) filter (where s.account = 'activity'), 0)::bigint as activity,
    coalesce(sum(s.pence) filter (where s.account = 'committed'), 0)::bigint as committed
from partners p
left join contributions c on c.partner = p.ods and c.year = $1
left join charged s on s.partner = p.ods
group by p.ods, p.name, c.contribution_pence order by p.ods
"""


async def _check_partners(contributions: Iterable[str]) -> None:
    rows = await fetch("select ods from partners where ods = any($1)", list(contributions))
    known = {row["ods"] for row in rows}
    faults = [
        Fault(f"contributions.{ods}", f"There is no partner “{ods}”.")
        for ods in contributions
        if ods not in known
    ]
    if faults:
        raise Wrong(faults)


def _partner(row: asyncpg.Record) -> PartnerFigures:
    net = row["issues"] + row["activity"] - row["credits"]
    return PartnerFigures(
        ods=row["ods"],
        name=row["name"],
        contribution_pence=row["contribution"],
        issues_pence=row["issues"],
        credits_pence=row["credits"],
        activity_pence=row["activity"],
        net_pence=net,
        committed_pence=row["committed"],
        remaining_pence=row["contribution"] - net - row["committed"],
    )


def _total(partners: list[PartnerFigures]) -> Figures:
    return Figures(
        contribution_pence=sum(row.contribution_pence for row in partners),
        issues_pence=sum(row.issues_pence for row in partners),
        credits_pence=sum(row.credits_pence for row in partners),
        activity_pence=sum(row.activity_pence for row in partners),
        net_pence=sum(row.net_pence for row in partners),
        committed_pence=sum(row.committed_pence for row in partners),
        remaining_pence=sum(row.remaining_pence for row in partners),
    )
