"""Every write knows its actor: who changed what is on record, once, and for good."""

import base64
import re
from dataclasses import dataclass, field
from typing import Any, Final, get_args
from uuid import UUID

import asyncpg
import httpx
import pytest

from budget.changes import What, record
from budget.database import execute, fetch
from tests.api.conftest import PASSWORD
from tests.filled import as_admin
from tests.sight import all_of

ANN = "7b0f0a52-2f9d-4d43-9a39-6c1f6d3b7e11"
BOB = "0d2a8c77-6a0b-4f0c-8a58-0b1d5c8c9f22"
CY = "3f5c7d1e-8a24-4b1d-9c0e-2f6a7b8c9d10"
NUMBER = "9990000018"
SECRET = "a secret of nobody's"
CATALOGUE = "sku,name,category,price_pence,reuse,credit_percent\nCOT,Cot,Beds,5,reusable,85\n"
TAKEN_OVER = f"sku,state,serial,nhs_number,funder\nBED01,on_loan,S1,{NUMBER},04K\n"
DEPOT = {"code": "D2", "name": "North", "postcode": "NG1 5FS", "kind": "depot", "cut_off": None}
VAN = {
    "code": "V2", "depot": "D1", "payload_kg": 900, "volume_l": 8000, "crew": 2,
    "shift": {"from": "08:00", "to": "16:00"},
}  # fmt: skip
BAY = {"code": "B1", "depot": "D1", "name": "Dirty goods", "kind": "dirty"}
BED = {
    "sku": "BED01", "name": "Bed", "category": "Beds", "price_pence": 62000, "reuse": "reusable",
    "credit_percent": 85,
}  # fmt: skip
KIT = {"name": "Bed set", "lines": [{"sku": "BED01", "quantity": 1}]}
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
)
FIT = {"subject": "sku:BED01", "relation": "at_most", "words": "One is enough."}
FITS = "subject,relation,words,most\nsku:BED01,at_most,No more.,5\n"
RULE = "3c1c0a1e-7f2d-4c3b-9f63-0e9a4ab2a7c1"
PARTNER = {"ods": "04K", "name": "City", "kind": "ccg"}
PLAN = {"contributions": {"04K": 7}, "tariff": {"clean": 5}, "collection_threshold_pence": 0}
USER = {"username": "carol", "password": SECRET, "roles": ["depot"]}
STAY: dict[str, Any] = {
    "id": BOB, "address": "5 Mill Lane", "postcode": "NG24 1AA", "from": "2026-12-01",
    "to": "2026-12-05",
}  # fmt: skip
RECALL: dict[str, Any] = {
    "id": CY, "reference": "FSN-1", "title": "Wheels", "severity": "high", "action": "hold",
    "match": {"sku": "BED01"},
}  # fmt: skip
PERSON = {"name": "Ann Smith", "nhs_number": NUMBER, "address": "1 High Street", "funder": "04K"}


@dataclass(frozen=True)
class Write:
    """One kind of write, what is kept of it, and a like one that is refused."""

    what: str
    method: str
    path: str
    body: Any
    refused: Any
    key: str | None = None
    content: dict[str, Any] = field(default_factory=dict)
    repeats: bool = False

    async def send(self, client: httpx.AsyncClient, body: Any, **query: str) -> httpx.Response:
        """Send a body of its kind."""
        sent = {"json": body}
        if isinstance(body, str):
            sent = {"content": body, "headers": {"Content-Type": "text/csv"}}
        elif isinstance(body, bytes):
            sent = {"content": body, "headers": {"Content-Type": "image/png"}}
        return await client.request(self.method, self.path, params=query, **sent)


WRITES = [
    Write("partner entered", "POST", "/api/partners", PARTNER | {"ods": "QT1"},
        PARTNER | {"ods": "?"}, "QT1", {"ods": "QT1", "kind": "ccg"}),
    Write("succession", "PATCH", "/api/partners/04K",
        {"succeeded_by": "52R", "succeeded_on": "2020-04-01"},
        {"succeeded_by": "04K", "succeeded_on": "2020-04-01"}, "04K",
        {"succeeded_by": "52R", "succeeded_on": "2020-04-01"}, repeats=True),
    Write("depot opened", "POST", "/api/depots", DEPOT, DEPOT | {"postcode": "?"}, "D2", DEPOT),
    Write("depot changed", "PATCH", "/api/depots/D1", {"name": "South", "cut_off": None},
        {"postcode": "?"}, "D1", {"name": "South"}, repeats=True),
    Write("van changed", "PATCH", "/api/vans/V9", {"closed_from": "2100-01-01"},
        {"closed_from": "2020-01-01"}, "V9", {"closed_from": "2100-01-01"}, repeats=True),
    Write("van added", "POST", "/api/vans", VAN, VAN | {"depot": "D9", "code": "V3"}, "V2", VAN),
    Write("van fitted", "PUT", "/api/vans/V9/fittings", {"tail_lift": False, "trips_max": 1},
        {"apart": "compartments"}, "V9", {"tail_lift": False, "trips_max": 1}, repeats=True),
    Write("van day set", "PUT", "/api/vans/V9/days/2026-12-01", {"off": True, "reason": "ill"},
        {"crew": [{"username": "nobody"}]}, "V9", {"day": "2026-12-01", "off": True, "crew": []},
        repeats=True),
    Write("bay marked out", "POST", "/api/bays", BAY, BAY | {"depot": "D9", "code": "B2"}, "B1",
        BAY),
    Write("product added", "POST", "/api/products", BED | {"sku": "X"}, BED | {"sku": "/"}, "X",
        {"price_pence": 62000}),
    Write("catalogue imported", "POST", "/api/products/import", CATALOGUE, CATALOGUE + "COT",
        None, {"created": 1, "updated": 0, "rejected": 0}),
    Write("fit rule entered", "POST", "/api/compatibility", FIT | {"most": 2},
        FIT | {"most": 0}, "sku:BED01", {"most": 2}),
    Write("fit rule changed", "PATCH", f"/api/compatibility/{RULE}", {"active": False},
        {"words": ""}, "category:Beds", {"id": RULE, "active": False}, repeats=True),
    Write("fit rules imported", "POST", "/api/compatibility/import", FITS, FITS, None,
        {"created": 1, "updated": 0, "rejected": 0}, repeats=True),
    Write("picture taken", "PUT", "/api/products/BED01/picture", PICTURE, b"no picture",
        "BED01", {"width_px": 1, "height_px": 1}, repeats=True),
    Write("choice made", "PUT", "/api/settings/catalogue", {"above_level": "hide"},
        {"above_level": "red"}, "catalogue", {"above_level": "hide"}, repeats=True),
    Write("kit set", "PUT", "/api/kits/BEDSET", KIT, KIT | {"lines": []}, "BEDSET",
        {"name": "Bed set"}, repeats=True),
    Write("levels set", "PUT", "/api/depots/CUP/levels", {"levels": {"BED01": 2}},
        {"levels": {"NONE": 2}}, "CUP", {"levels": {"BED01": 2}}, repeats=True),
    Write("budget agreed", "PUT", "/api/budgets/2018-19", PLAN, PLAN | {"contributions": {"X": 1}},
        "2018-19", PLAN | {"tariff": {"clean": 5, "delivery": {}}}, repeats=True),
    Write("month closed", "POST", "/api/budgets/2018-19/close", {"month": "2018-10"},
        {"month": "2018-13"}, "2018-10", {"month": "2018-10"}, repeats=True),
    Write("user made", "POST", "/api/users", USER | {"team": "North"}, USER | {"depot": "D9"},
        "carol", {"username": "carol", "roles": ["depot"], "team": "North"}),
    Write("user changed", "PATCH", "/api/users/BOB", {"active": False}, {"level": 9}, "bob",
        {"active": False}, repeats=True),
    Write("person registered", "POST", "/api/people",
        {"id": BOB, "name": "Bob Jones", "born": "1941-05-06"}, {"name": "B", "funder": "X"}, BOB,
        {"fields": ["born", "name"]}, repeats=True),
    Write("person changed", "PATCH", f"/api/people/{ANN}",
        {"phone": "0115 496 0000", "name": "Ann Smith"}, {"funder": "X"}, ANN,
        {"fields": ["phone"]}, repeats=True),
    Write("people merged", "POST", f"/api/people/{ANN}/merge",
        {"duplicate": CY, "reason": "one person"}, {"duplicate": ANN, "reason": "r"}, ANN,
        {"merged": CY}, repeats=True),
    Write("address added", "POST", f"/api/people/{ANN}/addresses", STAY,
        STAY | {"to": "2026-01-01"}, ANN, {"from": "2026-12-01", "to": "2026-12-05"}, repeats=True),
    Write("address changed", "PATCH", f"/api/people/{ANN}/addresses/1000", {"to": "2026-11-03"},
        {"to": "2026-10-01"}, ANN, {"to": "2026-11-03"}, repeats=True),
    Write("key safe set", "PUT", f"/api/people/{ANN}/key-safe", {"code": SECRET}, {"code": ""}, ANN,
        {}, repeats=True),
    Write("funder rule entered", "POST", "/api/funder-rules",
        {"kind": "postcode", "key": "NG1", "partner": "04K", "from": "2026-04-01"},
        {"kind": "postcode", "key": "NG1", "partner": "X", "from": "2026-04-01"}, "postcode NG1",
        {"partner": "04K"}),
    Write("care home rule", "POST", "/api/care-home-rules",
        {"provided": False, "reason": "r", "from": "2026-04-01", "sku": "BED01"},
        {"provided": False, "reason": "r", "from": "2026-04-01", "sku": "X"}, "BED01",
        {"provided": False, "from": "2026-04-01"}),
    Write("inspection list set", "PUT", "/api/products/BED01/inspection",
        {"lines": ["The rails lock."]}, {"lines": []}, "BED01", {"lines": ["The rails lock."]},
        repeats=True),
    Write("wash method set", "PUT", "/api/products/BED01/cleaning", {"method": "steam"},
        {"method": "fire"}, "BED01", {"method": "steam"}, repeats=True),
    Write("reorder rules set", "PUT", "/api/products/BED01/reorder-rules", {"lead_days": 9},
        {"lead_days": -1}, "BED01", {"lead_days": 9}, repeats=True),
    Write("spare part set", "PUT", "/api/spare-parts/MOTOR",
        {"name": "Motor", "price_pence": 4550}, {"name": "", "price_pence": 1}, "MOTOR",
        {"price_pence": 4550}, repeats=True),
    Write("printer set up", "POST", "/api/printers",
        {"code": "P1", "name": "By the gate", "depot": "D1", "host": "10.0.0.9"},
        {"code": "P1", "name": "By the gate", "depot": "D9", "host": "10.0.0.9"}, "P1",
        {"code": "P1", "host": "10.0.0.9"}),
    Write("recall opened", "POST", "/api/recalls", RECALL, RECALL | {"match": {}}, CY, {},
        repeats=True),
    Write("items taken over", "POST", "/api/items/import", TAKEN_OVER,
        TAKEN_OVER.replace("on_loan", "lost"), None, {"created": 1, "rejected": 0}, repeats=True),
]  # fmt: skip
_BOUGHT = {
    "id": BOB, "supplier": "Beds Ltd", "depot": "D1",
    "lines": [{"sku": "BED01", "quantity": 10, "price_pence": 62_000}],
}  # fmt: skip
_WRITTEN = {name: told for name, told in _BOUGHT.items() if name != "id"} | {"version": 1}
_ONE = f"/api/purchases/{BOB}"
_COUNT = f"/api/counts/{CY}"
_BECAUSE = {"reason": "another supplier"}
STEPS: list[tuple[str, str, tuple[str, str, Any]]] = [
    ("bob", "purchase drafted", ("POST", "/api/purchases", _BOUGHT)),
    ("bob", "purchase changed", ("PUT", _ONE, _WRITTEN)),
    ("bob", "purchase asked for", ("POST", f"{_ONE}/order", {})),
    ("cora", "purchase sent back", ("POST", f"{_ONE}/send-back", _BECAUSE)),
    ("bob", "purchase asked for", ("POST", f"{_ONE}/order", {})),
    ("cora", "purchase approved", ("POST", f"{_ONE}/approve", {})),
    ("bob", "purchase cancelled", ("POST", f"{_ONE}/cancel", _BECAUSE)),
    ("bob", "count opened", ("POST", "/api/counts", {"id": CY, "depot": "D1"})),
    ("bob", "count called off", ("POST", f"{_COUNT}/call-off", _BECAUSE)),
    ("ada", "printer changed", ("PATCH", "/api/printers/P1", {"version": 1, "name": "Here"})),
]
"""Who does what, of that which takes several."""
KINDS = pytest.mark.parametrize("write", WRITES, ids=lambda write: write.what)


async def _furnish(admin: httpx.AsyncClient) -> None:
    """Something to change, and who may."""
    for path, body in (
        ("/api/partners", PARTNER),
        ("/api/partners", PARTNER | {"ods": "52R"}),
        ("/api/depots", DEPOT | {"code": "D1"}),
        ("/api/depots", DEPOT | {"code": "CUP", "kind": "satellite"}),
        ("/api/vans", VAN | {"code": "V9", "depot": "D1"}),
        ("/api/products", BED),
        ("/api/people", PERSON | {"id": ANN}),
        ("/api/people", {"name": "Cy Young", "id": CY}),
        ("/api/users", {"username": "bob", "password": PASSWORD, "roles": ["depot"]}),
        ("/api/users", {"username": "ada", "password": PASSWORD, "roles": ["administrator"]}),
        ("/api/users", {"username": "otto", "password": PASSWORD, "roles": ["auditor"]}),
        ("/api/users", {"username": "cora", "password": PASSWORD, "roles": ["coordinator"]}),
    ):
        assert (await admin.post(path, json=body)).status_code == 201
    await execute(
        "insert into fit_rules (id, subject, relation, others, most, words, active, digest)"
        " values ($1, 'category:Beds', 'at_most', '{}', 1, 'One is enough.', true, '')", RULE
    )  # fmt: skip
    await all_of(_STAY, UUID(ANN))
    await execute(_POSTED)


BEGINNING: Final = as_admin(_furnish)


@pytest.fixture
async def ada(admin: httpx.AsyncClient) -> httpx.AsyncClient:
    """Ada, a second administrator, with something there to change; nothing on record of hers."""
    await _sign_in(admin, "ada")
    return admin


# What opens the books, so that a month can be closed.
_POSTED = """
insert into postings (entry, movement, kind, account, partner, amount_pence, posted_on, late,
    occurred_at, recorded_at, description, no_tariff)
select entry, entry, 'adjustment', account, partner, pence, '2018-10-01', false, '2018-10-01',
    '2018-10-01', 'Adjustment', false
from gen_random_uuid() entry, (values ('activity', '04K', 5), ('services', null, -5))
    legs (account, partner, pence)
"""
_STAY = """
insert into person_addresses (id, person, kind, address, from_on, until_on, recorded_at,
    recorded_by)
values (1000, $1, 'temporary', '9 Mill Lane', '2026-11-01', '2026-11-02', now(), 'x')
"""


async def _sign_in(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.post("/api/login", json={"username": name, "password": PASSWORD})
    client.headers["Authorization"] = f"Bearer {answer.json()['token']}"


async def _made_by(name: str) -> list[asyncpg.Record]:
    return await fetch("select what, key, content::text from changes where actor = $1", name)


@KINDS
async def test_a_write_leaves_one_row_with_its_actor(ada: httpx.AsyncClient, write: Write) -> None:
    """Who, what, of which key, and what was sent."""
    assert (await write.send(ada, write.body)).is_success
    [row] = (await ada.get("/api/changes", params={"what": write.what})).json()["results"][-1:]
    assert (row["actor"], row["what"], row["key"]) == ("ada", write.what, write.key)
    assert row["content"] == row["content"] | write.content
    assert len(await _made_by("ada")) == 1


@KINDS
async def test_a_write_that_comes_again_leaves_no_second_row(
    ada: httpx.AsyncClient, write: Write
) -> None:
    """The same is done already, or refused as `exists`; a catalogue counts from its day again."""
    assert (await write.send(ada, write.body)).is_success
    again = await write.send(ada, write.body)
    assert again.is_success == (write.repeats or write.what == "catalogue imported")
    assert len(await _made_by("ada")) == (2 if write.what == "catalogue imported" else 1)


@KINDS
async def test_a_refused_write_leaves_no_row(ada: httpx.AsyncClient, write: Write) -> None:
    """Nor one whose every line is, or that was for a look."""
    if isinstance(write.body, str):
        bad = write.body.replace("BED01,", "?,").replace("COT,", "?,")
        assert (await write.send(ada, bad)).json()["created"] == 0
        assert (await write.send(ada, write.body, dry_run="true")).json()["created"] == 1
    else:
        assert (await write.send(ada, write.refused)).status_code == 422
    assert await _made_by("ada") == []


async def test_nobody_writes_without_leaving_a_row() -> None:
    """Every kind of change is written by one of the writes above, or by pages of its own."""
    on_pages = {
        "product changed",
        "second factor set up",
        "new recovery codes",
        "second factor reset",
        "phone revoked",
        "handling set",
        "label printed again",
    }
    # Tried where there is something to decide about: tests/budget/test_sharing.py, and
    # tests/equipment/ test_recalls.py, test_counts.py and test_repair_jobs.py.
    of_two_steps = {
        "sharing agreed", "item cleared", "recall closed", "count settled", "repair job changed",
    }  # fmt: skip
    tried = {write.what for write in WRITES} | {what for _, what, _ in STEPS}
    assert tried == set(get_args(What)) - on_pages - of_two_steps


async def test_each_step_of_a_purchase_and_a_count_leaves_its_row(ada: httpx.AsyncClient) -> None:
    """Of whoever took it: one who asks, and another who decides."""
    printer = {"code": "P1", "name": "By the gate", "depot": "D1", "host": "10.0.0.9"}
    assert (await ada.post("/api/printers", json=printer)).is_success
    for name, what, (method, path, body) in STEPS:
        await _sign_in(ada, name)
        answer = await ada.request(method, path, json=body)
        assert answer.is_success, answer.text
        rows = await _made_by(name)
        assert rows[-1]["what"] == what


async def test_no_password_and_nothing_personal_is_kept(ada: httpx.AsyncClient) -> None:
    """Of a password, that it was set; of a person, which fields."""
    for write in WRITES:
        assert (await write.send(ada, write.body)).is_success
    await ada.patch("/api/users/carol", json={"password": f"{SECRET} again"})
    kept = str(await fetch("select key, content::text from changes"))
    secrets = (SECRET, PASSWORD, "argon2", "password_hash")
    personal = ("Ann", "Bob Jones", NUMBER, "High Street", "496", "1941")
    assert not [each for each in (*secrets, *personal) if each in kept]
    [row] = (await ada.get("/api/changes", params={"key": "carol"})).json()["results"][-1:]
    assert row["content"] == {"password_set": True}


async def test_a_new_password_is_a_change_though_nothing_else_is(ada: httpx.AsyncClient) -> None:
    """Nobody can say whether it is the same; a change that says nothing is none."""
    for body in ({"password": SECRET}, {"password": SECRET}, {}, {"roles": ["depot", "depot"]}):
        assert (await ada.patch("/api/users/bob", json=body)).is_success
    assert len(await _made_by("ada")) == 2


async def test_the_first_user_was_made_by_the_first_start(admin: httpx.AsyncClient) -> None:
    """By nobody who could sign in: no user's name has a space."""
    [row] = (await admin.get("/api/changes", params={"key": "admin"})).json()["results"]
    assert (row["actor"], row["what"], row["key"]) == ("first start", "user made", "admin")


async def test_changes_come_in_pages_newest_last(ada: httpx.AsyncClient) -> None:
    """Of one kind, of one key, or all."""
    seen, after = [], ""
    while after is not None:
        query = {"limit": 4} | ({"after": after} if after else {})
        answer = (await ada.get("/api/changes", params=query)).json()
        seen += answer["results"]
        after = answer["next"]
    assert [row["key"] for row in seen][:4] == ["admin", "04K", "52R", "D1"]
    assert [row["id"] for row in seen] == sorted(row["id"] for row in seen)
    of_ann = (await ada.get("/api/changes", params={"key": ANN})).json()["results"]
    assert [row["what"] for row in of_ann] == ["person registered"]
    none = await ada.get("/api/changes", params={"what": "van added", "key": "V1"})
    assert none.json()["results"] == []
    assert (await ada.get("/api/changes?what=nothing")).status_code == 422


async def test_administrators_and_auditors_read_them(ada: httpx.AsyncClient) -> None:
    """And no other role."""
    for name, status in (("otto", 200), ("cora", 403), ("bob", 403)):
        await _sign_in(ada, name)
        assert (await ada.get("/api/changes")).status_code == status


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("sql", ["update changes set actor = 'x'", "delete from changes"])
async def test_what_is_on_record_stays(sql: str) -> None:
    """The application may add to it and nothing else."""
    await record("ada", "van added", "V1", {})
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute(sql)


@pytest.mark.usefixtures("database")
async def test_the_kinds_of_change_are_the_same_in_code_and_database() -> None:
    """A new one belongs in both."""
    rows = await fetch(
        "select pg_get_constraintdef(oid) as words from pg_constraint"
        " where conrelid = 'changes'::regclass and conname = 'changes_what_check'"
    )
    assert set(re.findall(r"'([^']+)'", rows[0]["words"])) == set(get_args(What))
