"""Nobody makes themselves more than they are, by whatever they send to wherever it is taken."""

import re
from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from equipment.staff.roles import ADMINISTRATOR, ROLES
from tests.api import test_who_may as programs
from tests.api.conftest import PASSWORD, document_of
from tests.api.world import KeptWorld, World
from tests.sight import all_of
from tests.web import test_who_may_open as browsers
from tests.web.conftest import signed_in

Body = dict[str, Any]
RISE: Final[Body] = {
    "roles": ["administrator"],
    "partner": "52R",
    "also": ["52R"],
    "level": 4,
    "order_limit_pence": 99_999_999,
    "active": True,
    "password": "another password",
}
# Of a form: what its fields are called, in whatever form they may be.
_TYPED: Final[dict[str, str | list[str]]] = {
    "roles": ["administrator"], "partner": "52R", "also": ["52R"], "level": "4",
    "order_limit_pence": "999999", "password": "another password", "again": "another password",
    "succeeded_by": "04K", "succeeded_on-day": "1", "succeeded_on-month": "4",
    "succeeded_on-year": "2025", "reason": "Why", "note": "Why", "name": "Ada", "funder": "04K",
    "ods": "99Z", "kind": "ccg", "crew-0": "me", "keep": "x", "q": "x",
}  # fmt: skip


def _writes(app: Litestar, path_ids: dict[str, str]) -> Iterator[tuple[str, str, Body]]:
    """Every write of programs: what it takes and more, and the rise alone."""
    document = document_of(app)
    for operation in programs.TABLE:
        method, path = operation.split()
        if method == "GET":
            continue
        content = document["paths"][path][method.lower()].get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        body = _sample(schema, document["components"]["schemas"]) if schema else {}
        _, address = programs.asked(operation, **path_ids)
        yield method, address, body
        yield method, address, body | RISE
        yield method, address, RISE


def _sample(schema: Body, schemas: Body, name: str = "") -> Any:
    """Something that a schema takes, with the rise wherever it has a place for it."""
    if reference := schema.get("$ref"):
        schema = schemas[reference.rsplit("/", 1)[-1]]
    choices = [*schema.get("oneOf", []), *schema.get("anyOf", [])]
    for choice in (one for one in choices if one.get("type") != "null"):
        return _sample(choice, schemas, name)
    if name in RISE:
        return RISE[name]
    if "properties" in schema:
        return {each: _sample(one, schemas, each) for each, one in schema["properties"].items()}
    if "items" in schema:
        return [_sample(schema["items"], schemas, name)]
    return _plain(schema, name)


def _plain(schema: Body, name: str) -> Any:
    by_name = {"funder": "04K", "ods": "04K", "depot": "D1", "sku": "CMD01"}
    by_format = {"uuid": str(uuid4()), "date": "2026-11-02", "date-time": "2026-11-02T09:00:00Z"}
    by_type: Body = {"integer": 1, "number": 1, "boolean": True, "object": {}, "null": None}
    words = by_name.get(name) or by_format.get(schema.get("format", ""), "Why")
    kind = schema.get("type", "")
    kind = kind if isinstance(kind, str) else kind[0]
    return schema.get("enum", [by_type.get(kind, words)])[0]


def _forms(path_ids: dict[str, str]) -> Iterator[str]:
    """The address of every form."""
    for page in browsers.TABLE:
        method, path = page.split()
        if method == "POST":
            yield re.sub(r"{(\w+)}", lambda match: path_ids.get(match[1], str(uuid4())), path)


@pytest.fixture
def origin(kept_world: KeptWorld) -> str:
    """Begin with some of everything."""
    return kept_world.name


async def _staff() -> list[dict[str, Any]]:
    """All who work here, and who came after whom: what each may do and see follows from it."""
    users = await all_of("select * from users order by username")
    partners = await all_of("select ods, succeeded_by, succeeded_on from partners order by ods")
    return [dict(row) for row in (*users, *partners)]


def _ids(world: World, me: str) -> dict[str, str]:
    ours = world.ours
    ids = {"person": ours["person"], "order": ours["order"], "line": ours["order line"]}
    ids |= {"visit": ours["visit"], "username": me, "code": world.spare, "number": "1"}
    return ids | {"ods": "04K", "sku": "CMD01", "year": "2026-27", "what": "begin"}


@pytest.mark.parametrize("role", sorted(ROLES - {ADMINISTRATOR}))
async def test_nobody_raises_themselves_by_anything_that_writes(
    app: Litestar,
    admin: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    kept_world: KeptWorld,
    role: str,
) -> None:
    """Role, partner, level, limit: all users stand as before, whatever was tried where."""
    world = kept_world.seen_by(admin)
    me = {"username": "me", "password": PASSWORD, "roles": [role], "partner": "04K", "level": 1}
    made = await admin.post("/api/users", json=me | {"order_limit_pence": 1})
    assert made.status_code == 201
    answer = await stranger.post("/api/login", json={"username": "me", "password": PASSWORD})
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    before, ids, taken = await _staff(), _ids(world, "me"), 0
    for method, path, body in _writes(app, ids):
        answer = await stranger.request(method, path, json=body, headers=headers)
        assert answer.status_code < 500, (method, path, answer.text)
        taken += answer.is_success
    async with signed_in(app, "me") as browser:
        for path in _forms(ids):
            answer = await browser.post(path, data=_TYPED)
            assert answer.status_code < 500, (path, answer.text)
            taken += answer.status_code == 303
    assert await _staff() == before
    assert taken or role in {"auditor", "budget_holder"}, "nothing was taken at all"
