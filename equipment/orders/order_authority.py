"""Who may order what by themselves, and who decides where they may not.

Source: contract section 5, "Authority"; what a missing level or limit means is in
docs/adr/0014-orders.md.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from budget.database import fetch_one
from budget.refusals import NotAllowed
from equipment.staff.roles import ADMINISTRATOR, AUTHORISER, COORDINATOR, Caller

_LEVEL_WHERE_NONE_IS_SET: Final = 1
_CHARGE_ANYBODY: Final = frozenset({ADMINISTRATOR, COORDINATOR})


class Authority(msgspec.Struct, frozen=True):
    """How far somebody's own authority goes; None is as far as there is."""

    level: int | None
    limit_pence: int | None


class Wanted(msgspec.Struct, frozen=True):
    """What an authority is held against: a line's product, its number, and what one is worth.

    `level` is None for a special.
    """

    level: int | None
    quantity: int
    pence: int


class Spending(msgspec.Struct, frozen=True):
    """By whom money is spent, for whom and on which London day; `order` is the one in question."""

    by: UUID
    person: UUID
    day: date
    order: UUID | None = None


async def authority_of(caller: Caller) -> Authority:
    """How far the caller may order; an administrator as far as there is."""
    row = await fetch_one(_AUTHORITY, caller.user)
    if row is None or ADMINISTRATOR in caller.roles:
        return Authority(None, None)
    return Authority(row["level"] or _LEVEL_WHERE_NONE_IS_SET, row["order_limit_pence"])


_AUTHORITY: Final = "select level, order_limit_pence from users where id = $1"


async def left_of(authority: Authority, spending: Spending) -> Authority:
    """An authority after what its holder ordered by themselves for the same person on that day.

    Who orders in parts gets no further than who orders at once. On which an authoriser had, or has,
    to decide, does not count.
    """
    if authority.limit_pence is None:
        return authority
    row = await fetch_one(_SPENT, spending.by, spending.person, spending.day, spending.order)
    assert row is not None
    return replace(authority, limit_pence=max(0, authority.limit_pence - int(row["pence"])))


# As in `wanted()`, charging less does not make it less.
_SPENT: Final = """
select coalesce(sum(
    greatest(l.price_pence, listed.price_pence)
    * case when l.cancelled then l.delivered else l.quantity end), 0) as pence
from order_standings o join order_lines l on l."order" = o.id left join lateral (
    select t.price_pence from product_terms t where t.sku = l.sku and t.from_on <= $3
    order by t.from_on desc limit 1
) listed on true
where o.ordered_by = $1 and o.person = any(family_of($2)) and o.beyond = '{}'
    and (o.ordered_at at time zone 'Europe/London')::date = $3 and o.id is distinct from $4
"""


def beyond(
    authority: Authority, wanted: Iterable[Wanted], *, charges_own_partner: bool
) -> list[str]:
    """Why an order is not within somebody's authority: `level`, `limit`, `special`, `funder`.

    Nothing where it is. The money of a partner that is not theirs is never theirs to spend.
    """
    lines = list(wanted)
    return list(_beyond(authority, lines, charges_own_partner=charges_own_partner))


def _beyond(
    authority: Authority, lines: Collection[Wanted], *, charges_own_partner: bool
) -> Iterator[str]:
    levels = [line.level for line in lines if line.level is not None]
    if authority.level is not None and max(levels, default=0) > authority.level:
        yield "level"
    pence = sum(line.quantity * line.pence for line in lines)
    if authority.limit_pence is not None and pence > authority.limit_pence:
        yield "limit"
    if len(levels) < len(lines):
        yield "special"
    if not charges_own_partner:
        yield "funder"


def charges_as_own(caller: Caller, funder: str) -> bool:
    """Whether the caller may spend this partner's money: a prescriber that of their own alone."""
    return bool(caller.roles & _CHARGE_ANYBODY) or funder in caller.partners


def check_may_decide(caller: Caller, funder: str, ordered_by: UUID) -> None:
    """Raise NotAllowed unless the caller authorises for this partner, and another has ordered."""
    if ordered_by == caller.user:
        words = "You placed this order yourself: somebody else decides about it."
        raise NotAllowed("own-order", words)
    if ADMINISTRATOR in caller.roles:
        return
    if AUTHORISER not in caller.roles or funder not in caller.partners:
        raise NotAllowed("not-allowed", "You do not decide about this partner's orders.")
