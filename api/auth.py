"""Signing in and out, and who a token belongs to."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Final, TypeAlias
from uuid import UUID

import asyncpg

from api import throttle
from api.problems import Problem
from budget.database import execute, fetch, fetch_one, transaction
from budget.gathering import Gathering
from budget.years import london_day
from equipment.staff import passwords, second_factors, sessions
from equipment.staff.roles import NEED_SECOND_FACTOR, Caller
from equipment.staff.sessions import Lives, Session

TOKEN_LIFE: Final = timedelta(days=30)
NotLetIn: TypeAlias = Problem
"""What keeps somebody from signing in; its detail is in their words."""

_CODES_MAX: Final = 20
"""So many wrong codes for a user in a quarter of an hour, from wherever they come."""

_BEARER: Final = re.compile(r"bearer +(?P<token>[\x21-\x7e]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who somebody says they are, and from where."""

    username: str
    password: str
    address: str


async def sign_in(
    username: str,
    password: str,
    address: str,
    now: datetime,
    *,
    code: str | None = None,
    required: bool = False,
) -> tuple[str, UUID]:
    """A new token, and the id of its user.

    Raises Problem 401 `wrong-credentials`, in the same words and after the same work whether the
    name, the password or the account is at fault; 401 `second-factor-needed` where a code is still
    to come, or a factor to be set up as it is `required`; 401 `wrong-code`; 429 after too many of
    these.
    """
    account = await _checked(Credentials(username, password, address), now)
    token = await _without_code(account, now, required=required)
    if token is None:
        if code is None:
            raise _second_factor_needed(_SEND_CODE)
        token = await _with_code(account, code, address, now)
    await _tidy(now)
    return token, account.id


async def _without_code(account: "_Account", now: datetime, *, required: bool) -> str | None:
    """A token for somebody who has no second factor; None for somebody who has."""
    async with transaction():
        await _hold(account)
        if await second_factors.is_set_up(account.id):
            return None
        if required and NEED_SECOND_FACTOR & set(account.roles):
            raise _second_factor_needed(_SET_UP)
        return await _new_token(account.id, now)


async def _with_code(account: "_Account", code: str, address: str, now: datetime) -> str:
    async with _code_attempt(account.id, address, now) as attempt, transaction():
        await _hold(account)
        await _take(account.id, code, now)
        token = await _new_token(account.id, now)
        await attempt.succeeded()
    return token


async def begin_session(given: Credentials, lives: Lives, now: datetime) -> str:
    """The same on the pages: what the cookie of the new session holds.

    Where there is a second factor it opens nothing until `complete_session` has had the code.
    """
    account = await _checked(given, now)
    async with transaction():
        await _hold(account)
        awaits = await second_factors.is_set_up(account.id)
        token = await sessions.begin(account.id, lives, now, awaits_code=awaits)
    await _tidy(now)
    return token


async def complete_session(
    session: Session, code: str, address: str, lives: Lives, now: datetime
) -> str:
    """What the cookie holds once the code was right; Problem 401 or 429 as above."""
    caller = session.caller
    async with _code_attempt(caller.user, address, now) as attempt, transaction():
        if not await sessions.hold(caller.user):
            raise _wrong_credentials()
        await _take(caller.user, code, now)
        token = await sessions.complete(session.token, lives, now)
        if token is None:
            raise _wrong_credentials()
        await attempt.succeeded()
    return token


def _code_attempt(
    user: UUID, address: str, now: datetime
) -> AbstractAsyncContextManager[throttle.Attempt]:
    """Codes are short: wrong ones are counted by themselves, and few are let through."""
    # In capitals, which no name has that is typed at the sign-in: a stranger to the password,
    # who could type it, would otherwise keep the user from their code.
    return throttle.attempt(f"CODE {user}", address, now, anywhere=_CODES_MAX)


async def _take(user: UUID, code: str, now: datetime) -> None:
    if not await second_factors.take(user, code, now):
        raise _refused("wrong-code", "The code is wrong, or has been used. Wait for the next one.")


async def _checked(given: Credentials, now: datetime) -> "_Account":
    """The account whose password this is; its hash made anew where it is of an older kind."""
    # Made small once, here: PostgreSQL takes the Turkish dotted capital for an i, which Python
    # does not, and each such spelling of a name would be throttled by itself.
    username = given.username.lower()
    async with throttle.attempt(username, given.address, now) as attempt:
        known = await _account(username)
        right = await passwords.verified(known.password_hash if known else None, given.password)
        if known is None or not right or not known.active:
            raise _wrong_credentials()
        await attempt.succeeded()
    if not passwords.is_outdated(known.password_hash):
        return known
    renewed = await passwords.hashed(given.password)
    await execute(_RENEW, known.id, known.password_hash, renewed)
    return replace(known, password_hash=renewed)


def bearer_token(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The token in a request's raw headers, or None where there is none, or more than one."""
    values = [value for name, value in headers if name == b"authorization"]
    match = _BEARER.fullmatch(values[0].decode("latin-1")) if len(values) == 1 else None
    return None if match is None else match["token"]


async def caller_of(token: str, now: datetime) -> Caller | None:
    """Whose token it is, or None where it is nobody's, has expired, or its user was ended.

    One statement, begun after this was called, for all who ask at the same moment; it also
    gathers the partners whose people are the caller's to see.
    """
    known = await _looking_up.ask((_digest(token), london_day(now)))
    return known.caller if known is not None and now < known.expires_at else None


@dataclass(frozen=True, slots=True)
class _Known:
    caller: Caller
    expires_at: datetime


_Asked: TypeAlias = tuple[bytes, date]
"""The digest of a token, and the day on which it was sent."""


async def _look_up(asked: Sequence[_Asked]) -> list[_Known | None]:
    each = list(dict.fromkeys(asked))
    digests, days = [digest for digest, _ in each], [day for _, day in each]
    rows = await fetch(_CALLERS, digests, days, by_index=True)
    known = {each[row["place"] - 1]: _known(row) for row in rows}
    return [known.get(one) for one in asked]


_looking_up: Final = Gathering(_look_up, most=100)


def _known(row: asyncpg.Record) -> _Known:
    roles, partners = frozenset(row["roles"]), frozenset(row["partners"])
    return _Known(Caller(row["id"], row["username"], roles, partners), row["expires_at"])


_CALLERS = """
with recursive callers as (
    select a.place, a.day, t.expires_at, u.id, u.username, u.roles, u.partner, u.also
    from unnest($1::bytea[], $2::date[]) with ordinality as a (digest, day, place)
    join tokens t on t.digest = a.digest join users u on u.id = t."user"
    where u.active
), theirs (place, day, ods) as (
    select place, day, unnest(also || partner) from callers
    union
    select t.place, t.day, p.ods from partners p join theirs t on p.succeeded_by = t.ods
    where p.succeeded_on <= t.day
)
select place, expires_at, id, username, roles,
    array(select ods from theirs t where t.place = c.place and ods is not null) as partners
from callers c
"""


async def sign_out(token: str) -> None:
    """End a token at once; one that is none is no fault."""
    await execute("delete from tokens where digest = $1", _digest(token))


@dataclass(frozen=True, slots=True)
class _Account:
    id: UUID
    username: str
    password_hash: str
    active: bool
    roles: list[str]


async def _account(username: str) -> _Account | None:
    row = await fetch_one(_ACCOUNT, username)
    return None if row is None else _Account(**row)


_ACCOUNT = """
select id, username, password_hash, active, roles from users where lower(username) = $1
"""


async def _hold(account: _Account) -> None:
    """Let in nobody who was ended or got another password since theirs was judged."""
    if not await sessions.hold(account.id, account.password_hash):
        raise _wrong_credentials()


async def _new_token(user: UUID, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    await execute(_KEEP, _digest(token), user, now, now + TOKEN_LIFE)
    return token


_KEEP = 'insert into tokens (digest, "user", created_at, expires_at) values ($1, $2, $3, $4)'
_RENEW = "update users set password_hash = $3 where id = $1 and password_hash = $2"


async def _tidy(now: datetime) -> None:
    """Sign-ins are rare and these tables small: no job of the clock is needed for them."""
    await execute("delete from tokens where expires_at <= $1", now)
    await sessions.forget_old(now)
    await throttle.forget_old(now)


def _second_factor_needed(words: str) -> Problem:
    return _refused("second-factor-needed", words)


_SEND_CODE: Final = "Send `code` as well: the six digits that your telephone shows now."
_SET_UP: Final = "Your account needs a second factor: sign in on the pages to set it up."


def _wrong_credentials() -> Problem:
    return _refused("wrong-credentials", "The user name or the password is wrong.")


def _refused(slug: str, words: str) -> Problem:
    return Problem(HTTPStatus.UNAUTHORIZED, slug, words, headers={"WWW-Authenticate": "Bearer"})


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
