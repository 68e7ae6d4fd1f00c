"""Whatever a body names must be there, and be of what it is said to be of, or nothing is written.

Each field that names something is tried in every body that has it: with what is nowhere, with
another person's, and, for those who do not see everybody, with another partner's person's.
"""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from equipment.staff.roles import ADMINISTRATOR, AUDITOR, COORDINATOR
from tests.api.test_foreign_ids import fields
from tests.api.test_who_may import LETTERS, TABLE, asked
from tests.api.world import KeptWorld, World
from tests.logistics.calling import ask
from tests.snapshot import snapshot

SEE_EVERYONE: Final = {ADMINISTRATOR, AUDITOR, COORDINATOR}
Body = dict[str, Any]
Request = tuple[dict[str, str], Body]

# What the last word of a field names. Products may be named as equivalents, and goods in a rule of
# what fits, before there are any.
KINDS: Final = {
    "also": "code", "after": "visit", "contributions": "keys", "depot": "code",
    "duplicate": "person", "funder": "code", "item": "item",
    "items": "item", "kit": "code", "levels": "keys", "line": "visit line", "id": "order line",
    "partner": "code", "printer": "code", "person": "person", "sku": "code", "succeeded_by": "code",
    "username": "code", "van": "code", "visit": "visit",
}  # fmt: skip
_NEW_IN: Final = {
    "username": {"POST /api/users", "POST /api/login"},
    "sku": {"POST /api/products", "POST /api/orders/{order}/lines/{line}/bought"},
    # Each is answered by itself, as a scan of it would be.
    "items": {"POST /api/wash-loads"},
}


@pytest.fixture
def origin(kept_world: KeptWorld) -> str:
    """Begin with some of everything."""
    return kept_world.name


@pytest.fixture
def world(admin: httpx.AsyncClient, kept_world: KeptWorld) -> World:
    """What there is, as the administrator sees it."""
    return kept_world.seen_by(admin)


@cache
def references(app: Litestar) -> dict[str, list[str]]:
    """Each operation with the fields of its body that name what is there already."""
    found: dict[str, list[str]] = {}
    for operation, field in fields(app):
        leaf = field.rsplit(".", 1)[-1]
        is_new = field == "id" or operation in _NEW_IN.get(leaf, ())
        if leaf in KINDS and not is_new and field not in found.get(operation, ()):
            found.setdefault(operation, []).append(field)
    return found


_USER: Final = {"username": "newby", "password": "long enough", "roles": ["prescriber"]}
_VAN: Final = {"code": "V9", "payload_kg": 900, "volume_l": 8_000, "crew": 1}
_CODES: Final[dict[str, Body]] = {
    "POST /api/users": _USER | {"partner": "04K", "also": ["52R"], "depot": "D1"},
    "PATCH /api/users/{username}": {"partner": "52R", "also": ["04K"], "depot": "D2"},
    "POST /api/items": {"sku": "CMD01", "depot": "D1", "quantity": 1},
    "PUT /api/budgets/{year}": {"contributions": {"04K": 1}},
    "PATCH /api/partners/{ods}": {"succeeded_by": "04K", "succeeded_on": "2027-04-01"},
    "POST /api/vans": _VAN | {"depot": "D1", "shift": {"from": "08:00", "to": "16:00"}},
    "PATCH /api/vans/{code}": {"depot": "D1"},
    "POST /api/bays": {"code": "B1", "depot": "D1", "name": "Bay", "kind": "clean"},
    "PUT /api/kits/{code}": {"name": "Kit", "lines": [{"sku": "CMD01", "quantity": 1}]},
    "PUT /api/depots/{code}/levels": {"levels": {"CMD01": 1}},
    "POST /api/people": {"name": "Una", "funder": "04K", "funder_reason": "Moved"},
    "PATCH /api/people/{person}": {"funder": "52R", "funder_reason": "Moved"},
    "POST /api/funder-rules": {
        "kind": "postcode", "key": "NG5", "partner": "04K", "from": "2027-04-01",
    },
    "POST /api/care-home-rules": {
        "sku": "CMD01", "provided": False, "reason": "They have them", "from": "2027-04-01",
    },
    "POST /api/charges": {
        "id": str(uuid4()), "kind": "adjustment", "partner": "04K", "pence": 1,
        "happened_on": "2026-11-02", "reason": "Why",
    },
    "POST /api/recalls": {
        "id": str(uuid4()), "reference": "FSN-1", "title": "Wheels", "severity": "high",
        "action": "hold", "match": {"sku": "CMD01", "batch": "None of ours"},
    },
    "POST /api/recalls/preview": {"sku": "CMD01"},
    "POST /api/rounds/plan": {"depot": "D1", "seconds": 0.1},
    "POST /api/wash-loads": {
        "id": str(uuid4()), "depot": "D1", "method": "washer", "items": ["AAAAAAAA"],
        "washed_at": "2026-11-02T09:00:00Z",
    },
    "PUT /api/vans/{code}/days/{day}": {"crew": [{"username": "crew"}]},
    "POST /api/counts": {"id": str(uuid4()), "depot": "D1"},
    "POST /api/purchases": {
        "id": str(uuid4()), "supplier": "Beds Ltd", "depot": "D1",
        "lines": [{"sku": "CMD01", "quantity": 2, "price_pence": 100}],
    },
}  # fmt: skip
_IDS: Final = {
    "PATCH /api/users/{username}": {"username": "crew"},
    "PUT /api/budgets/{year}": {"year": "2027-28"},
    "PATCH /api/partners/{ods}": {"ods": "52R"},
    "PUT /api/kits/{code}": {"code": "KIT01"},
    "PUT /api/depots/{code}/levels": {"code": "S1"},
    "PATCH /api/vans/{code}": {"code": "V1"},
    "PUT /api/vans/{code}/days/{day}": {"code": "V1"},
}
# Who sees it all could approve their own order: the authoriser tries what is to come through.
_LAST: Final = {"POST /api/orders/{order}/authorise": "authoriser"}


async def _request(world: World, operation: str) -> Request:
    """What comes through as it is: the ids of the address, and the body."""
    ours, new = world.ours, {"id": str(uuid4()), "reason": "Why"}
    ids = {name: ours[name] for name in ("person", "order", "visit")} | _IDS.get(operation, {})
    if operation in _CODES:
        body = copy.deepcopy(_CODES[operation])
        dated = {"date": world.day.isoformat()} if operation.endswith("/plan") else {}
        return ids, body | dated
    if operation.startswith("POST /api/rounds/"):
        return ids, await _planned(world, operation)
    if operation == "POST /api/recalls/{recall}/contacts":
        return await _recalled(world, ids)
    if "print" in operation:
        return await _printing(world, operation)
    if "/api/purchases/" in operation:
        return await _bought(world, operation)
    line = {"lines": [{"id": ours["order line"], "quantity": 2}], "reason": "Two rooms"}
    fetched = new | {"person": ours["person"], "items": [ours["item"]]}
    product = {"lines": [{"sku": "HST01", "quantity": 1}], "funder": "04K"}
    refused = {"line": ours["visit line"], "outcome": "refused"}
    came = {"occurred_at": datetime.now(UTC).isoformat(), "outcome": "done", "lines": [refused]}
    bodies: dict[str, Body] = {
        "POST /api/labels": {"items": [ours["item"]], "format": "zpl"},
        "POST /api/emergency-issues": new | {"item": world.spare, "name": "A", "funder": "04K"},
        "POST /api/people/{person}/merge": {"duplicate": world.bobs["person"], "reason": "Why"},
        "POST /api/orders": new | product | {"person": ours["person"]},
        "PATCH /api/orders/{order}": line,
        "POST /api/orders/{order}/authorise": line,
        "POST /api/collections": fetched,
        "POST /api/visits": fetched | {"kind": "repair"},
        "POST /api/visits/{visit}/outcome": {"id": new["id"]} | came,
    }
    return ids, bodies[operation]


async def _recalled(world: World, ids: dict[str, str]) -> Request:
    """A recall of what our person has, and that they were told."""
    item = (await world.admin.get(f"/api/items/{world.ours['item']}")).json()
    recall = _CODES["POST /api/recalls"] | {"match": {"sku": item["sku"]}}
    await ask(world.admin, "recalls", recall)
    told = {"how": "phone", "outcome": "told", "contacted_at": datetime.now(UTC).isoformat()}
    body = {"id": str(uuid4()), "person": world.ours["person"]} | told
    return ids | {"recall": recall["id"]}, body


async def _printing(world: World, operation: str) -> Request:
    """A printer, and what is asked of it."""
    printer = {"code": "P1", "name": "Gate", "depot": "D1", "host": "10.0.0.9"}
    if operation == "POST /api/printers":
        return {}, printer
    await ask(world.admin, "printers", printer)
    if operation == "PATCH /api/printers/{code}":
        return {"code": "P1"}, {"version": 1, "depot": "D2"}
    job: Body = {"id": str(uuid4()), "printer": "P1", "items": [world.spare]}
    if operation == "POST /api/print-jobs":
        return {}, job
    await ask(world.admin, "print-jobs", job)
    return {"job": job["id"]}, {"printer": "P1"}


async def _bought(world: World, operation: str) -> Request:
    """A purchase that is drafted, or ordered where its goods are to come in."""
    bought = await ask(world.admin, "purchases", _CODES["POST /api/purchases"])
    ids = {"purchase": bought["id"]}
    if operation.endswith("/order"):
        return ids, {"answers": [{"sku": "CMD01", "reason": "Why"}]}
    if operation.startswith("PUT "):
        told = copy.deepcopy(_CODES["POST /api/purchases"]) | {"version": 1}
        del told["id"]
        return ids, told
    answer = await world.admin.post(f"/api/purchases/{bought['id']}/order", json={})
    assert answer.status_code == 200, answer.text
    line = bought["lines"][0]["id"]
    return ids, {"id": str(uuid4()), "line": line, "depot": "D1", "quantity": 1}


async def _planned(world: World, operation: str) -> Body:
    """A planned day, and the first two of its stops put into one round."""
    asked_for = {"depot": "D1", "date": world.day.isoformat()}
    made = await ask(world.admin, "rounds/plan", asked_for | {"seconds": 0.1})
    seen = asked_for | {"version": made["version"]}
    if operation == "POST /api/rounds/publish":
        return seen
    visits = [stop["visit"] for each in made["rounds"] for stop in each["stops"]]
    return seen | {"visit": visits[1], "van": "V1", "after": visits[0]}


def _with(body: Body, field: str, value: str) -> Body:
    """The same with something else in one of its fields."""
    tried = copy.deepcopy(body)
    *way, leaf = field.split(".")
    inner = tried
    for name in way:
        below = inner[name]
        [inner] = below if isinstance(below, list) else [below]
    if leaf == "kit":
        del inner["sku"]
    if (*way, leaf) == ("lines", "sku"):
        inner.pop("id", None)
    if KINDS[leaf] == "keys":
        inner[leaf] = {value: 1}
    else:
        inner[leaf] = [value] if isinstance(inner.get(leaf), list) else value
    return tried


_OPERATIONS: Final = sorted(
    [
        *_CODES,
        "POST /api/labels",
        "POST /api/printers",
        "PATCH /api/printers/{code}",
        "POST /api/print-jobs",
        "POST /api/print-jobs/{job}/move",
        "POST /api/emergency-issues",
        "POST /api/people/{person}/merge",
        "POST /api/orders",
        "PATCH /api/orders/{order}",
        "POST /api/orders/{order}/authorise",
        "POST /api/collections",
        "POST /api/recalls/{recall}/contacts",
        "POST /api/visits",
        "POST /api/visits/{visit}/outcome",
        "PUT /api/purchases/{purchase}",
        "POST /api/purchases/{purchase}/order",
        "POST /api/purchases/{purchase}/receipts",
        "POST /api/rounds/move",
        "POST /api/rounds/publish",
    ]
)
# What is fetched or mended is on loan to that person; a label may be printed of anything.
_OF_ANYTHING: Final = {"POST /api/labels", "POST /api/print-jobs"}
_LENT: Final = {"POST /api/collections", "POST /api/visits"}


def test_every_body_that_names_something_is_tried(app: Litestar) -> None:
    """A new one that nobody has thought of fails here."""
    assert sorted(references(app)) == _OPERATIONS


@pytest.mark.parametrize("operation", _OPERATIONS)
async def test_what_is_named_must_be_there_and_be_theirs(
    app: Litestar, world: World, visitor: httpx.AsyncClient, operation: str
) -> None:
    """Another answer than for what is nowhere would tell that it is somewhere."""
    ids, body = await _request(world, operation)
    method, path = asked(operation, **ids)
    wrong: list[tuple[Any, ...]] = []
    before = await snapshot()
    for role in sorted(LETTERS[letter] for letter in TABLE[operation]):
        headers = world.heads[role]
        for field in references(app)[operation]:
            kind = KINDS[field.rsplit(".", 1)[-1]]
            values = list(_values(world, kind, operation, role))
            told = []
            for value in values:
                sent = _with(body, field, value)
                answer = await visitor.request(method, path, json=sent, headers=headers)
                told.append((answer.status_code, _told(answer, value)))
                if answer.status_code not in {403, 404, 409, 422}:
                    wrong.append((role, field, value, answer.status_code, answer.text[:300]))
            if any(each != told[0] for each in told):
                wrong.append((role, field, values, told))
    assert not wrong, "\n".join(map(str, wrong))
    assert await snapshot() == before
    headers = world.heads[_LAST.get(operation, "administrator")]
    taken = await visitor.request(method, path, json=body, headers=headers)
    assert taken.is_success, taken.text


def _values(world: World, kind: str, operation: str, role: str) -> Iterator[str]:
    """What is nowhere; what is of another person; what is not this role's to see."""
    if kind in {"code", "keys"} or operation in _OF_ANYTHING:
        yield "NOWHERE"
        return
    if kind != "item":
        yield str(uuid4())
    elif operation in _LENT:
        yield world.spare
    if kind in {"item", "order line", "visit line"}:
        yield world.bobs[kind]
    if kind in world.theirs and role not in SEE_EVERYONE:
        yield world.theirs[kind]


def _told(answer: httpx.Response, value: str) -> str:
    """What an answer tells, but for what was asked of it and for whom."""
    problem = answer.json()
    told = {name: problem.get(name) for name in ("type", "detail", "errors")}
    return json.dumps(told).replace(value, "...")
