"""The people who work with the service: made, changed and ended by an administrator."""

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args
from uuid import UUID

from asyncpg import UniqueViolationError
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict

from budget import changes, moments
from budget.database import fetch, fetch_one, transaction
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import text_faults
from equipment.places import unusable
from equipment.staff import passwords, second_factors, sessions
from equipment.staff.roles import ADMINISTRATOR, ROLES, SYSTEM, Caller, check_may

Role: TypeAlias = Literal[
    "administrator",
    "coordinator",
    "prescriber",
    "authoriser",
    "technician",
    "depot",
    "budget_holder",
    "auditor",
]
assert set(get_args(Role)) == ROLES

Username: TypeAlias = Annotated[
    # `$` alone would take a line break at the end.
    str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._@-]+$(?!\n)")
]
PASSWORD_MIN: Final = 8
Password: TypeAlias = Annotated[str, Meta(min_length=PASSWORD_MIN, max_length=1000)]
Roles: TypeAlias = Annotated[list[Role], Meta(min_length=1, max_length=8)]
Codes: TypeAlias = Annotated[list[str], Meta(max_length=100)]
Level: TypeAlias = Annotated[int, Meta(ge=1, le=4)]
Pence: TypeAlias = Annotated[int, Meta(ge=0, le=2**63 - 1)]

_FIRST_START: Final = "first start"
"""Who made the first user: the service itself. No user's name has a space."""
_OPERATOR: Final = "the operator"


class NewUser(Struct, frozen=True):
    """A user as an administrator enters it."""

    username: Username
    password: Password
    roles: Roles
    partner: str | None = None
    also: Codes | None = None
    team: str | None = None
    depot: str | None = None
    level: Level | None = None
    order_limit_pence: Pence | None = None


class UserChange(Struct, frozen=True):
    """What changes of a user: what is absent stays, null takes it away."""

    active: bool | UnsetType = UNSET
    password: Password | UnsetType = UNSET
    roles: Roles | UnsetType = UNSET
    partner: str | UnsetType | None = UNSET
    also: Codes | UnsetType | None = UNSET
    team: str | UnsetType | None = UNSET
    depot: str | UnsetType | None = UNSET
    level: Level | UnsetType | None = UNSET
    order_limit_pence: Pence | UnsetType | None = UNSET


class User(Struct, frozen=True):
    """A user as it is kept, but for the password."""

    id: UUID
    username: str
    roles: list[Role]
    partner: str | None
    also: list[str]
    team: str | None
    depot: str | None
    level: int | None
    order_limit_pence: int | None
    active: bool


async def create(caller: Caller, new: NewUser, now: datetime) -> User:
    """Add a user; Refused `exists` where the name is taken, in whatever case it is written."""
    check_may(caller, "manage users")
    await _check_fields(asdict(new))
    # Before the transaction: it takes a while, and may have to wait for others.
    password_hash = await passwords.hashed(new.password)
    async with transaction():
        return await create_within(caller, new, password_hash, now)


async def create_within(caller: Caller, new: NewUser, password_hash: str, now: datetime) -> User:
    """The same within the caller's open transaction, the password hashed before."""
    check_may(caller, "manage users")
    await _check_fields(asdict(new))
    if new.username.lower() == SYSTEM:
        raise Wrong([Fault("username", "This name is the service's own. Choose another one.")])
    row = await fetch_one(
        _CREATE,
        new.username,
        password_hash,
        _unique(new.roles),
        new.partner,
        _unique(new.also or ()),
        new.team,
        new.depot,
        new.level,
        new.order_limit_pence,
        now,
    )
    if row is None:
        raise Refused("exists", f"There is already a user {new.username}.")
    sent = {name: value for name, value in asdict(new).items() if name != "password"}
    await changes.record(caller.username, "user made", new.username, sent)
    return User(**row)


_COLUMNS: Final = (
    "id, username, roles, partner, also, team, depot, level, order_limit_pence, active"
)
_CREATE = f"""
insert into users (username, password_hash, roles, partner, also, team, depot, level,
    order_limit_pence, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict do nothing
returning {_COLUMNS}
"""  # noqa: S608 - a constant


async def find(user: UUID) -> User:
    """The user with this id, or Missing."""
    row = await fetch_one(f"select {_COLUMNS} from users where id = $1", user)  # noqa: S608 - a constant
    if row is None:
        raise no_such_user()
    return User(**row)


async def named(caller: Caller, username: str) -> User:
    """The user of this name, or Missing."""
    check_may(caller, "manage users")
    row = await fetch_one(_NAMED, username)
    if row is None:
        raise no_such_user()
    return User(**row)


_NAMED = f"select {_COLUMNS} from users where lower(username) = lower($1)"  # noqa: S608 - a constant


async def listed(caller: Caller, after: str, limit: int, *, part: str = "") -> list[User]:
    """The users after a name, in the order of their names, whatever their case.

    `part` is contained in the name or the team.
    """
    check_may(caller, "manage users")
    return [User(**row) for row in await fetch(_LISTED, after, limit, part.lower())]


# Users are few: no index is needed for parts of their names.
_LISTED = f"""
select {_COLUMNS} from users
where lower(username) > lower($1)
    and (position($3 in lower(username)) > 0 or position($3 in lower(team)) > 0 or $3 = '')
order by lower(username) limit $2
"""  # noqa: S608 - a constant


async def change(caller: Caller, username: str, wanted: UserChange) -> User:
    """Change a user; ending one, or its password, ends its sessions and tokens with it.

    Missing where there is no such user; Refused `last-administrator` where nobody would be left
    to manage users.
    """
    check_may(caller, "manage users")
    given = {name: value for name, value in asdict(wanted).items() if value is not UNSET}
    await _check_fields(given)
    if "also" in given:
        given["also"] = given["also"] or []
    password = given.pop("password", None)
    columns = {n: _unique(v) if isinstance(v, list) else v for n, v in given.items()}
    sent = columns
    if password is not None:
        sent = columns | {"password_set": True}
        columns = columns | {"password_hash": await passwords.hashed(password)}
    async with transaction():
        # In one order: of two administrators who end each other, one is left.
        administrators = {row["id"] for row in await fetch(_ADMINISTRATORS)}
        before = await fetch_one(_LOCK, username)
        if before is None:
            raise no_such_user()
        row = await _update(before["id"], columns) if columns else before
        if row["id"] in administrators:
            _check_one_left(administrators - {row["id"]}, row)
        if not row["active"] or password is not None:
            await sessions.end_all(row["id"])
            await second_factors.forget_unconfirmed(row["id"])
        if password is not None or row != before:
            await changes.record(caller.username, "user changed", row["username"], sent)
    return User(**row)


_ADMINISTRATORS = """
select id from users where active and 'administrator' = any(roles) order by id for update
"""
_LOCK = f"""
select {_COLUMNS} from users where lower(username) = lower($1) for update
"""  # noqa: S608 - a constant


async def _update(user: UUID, columns: dict[str, Any]) -> Any:
    """Set the given columns, whose names are ours: the fields of UserChange."""
    assignments = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, 2))
    sql = f"update users set {assignments} where id = $1 returning {_COLUMNS}"  # noqa: S608 - names
    return await fetch_one(sql, user, *columns.values())


def _check_one_left(others: set[UUID], row: Any) -> None:
    if not others and not (row["active"] and ADMINISTRATOR in row["roles"]):
        raise Refused(
            "last-administrator",
            "Nobody else is an administrator: make another one first.",
        )


async def first_administrator(password: str | None) -> str | None:
    """Make the user `admin` where there is no user at all; the password, made up if not given.

    None where there were users already. Two processes that start at once make one.
    """
    password = password or secrets.token_urlsafe(12)
    password_hash = await passwords.hashed(password)
    try:
        async with transaction():
            made = await fetch_one(_FIRST, password_hash, moments.now())
            if made is None:
                return None
            sent = {"roles": [ADMINISTRATOR]}
            await changes.record(_FIRST_START, "user made", "admin", sent)
    except UniqueViolationError:
        return None
    return password


_FIRST = """
insert into users (username, password_hash, roles, created_at)
select 'admin', $1, array['administrator'], $2
where not exists (select from users)
returning id
"""


async def let_in_again(username: str, password: str) -> str:
    """For the operator: a new password for a user who is locked out, and no second factor.

    The user's name as it is kept. An ended user is not begun again. Missing where there is no such
    user, Wrong for too short a password; who did it is on record as the operator.
    """
    if len(password) < PASSWORD_MIN:
        raise Wrong([Fault("password", f"Must have at least {PASSWORD_MIN} characters.")])
    password_hash = await passwords.hashed(password)
    async with transaction():
        user = await fetch_one(_LOCK, username)
        if user is None:
            raise no_such_user()
        await _update(user["id"], {"password_hash": password_hash})
        await second_factors.forget(user["id"])
        sent = {"password_set": True}
        await changes.record(_OPERATOR, "user changed", user["username"], sent)
        await changes.record(_OPERATOR, "second factor reset", user["username"], {})
    return str(user["username"])


async def _check_fields(given: dict[str, Any]) -> None:
    """Raise Wrong for what the types cannot say: partners and depots that are not there."""
    ods = [given.get("partner"), *(given.get("also") or ())]
    partners = await _known("select ods from partners where ods = any($1)", ods)
    faults = [*_unknown(given, partners), *text_faults("team", given.get("team"), 100)]
    if given.get("depot") is not None:
        faults += await unusable(given["depot"])
    if faults:
        raise Wrong(faults)


def _unknown(given: dict[str, Any], partners: set[str]) -> Iterator[Fault]:
    if given.get("partner") is not None and given["partner"] not in partners:
        yield Fault("partner", "There is no such partner.")
    for number, ods in enumerate(given.get("also") or ()):
        if ods not in partners:
            yield Fault(f"also[{number}]", "There is no such partner.")


async def _known(sql: str, codes: Iterable[str | None]) -> set[str]:
    wanted = sorted({code for code in codes if code is not None})
    return {row[0] for row in await fetch(sql, wanted)} if wanted else set()


def _unique(entries: Iterable[str]) -> list[str]:
    """Each once, in the order given."""
    return list(dict.fromkeys(entries))


def no_such_user() -> Missing:
    """One answer for whoever is not there."""
    return Missing("user-not-found", "There is no such user.")
