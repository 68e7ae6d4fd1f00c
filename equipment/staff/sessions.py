"""Who is signed in on the pages: a session in a cookie, which opens nothing but pages.

They stand apart from the tokens of programs: what a cookie holds is never good for the API, and a
token is never good in a cookie.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from budget.database import execute, fetch_one
from budget.years import london_day
from equipment.staff.roles import Caller

CODE_WAIT: Final = timedelta(minutes=10)
"""How long the second factor may take after the password."""

_SEEN_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Lives:
    """How long a session lasts: with nothing done in it, and in all."""

    idle: timedelta
    whole: timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """A session that holds; while it awaits the second factor it opens nothing."""

    caller: Caller
    token: str
    awaits_code: bool
    has_second_factor: bool


async def hold(user: UUID, password_hash: str | None = None) -> bool:
    """Whether a user is active, and with this password; held until the caller's transaction ends.

    Whoever ends them, sets another password or confirms a second factor waits, or was waited for.
    What is to hold of the user afterwards is asked in a statement of its own: only that one sees
    what was waited for. Always the first thing that a transaction locks.
    """
    return await fetch_one(_HOLD, user, password_hash) is not None


_HOLD: Final = """
select 1 from users where id = $1 and active and coalesce(password_hash = $2, true) for share
"""


async def begin(user: UUID, lives: Lives, now: datetime, *, awaits_code: bool) -> str:
    """Begin a session; what its cookie holds.

    Within the caller's transaction, who holds the user.
    """
    token = secrets.token_urlsafe(32)
    whole = CODE_WAIT if awaits_code else lives.whole
    await execute(_BEGIN, _digest(token), user, now, now + whole, awaits_code)
    return token


_BEGIN: Final = """
insert into page_sessions (digest, "user", begun_at, seen_at, ends_at, awaits_code)
values ($1, $2, $3, $3, $4, $5)
"""


async def find(token: str, lives: Lives, now: datetime) -> Session | None:
    """Whose session it is; None where it is nobody's, is over, or its user was ended.

    It is seen in this moment: one that is used goes on, to its end at the latest.
    """
    digest = _digest(token)
    row = await fetch_one(_FIND, digest, now, now - lives.idle, london_day(now))
    if row is None:
        return None
    if now - row["seen_at"] > _SEEN_EVERY:
        await execute("update page_sessions set seen_at = $2 where digest = $1", digest, now)
    roles, partners = frozenset(row["roles"]), frozenset(row["partners"])
    caller = Caller(row["id"], row["username"], roles, partners)
    return Session(caller, token, row["awaits_code"], row["has_second_factor"])


_FIND: Final = """
with recursive caller as (
    select s.seen_at, s.awaits_code, u.id, u.username, u.roles, u.partner, u.also
    from page_sessions s join users u on u.id = s."user"
    where s.digest = $1 and $2 < s.ends_at and $3 < s.seen_at and u.active
), theirs (ods) as (
    select unnest(also || partner) from caller
    union
    select p.ods from partners p join theirs t on p.succeeded_by = t.ods
    where p.succeeded_on <= $4
)
select seen_at, awaits_code, id, username, roles,
    exists(select from second_factors f where f."user" = caller.id and f.confirmed_at is not null)
        as has_second_factor,
    array(select ods from theirs where ods is not null) as partners
from caller
"""


async def complete(token: str, lives: Lives, now: datetime) -> str | None:
    """The second factor was right: what the cookie holds from now on; None where it is over.

    Within the caller's transaction, who holds the user.
    """
    whole = secrets.token_urlsafe(32)
    ends_at = now + lives.whole
    row = await fetch_one(_COMPLETE, _digest(token), _digest(whole), now, ends_at)
    return None if row is None else whole


_COMPLETE: Final = """
with awaiting as (
    delete from page_sessions where digest = $1 and awaits_code and $3 < ends_at
    returning "user"
)
insert into page_sessions (digest, "user", begun_at, seen_at, ends_at, awaits_code)
select $2, u.id, $3, $3, $4, false from awaiting a join users u on u.id = a."user" and u.active
returning digest
"""


async def end(token: str) -> None:
    """End a session at once; one that is none is no fault."""
    await execute("delete from page_sessions where digest = $1", _digest(token))


async def end_all(user: UUID) -> None:
    """Sign a user out everywhere: on the pages, and every program that has a token of theirs.

    Joins the caller's transaction where there is one.
    """
    await execute(_END_ALL, user)


_END_ALL: Final = """
with sessions as (delete from page_sessions where "user" = $1)
delete from tokens where "user" = $1
"""


async def end_others(user: UUID, token: str) -> None:
    """The same, but for the session that asks for it; joins the caller's transaction."""
    await execute(_END_OTHERS, user, _digest(token))


_END_OTHERS: Final = """
with sessions as (delete from page_sessions where "user" = $1 and digest <> $2)
delete from tokens where "user" = $1
"""


async def forget_old(now: datetime) -> None:
    """Delete the sessions that are over."""
    await execute("delete from page_sessions where ends_at <= $1", now)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
