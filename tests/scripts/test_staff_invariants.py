"""What scripts/verify finds of sign-ins and second factors, once rows were changed by hand."""

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pyotp
import pytest

from api import auth
from equipment.staff import second_factors, sessions, staff
from equipment.staff.roles import Caller
from scripts.verify import verify
from scripts.verifying.staff import REQUIRED_INVARIANTS, STAFF_INVARIANTS
from tests.api.test_auth import HOME, NOW, PASSWORD
from tests.api.test_sign_in_races import BEA, GIVEN, LIVES, ROOT

BREAKS = [
    ("ended-user", "update users set active = false where username = 'bea'"),
    ("ended-user", "update users set active = false where username = 'cy'"),
    ("session", "update page_sessions set ends_at = begun_at + interval '1 s', seen_at = ends_at"),
    ("session", """update page_sessions set awaits_code = true"""),
    ("without-code", "update second_factors set confirmed_at = confirmed_at + interval '1 hour'"),
    ("without-code", """insert into tokens (digest, "user", created_at, expires_at)
        select sha256('x'), "user", confirmed_at - interval '1 s', now() from second_factors"""),
    ("second-factor", "update second_factors set confirmed_at = null"),
    ("second-factor", "delete from second_factors"),
    ("second-factor", """alter table second_factors drop constraint second_factors_check1;
        update second_factors set last_step = null"""),
    ("second-factor", """delete from recovery_codes
        where digest = (select digest from recovery_codes limit 1)"""),
    ("required-factor", """update users set roles = '{auditor}' where username = 'cy'"""),
]  # fmt: skip


@pytest.fixture
async def store(database: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Yield the owner: Bea set up her second factor and signed in by it twice; Cy needs none."""
    bea = Caller((await staff.create(ROOT, BEA, NOW)).id, "bea", frozenset({"auditor"}))
    cy = staff.NewUser(username="cy", password=PASSWORD, roles=["prescriber"])
    await staff.create(ROOT, cy, NOW)
    await auth.sign_in("cy", PASSWORD, HOME, NOW)
    first = await auth.begin_session(GIVEN, LIVES, NOW)
    totp = pyotp.TOTP(await second_factors.begin(bea, NOW))
    await second_factors.confirm(bea, totp.at(NOW), NOW + timedelta(seconds=1), token=first)
    later = NOW + timedelta(minutes=1)
    half = await sessions.find(await auth.begin_session(GIVEN, LIVES, later), LIVES, later)
    assert half is not None
    await auth.complete_session(half, totp.at(later), HOME, LIVES, later)
    last = later + timedelta(minutes=1)
    await auth.sign_in("bea", PASSWORD, HOME, last, code=totp.at(last), required=True)
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


async def test_an_untouched_store_keeps_them_all(
    store: "asyncpg.Connection[asyncpg.Record]", database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever signed in with a code, and whoever needs none, required or not."""
    del store
    for required in (False, True):
        assert await verify(database, second_factor=required) == 0, capsys.readouterr().out
    assert "note: " not in capsys.readouterr().out


@pytest.mark.parametrize(("name", "sql"), BREAKS)
async def test_what_is_broken_is_named_with_whose_it_is(
    store: "asyncpg.Connection[asyncpg.Record]",
    database: str,
    capsys: pytest.CaptureFixture[str],
    name: str,
    sql: str,
) -> None:
    """By the invariant that it breaks."""
    await store.execute(sql)
    assert await verify(database, second_factor=True) == 1
    named = [line for line in capsys.readouterr().out.splitlines() if line.startswith(f"{name}: ")]
    assert named
    assert all(line.startswith(f"{name}: user ") for line in named)


async def test_whoever_is_yet_to_set_one_up_is_noted_where_it_is_required(
    store: "asyncpg.Connection[asyncpg.Record]", database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """No fault: on the pages they can do nothing else before."""
    await store.execute("delete from tokens")
    await store.execute("""update users set roles = '{authoriser}' where username = 'cy'""")
    assert await verify(database) == 0
    assert "note: " not in capsys.readouterr().out
    assert await verify(database, second_factor=True) == 0
    assert "note: user cy: must have a second factor" in capsys.readouterr().out


def test_every_invariant_is_broken_by_a_test() -> None:
    """A new invariant needs a way to break it."""
    every = {each.name for each in (*STAFF_INVARIANTS, *REQUIRED_INVARIANTS)}
    assert {name for name, _ in BREAKS} == every
