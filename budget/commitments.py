"""What orders commit their funders to: what is authorised and not delivered yet.

The orders say what is committed now; here is kept, append-only, by how much that changed and when.
It counts in the financial year in which it is due, whenever it is made or ended.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from budget.database import fetch, fetch_one, insert
from budget.partners import successions, successor_on
from budget.refusals import Fault, Wrong
from budget.wording import sought
from budget.years import london_day, span, year_of


class Committed(msgspec.Struct, frozen=True):
    """What a line of an order, or the delivery of one (no line), commits a funder to now."""

    order: UUID
    line: UUID | None
    funder: str
    due_on: date
    pence: int


class Undelivered(msgspec.Struct, frozen=True):
    """What a line of an order, or its delivery (no line), commits a partner to, of nobody's name.

    `line` is null for what bringing the order costs; `sku` for that, and for a special that has no
    product yet.
    """

    order: UUID
    line: UUID | None
    sku: str | None
    due_on: date
    amount_pence: int

    @property
    def place(self) -> tuple[date, UUID, UUID]:
        """Where it stands in the list: what is due first first, a delivery before its lines."""
        return self.due_on, self.order, self.line or _DELIVERY


_DELIVERY: Final = UUID(int=0)
FIRST: Final = (date.min, _DELIVERY, _DELIVERY)


async def undelivered(
    partner: str, year: str, as_of: date | None, *, after: tuple[date, UUID, UUID], limit: int
) -> list[Undelivered]:
    """What a partner was committed to in a year by the end of `as_of`, what is due first first.

    By its end where no day is named. What it comes to is the partner's `committed_pence`. Wrong for
    a malformed year, or where there is no such partner.
    """
    first, last = span(year)
    ods = sought(partner)
    if await fetch_one("select from partners where ods = $1", ods) is None:
        raise Wrong([Fault("partner", f"There is no partner “{partner}”.")])
    rows = await fetch(_UNDELIVERED, ods, first, min(as_of or last, last), *after, limit)
    return [Undelivered(**row) for row in rows]


# `offset 0` keeps PostgreSQL from reading all orders there ever were for the few that are meant.
# A delivery's place is that of a line of no order.
_UNDELIVERED: Final = """
select c."order", nullif(c.line, '00000000-0000-0000-0000-000000000000') as line, l.sku, o.due_on,
    c.pence as amount_pence
from (
    select "order", coalesce(line, '00000000-0000-0000-0000-000000000000') as line,
        sum(pence)::bigint as pence
    from commitments where partner = $1 and committed_on between $2 and $3
    group by 1, 2 having sum(pence) <> 0
) c cross join lateral (select * from order_standings s where s.id = c."order" offset 0) o
left join lateral (select sku from order_lines where id = c.line offset 0) l on true
where (o.due_on, c."order", c.line) > ($4::date, $5::uuid, $6::uuid)
order by o.due_on, c."order", c.line limit $7
"""


async def commit(committed: Sequence[Committed], now: datetime) -> None:
    """Bring the commitments of these lines and deliveries up to date.

    Within the caller's open transaction, who holds the orders. As with postings, a partner that
    was succeeded by that day has none: they are its successor's.
    """
    if not committed:
        return
    rows = await fetch(_BEFORE, sorted({each.order for each in committed}))
    today, succession = london_day(now), await successions()
    before = {
        (row["order"], row["line"], row["partner"], row["year"]): row["pence"] for row in rows
    }
    wanted = {(each.order, each.line) for each in committed}
    after = {
        (each.order, each.line, successor_on(succession, each.funder, today), year_of(each.due_on)):
            each.pence
        for each in committed
    }  # fmt: skip
    changes = [
        (key, after.get(key, 0) - before.get(key, 0))
        for key in before.keys() | after.keys()
        if key[:2] in wanted
    ]
    await insert("commitments", _COLUMNS, list(_rows(changes, today, now)))


# The year in which it is due: that of the day on which it counts.
_BEFORE: Final = """
select "order", line, partner, year, sum(pence)::bigint as pence from (
    select *, to_char(committed_on - interval '3 months', 'YYYY-')
        || to_char(committed_on + interval '9 months', 'YY') as year
    from commitments where "order" = any($1::uuid[])
) told group by 1, 2, 3, 4 having sum(pence) <> 0
"""
_COLUMNS: Final = {
    "order": "uuid",
    "line": "uuid",
    "partner": "varchar",
    "pence": "bigint",
    "committed_on": "date",
    "recorded_at": "timestamptz",
}


def _rows(
    changes: Iterable[tuple[tuple[UUID, UUID | None, str, str], int]], today: date, now: datetime
) -> Iterable[tuple[object, ...]]:
    for (order, line, partner, year), pence in changes:
        if pence:
            first, last = span(year)
            yield (order, line, partner, pence, min(max(today, first), last), now)
