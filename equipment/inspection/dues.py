"""What falls due: examinations and services of all that is live, and tests of what came back.

PostgreSQL's triggers keep a row for each examination and service to come (`check_dues`), so that a
page of the list reads what it shows. A portable appliance test is due from the day on which an item
came back: those are the items that are in the store's hands, and no more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final, Literal, NamedTuple, TypeAlias
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Meta

from budget.database import fetch
from budget.narrowing import narrowed
from budget.wording import sought
from equipment.people.visibility import visible_people
from equipment.staff.roles import Caller, check_may

CheckKind: TypeAlias = Literal["pat", "loler", "service"]
Where: TypeAlias = Literal["depot", "home"]


class DueCheck(msgspec.Struct, frozen=True):
    """A check that an item needs, and where the item is.

    `due_on` is the last day in date; null where neither a pass nor a receipt is on record, so that
    it never was. What is `at_home` is with `person`, null for callers who may not see them; `depot`
    is then the one that it left. `family` says that no paid carer uses it: its examination keeps
    the interval of the service's own.
    """

    item: str
    sku: str
    name: str
    serial: str | None
    kind: CheckKind
    due_on: date | None
    state: str
    on_hold: bool
    depot: str | None
    at_home: bool
    family: bool
    person: UUID | None


class Place(NamedTuple):
    """Where a row stands in the list: by day, then item, then kind."""

    due_on: date
    item: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    kind: Annotated[str, Meta(max_length=8)]


FIRST: Final = Place(date.min, 0, "")


@dataclass(frozen=True, slots=True)
class Search:
    """What falls due before a day, perhaps of a depot, a place or a kind; `after` is a Place."""

    before: date
    depot: str | None = None
    where: Where | None = None
    kind: CheckKind | None = None
    after: Place = FIRST
    limit: int = 50


async def due(caller: Caller, search: Search, now: datetime) -> list[tuple[Place, DueCheck]]:
    """What falls due before the day, the most overdue first, each with its place in the list."""
    check_may(caller, "read what falls due")
    conditions = {
        "d.depot = {}": sought(search.depot) if search.depot is not None else None,
        "d.at_home = {}": search.where == "home" if search.where else None,
        "d.kind = {}": search.kind,
    }
    sql, values = narrowed(_DUE, conditions, search.limit, search.before, *search.after)
    rows = await fetch(sql, *values)
    people = (row["holder"] for row in rows if row["holder"] is not None)
    seen = await _seen(caller, people, now)
    return [(Place(row["due_on"], row["id"], row["kind"]), _shown(row, seen)) for row in rows]


_DUE: Final = """
with page as (
    (select d.* from check_dues d
    where d.due_on < $2 and (d.due_on, d.item, d.kind) > ($3, $4, $5) and {where}
    order by d.due_on, d.item, d.kind limit $1)
    union all
    (select d.* from (
        select i.id as item, 'pat' as kind, i.dirty_on as due_on, i.last_depot as depot,
            false as at_home
        from items i join products p on p.sku = i.sku
        where i.state in ('returned', 'cleaned', 'in_repair') and p.pat
            and i.dirty_on is not null and (i.pat_on is null or i.pat_on < i.dirty_on)
    ) d
    where d.due_on < $2 and (d.due_on, d.item, d.kind) > ($3, $4, $5) and {where}
    order by d.due_on, d.item, d.kind limit $1)
    order by due_on, item, kind limit $1
)
select page.due_on, page.kind, page.at_home, i.id, i.code as item, i.sku, g.name, i.serial, i.state,
    i.held_at is not null as on_hold, i.last_depot as depot, i.person as holder,
    page.at_home and used_by_family(i.person) as family
from page join items i on i.id = page.item join products g on g.sku = i.sku
order by page.due_on, page.item, page.kind
"""


async def _seen(caller: Caller, people: Iterable[UUID], now: datetime) -> set[UUID]:
    asked = set(people)
    return set(await visible_people(caller, asked, now)) if asked else set()


def _shown(row: asyncpg.Record, seen: set[UUID]) -> DueCheck:
    holder = row["holder"]
    fields = {name: row[name] for name in DueCheck.__struct_fields__ if name in _AS_THEY_ARE}
    return DueCheck(
        **fields,
        due_on=None if row["due_on"] == date.min else row["due_on"],
        person=holder if holder in seen else None,
    )


_AS_THEY_ARE: Final = frozenset(DueCheck.__struct_fields__) - {"due_on", "person"}
