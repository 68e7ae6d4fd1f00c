"""The second factor: codes that somebody's telephone makes (RFC 6238), and ten to fall back on.

Each code is taken once; docs/adr/0015-second-factor.md says who needs one and what is kept.
"""

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import pyotp

from budget import changes
from budget.database import execute, fetch_one, insert, transaction
from budget.refusals import Fault, Missing, Refused, Wrong
from equipment.staff import sessions
from equipment.staff.roles import NEED_SECOND_FACTOR, Caller, check_may

RECOVERY_CODES: Final = 10

_STEP_S: Final = 30
_UNCONFIRMED: Final = timedelta(hours=1)
# A telephone's clock may be half a minute out, either way.
_STEPS_OFF: Final = (-1, 0, 1)
_SIX_DIGITS: Final = re.compile(r"[0-9]{6}")
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE_LENGTH: Final = 16


async def is_set_up(user: UUID) -> bool:
    """Whether a user signs in with a second factor."""
    return await fetch_one(_CONFIRMED, user) is not None


_CONFIRMED: Final = """
select 1 from second_factors where "user" = $1 and confirmed_at is not null
"""


async def begin(caller: Caller, now: datetime) -> str:
    """The caller's new secret, the same for an hour; Refused once it has been confirmed.

    Not for longer: somebody else may have seen it, who was signed in by a password that was stolen.
    """
    row = await fetch_one(_BEGIN, caller.user, pyotp.random_base32(), now, now - _UNCONFIRMED)
    assert row is not None
    if row["confirmed_at"] is not None:
        raise _set_up_already()
    return str(row["secret"])


_BEGIN: Final = """
insert into second_factors as f ("user", secret, begun_at) values ($1, $2, $3)
on conflict ("user") do update set
    secret = case when f.confirmed_at is null and f.begun_at < $4 then $2 else f.secret end,
    begun_at = case when f.confirmed_at is null and f.begun_at < $4 then $3 else f.begun_at end
returning secret, confirmed_at
"""


def address_of(secret: str, username: str, service: str) -> str:
    """What the telephone's application reads from a QR symbol."""
    # A colon parts the service from the name, so there may be no other.
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=service.replace(":", " "))


async def confirm(caller: Caller, code: str, now: datetime, *, token: str) -> list[str]:
    """Take the first code: from now on each sign-in needs one. The recovery codes, shown once.

    Whoever was signed in as the caller without one is out, but for the session of this `token`.
    Wrong for a code that is not the one of now; Refused where it was confirmed before.
    """
    async with transaction():
        # Before anything else, as sign-ins do: one that is under way ends before this begins, and
        # is put out below, or begins after this has ended, and asks for the code.
        await execute(_STOP_SIGN_INS, caller.user)
        row = await fetch_one(_LOCK, caller.user)
        if row is None:
            raise Refused("second-factor-not-begun", "Begin again: there is no key to confirm.")
        if row["confirmed_at"] is not None:
            raise _set_up_already()
        step = _step_of(row["secret"], code, row["last_step"], now)
        if step is None:
            raise _wrong_code()
        await execute(_CONFIRM, caller.user, step, now)
        codes = await _renewed(caller.user)
        await sessions.end_others(caller.user, token)
        await changes.record(caller.username, "second factor set up", caller.username, {})
    return codes


_STOP_SIGN_INS: Final = "select from users where id = $1 for no key update"
_LOCK: Final = """
select secret, confirmed_at, last_step from second_factors where "user" = $1 for update
"""
_CONFIRM: Final = """
update second_factors set last_step = $2, confirmed_at = $3 where "user" = $1
"""


async def renew(caller: Caller, code: str, now: datetime) -> list[str]:
    """New recovery codes in the place of all that there were; Wrong without a right code."""
    async with transaction():
        await sessions.hold(caller.user)
        if not await take(caller.user, code, now):
            raise _wrong_code()
        codes = await _renewed(caller.user)
        await changes.record(caller.username, "new recovery codes", caller.username, {})
    return codes


async def take(user: UUID, code: str, now: datetime) -> bool:
    """Whether the code lets the user in; if so it is used up.

    Within the caller's transaction, who holds the user.
    """
    row = await fetch_one(_LOCK, user)
    if row is None or row["confirmed_at"] is None:
        return False
    typed = re.sub(r"[\s-]", "", code).lower()
    if not _SIX_DIGITS.fullmatch(typed):
        return await fetch_one(_USE, _digest(typed), user, now) is not None
    step = _step_of(row["secret"], typed, row["last_step"], now)
    if step is None:
        return False
    await execute('update second_factors set last_step = $2 where "user" = $1', user, step)
    return True


_USE: Final = """
update recovery_codes set used_at = $3 where digest = $1 and "user" = $2 and used_at is null
returning digest
"""


async def codes_left(user: UUID) -> int:
    """How many recovery codes a user has not used."""
    sql = 'select count(*) as left from recovery_codes where "user" = $1 and used_at is null'
    row = await fetch_one(sql, user)
    assert row is not None
    return int(row["left"])


async def reset(caller: Caller, username: str) -> None:
    """Take a user's second factor away, and all their sessions; for a telephone that is lost.

    Missing where there is no such user; one that has none is no fault.
    """
    check_may(caller, "manage users")
    async with transaction():
        user = await fetch_one(_USER, username)
        if user is None:
            raise Missing("user-not-found", "There is no such user.")
        await forget(user["id"])
        await changes.record(caller.username, "second factor reset", user["username"], {})


_USER: Final = "select id, username from users where lower(username) = lower($1) for update"


async def forget(user: UUID) -> None:
    """The same within the caller's transaction, which says who did it."""
    await execute('delete from recovery_codes where "user" = $1', user)
    await execute('delete from second_factors where "user" = $1', user)
    await sessions.end_all(user)


async def forget_unconfirmed(user: UUID) -> None:
    """Take away what was begun and not confirmed, within the caller's transaction.

    Whoever knew the password that is being replaced may have seen the secret.
    """
    await execute(_FORGET_UNCONFIRMED, user)


_FORGET_UNCONFIRMED: Final = """
delete from second_factors where "user" = $1 and confirmed_at is null
"""


async def end_unprotected() -> None:
    """End the tokens of all who must have a second factor and have none.

    For a service that requires it; their sessions on the pages lead them to set it up.
    """
    await execute(_END_UNPROTECTED, sorted(NEED_SECOND_FACTOR))


_END_UNPROTECTED: Final = """
delete from tokens where "user" in (
    select id from users where roles && $1::varchar[] and id not in (
        select "user" from second_factors where confirmed_at is not null
    )
)
"""


def _step_of(secret: str, code: str, last: int | None, now: datetime) -> int | None:
    """The time step whose code this is, later than the last one taken; else None."""
    typed = re.sub(r"[\s-]", "", code)
    totp = pyotp.TOTP(secret)
    current = int(now.timestamp()) // _STEP_S
    for step in (current + off for off in _STEPS_OFF):
        right = hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode())
        if right and (last is None or step > last):
            return step
    return None


async def _renewed(user: UUID) -> list[str]:
    await execute('delete from recovery_codes where "user" = $1', user)
    codes = ["".join(map(secrets.choice, [_LETTERS] * _CODE_LENGTH)) for _ in range(RECOVERY_CODES)]
    columns = {"digest": "bytea", "user": "uuid"}
    await insert("recovery_codes", columns, [(_digest(code), user) for code in codes])
    return ["-".join(re.findall("....", code)) for code in codes]


def _digest(code: str) -> bytes:
    # Eighty bits of chance: nobody tries them all, so a quick hash is as good as a slow one.
    return hashlib.sha256(code.encode("utf-8", "surrogateescape")).digest()


def _set_up_already() -> Refused:
    return Refused("second-factor-set-up", "Your second factor has been set up already.")


def _wrong_code() -> Wrong:
    words = "This is not the code of now. Wait for the next one, and type it as it stands there."
    return Wrong([Fault("code", words)])
