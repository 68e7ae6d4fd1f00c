"""Users: there is always somebody who can manage them."""

import asyncio
import os
import re
import subprocess
import sys
import threading
from datetime import UTC, datetime
from uuid import UUID

import pytest

from budget.database import close_pool, execute, fetch, fetch_one, open_pool
from budget.refusals import NotAllowed, Refused, Wrong
from equipment.staff import passwords, staff
from equipment.staff.roles import ROLES, Caller

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ADMINISTRATOR = Caller(UUID(int=0), "admin", frozenset({"administrator"}))

pytestmark = pytest.mark.usefixtures("database")


async def test_a_new_database_gets_one_administrator() -> None:
    """However many processes start at once; who comes later makes none."""
    made = await asyncio.gather(*(staff.first_administrator(None) for _ in range(5)))
    assert len([password for password in made if password]) == 1
    assert await staff.first_administrator("another password") is None
    users = await fetch("select username, roles from users")
    assert [tuple(user) for user in users] == [("admin", ["administrator"])]


async def test_the_operators_password_is_taken() -> None:
    """As it was given; else a long one is made up."""
    assert await staff.first_administrator("short") == "short"


async def test_a_made_up_password_is_long() -> None:
    """It is printed once and guessed by nobody."""
    password = await staff.first_administrator(None)
    assert password is not None
    assert len(password) >= 16


@pytest.mark.parametrize("change", [{"active": False}, {"roles": ["depot"]}])
async def test_the_last_administrator_stays(change: dict[str, object]) -> None:
    """Neither ended nor given other roles: nobody could undo it."""
    await staff.first_administrator(None)
    with pytest.raises(Refused) as refusal:
        await staff.change(ADMINISTRATOR, "admin", staff.UserChange(**change))  # type: ignore[arg-type]  # one of its fields
    assert refusal.value.slug == "last-administrator"
    assert len(await fetch("select from users where active and 'administrator' = any(roles)")) == 1


async def test_of_administrators_who_end_each_other_one_is_left() -> None:
    """Each looks at the others only after whoever came first is done."""
    names = [f"admin{number}" for number in range(4)]
    for name in names:
        await _make(name, "administrator")
    ended = await asyncio.gather(*map(_end, names), return_exceptions=True)
    assert len([answer for answer in ended if isinstance(answer, Refused)]) == 1
    assert len(await fetch("select from users where active")) == 1


async def test_of_two_users_of_one_name_one_is_made() -> None:
    """Whoever comes second at the same moment is told so."""
    made = await asyncio.gather(
        *(_make(name, "depot") for name in ("bob", "BOB", "Bob")), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in made) == ["Refused", "Refused", "User"]


async def test_nobody_waits_for_a_password_to_be_hashed(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes a while, on purpose: no connection is held meanwhile."""
    await close_pool()
    await open_pool(database, size=1, wait_s=10)
    hasher = _SlowHasher()
    monkeypatch.setattr(passwords, "_HASHER", hasher)
    making = asyncio.create_task(_make("bob", "depot"))
    try:
        await asyncio.to_thread(hasher.began.wait)
        assert await fetch("select from users") == []
    finally:
        hasher.may_end.set()
    assert (await making).username == "bob"


class _SlowHasher:
    """A hasher that takes until it is told to end."""

    def __init__(self) -> None:
        self.began, self.may_end = threading.Event(), threading.Event()

    def hash(self, _password: bytes) -> str:
        self.began.set()
        self.may_end.wait()
        return "hash"


async def test_the_operator_lets_in_who_is_locked_out(database: str) -> None:
    """With a new password and no second factor, on record as the operator's, or nothing."""
    await staff.first_administrator("the first password")
    made = await fetch_one("select id, password_hash from users")
    assert made is not None
    await execute(
        'insert into second_factors ("user", secret, begun_at, confirmed_at, last_step)'
        " values ($1, repeat('A', 32), now(), now(), 1)",
        made["id"],
    )
    command = [sys.executable, "-m", "scripts.password"]
    environment = os.environ | {"DATABASE_URL": database}
    wrong = await _run(*command, "nobody", env=environment)
    assert (wrong.returncode, wrong.stdout) == (1, b"")
    assert await fetch_one("select id, password_hash from users") == made
    said = await _run(*command, "ADMIN", env=environment)
    password = re.fullmatch(rb"admin signs in with the password (\S{16})\n", said.stdout)
    assert password is not None, said
    kept = await fetch_one("select password_hash from users")
    assert kept is not None
    assert await passwords.verified(kept["password_hash"], password[1].decode())
    assert await fetch("select from second_factors") == []
    rows = await fetch("select what from changes where actor = 'the operator' order by id")
    assert [row["what"] for row in rows] == ["user changed", "second factor reset"]


async def _run(*command: str, env: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    return await asyncio.to_thread(
        subprocess.run, command, env=env, capture_output=True, check=False, stdin=subprocess.DEVNULL
    )


async def test_other_roles_manage_nobody() -> None:
    """The domain says so too, for pages call it as the API does."""
    for role in ROLES - {"administrator"}:
        caller = Caller(UUID(int=0), "bob", frozenset({role}))
        with pytest.raises(NotAllowed):
            await staff.change(caller, "bob", staff.UserChange())
        with pytest.raises(NotAllowed):
            await staff.listed(caller, "", 1)
        with pytest.raises(NotAllowed):
            await staff.create(caller, _new("x", "depot"), NOW)


async def _end(name: str) -> staff.User:
    return await staff.change(ADMINISTRATOR, name, staff.UserChange(active=False))


async def _make(name: str, role: staff.Role) -> staff.User:
    return await staff.create(ADMINISTRATOR, _new(name, role), NOW)


def _new(name: str, role: staff.Role) -> staff.NewUser:
    return staff.NewUser(username=name, password="long enough", roles=[role])


async def test_nobody_bears_the_services_own_name() -> None:
    """What it does by itself is told apart from what people do."""
    for username in ("system", "System"):
        new = staff.NewUser(username=username, password="correct horse battery", roles=["depot"])
        with pytest.raises(Wrong, match="service's own"):
            await staff.create(ADMINISTRATOR, new, NOW)
