"""How often a visitor may come to the pages that ask nobody to sign in.

Counted in the database, so that it holds over all processes, by fixed windows of time: one
statement a visit, and nothing kept of who came once the day is over.
"""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from budget.database import execute, fetch_one

_NETWORK_MAX: Final = 64
_KEPT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many visits of a kind a network has in each window."""

    kind: str
    most: int
    window: timedelta


# A hospital or a care home comes from one address, so neither is one person's measure.
VIEWS: Final = Allowance("view", 120, timedelta(minutes=1))
FORMS: Final = Allowance("form", 20, timedelta(minutes=10))


async def wait_of(allowance: Allowance, address: str, now: datetime) -> timedelta | None:
    """Count one visit: None where there is room for it, else how long until there is again."""
    begins_at = _window_of(allowance, now)
    row = await fetch_one(_COUNT, allowance.kind, network_of(address), begins_at)
    assert row is not None
    if row["visits"] == 1:
        await execute("delete from page_counts where begins_at < $1", now - _KEPT)
    if row["visits"] <= allowance.most:
        return None
    return begins_at + allowance.window - now


_COUNT: Final = """
insert into page_counts (kind, network, begins_at, visits) values ($1, $2, $3, 1)
on conflict (kind, network, begins_at) do update set visits = page_counts.visits + 1
returning visits
"""


def network_of(address: str) -> str:
    """The address as it is counted: in IPv6 a household has a whole /64."""
    try:
        place = ipaddress.ip_address(address)
    except ValueError:
        return address[:_NETWORK_MAX]
    if isinstance(place, ipaddress.IPv6Address) and place.ipv4_mapped is None:
        return str(ipaddress.ip_network((place, 64), strict=False))
    return str(getattr(place, "ipv4_mapped", None) or place)


def _window_of(allowance: Allowance, now: datetime) -> datetime:
    """The beginning of the window that a moment lies in."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return now - (now - epoch) % allowance.window
