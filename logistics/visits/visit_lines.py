"""The lines of visits as they are read, each with what its product says."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

import asyncpg

from budget.database import fetch
from logistics.visits.effort import Effort, Task, effort_of
from logistics.visits.visit_form import Kind, ShownLine

# The kind of the whole, where a visit is about several things.
_FIRST_OF_ALL: Final[tuple[Kind, ...]] = ("delivery", "swap", "collection", "repair", "service")


async def lines_of(visits: Sequence[UUID]) -> dict[UUID, list[asyncpg.Record]]:
    """The lines of visits, in the order in which they were made."""
    found: dict[UUID, list[asyncpg.Record]] = defaultdict(list)
    for row in await fetch(_LINES, visits):
        found[row["visit"]].append(row)
    return found


_LINES: Final = """
select n.visit, n.id, n.kind, l."order", n.order_line, p.sku,
    coalesce(p.name, l.special ->> 'description') as name, n.quantity, n.funder, n.checks, n.why,
    n.due_on, n.outcome, n.item, n.closed_at, p.weight_g, p.volume_l, coalesce(p.crew, 1) as crew,
    p.loler_months is not null as loler,
    coalesce(s.items, array_remove(array[i.code], null)) as items
from visit_lines n
left join order_lines l on l.id = n.order_line
left join items i on i.id = n.item
left join products p on p.sku = coalesce(l.sku, i.sku)
left join lateral (
    select array_agg(code order by code) as items from (
        select a.code from promises r join items a on a.id = r.item where r.line = n.order_line
        union all
        select a.code from loans r join items a on a.id = r.item
        where r.order_line = n.order_line and r.began_at >= n.made_at - interval '1 day'
            and not exists (select from receipts u where u.id = r.id and u.kind = 'undo')
    ) goods
) s on n.order_line is not null
where n.visit = any($1::uuid[]) order by n.visit, n.seq
"""


def shown_line(row: asyncpg.Record) -> ShownLine:
    """A line as the outside sees it."""
    return ShownLine(**{name: row[name] for name in ShownLine.__struct_fields__})


def kind_of(lines: Iterable[asyncpg.Record]) -> Kind:
    """What the whole visit is called; by what is still to be done where anything is."""
    every = list(lines)
    kinds = {row["kind"] for row in every if row["closed_at"] is None}
    kinds = kinds or {row["kind"] for row in every}
    return next((kind for kind in _FIRST_OF_ALL if kind in kinds), "delivery")


def effort_for(lines: Iterable[asyncpg.Record]) -> Effort:
    """What the lines take that are still to be done; those that are closed, once all are."""
    every = list(lines)
    still = [row for row in every if row["closed_at"] is None] or every
    return effort_of(
        Task(
            row["kind"],
            row["quantity"],
            row["weight_g"],
            row["volume_l"],
            row["crew"],
            row["loler"],
        )
        for row in still
    )
