"""Who may order what by themselves, and who decides where they may not.

Source: contract section 5, "Authority"; what a missing level or limit means is in
docs/adr/0014-orders.md.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Final
from uuid import UUID

import msgspec

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


async def authority_of(caller: Caller) -> Authority:
    """How far the caller may order; an administrator as far as there is."""
    row = await fetch_one(_AUTHORITY, caller.user)
    if row is None or ADMINISTRATOR in caller.roles:
        return Authority(None, None)
    return Authority(row["level"] or _LEVEL_WHERE_NONE_IS_SET, row["order_limit_pence"])


_AUTHORITY: Final = "select level, order_limit_pence from users where id = $1"


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
