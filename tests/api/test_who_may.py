"""Every route, every role, one's own partner's people and another's: who gets through.

A route that the table does not have fails, so that nobody forgets to say whose it is.
"""

import re
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from equipment.staff.roles import ROLES
from tests.api.conftest import PASSWORD, document_of
from tests.api.may import MAY
from tests.api.members import Headers, member
from tests.filled import Filled, as_admin
from tests.web.ordering import open_service

LETTERS = {
    "a": "administrator",
    "c": "coordinator",
    "p": "prescriber",
    "u": "authoriser",
    "t": "technician",
    "d": "depot",
    "b": "budget_holder",
    "x": "auditor",
}
PUBLIC = {"GET /health", "POST /api/login"}
# Of whoever is signed in, and of nobody else.
OWN = {"POST /api/logout"}
TABLE = {row.split(maxsplit=1)[1]: row.split()[0] for row in MAY.strip().splitlines()}
# Whoever sees only some people, sees none of another partner's by these.
HIDDEN = ("/api/people/{person}", "/api/orders/{order}")
_SEES_ALL = frozenset("acdx")
_VISITS_ONLY = "t"
BODIES: dict[str, dict[str, Any]] = {
    "PATCH /api/people/{person}": {"phone": "0115 496 0001"},
    "POST /api/people/{person}/addresses": {
        "address": "1 Example Street", "from_on": "2018-10-01", "to_on": "2018-10-02",
    },
    "PUT /api/people/{person}/key-safe": {"code": "1234"},
    "PATCH /api/orders/{order}": {"notes": "Ring first"},
    "POST /api/orders/{order}/authorise": {},
    "POST /api/orders/{order}/decline": {"reason": "No"},
    "POST /api/orders/{order}/cancel": {"reason": "No"},
    "POST /api/orders/{order}/chase": {"id": str(uuid4()), "note": "When?"},
}  # fmt: skip


def operations(app: Litestar) -> list[str]:
    """All that the service can be asked for by programs, as the table writes it."""
    paths = document_of(app)["paths"]
    return [
        f"{method.upper()} {path}"
        for path, each in paths.items()
        for method in each
        if method in {"get", "post", "put", "patch", "delete"}
    ]


def asked(operation: str, **ids: str) -> tuple[str, str]:
    """The method and the address; of what is not named, one that is nobody's."""
    method, path = operation.split()
    ids = {"number": "1", "day": "2026-01-05"} | ids
    filled = re.sub(r"{(\w+)}", lambda match: ids.get(match[1], str(uuid4())), path)
    return method, filled


async def _furnish(admin: httpx.AsyncClient) -> dict[str, Headers]:
    """Somebody of each role, of 04K."""
    await open_service(admin)
    return {
        letter: await member(admin, role, partner="04K", level=4)
        for letter, role in LETTERS.items()
    }


BEGINNING: Final = as_admin(_furnish)


@pytest.fixture
def heads(begun: Filled[dict[str, Headers]]) -> dict[str, Headers]:
    """Somebody of each role, of 04K."""
    return begun.told


def test_the_table_has_every_route_and_role(app: Litestar) -> None:
    """And none besides."""
    assert set(operations(app)) == set(TABLE) | PUBLIC | OWN
    assert set(LETTERS.values()) == ROLES


async def test_every_role_gets_through_where_the_table_says_so(
    visitor: httpx.AsyncClient, heads: dict[str, Headers]
) -> None:
    """And is turned away everywhere else, before what they ask is looked at."""
    wrong = []
    for operation, may in TABLE.items():
        method, path = asked(operation)
        for letter, headers in heads.items():
            answer = await visitor.request(method, path, headers=headers)
            assert answer.status_code < 500, (operation, answer.text)
            if (answer.status_code not in {401, 403}) is not (letter in may):
                wrong.append((operation, LETTERS[letter], answer.status_code))
    assert not wrong


async def test_nobody_gets_through_who_is_not_signed_in_or_was_ended(
    admin: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    """Whatever they ask, and however well."""
    who = {"username": "jack", "password": PASSWORD}
    made = await admin.post("/api/users", json=who | {"roles": sorted(ROLES)})
    assert made.status_code == 201
    token = (await visitor.post("/api/login", json=who)).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    await admin.patch("/api/users/jack", json={"active": False})
    for operation in {*TABLE, *OWN}:
        method, path = asked(operation)
        for sent in ({}, headers, {"Authorization": "Bearer nobody's"}):
            answer = await visitor.request(method, path, headers=sent)
            assert answer.status_code == 401, operation


async def test_another_partners_people_and_orders_are_not_there(
    admin: httpx.AsyncClient, visitor: httpx.AsyncClient, heads: dict[str, Headers]
) -> None:
    """For whoever sees only some people: the same answer as for nobody's."""
    theirs = await _ids(admin, "52R")
    for operation, may in TABLE.items():
        if not operation.split()[1].startswith(HIDDEN):
            continue
        method, path = asked(operation, **theirs)
        _, nowhere = asked(operation, line=theirs["line"])
        for letter in set(may) - _SEES_ALL:
            body = BODIES.get(operation)
            sent = (
                {"headers": heads[letter], "json": body}
                if body is not None
                else {"headers": heads[letter]}
            )
            answer = await visitor.request(method, path, **sent)
            missing = await visitor.request(method, nowhere, **sent)
            told = (operation, LETTERS[letter], answer.text)
            assert answer.status_code == missing.status_code, told
            assert answer.status_code in {404, 415, 422}, told
            assert _told(answer) == _told(missing), told


async def test_ones_own_partners_people_and_orders_are(
    admin: httpx.AsyncClient, visitor: httpx.AsyncClient, heads: dict[str, Headers]
) -> None:
    """What was hidden from others was there."""
    ours = await _ids(admin, "04K")
    for operation, may in TABLE.items():
        method, path = asked(operation, **ours)
        if method != "GET" or not operation.split()[1].startswith(HIDDEN):
            continue
        for letter in set(may) - {_VISITS_ONLY}:
            if operation.endswith("/key-safe"):
                continue
            answer = await visitor.request(method, path, headers=heads[letter])
            assert answer.status_code == 200, (operation, LETTERS[letter], answer.text)


RISES = [
    {"roles": ["administrator"]},
    {"partner": "52R"},
    {"also": ["52R"]},
    {"level": 4},
    {"order_limit_pence": 10_000_000},
    {"active": True},
    {"password": "another password"},
]


@pytest.mark.parametrize("rise", RISES)
async def test_nobody_raises_themselves(
    admin: httpx.AsyncClient, visitor: httpx.AsyncClient, rise: dict[str, Any]
) -> None:
    """Their role, partner, level or limit: only an administrator changes a user."""
    for role in sorted(ROLES - {"administrator"}):
        headers = await member(admin, role, partner="04K", level=1, order_limit_pence=1)
        [name] = [
            user["username"]
            for user in (await admin.get("/api/users?limit=200")).json()["results"]
            if user["roles"] == [role] and user["level"] == 1
        ]
        before = await _user(admin, name)
        for method, path, body in (
            ("PATCH", f"/api/users/{name}", rise),
            ("POST", "/api/users", {"username": "double", "password": "long enough"} | rise),
            ("POST", f"/api/users/{name}/reset-second-factor", {}),
        ):
            answer = await visitor.request(method, path, json=body, headers=headers)
            assert answer.status_code == 403, (role, method, path)
        assert await _user(admin, name) == before


async def _user(admin: httpx.AsyncClient, name: str) -> dict[str, Any]:
    users = (await admin.get("/api/users?limit=200")).json()["results"]
    return next(user for user in users if user["username"] == name)


async def _ids(admin: httpx.AsyncClient, funder: str) -> dict[str, str]:
    """A person whom that partner pays for, and an order for them."""
    new = {"name": "Ada", "funder": funder, "postcode": "NG1 1AB"}
    person = (await admin.post("/api/people", json=new)).json()["id"]
    order = {"id": str(uuid4()), "person": person, "lines": [{"sku": "BED02", "quantity": 1}]}
    placed = await admin.post("/api/orders", json=order)
    assert placed.status_code == 201, placed.text
    return {"person": person, "order": order["id"], "line": placed.json()["lines"][0]["id"]}


def _told(answer: httpx.Response) -> tuple[Any, Any]:
    problem = answer.json()
    return problem["type"], problem["detail"]
