"""Signing in and out, and who a token belongs to."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID

from api import throttle
from api.problems import Problem
from budget.database import execute, fetch_one, transaction
from budget.years import london_day
from equipment import passwords
from equipment.roles import Caller

TOKEN_LIFE: Final = timedelta(days=30)

_BEARER: Final = re.compile(r"bearer +(?P<token>[\x21-\x7e]+)", re.IGNORECASE)


async def sign_in(username: str, password: str, address: str, now: datetime) -> tuple[str, UUID]:
    """A new token, and the id of its user.

    Raises Problem 401 `wrong-credentials`, in the same words and after the same work whether the
    name, the password or the account is at fault; 429 after too many of these.
    """
    async with throttle.attempt(username, address, now) as attempt:
        known = await _account(username)
        right = await passwords.verified(known.password_hash if known else None, password)
        if known is None or not right or not known.active:
            raise _wrong_credentials()
        renewed = None
        if passwords.is_outdated(known.password_hash):
            renewed = await passwords.hashed(password)
        token = secrets.token_urlsafe(32)
        async with transaction():
            await _let_in(known, token, now)
            await attempt.succeeded()
            if renewed is not None:
                await execute(_RENEW, known.id, known.password_hash, renewed)
    await _tidy(now)
    return token, known.id


def bearer_token(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The token in a request's raw headers, or None where there is none, or more than one."""
    values = [value for name, value in headers if name == b"authorization"]
    match = _BEARER.fullmatch(values[0].decode("latin-1")) if len(values) == 1 else None
    return None if match is None else match["token"]


async def caller_of(token: str, now: datetime) -> Caller | None:
    """Whose token it is, or None where it is nobody's, has expired, or its user was ended.

    One statement, which also gathers the partners whose people are the caller's to see.
    """
    row = await fetch_one(_CALLER, _digest(token), now, london_day(now))
    if row is None:
        return None
    return Caller(row["id"], row["username"], frozenset(row["roles"]), frozenset(row["partners"]))


_CALLER = """
with recursive caller as (
    select u.id, u.username, u.roles, u.partner, u.also
    from tokens t join users u on u.id = t."user"
    where t.digest = $1 and t.expires_at > $2 and u.active
), theirs (ods) as (
    select unnest(also || partner) from caller
    union
    select p.ods from partners p join theirs on p.succeeded_by = theirs.ods
    where p.succeeded_on <= $3
)
select id, username, roles,
    array(select ods from theirs where ods is not null) as partners
from caller
"""


async def sign_out(token: str) -> None:
    """End a token at once; one that is none is no fault."""
    await execute("delete from tokens where digest = $1", _digest(token))


@dataclass(frozen=True, slots=True)
class _Account:
    id: UUID
    password_hash: str
    active: bool


async def _account(username: str) -> _Account | None:
    row = await fetch_one(_ACCOUNT, username)
    return None if row is None else _Account(**row)


_ACCOUNT = "select id, password_hash, active from users where lower(username) = lower($1)"


async def _let_in(account: _Account, token: str, now: datetime) -> None:
    """Keep the token, unless the user was ended or got another password in the meantime."""
    row = await fetch_one(
        _LET_IN, _digest(token), account.id, account.password_hash, now, now + TOKEN_LIFE
    )
    if row is None:
        raise _wrong_credentials()


# The share lock waits for whoever is ending the user, and then no longer finds it active.
_LET_IN = """
insert into tokens (digest, "user", created_at, expires_at)
select $1, u.id, $4, $5 from (
    select id from users where id = $2 and active and password_hash = $3 for share
) u
returning digest
"""
_RENEW = "update users set password_hash = $3 where id = $1 and password_hash = $2"


async def _tidy(now: datetime) -> None:
    """Sign-ins are rare and these tables small: no job of the clock is needed for them."""
    await execute("delete from tokens where expires_at <= $1", now)
    await throttle.forget_old(now)


def _wrong_credentials() -> Problem:
    return Problem(
        HTTPStatus.UNAUTHORIZED,
        "wrong-credentials",
        "The user name or the password is wrong.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
