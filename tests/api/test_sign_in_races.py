"""Signing in while the second factor is set up, or the password changed, at the same moment."""

import asyncio
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pyotp
import pytest

from api import auth
from api.problems import Problem
from budget.database import fetch
from equipment.staff import second_factors, sessions, staff
from equipment.staff.roles import Caller
from equipment.staff.sessions import Lives
from tests.api.test_auth import HOME, NOW, PASSWORD
from tests.races import held, waiting

LIVES: Final = Lives(idle=timedelta(hours=1), whole=timedelta(hours=8))
GIVEN: Final = auth.Credentials("bea", PASSWORD, HOME)
ROOT: Final = Caller(uuid4(), "root", frozenset({"administrator"}))
BEA: Final = staff.NewUser(username="bea", password=PASSWORD, roles=["auditor"])


@pytest.fixture
async def bea(database: str) -> Caller:
    """Bea, who audits, and has no second factor yet."""
    del database
    made = await staff.create(ROOT, BEA, NOW)
    return Caller(made.id, "bea", frozenset({"auditor"}))


async def _browser(caller: Caller) -> str:
    """Begin the session in which the second factor is set up, with a key that is begun."""
    token = await auth.begin_session(GIVEN, LIVES, NOW)
    await second_factors.begin(caller, NOW)
    return token


async def _confirm(caller: Caller, token: str) -> list[str]:
    [row] = await fetch("select secret from second_factors")
    code = pyotp.TOTP(row["secret"]).at(NOW)
    return await second_factors.confirm(caller, code, NOW, token=token)


# Held by somebody else, each stops the race at another place: where sign-ins hold the user, where
# the factor is confirmed, and where the new session or token is kept.
STOPS: Final = (
    "select from users for no key update",
    "select from second_factors for update",
    "lock table page_sessions, tokens in share mode",
)


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("first", ["sign-in", "confirmation"])
async def test_no_sign_in_without_a_code_outlives_a_confirmation_at_once(
    bea: Caller, database: str, stop: str, first: str
) -> None:
    """On the pages and for programs: it waits for the code, or is put out."""
    token = await _browser(bea)
    async with held(database, stop) as owner:
        confirming: asyncio.Task[list[str]] | None = None
        signing_in: list[asyncio.Task[Any]] = []
        for name in ("sign-in", "confirmation") if first == "sign-in" else _REVERSED:
            if name == "confirmation":
                confirming = asyncio.create_task(_confirm(bea, token))
            else:
                signing_in.append(asyncio.create_task(auth.begin_session(GIVEN, LIVES, NOW)))
                signing_in.append(asyncio.create_task(auth.sign_in("bea", PASSWORD, HOME, NOW)))
            await asyncio.sleep(0.2)
        await waiting(owner, 1)
    assert confirming is not None
    assert len(await confirming) == second_factors.RECOVERY_CODES
    for answer in await asyncio.gather(*signing_in, return_exceptions=True):
        assert isinstance(answer, str | tuple) or _slug(answer) == "second-factor-needed"
    assert len(await fetch("select from page_sessions where not awaits_code")) == 1
    assert await sessions.find(token, LIVES, NOW) is not None
    assert await fetch("select from tokens") == []


def _slug(answer: BaseException) -> str:
    assert isinstance(answer, Problem), answer
    return answer.slug


_REVERSED: Final = ("confirmation", "sign-in")


@pytest.mark.parametrize("stop", STOPS)
async def test_no_session_outlives_the_password_that_it_began_with(
    bea: Caller, database: str, stop: str
) -> None:
    """Nor one that is just having its code taken."""
    await _confirm(bea, await _browser(bea))
    later = NOW + timedelta(minutes=1)
    half = await sessions.find(await auth.begin_session(GIVEN, LIVES, later), LIVES, later)
    assert half is not None
    [row] = await fetch("select secret from second_factors")
    code = pyotp.TOTP(row["secret"]).at(later)
    async with held(database, stop) as owner:
        completing = asyncio.create_task(auth.complete_session(half, code, HOME, LIVES, later))
        await waiting(owner, 1)
        another = staff.UserChange(password=f"another {PASSWORD}")
        changing = asyncio.create_task(staff.change(ROOT, "bea", another))
        await asyncio.sleep(0.2)
    await asyncio.gather(completing, changing, return_exceptions=True)
    assert await fetch("select from page_sessions") == []
