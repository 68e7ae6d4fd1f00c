"""How much there is of each product, how long that lasts, and what to do about it.

What is counted: equipment/catalogue/stock.py; demand is read from the pool's daily sums, so that a
page costs the same however much was ever lent. The formula is equipment/stock/reordering.py.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias

import asyncpg
import msgspec

from budget.database import execute, fetch, transaction
from budget.narrowing import containing, fetch_containing, narrowed
from budget.wording import sought
from budget.years import london_day
from equipment.catalogue.stock import units_of
from equipment.staff.roles import Caller, check_may
from equipment.stock.reorder_rules import DEFAULTS
from equipment.stock.reordering import (
    WEEKS,
    WINDOW_DAYS,
    AtHand,
    Reckoned,
    Rules,
    Task,
    Turnover,
    fit_share,
    mean_loan_days,
    reckon,
)

Collecting: TypeAlias = Callable[[Sequence[str], str | None], Awaitable[Mapping[str, int]]]
"""How many items of these products, at this depot or at all, are to be fetched by open visits."""

_BATCH: Final = 200


class Waiting(msgspec.Struct, frozen=True):
    """What is here and not fit to lend yet, but for what is on hold."""

    returned: int = 0
    cleaned: int = 0
    in_repair: int = 0

    @property
    def units(self) -> int:
        """All of them."""
        return self.returned + self.cleaned + self.in_repair


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """A product's stock, at one depot or at all.

    `free`: to be lent. `reserved`: set aside or loaded. `collected`: on vans, coming back.
    `on_order`: from suppliers. `collecting`: to be fetched by open visits. `awaited`: what orders
    still wait for. `issued`: in the 91 days before today. The rest is as the formula says.
    """

    sku: str
    name: str
    category: str
    free: int
    reserved: int
    waiting: Waiting
    collected: int
    on_loan: int
    on_hold: int
    on_order: int
    collecting: int
    awaited: int
    issued: int
    rules: Rules
    reckoned: Reckoned


@dataclass(frozen=True, slots=True)
class Sought:
    """Which products: `advice` is what was advised of the whole pool when it was last reckoned."""

    sku: str | None = None
    q: str | None = None
    category: str | None = None
    depot: str | None = None
    advice: Task | None = None
    after: str = ""
    limit: int = 50


async def levels(
    caller: Caller, wanted: Sought, collecting: Collecting, now: datetime
) -> list[Level]:
    """The products' stock in the order of their skus. At most six statements."""
    check_may(caller, "read items")
    pattern = containing(wanted.q or "")
    conditions = {
        "p.sku > {}": sought(wanted.after),
        "p.sku = {}": None if wanted.sku is None else sought(wanted.sku),
        "p.category = {}": None if wanted.category is None else sought(wanted.category),
        "(p.name ilike {0} or p.sku ilike {0})": pattern,
        "a.advice = {}": wanted.advice,
    }
    place = sought(wanted.depot or "")
    page = _PAGES[wanted.advice is not None]
    sql, values = narrowed(page, conditions, wanted.limit, place)
    rows = await (fetch_containing(sql, values) if pattern else fetch(sql, *values))
    return await _levels(rows, wanted.depot, collecting, now)


_PAGE: Final = """
with page as materialized (
    select p.sku, p.name, p.category, p.reuse = 'reusable' as is_lent_again
    from {source} where {where} order by p.sku limit $1
)
select page.*, r.lead_days, r.cover_days, r.service_percent,
    coalesce((select sum(l.quantity - l.received) from purchase_lines l
        join purchases b on b.id = l.purchase
        where l.sku = page.sku and l.awaited and ($2 = '' or b.depot = $2)), 0)::int as on_order,
    coalesce((select sum(l.quantity - l.promised - l.delivered) from order_lines l
        join order_standings o on o.id = l."order"
        where l.sku = page.sku and l.wanted and l.promised + l.delivered < l.quantity
            and ($2 = '' or o.depot = $2)), 0)::int as awaited
from page left join reorder_rules r on r.sku = page.sku order by page.sku
"""
_PAGES: Final = {
    False: _PAGE.replace("{source}", "products p"),
    True: _PAGE.replace("{source}", "products p join stock_advice a on a.sku = p.sku"),
}


async def _levels(
    rows: Sequence[asyncpg.Record], depot: str | None, collecting: Collecting, now: datetime
) -> list[Level]:
    skus = [row["sku"] for row in rows]
    here = await _units(skus, depot)
    pool = here if depot is None else await _units(skus, None)
    turned, weekly = await _turnover(skus, london_day(now))
    issued = weekly if depot is None else await _issued_at(skus, depot, london_day(now))
    fetched = await collecting(skus, depot)
    return [
        _level(
            row,
            here[row["sku"]],
            issued[row["sku"]],
            fetched.get(row["sku"], 0),
            _course(row, pool[row["sku"]], turned[row["sku"]]),
        )
        for row in rows
    ]


def _course(
    row: asyncpg.Record, pool: Mapping[str, int], turned: Turnover
) -> tuple[float | None, float]:
    """How long a loan of the product lasts, and how much of what comes back is lent again."""
    if not row["is_lent_again"]:
        return None, 0.0
    return mean_loan_days(pool.get("on_loan", 0), turned), fit_share(turned)


def _level(
    row: asyncpg.Record,
    units: Mapping[str, int],
    issued: Sequence[int],
    collecting: int,
    course: tuple[float | None, float],
) -> Level:
    waiting = Waiting(*(units.get(state, 0) for state in Waiting.__struct_fields__))
    at_hand = AtHand(
        free=units.get("available", 0),
        waiting=waiting.units,
        on_loan=units.get("on_loan", 0),
        awaited=row["awaited"],
        on_order=row["on_order"],
        collecting=collecting,
    )
    rules = _rules(row)
    mean, share = course
    return Level(
        sku=row["sku"],
        name=row["name"],
        category=row["category"],
        free=at_hand.free,
        reserved=units.get("allocated", 0) + units.get("loaded", 0),
        waiting=waiting,
        collected=units.get("collected", 0),
        on_loan=at_hand.on_loan,
        on_hold=units.get("held", 0),
        on_order=at_hand.on_order,
        collecting=collecting,
        awaited=at_hand.awaited,
        issued=sum(issued),
        rules=rules,
        reckoned=reckon(at_hand, issued, rules, mean=mean, share=share),
    )


def _rules(row: asyncpg.Record) -> Rules:
    """The product's own rules, the usual ones where it has none."""
    own = {name: row[name] for name in Rules.__struct_fields__ if row[name] is not None}
    return msgspec.structs.replace(DEFAULTS, **own)


async def _units(skus: Sequence[str], depot: str | None) -> dict[str, dict[str, int]]:
    """How many stand in which state; those on hold are counted as `held` instead.

    What is with somebody is with somebody, on hold or not.
    """
    found: dict[str, dict[str, int]] = {sku: {} for sku in skus}
    for row in await units_of("sku", skus, depot):
        units, state = found[row["key"]], row["state"]
        if row["held"] and state in _LIVE:
            units["held"] = units.get("held", 0) + row["units"]
        if not row["held"] or state in _OUT:
            units[state] = units.get(state, 0) + row["units"]
    return found


_OUT: Final = frozenset({"on_loan", "collected"})
_HERE: Final = frozenset({"available", "allocated", "loaded", "returned", "cleaned", "in_repair"})
_LIVE: Final = _OUT | _HERE


async def _turnover(
    skus: Sequence[str], today: date
) -> tuple[dict[str, Turnover], dict[str, list[int]]]:
    """What became of the pool's loans in the window, and how many were issued in each week."""
    first = today - timedelta(days=WINDOW_DAYS)
    counts: dict[str, dict[str, int]] = {sku: {} for sku in skus}
    weekly = {sku: [0] * WEEKS for sku in skus}
    for row in await fetch(_TURNED, skus, first, today, list(_KINDS)):
        kind = _KINDS[row["kind"]]
        counts[row["sku"]][kind] = counts[row["sku"]].get(kind, 0) + row["units"]
        if kind == "issued":
            weekly[row["sku"]][row["week"]] += row["units"]
    return {sku: Turnover(**each) for sku, each in counts.items()}, weekly


_KINDS: Final = {
    "issued": "issued",
    "returned": "returned",
    "reused": "reused",
    "scrapped": "scrapped",
    "lost": "gone",
    "written_off": "gone",
}
# Folded and not folded yet, as of one moment: budget/sums.py.
_TURNED: Final = """
select sku, kind, ((day - $2::date) / 7)::int as week, sum(units)::int as units from (
    select key as sku, kind, begins_on as day, units from tally_sums
    where dimension = 'sku' and grain = 'day' and kind = any($4::varchar[])
        and begins_on >= $2 and begins_on < $3 and key = any($1::varchar[])
    union all
    select sku, kind, occurred_on, units from unfolded_tallies
    where kind = any($4::varchar[]) and occurred_on >= $2 and occurred_on < $3
        and sku = any($1::varchar[])) both_of_them
group by 1, 2, 3
"""


async def _issued_at(skus: Sequence[str], depot: str, today: date) -> dict[str, list[int]]:
    """How many were issued from a depot in each week of the window."""
    first = today - timedelta(days=WINDOW_DAYS)
    weekly = {sku: [0] * WEEKS for sku in skus}
    for row in await fetch(_ISSUED_AT, skus, first, today, sought(depot)):
        weekly[row["sku"]][row["week"]] = row["units"]
    return weekly


# No sums are kept of a product at a depot. What happened in the window was recorded since then:
# no older months are looked into.
_ISSUED_AT: Final = """
select sku, ((occurred_on - $2::date) / 7)::int as week, sum(units)::int as units from tallies
where kind = 'issued' and depot = $4 and sku = any($1::varchar[])
    and occurred_on >= $2 and occurred_on < $3 and recorded_at >= $2::date - 1
group by 1, 2
"""


async def advise(collecting: Collecting, now: datetime) -> int:
    """Reckon every product anew and keep what is to be ordered or prepared; how many these are.

    It looks at each line of the catalogue once: the clock does this, no page.
    """
    after, kept = "", 0
    while rows := await fetch(_EVERY, _BATCH, "", after):
        found = await _levels(rows, None, collecting, now)
        after = rows[-1]["sku"]
        acts = [each for each in found if each.reckoned.advice != "enough"]
        async with transaction():
            await execute(_FORGET, [each.sku for each in found])
            await execute(
                _ADVISE,
                [each.sku for each in acts],
                [each.reckoned.advice for each in acts],
                [each.reckoned.quantity for each in acts],
                now,
            )
        kept += len(acts)
    return kept


_EVERY: Final = _PAGES[False].replace("{where}", "p.sku > $3")
_FORGET: Final = "delete from stock_advice where sku = any($1::varchar[])"
_ADVISE: Final = """
insert into stock_advice (sku, advice, quantity, reckoned_at)
select sku, advice, quantity, $4 from unnest($1::varchar[], $2::varchar[], $3::int[])
    as told (sku, advice, quantity)
on conflict (sku) do update set advice = excluded.advice, quantity = excluded.quantity,
    reckoned_at = excluded.reckoned_at
"""


class Advised(msgspec.Struct, frozen=True):
    """How many products are to be ordered and to be prepared, and when that was reckoned."""

    order: int
    prepare: int
    reckoned_at: datetime | None


async def advised(caller: Caller) -> Advised:
    """What was advised when it was reckoned last."""
    check_may(caller, "read items")
    [row] = await fetch(_ADVISED)
    return Advised(*row)


_ADVISED: Final = """
select (count(*) filter (where advice = 'order'))::int,
    (count(*) filter (where advice = 'prepare'))::int, max(reckoned_at) from stock_advice
"""
