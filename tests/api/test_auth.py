"""Signing in and out, and who a token belongs to."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from argon2 import PasswordHasher

from api import auth
from api.problems import Problem
from api.throttle import ADDRESS_MAX, PAIR_MAX, USERNAME_MAX, WINDOW
from budget.database import execute, fetch, fetch_one
from equipment.staff import passwords, staff
from equipment.staff.roles import Caller
from tests.api.conftest import statements

PASSWORD = "correct horse battery"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HOME = "192.0.2.7"

pytestmark = pytest.mark.usefixtures("ada")


@pytest.fixture
async def ada(database: str) -> staff.User:
    """Ada, who prescribes for one partner and helps out with another."""
    del database
    await execute(
        "insert into partners (ods, name, kind, succeeded_by, succeeded_on) values"
        " ('NEW', 'n', 'icb', null, null), ('OLD', 'o', 'ccg', 'NEW', '2022-07-01'),"
        " ('OLDER', 'r', 'ccg', 'OLD', '2015-04-01'), ('SOON', 's', 'ccg', 'NEW', '2026-03-03'),"
        " ('HELP', 'h', 'council', null, null), ('OTHER', 'x', 'council', null, null)"
    )
    new = staff.NewUser(
        username="Ada.L", password=PASSWORD, roles=["prescriber"], partner="NEW", also=["HELP"]
    )
    return await staff.create(_administrator(), new, NOW)


async def test_a_token_says_who_asks_and_for_whom() -> None:
    """Roles and partners come with it: its own, further ones, and their predecessors."""
    token, user = await auth.sign_in("ada.l", PASSWORD, HOME, NOW)
    caller = await auth.caller_of(token, NOW)
    assert caller == Caller(
        user, "Ada.L", frozenset({"prescriber"}), frozenset({"NEW", "HELP", "OLD", "OLDER"})
    )


async def test_a_successor_sees_its_predecessors_people_from_that_day_in_london() -> None:
    """A succession on 3 March begins at midnight in London, not a moment before."""
    token, _ = await auth.sign_in("ada.l", PASSWORD, HOME, NOW)
    midnight = datetime(2026, 3, 3, tzinfo=UTC)
    before = await auth.caller_of(token, midnight - timedelta(seconds=1))
    after = await auth.caller_of(token, midnight)
    assert before is not None
    assert after is not None
    assert after.partners - before.partners == {"SOON"}


async def test_callers_who_ask_at_once_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """They share a statement, and nothing else: who has no token gets nobody's."""
    tokens = {}
    for name, role in (("ben", "depot"), ("cas", "technician"), ("dot", "auditor")):
        new = staff.NewUser(username=name, password=PASSWORD, roles=[role])  # type: ignore[list-item]  # one of them
        await staff.create(_administrator(), new, NOW)
        tokens[name], _ = await auth.sign_in(name, PASSWORD, HOME, NOW)
    ada, _ = await auth.sign_in("ada.l", PASSWORD, HOME, NOW)
    await execute("update users set active = false where username = 'cas'")
    asked = [*tokens.values(), ada, "nobody's"] * 4
    counted = statements(monkeypatch)
    callers = await asyncio.gather(*(auth.caller_of(token, NOW) for token in asked))
    assert len(counted) == 1
    names = [caller and caller.username for caller in callers]
    assert names == ["ben", None, "dot", "Ada.L", None] * 4
    assert {c.roles for c in callers if c and c.username == "ben"} == {frozenset({"depot"})}
    partners = [caller.partners for caller in callers if caller is not None]
    assert partners == [frozenset(), frozenset(), {"NEW", "HELP", "OLD", "OLDER"}] * 4


async def test_a_look_up_under_way_answers_nobody_who_comes_later() -> None:
    """Whoever asks once a user was ended is told so, though others still wait for their answer."""
    token, _ = await auth.sign_in("ada.l", PASSWORD, HOME, NOW)
    earlier = asyncio.create_task(auth.caller_of(token, NOW))
    await asyncio.sleep(0)
    await execute("update users set active = false")
    assert await auth.caller_of(token, NOW) is None
    await earlier


async def test_only_the_digest_of_a_token_is_kept() -> None:
    """Whoever reads the table can sign in as nobody."""
    token, _ = await auth.sign_in("ada.l", PASSWORD, HOME, NOW)
    kept = await fetch("select digest from tokens")
    assert token.encode() not in kept[0]["digest"]
    assert len(kept[0]["digest"]) == 32


async def test_a_token_lives_thirty_days() -> None:
    """After that it is nobody's."""
    token, _ = await auth.sign_in("ada.l", PASSWORD, HOME, NOW)
    assert await auth.caller_of(token, NOW + timedelta(days=30, seconds=-1))
    assert await auth.caller_of(token, NOW + timedelta(days=30)) is None


async def test_signing_out_ends_the_token() -> None:
    """And no other of that user."""
    one, _ = await auth.sign_in("ada.l", PASSWORD, HOME, NOW)
    other, _ = await auth.sign_in("ada.l", PASSWORD, HOME, NOW)
    await auth.sign_out(one)
    assert await auth.caller_of(one, NOW) is None
    assert await auth.caller_of(other, NOW)


@pytest.mark.parametrize("change", [{"active": False}, {"password": "another password"}])
async def test_an_ended_user_is_out_at_once(change: dict[str, bool | str]) -> None:
    """Ending a user ends its tokens, and so does a new password; nothing brings them back."""
    token, _ = await auth.sign_in("ada.l", PASSWORD, HOME, NOW)
    await staff.change(_administrator(), "ada.l", staff.UserChange(**change))  # type: ignore[arg-type]  # one of its fields
    assert await auth.caller_of(token, NOW) is None
    await staff.change(_administrator(), "ada.l", staff.UserChange(active=True))
    assert await auth.caller_of(token, NOW) is None


async def test_a_user_ended_by_hand_is_out_at_once() -> None:
    """The look-up asks whether the user is active, whatever became of the token."""
    token, _ = await auth.sign_in("ada.l", PASSWORD, HOME, NOW)
    await execute("update users set active = false")
    assert await auth.caller_of(token, NOW) is None


async def test_a_user_ended_while_signing_in_is_not_let_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The password takes a while to check; what happens meanwhile counts."""
    verified = passwords.verified

    async def slowly(kept: str | None, password: str) -> bool:
        await execute("update users set active = false")
        return await verified(kept, password)

    monkeypatch.setattr(passwords, "verified", slowly)
    await _refused("ada.l", PASSWORD)
    assert await fetch("select from tokens") == []


async def test_nobody_learns_which_part_was_wrong() -> None:
    """An unknown name, a wrong password and an ended account get the same answer."""
    unknown = await _refused("nobody", PASSWORD)
    wrong = await _refused("ada.l", "wrong")
    await execute("update users set active = false")
    ended = await _refused("ada.l", PASSWORD)
    assert unknown.body == wrong.body == ended.body
    assert unknown.slug == "wrong-credentials"
    assert unknown.status == 401


async def test_an_unknown_name_costs_as_much_as_a_known_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A hash is computed either way: the time says nothing."""
    worked = []
    verify = PasswordHasher.verify

    def counting(self: PasswordHasher, kept: str | bytes, password: str | bytes) -> object:
        worked.append(kept)
        return verify(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    await _refused("nobody", PASSWORD)
    await _refused("ada.l", "wrong")
    assert len(worked) == 2


async def test_a_hash_with_old_parameters_is_made_anew() -> None:
    """Stronger parameters reach every user at the next sign-in."""
    weak = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    await execute("update users set password_hash = $1", weak)
    await auth.sign_in("ada.l", PASSWORD, HOME, NOW)
    row = await fetch_one("select password_hash from users")
    assert row is not None
    assert not passwords.is_outdated(row["password_hash"])
    await auth.sign_in("ada.l", PASSWORD, HOME, NOW)


@pytest.mark.parametrize("name", ["ada.l", "nobody"])
async def test_too_many_failures_are_throttled_whoever_is_named(name: str) -> None:
    """After ten the right password is refused too, until a quarter of an hour has passed."""
    for _ in range(PAIR_MAX):
        await _refused(name, "wrong")
    refused = await _refused(name.upper(), PASSWORD)
    assert (refused.status, refused.slug) == (429, "too-many-attempts")
    assert 0 < int(refused.headers["Retry-After"]) <= WINDOW.total_seconds() + 1
    assert (await _refused("somebody-else", PASSWORD)).status == 401
    assert (await _refused(name, "wrong", address="192.0.2.8")).status == 401
    assert (await _refused(name, "wrong", now=NOW + WINDOW)).status == 401


async def test_attempts_sent_at_once_count_like_others() -> None:
    """Of thirty wrong ones at once no more than ten are looked at."""
    answers = await asyncio.gather(*(_refused("ada.l", "wrong") for _ in range(30)))
    assert sorted(answer.status for answer in answers) == [401] * PAIR_MAX + [429] * 20


async def test_right_ones_sent_at_once_are_all_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is being looked at is no failure yet."""
    verified = passwords.verified

    async def slowly(kept: str | None, password: str) -> bool:
        await asyncio.sleep(0.05)
        return await verified(kept, password)

    monkeypatch.setattr(passwords, "verified", slowly)
    tokens = await asyncio.gather(
        *(auth.sign_in("ada.l", PASSWORD, HOME, NOW) for _ in range(PAIR_MAX + 5))
    )
    assert len(set(tokens)) == PAIR_MAX + 5
    assert await fetch("select from sign_in_failures") == []


async def test_an_address_is_throttled_over_all_names() -> None:
    """Trying one password on many names is noticed; a household's IPv6 addresses are one."""
    await execute(
        "insert into sign_in_failures (username, address, failed_at)"
        " select 'user' || n, '2001:db8::/64', $1 from generate_series(1, $2) n",
        NOW,
        ADDRESS_MAX,
    )
    assert (await _refused("ada.l", PASSWORD, address="2001:db8::2")).status == 429
    assert (await _refused("ada.l", "wrong", address="2001:db8:0:1::2")).status == 401


async def test_a_name_is_throttled_over_all_addresses() -> None:
    """A thousand machines guess no faster than a hundred times a quarter of an hour."""
    await execute(
        "insert into sign_in_failures (username, address, failed_at)"
        " select 'ada.l', 'host' || n, $1 from generate_series(1, $2) n",
        NOW,
        USERNAME_MAX,
    )
    assert (await _refused("ada.l", PASSWORD)).status == 429


async def test_failures_and_tokens_of_the_past_are_forgotten() -> None:
    """Neither table grows with the years."""
    await _refused("ada.l", "wrong")
    await auth.sign_in("ada.l", PASSWORD, HOME, NOW)
    await auth.sign_in("ada.l", PASSWORD, HOME, NOW + timedelta(days=40))
    assert len(await fetch("select from tokens")) == 1
    assert await fetch("select from sign_in_failures") == []


async def test_an_accent_may_be_typed_either_way() -> None:
    """One keyboard sends a letter and its accent as one character, another as two."""
    change = staff.UserChange(password="caf\u00e9 au lait")
    await staff.change(_administrator(), "ada.l", change)
    await auth.sign_in("ada.l", "cafe\u0301 au lait", HOME, NOW)


async def _refused(name: str, password: str, address: str = HOME, now: datetime = NOW) -> Problem:
    with pytest.raises(Problem) as refusal:
        await auth.sign_in(name, password, address, now)
    return refusal.value


def _administrator() -> Caller:
    return Caller(UUID(int=0), "admin", frozenset({"administrator"}))


async def test_each_name_has_one_spelling_to_guess_with() -> None:
    """Letters that PostgreSQL makes small otherwise than Python open no account by another key."""
    new = staff.NewUser(username="mimi", password=PASSWORD, roles=["prescriber"])
    await staff.create(_administrator(), new, NOW)
    await auth.sign_in("MIMI", PASSWORD, HOME, NOW)
    refused = await _refused("m\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}mi", PASSWORD)
    assert (refused.status, refused.slug) == (401, "wrong-credentials")


async def test_a_stranger_keeps_nobody_from_their_code() -> None:
    """What is typed as a name is never counted among the codes of a user."""
    [user] = await fetch("select id from users")
    async with auth._code_attempt(user["id"], HOME, NOW):
        [codes] = await fetch("select username from sign_in_failures")
    await execute("delete from sign_in_failures")
    for name in (codes["username"], codes["username"].lower(), "code ada.l"):
        await _refused(name, "wrong")
    typed = {row["username"] for row in await fetch("select username from sign_in_failures")}
    assert codes["username"] not in typed
