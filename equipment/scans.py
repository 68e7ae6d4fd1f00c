"""Scans: the one door through which anything happens to an item (design: "A scan, in four files").

A single scan, a phone's batch, an import and the model year all come through `record()`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from itertools import compress
from typing import Any, Final, NamedTuple, TypeVar

import asyncpg
from msgspec.structs import replace

from budget.database import UNREACHABLE, transaction
from budget.gathering import Gathering
from equipment.cases import raise_cases
from equipment.clerk import Clerk, Result, Sent
from equipment.hand import Hand
from equipment.journal import Journal, write, write_unchanged
from equipment.lifecycle import allowed
from equipment.lookups import glance, take_in_hand
from equipment.orders import promises
from equipment.repairs import following
from equipment.scan_form import Reading, read_scan
from equipment.staff.roles import Caller, check_may
from equipment.standing import Standing

Done = TypeVar("Done")

SCANS_MAX: Final = 500
# Single scans that wait together: few enough that none waits long, or locks much.
_GATHERED_MAX: Final = 64
# One batch is decided while PostgreSQL writes another, and none holds up all; but each trip to
# PostgreSQL costs as much as a scan itself, so that two small ones are dearer than a larger one.
_AT_ONCE: Final = 2
_WORTH: Final = 6
_HELD_UP_AT_ONCE: Final = 4
# Two lists that name one scan id for different items meet only at its receipt: one tries again. So
# does what would be posted into a month that was closed since the books were read.
_TRIES: Final = 5
_TRY_AGAIN: Final = (
    asyncpg.UniqueViolationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)


async def record(scans: Sequence[Mapping[str, Any]], caller: Caller, now: datetime) -> list[Result]:
    """Record scans in their order, each accepted or refused by itself, in one transaction.

    `now` is when they are recorded. An accepted scan's movement, postings and counts are
    committed when this returns; a refused one leaves nothing but, if it names a device, a case
    for a person to settle. A single scan may share its transaction with others' that come at the
    same time. Raises NotAllowed for callers who may not scan at all.
    """
    check_may(caller, "scan")
    sent = [Sent(read_scan(scan), caller) for scan in scans]
    if len(sent) > 1:
        return await _record(sent, now)
    single = _Single(sent[0], now)
    return [await _singles.ask(single) or await _held_up.ask(single)]


async def record_with(
    scans: Sequence[Mapping[str, Any]],
    caller: Caller,
    now: datetime,
    also: Callable[[Sequence[Result]], Awaitable[None]],
) -> list[Result]:
    """Record scans, and in their transaction what goes with them: `also` is told the results.

    What `also` raises takes the scans back, too; it may be asked again where others came between.
    """
    check_may(caller, "scan")
    sent = [Sent(read_scan(scan), caller) for scan in scans]
    return await _try_again(lambda: _record_all(sent, now, also))


class _Single(NamedTuple):
    sent: Sent
    now: datetime


async def _record_singles(singles: Sequence[_Single]) -> Sequence[Result | None]:
    """Record scans of several callers as if they had come in one list, but wait for no item.

    None for a scan whose item somebody else has in hand or has moved, or which needs more than a
    glance.
    """
    sent, now = [each.sent for each in singles], max(each.now for each in singles)
    return await _try_again(lambda: _record_free(sent, now))


async def _record_held_up(singles: Sequence[_Single]) -> Sequence[Result]:
    return await _record([each.sent for each in singles], max(each.now for each in singles))


_singles: Final = Gathering(
    _record_singles, most=_GATHERED_MAX, at_once=_AT_ONCE, worth=_WORTH, for_all=UNREACHABLE
)
# Those that have to wait for an item, so that nobody else waits with them.
_held_up: Final = Gathering(
    _record_held_up, most=_GATHERED_MAX, at_once=_HELD_UP_AT_ONCE, for_all=UNREACHABLE
)


async def _record(sent: Sequence[Sent], now: datetime) -> list[Result]:
    return await _try_again(lambda: _record_all(sent, now))


async def _try_again(work: Callable[[], Awaitable[Done]]) -> Done:
    for _ in range(_TRIES - 1):
        try:
            return await work()
        except _TRY_AGAIN:
            continue
    return await work()


async def _record_all(
    sent: Sequence[Sent],
    now: datetime,
    also: Callable[[Sequence[Result]], Awaitable[None]] | None = None,
) -> list[Result]:
    async with transaction(by_index=True):
        readings = [each.reading for each in sent]
        hand = await take_in_hand(readings)
        concerned = await promises.lock_concerned(hand, readings)
        clerk, results = _judge(hand, sent, now)
        await write(clerk.journal)
        await following.follow(clerk.journal.movements, clerk.now)
        await raise_cases(clerk.findings, clerk.now)
        served = await promises.keep(hand, concerned, clerk.now)
        if also is not None:
            await also(results)
        return _as_served(hand, results, served) if served else results


def _as_served(
    hand: Hand, results: Sequence[Result], served: Mapping[int, Standing]
) -> list[Result]:
    """The results with items as they are now, where they went to those who waited for them."""
    now_allocated = {
        item.code: served[item.id] for item in hand.items.values() if item.id in served
    }
    return [
        replace(
            result,
            state=now_allocated[result.item].state,
            allowed=allowed(now_allocated[result.item].state, held=False),
        )
        if result.item in now_allocated
        else result
        for result in results
    ]


async def _record_free(sent: Sequence[Sent], now: datetime) -> list[Result | None]:
    """Decide at a glance and write what is still so, in two statements without a lock between."""
    hand = await glance([each.reading for each in sent])
    at_hand = [_is_at_hand(hand, each.reading) for each in sent]
    clerk, results = _judge(hand, list(compress(sent, at_hand)), now)
    if clerk.findings:
        # A case belongs into one transaction with what it is about.
        return [None] * len(sent)
    read_after = {item.id: item.newest_movement for item in hand.items.values()}
    moved = {movement.item for movement in clerk.journal.movements}
    written = await write_unchanged(clerk.journal, read_after)
    codes = {hand.items[item].code for item in written}
    # Where one has moved on meanwhile, so may have what else was refused because of it.
    stands = [
        written == moved or (result.status == "accepted" and result.item in codes)
        for result in results
    ]
    decided = iter(result if still else None for result, still in zip(results, stands, strict=True))
    return [next(decided) if free else None for free in at_hand]


def _is_at_hand(hand: Hand, reading: Reading) -> bool:
    """Whether a glance is enough: not for other labels, an undo, a job of repair, or a promise."""
    if reading.action in following.CONCERNED or hand.item(reading.designation) is None:
        return False
    return not promises.needs_more_than_a_glance(hand, reading)


def _judge(hand: Hand, sent: Sequence[Sent], now: datetime) -> tuple[Clerk, list[Result]]:
    # Whoever waited for the lock comes after what it waited for.
    clerk = Clerk(hand, Journal(), [], max(now, hand.newest or now))
    return clerk, [clerk.judge(each) for each in sent]
