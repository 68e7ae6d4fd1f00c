"""What never came back, item by item: why, what it is worth, what fetching it would bring."""

from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from budget.database import fetch, transaction
from budget.wording import sought
from budget.years import london_day
from equipment.people.visibility import EVERYONE
from equipment.returns.not_back import OUT, OVER_DAYS, Why, collection_pence
from equipment.staff.roles import Caller, check_may


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """An item that is still out, of whom nobody is named.

    `since` is the day on which the loan was over; of what is lost, null. `value_pence` is null
    where it is not known; `gain_pence` is what fetching it would bring beyond what that costs, null
    where there is nothing to fetch or a collection's price was not agreed.
    """

    seq: int
    item: str
    sku: str
    name: str
    why: Why
    since: date | None
    charged_pence: int
    value_pence: int | None
    gain_pence: int | None


class Narrowed(msgspec.Struct, frozen=True, kw_only=True):
    """Which of them: for one reason, of one product, only those that are worth fetching."""

    why: Why | None = None
    sku: str | None = None
    worth: bool = False


async def left_out(
    caller: Caller, wanted: Narrowed, now: datetime, *, after: int, limit: int
) -> list[LeftOut]:
    """Those after a number, in the order in which they were received.

    Each page reads what is out from there on until it is full: no more than is out by now.
    """
    check_may(caller, "read the pool")
    today = london_day(now)
    async with transaction(viewer=EVERYONE):
        rows = await fetch(
            _LEFT_OUT,
            today,
            today - timedelta(days=OVER_DAYS),
            await collection_pence(today),
            after,
            limit,
            wanted.why,
            None if wanted.sku is None else sought(wanted.sku),
            wanted.worth,
        )
    return [LeftOut(**row) for row in rows]


# Of each state by its index, in the order of items.
_LEFT_OUT: Final = f"""
select each.* from (values ('on_loan'), ('lost')) s (state) cross join lateral (
    select id as seq, code as item, sku, name, why, since, charged_pence,
        value::bigint as value_pence, gain as gain_pence
    from (
        select *, case when why <> 'lost' then value - $3::bigint end::bigint as gain
        from (select {OUT} and i.state = s.state and i.id > $4) out
    ) out
    where why is not null and ($6::varchar is null or why = $6)
        and ($7::varchar is null or sku = $7) and (not $8 or gain > 0)
    order by id limit $5
) each order by seq limit $5
"""  # noqa: S608 - our own text
