"""Phones: registered for a technician, looked after by an administrator, revoked when one is lost.

A revoked phone is told so whenever it asks, signed in or not, and forgets everything: what it is
told is nobody's secret, and its id is known to nobody else.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from budget import changes
from budget.database import execute, fetch, fetch_one, transaction
from budget.refusals import Missing, Refused, Wrong
from budget.wording import one_line, text_faults
from equipment.staff import sessions
from equipment.staff.roles import Caller, check_may
from logistics.phones.sequence import Heard, Stretch

NAME_MAX: Final = 100
MISSING_SHOWN_MAX: Final = 500


class Revoked(Refused):
    """The phone was revoked: it has to forget all that it holds."""

    def __init__(self) -> None:
        super().__init__("phone-revoked", "This phone was taken out of use. Ask the depot.")


class Registered(msgspec.Struct, frozen=True):
    """A phone as it learns of itself: `next_seq` is the number that it goes on with."""

    device: UUID
    name: str
    next_seq: int
    now: datetime


class Phone(msgspec.Struct, frozen=True, kw_only=True):
    """A phone as an administrator sees it. `missing` are numbers of which nothing has come."""

    id: UUID
    name: str
    technician: str
    registered_at: datetime
    heard_at: datetime
    unsent: int
    newest: int
    missing: list[Stretch]
    clock_slow_s: int
    revoked_at: datetime | None
    revoked_by: str | None
    wiped_at: datetime | None
    seq: int


async def register(caller: Caller, device: UUID, name: str, now: datetime) -> Registered:
    """Register a phone for whoever holds it; again, it is the same phone.

    Missing where it is another technician's, Revoked where it was revoked, Wrong where its name is.
    """
    check_may(caller, "visit")
    name = one_line(name)
    if faults := list(text_faults("name", name, NAME_MAX)):
        raise Wrong(faults)
    await check_not_revoked(device, now)
    async with transaction():
        await execute(_REGISTER, device, caller.user, name, now)
        row = await lock(caller, device)
        await execute("update phones set name = $2, heard_at = $3 where id = $1", device, name, now)
    return Registered(device, name, row["newest"] + 1, now)


_REGISTER: Final = """
insert into phones (id, "user", name, registered_at, heard_at, unsent, newest, missing,
    clock_slow_s)
values ($1, $2, $3, $4, $4, 0, 0, '[]', 0) on conflict (id) do nothing
"""


async def lock(caller: Caller, device: UUID) -> asyncpg.Record:
    """Have the caller's phone in hand until the transaction ends; what it sends waits for its turn.

    Missing where it is not theirs, Revoked where it was revoked.
    """
    row = await fetch_one(_LOCK, device)
    if row is None or row["user"] != caller.user:
        raise Missing("phone-not-found", "This phone is not registered for you: register it.")
    if row["revoked_at"] is not None:
        raise Revoked
    return row


_LOCK: Final = """
select id, "user", newest, missing, revoked_at from phones where id = $1 for no key update
"""


async def check_not_revoked(device: UUID, now: datetime) -> None:
    """Raise Revoked where the phone was, or its technician was ended.

    That a revoked one was told so is on record from now on.
    """
    if await fetch_one(_TELL, device, now) is not None:
        raise Revoked


# Whoever holds a stolen phone may ask as often as they like: one row is written, once.
_TELL: Final = """
with told as (
    update phones set wiped_at = $2, heard_at = $2 where id = $1 and revoked_at is not null
        and wiped_at is null)
select p.id from phones p join users u on u.id = p."user"
where p.id = $1 and (p.revoked_at is not null or not u.active)
"""


def heard_of(row: asyncpg.Record) -> Heard:
    """What has come of a phone's count."""
    missing = msgspec.json.decode(row["missing"], type=tuple[Stretch, ...])
    return Heard(row["newest"], missing)


async def listed(caller: Caller, *, after: int, limit: int) -> list[Phone]:
    """The phones, the newest first; `after` is the `seq` of the last one that was shown, or 0."""
    check_may(caller, "manage users")
    return [_phone(row) for row in await fetch(_LISTED, after, limit)]


_SHOWN: Final = """
select p.id, p.name, u.username as technician, p.registered_at, p.heard_at, p.unsent, p.newest,
    p.missing, p.clock_slow_s, p.revoked_at, p.revoked_by, p.wiped_at, p.seq
from phones p join users u on u.id = p."user"
"""
_LISTED: Final = _SHOWN + " where p.seq < $1 or $1 = 0 order by p.seq desc limit $2"


async def look_up(caller: Caller, device: UUID) -> Phone:
    """One phone, or Missing."""
    check_may(caller, "manage users")
    row = await fetch_one(_SHOWN + " where p.id = $1", device)
    if row is None:
        raise missing()
    return _phone(row)


def missing() -> Missing:
    """That there is no such phone."""
    return Missing("phone-not-found", "There is no such phone.")


async def revoke(caller: Caller, device: UUID, now: datetime) -> Phone:
    """Take a phone out of use for good, and sign its technician out everywhere.

    Whoever has it is still signed in on it: so no session of theirs may go on. Missing where there
    is none; revoked already, it stays so.
    """
    check_may(caller, "manage users")
    async with transaction():
        row = await fetch_one(_REVOKE, device, now, caller.username)
        if row is not None:
            await sessions.end_all(row["user"])
            content = {"name": row["name"], "technician": row["technician"]}
            await changes.record(caller.username, "phone revoked", str(device), content)
    return await look_up(caller, device)


# Never before what the phone has sent by then: whoever was there first is first.
_REVOKE: Final = """
update phones p set revoked_at = greatest($2, p.heard_at), revoked_by = $3 from users u
where p.id = $1 and p.revoked_at is null and u.id = p."user"
returning p.name, p."user", u.username as technician
"""


def _phone(row: asyncpg.Record) -> Phone:
    stretches = msgspec.json.decode(row["missing"], type=list[Stretch])
    return Phone(**dict(row) | {"missing": stretches})
