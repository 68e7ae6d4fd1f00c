"""The door to another partner's person: who knows number and day of birth exactly may come in.

Contract section 5. Each opening is on record with its reason, and lapses; guessing is slowed down.
"""

from datetime import date, datetime, timedelta
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from budget.database import execute, fetch_one, transaction
from budget.refusals import TooOften, Wrong
from budget.wording import one_line, text_faults
from equipment.people.looks import missing, note
from equipment.people.person_form import NhsNumber, Person, check_nhs_number
from equipment.people.person_records import record
from equipment.people.visibility import in_sight_of, seen_as
from equipment.staff.roles import Caller, check_may

OPEN_FOR: Final = timedelta(days=30)
"""Long enough to order and see it delivered; whom somebody ordered for stays theirs."""

WINDOW: Final = timedelta(minutes=15)
MISSES_MAX: Final = 10
_REASON_MAX: Final = 500


class Match(msgspec.Struct, frozen=True):
    """What a caller must know of the person, and why they need to see them."""

    nhs_number: NhsNumber
    born: date
    reason: Annotated[str, Meta(min_length=1, max_length=_REASON_MAX)]


async def match(caller: Caller, wanted: Match, now: datetime) -> Person:
    """Open the person with exactly this number and day of birth to the caller, on record.

    Missing where there is none, in the same words whichever of the two is wrong; TooOften after
    too many of these, whatever is sent. Wrong where a field is.
    """
    check_may(caller, "match people")
    check_nhs_number(wanted.nhs_number)
    reason = one_line(wanted.reason)
    if faults := list(text_faults("reason", reason, _REASON_MAX)):
        raise Wrong(faults)
    attempt = await _attempt(caller, now)
    async with in_sight_of(caller, now):
        row = await fetch_one(_MATCHING, wanted.nhs_number, wanted.born)
        if row is None:
            raise missing()
        await execute("delete from match_failures where id = $1", attempt)
        person = row["id"]
        if not await seen_as(caller, [person], now):
            await execute(_OPEN, person, caller.username, reason, now, now + OPEN_FOR)
        await note(caller, [person], now, "match", reason)
        return await record(person)


_MATCHING: Final = "select id from person_matching($1, $2) id where id is not null"
_OPEN: Final = """
insert into person_openings (person, username, reason, opened_at, until)
values ($1, $2, $3, $4, $5)
"""


async def _attempt(caller: Caller, now: datetime) -> int:
    """Write the match down as failed before it is looked at: however many come at once count."""
    async with transaction():
        # In a statement of its own: the count must see what those before us wrote.
        await execute(_LINE_UP, f"match {caller.username}")
        await execute(_FORGET, caller.username, now - WINDOW)
        row = await fetch_one(_RECENT, caller.username, now - WINDOW)
        assert row is not None
        if row["many"] >= MISSES_MAX:
            wait = row["first"] + WINDOW - now
            minutes = -(-int(wait.total_seconds()) // 60) or 1
            words = f"Too many that fit nobody. Try again in {minutes} minutes."
            raise TooOften("too-many-attempts", words, wait)
        added = await fetch_one(_ADD, caller.username, now)
        assert added is not None
        return int(added["id"])


_LINE_UP: Final = "select pg_advisory_xact_lock(hashtextextended($1, 0))"
_FORGET: Final = "delete from match_failures where username = $1 and failed_at <= $2"
_RECENT: Final = """
select count(*) as many, min(failed_at) as first from match_failures
where username = $1 and failed_at > $2
"""
_ADD: Final = "insert into match_failures (username, failed_at) values ($1, $2) returning id"
