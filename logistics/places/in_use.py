"""What stands in the way of closing a depot or a van: goods, people and promises."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from budget.database import fetch
from budget.refusals import Refused
from budget.years import london_day
from equipment.lifecycle import LIVE
from equipment.orders.order_lifecycle import OPEN
from equipment.places import Depot, Van
from logistics.visits.visit_form import STILL_TO_COME

# How long a phone may have been without a network, with what its crew did on the van.
_PHONES_BACK: Final = timedelta(days=14)
_WORDS: Final = {
    "round": ("a round is planned from it", "{many} rounds are planned from it"),
    "van": ("a van of it is still in use", "{many} vans of it are still in use"),
    "level": ("its shelf is to have a product", "its shelf is to have {many} products"),
    "item": ("an item stands there", "{many} items stand there"),
    "order": ("an order is to be served from it", "{many} orders are to be served from it"),
    "visit": ("a visit is to be made from it", "{many} visits are to be made from it"),
    "user": ("somebody works there", "{many} people work there"),
    "printer": ("a printer is in use there", "{many} printers are in use there"),
    "purchase": ("a purchase is to arrive there", "{many} purchases are to arrive there"),
    "count": ("a count is under way there", "{many} counts are under way there"),
    "drive": ("a round is planned with it", "{many} rounds are planned with it"),
    "aboard": ("an item is aboard", "{many} items are aboard"),
    "phone": (
        "a phone of its crew holds what it has not sent yet",
        "{many} phones of its crew hold what they have not sent yet",
    ),
}


class InTheWay(msgspec.Struct, frozen=True):
    """So many of one thing."""

    what: str
    many: int


async def check_depot_unused(depot: Depot, day: date, now: datetime) -> None:
    """Raise Refused `place-in-use` where a depot cannot be closed from a day on, and why not.

    What is planned for later is in the way at once; what stands there only once the day has come:
    until then it may still be taken away. `last-depot` where orders would have nowhere to go.
    """
    if depot.kind == "depot":
        others = await fetch(_OTHERS, depot.code)
        if not others:
            words = "No other depot would be left that delivers: open another one first."
            raise Refused("last-depot", words)
    rows = await fetch(_PLANNED_FROM, depot.code, day, list(STILL_TO_COME))
    if day <= london_day(now):
        rows += await fetch(_AT_DEPOT, depot.code, sorted(LIVE), list(STILL_TO_COME), sorted(OPEN))
    found = [InTheWay(**row) for row in rows if row["many"]]
    _check(f"{depot.name} cannot be closed from {day:%-d %B %Y} on", found)


async def check_van_unused(van: Van, day: date, now: datetime, what_not: str) -> None:
    """The same for a van; `what_not` begins the sentence."""
    rows = await fetch(_PLANNED_WITH, van.code, day, list(STILL_TO_COME))
    today = london_day(now)
    if day <= today:
        rows += await fetch(_ON_VAN, van.code, sorted(LIVE), today - _PHONES_BACK)
    _check(what_not, [InTheWay(**row) for row in rows if row["many"]])


def _check(what_not: str, found: Sequence[InTheWay]) -> None:
    if not found:
        return
    said = [_WORDS[each.what][each.many > 1].format(many=f"{each.many:,}") for each in found]
    raise Refused("place-in-use", f"{what_not}: {'; '.join(said)}.", in_the_way=list(found))


_OTHERS: Final = """
select from depots where kind = 'depot' and code <> $1 and closed_from is null limit 1
"""
# A round that has been made is in nobody's way.
_STILL_TO_MAKE: Final = """
r.day >= $2 and r.status = 'published' and exists (
    select from visits v where v.round = r.id and v.status = any($3::varchar[]))
"""
_PLANNED_FROM: Final = f"""
select 'round' as what, count(*)::int as many from rounds r join day_plans p on p.id = r.plan
where p.depot = $1 and {_STILL_TO_MAKE}
union all select 'van', count(*)::int from vans
where depot = $1 and (closed_from is null or closed_from > $2)
union all select 'level', count(*)::int from shelf_levels where depot = $1 and target > 0
"""  # noqa: S608 - our own text
_AT_DEPOT: Final = """
select 'item' as what, count(*)::int as many from items
where depot = $1 and state = any($2::varchar[])
union all select 'order', count(*)::int from order_standings
where depot = $1 and status = any($4::varchar[])
union all select 'visit', count(*)::int from visits
where depot = $1 and status = any($3::varchar[])
union all select 'user', count(*)::int from users where depot = $1 and active
union all select 'printer', count(*)::int from printers where depot = $1 and not out_of_use
union all select 'purchase', count(*)::int from purchases
where depot = $1 and status not in ('received', 'cancelled')
union all select 'count', count(*)::int from stock_counts where depot = $1 and status = 'open'
"""
_PLANNED_WITH: Final = f"""
select 'drive' as what, count(*)::int as many from rounds r where r.van = $1 and {_STILL_TO_MAKE}
"""  # noqa: S608 - our own text
# Whose round it was, as own_rounds.py says.
_ON_VAN: Final = """
select 'aboard' as what, count(*)::int as many from items
where van = $1 and state = any($2::varchar[])
union all select 'phone', count(distinct p.id)::int
from rounds r join vans n on n.code = r.van cross join phones p join users u on u.id = p."user"
where r.van = $1 and r.day >= $3 and r.status = 'published'
    and p.revoked_at is null and p.unsent > 0 and (
        exists (select from crew_members c
            where c.van = r.van and c.day = r.day and c."user" = u.id)
        or (u.depot = n.depot and not exists (select from crew_members c
            where c.day = r.day and (c.van = r.van or c."user" = u.id))))
"""
