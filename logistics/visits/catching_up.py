"""Brings visits up to date with everything that has happened, for whoever is about to read them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from budget.database import fetch
from logistics.visits.following import follow
from logistics.visits.news import pull
from logistics.visits.recalled import pull_recalls
from logistics.visits.undoing import reopen


async def catch_up(now: datetime) -> int:
    """Make what news asks for, and follow what scans and orders have done or undone; how much.

    A job of the clock, every few seconds; and first of all in what shows visits, so that whoever
    has just authorised or scanned something finds it there.
    """
    return sum([await each(now) for each in (reopen, follow, pull, pull_recalls)])


async def catch_up_with(visits: Sequence[UUID], now: datetime) -> int:
    """The same for a few visits, such as those that scans have just named."""
    return await follow(now, visits) if visits else 0


async def catch_up_for(person: UUID, now: datetime) -> int:
    """The same for whatever a person has open, before more is asked of it."""
    rows = await fetch(_OPEN, person)
    return await catch_up_with([row["id"] for row in rows], now)


_OPEN: Final = """
select id from visits where person = any(family_of($1)) and status = 'open' limit 100
"""
