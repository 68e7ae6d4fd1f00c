"""Scans: the one door through which anything happens to an item (design: "A scan, in four files").

A single scan, a phone's batch, an import and the model year all come through `record()`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import asyncpg

from budget.database import UNREACHABLE, transaction
from budget.gathering import Gathering
from equipment.cases import raise_cases
from equipment.clerk import Clerk, Result, Sent
from equipment.journal import Journal, write
from equipment.lookups import take_in_hand
from equipment.roles import Caller, check_may
from equipment.scan_form import read_scan

SCANS_MAX: Final = 500
# Single scans that wait together: few enough that none waits long, or locks much.
_GATHERED_MAX: Final = 64
# One batch is decided while PostgreSQL writes another, and none holds up all; but each trip to
# PostgreSQL costs as much as a scan itself, so that two small ones are dearer than a larger one.
_AT_ONCE: Final = 2
_WORTH: Final = 6
# Two lists that name one scan id for different items meet only at its receipt: one tries again.
_TRIES: Final = 5
_TRY_AGAIN: Final = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError)


async def record(scans: Sequence[Mapping[str, Any]], caller: Caller, now: datetime) -> list[Result]:
    """Record scans in their order, each accepted or refused by itself, in one transaction.

    `now` is when they are recorded. An accepted scan's movement, postings and counts are
    committed when this returns; a refused one leaves nothing but, if it names a device, a case
    for a person to settle. A single scan may share its transaction with others' that come at the
    same time. Raises NotAllowed for callers who may not scan at all.
    """
    check_may(caller, "scan")
    sent = [Sent(read_scan(scan), caller) for scan in scans]
    if len(sent) == 1:
        return [await _singles.ask(_Single(sent[0], now))]
    return await _record(sent, now)


class _Single(NamedTuple):
    sent: Sent
    now: datetime


async def _record_singles(singles: Sequence[_Single]) -> list[Result]:
    """Record scans of several callers as if they had come in one list."""
    return await _record([each.sent for each in singles], max(each.now for each in singles))


_singles: Final = Gathering(
    _record_singles, most=_GATHERED_MAX, at_once=_AT_ONCE, worth=_WORTH, for_all=UNREACHABLE
)


async def _record(sent: Sequence[Sent], now: datetime) -> list[Result]:
    for _ in range(_TRIES - 1):
        try:
            return await _record_once(sent, now)
        except _TRY_AGAIN:
            continue
    return await _record_once(sent, now)


async def _record_once(sent: Sequence[Sent], now: datetime) -> list[Result]:
    async with transaction(by_index=True):
        hand = await take_in_hand([each.reading for each in sent])
        # Whoever waited for the lock comes after what it waited for.
        clerk = Clerk(hand, Journal(), [], max(now, hand.newest or now))
        results = [clerk.judge(each) for each in sent]
        await write(clerk.journal)
        await raise_cases(clerk.findings, clerk.now)
    return results
