"""Items over HTTP (contract section 4)."""

import asyncio
import base64
from typing import Any
from uuid import uuid4

import httpx
import pytest

from labels.code import parse_code
from tests.api.members import member, receive, scan, send, slug, wrong_fields
from tests.equipment.store import set_up, somebody, stock

ITEM_FIELDS = {
    "code",
    "giai",
    "link",
    "aliases",
    "sku",
    "name",
    "serial",
    "batch",
    "owner",
    "state",
    "on_hold",
    "depot",
    "person",
    "van",
    "loans",
    "purchase_price_pence",
    "due",
    "updated_at",
    "allowed",
}
MOVEMENT_FIELDS = {
    "id",
    "action",
    "from",
    "to",
    "occurred_at",
    "recorded_at",
    "actor",
    "depot",
    "van",
    "person",
    "reason",
    "undone_by",
}


@pytest.fixture
async def store(admin: httpx.AsyncClient) -> httpx.AsyncClient:
    """The administrator, in a store that is set up."""
    await set_up()
    return admin


async def test_a_received_item_has_all_that_the_contract_names(store: httpx.AsyncClient) -> None:
    """A code with its check, a GIAI with the service's prefix, a link of both."""
    [item] = await receive(store, batch="B7", purchase_price_pence=61_234, owner="Red Cross")
    assert item.keys() >= ITEM_FIELDS
    assert parse_code(item["code"]) == item["code"]
    assert item["giai"] == f"9521234{item['code']}"
    assert item["link"] == f"http://127.0.0.1:8000/8004/{item['giai']}"
    assert item["due"].keys() >= {"pat", "loler", "service"}
    expected: dict[str, Any] = {
        "sku": "BED01",
        "state": "available",
        "depot": "D1",
        "batch": "B7",
        "purchase_price_pence": 61_234,
        "owner": "Red Cross",
        "on_hold": False,
        "loans": 0,
        "aliases": [],
        "person": None,
        "van": None,
        "serial": None,
    }
    assert {name: item[name] for name in expected} == expected
    assert item["updated_at"].endswith("Z")
    assert "undo" not in item["allowed"]
    for name in (item["code"].lower(), item["giai"], f"{item['code'][:4]}-{item['code'][4:]}"):
        assert (await store.get(f"/api/items/{name}")).json() == item
    # Somebody else's, which ends in a code of ours.
    for address in ("/api/items/1234567{}", "/8004/1234567{}"):
        assert (await store.get(address.format(item["code"]))).status_code == 404


async def test_dirty_goods_start_as_returned(store: httpx.AsyncClient) -> None:
    """They wait to be cleaned."""
    [item] = await receive(store, condition="dirty")
    assert item["state"] == "returned"
    assert "clean" in item["allowed"]


async def test_a_thousand_items_come_at_once_and_no_more(store: httpx.AsyncClient) -> None:
    """By quantity or by their serial numbers, in their order."""
    items = await receive(store, quantity=1_000)
    assert len({item["code"] for item in items}) == 1_000
    serials = [f"S{n}" for n in range(5)]
    assert [item["serial"] for item in await receive(store, serials=serials)] == serials
    goods = {"sku": "BED01", "depot": "D1"}
    wrongs: list[dict[str, Any]] = [
        {"quantity": 1_001},
        {"quantity": 0},
        {"serials": []},
        {"serials": ["a"] * 1_001},
        {"serials": ["a", "a"]},
        {"quantity": 1, "serials": ["a"]},
        {},
        {"quantity": 1, "purchase_price_pence": -1},
        {"quantity": 1, "condition": "used"},
        {"quantity": 1, "received_at": "2018-10-01T09:00:00"},
        {"quantity": 1, "received_at": "2999-10-01T09:00:00Z"},
        {"quantity": "1"},
        {"quantity": 1, "batch": "a\0"},
    ]
    for wrong in wrongs:
        assert wrong_fields(await store.post("/api/items", json=goods | wrong)), wrong
    for wrong in ({"sku": "BED99"}, {"depot": "D9"}):
        answer = await store.post("/api/items", json=goods | {"quantity": 1} | wrong)
        assert answer.status_code in {404, 422}
    assert len((await store.get("/api/items?limit=200&q=S")).json()["results"]) == 5


async def test_a_serial_number_comes_once(store: httpx.AsyncClient) -> None:
    """Of one product; another product may have the same."""
    await stock("FRAME")
    await receive(store, serials=["a"])
    goods = {"sku": "BED01", "depot": "D1", "serials": ["b", "a"]}
    answer = await store.post("/api/items", json=goods)
    assert (answer.status_code, slug(answer)) == (409, "exists")
    await receive(store, sku="FRAME", serials=["a"])


async def test_a_repeated_receipt_gets_the_first_answer(store: httpx.AsyncClient) -> None:
    """Ten at once too; other content or another caller is refused, and shown nothing."""
    goods = {"id": str(uuid4()), "sku": "BED01", "depot": "D1", "quantity": 2}
    answers = await asyncio.gather(*(store.post("/api/items", json=goods) for _ in range(10)))
    assert {(answer.status_code, answer.text) for answer in answers} == {
        (201, answers[0].text),
    }
    await send(store, scan(answers[0].json()["items"][0]["code"], "withdraw", reason="wet"))
    again = await store.post("/api/items", json=goods | {"batch": None})
    assert (again.status_code, again.json()) == (201, answers[0].json())
    stranger = await member(store, "depot")
    for sent, headers in ((goods | {"quantity": 3}, None), (goods, stranger)):
        answer = await store.post("/api/items", json=sent, headers=headers)
        assert (answer.status_code, slug(answer)) == (409, "id-reused")
        assert "items" not in answer.json()
    assert len((await store.get("/api/items")).json()["results"]) == 2


async def test_a_refused_receipts_id_is_judged_afresh(store: httpx.AsyncClient) -> None:
    """Nothing of it was kept."""
    goods = {"id": str(uuid4()), "sku": "FRAME", "depot": "D1", "quantity": 1}
    assert (await store.post("/api/items", json=goods)).status_code == 422
    await stock("FRAME")
    assert (await store.post("/api/items", json=goods)).status_code == 201


async def test_only_the_store_receives_and_only_an_administrator_takes_over(
    store: httpx.AsyncClient,
) -> None:
    """Others read."""
    goods = {"sku": "BED01", "depot": "D1", "quantity": 1}
    for role, status in (
        ("technician", 403),
        ("prescriber", 403),
        ("auditor", 403),
        ("depot", 201),
    ):
        headers = await member(store, role)
        answer = await store.post("/api/items", json=goods, headers=headers)
        assert answer.status_code == status, role
        imported = await store.post("/api/items/import", content="x", headers=headers)
        assert (imported.status_code, slug(imported)) == (403, "not-allowed")
        assert (await store.get("/api/items", headers=headers)).status_code == 200


async def test_nobody_sees_anything_unless_signed_in(
    visitor: httpx.AsyncClient, store: httpx.AsyncClient
) -> None:
    """Judged before path, query and body."""
    [item] = await receive(store)
    paths = ("", f"/{item['code']}", f"/{item['code']}/movements", f"/{item['code']}/label", "/x/y")
    for path in (*paths, "?limit=many"):
        answer = await visitor.get(f"/api/items{path}")
        assert (answer.status_code, slug(answer)) == (401, "not-signed-in")
    for path in ("/api/items", "/api/items/import", "/api/scans"):
        assert (await visitor.post(path, content="{")).status_code == 401


async def test_an_unknown_item_is_not_there(store: httpx.AsyncClient) -> None:
    """Neither its history nor its label."""
    for code in ("00000000", "nothing", "%F0%9F%9B%8F"):
        for path in ("", "/movements", "/label"):
            answer = await store.get(f"/api/items/{code}{path}")
            assert (answer.status_code, slug(answer)) == (404, "unknown-item")


async def test_a_list_is_narrowed_by_each_filter(store: httpx.AsyncClient) -> None:
    """Alone and together; what names nothing finds nothing."""
    await stock("FRAME", name="Walking frame")
    ada = await somebody()
    [bed] = await receive(store, batch="B1", serials=["S-100%"])
    [frame] = await receive(store, sku="FRAME", depot="D2", batch="B2")
    [lent] = await receive(store)
    await send(store, scan(lent["code"], "deliver", person=ada))
    for query, expected in (
        ("state=available", [bed, frame]),
        ("state=on_loan", [lent]),
        ("sku=FRAME", [frame]),
        ("depot=D2", [frame]),
        (f"person={ada}", [lent]),
        (f"person={uuid4()}", []),
        ("batch=B1", [bed]),
        ("q=walking", [frame]),
        ("q=s-100%25", [bed]),
        ("q=%25", [bed]),
        ("q=_", []),
        (f"q={bed['code'].lower()}", [bed]),
        ("state=available&sku=FRAME&depot=D2&batch=B2", [frame]),
        ("state=available&depot=D9", []),
    ):
        found = (await store.get(f"/api/items?{query}")).json()
        codes = [item["code"] for item in found["results"]]
        assert (codes, found["next"]) == ([item["code"] for item in expected], None), query
    assert wrong_fields(await store.get("/api/items?state=broken")) == ["state"]
    assert wrong_fields(await store.get("/api/items?person=ada")) == ["person"]


async def test_pages_stay_right_while_rows_are_added(store: httpx.AsyncClient) -> None:
    """Each item once, those that came in the meantime at the end."""
    codes = [item["code"] for item in await receive(store, quantity=5)]
    seen: list[str] = []
    after = ""
    while after is not None:
        page = (await store.get(f"/api/items?limit=2{after}")).json()
        seen += [item["code"] for item in page["results"]]
        if len(codes) < 8:
            codes += [item["code"] for item in await receive(store)]
        after = page["next"] and f"&after={page['next']}"
    assert seen == codes


async def test_a_page_has_fifty_and_at_most_two_hundred(store: httpx.AsyncClient) -> None:
    """More is a 422, and so is a cursor of nobody's."""
    await receive(store, quantity=60)
    assert len((await store.get("/api/items")).json()["results"]) == 50
    assert (await store.get("/api/items?limit=200")).status_code == 200
    for limit in (201, 0, -1, "many"):
        assert wrong_fields(await store.get(f"/api/items?limit={limit}")) == ["limit"]
    for cursor in ("x", base64.urlsafe_b64encode(b'"1"').decode(), "9" * 30):
        assert wrong_fields(await store.get(f"/api/items?after={cursor}")) == ["after"]


async def test_movements_tell_all_that_happened(store: httpx.AsyncClient) -> None:
    """Oldest first, page by page, each with who did it and what has undone it."""
    [item] = await receive(store)
    held = scan(item["code"], "hold", reason="it smells")
    gone = scan(item["code"], "undo", movement=held["id"])
    await send(store, held, gone)
    path = f"/api/items/{item['code']}/movements"
    listed = (await store.get(path)).json()
    assert all(row.keys() >= MOVEMENT_FIELDS for row in listed["results"])
    received, hold, undo = listed["results"]
    assert (received["action"], received["from"], received["to"]) == (
        "receive",
        None,
        "available",
    )
    assert (hold["id"], hold["reason"], hold["actor"]) == (held["id"], "it smells", "admin")
    assert (hold["undone_by"], undo["undone_by"]) == (gone["id"], None)
    pages = []
    after = ""
    while after is not None:
        page = (await store.get(f"{path}?limit=1{after}")).json()
        pages += page["results"]
        after = page["next"] and f"&after={page['next']}"
    assert pages == listed["results"]


async def test_who_has_an_item_is_told_only_to_those_who_may_see_them(
    store: httpx.AsyncClient,
) -> None:
    """Null for others, on the item, in lists and in its history."""
    ada = await somebody("04K")
    [item] = await receive(store)
    await send(store, scan(item["code"], "deliver", person=ada))
    for role, fields, sees in (
        ("coordinator", {}, True),
        ("auditor", {}, True),
        ("prescriber", {"partner": "04K"}, True),
        ("prescriber", {"partner": "52R"}, False),
        ("depot", {}, False),
        ("technician", {}, False),
        ("budget_holder", {"partner": "04K"}, False),
    ):
        headers = await member(store, role, **fields)
        shown = ada if sees else None
        code = item["code"]
        one = (await store.get(f"/api/items/{code}", headers=headers)).json()
        assert one["person"] == shown, role
        many = (await store.get("/api/items?state=on_loan", headers=headers)).json()
        assert [each["person"] for each in many["results"]] == [shown]
        theirs = (await store.get(f"/api/items?person={ada}", headers=headers)).json()
        assert len(theirs["results"]) == sees
        told = (await store.get(f"/api/items/{code}/movements", headers=headers)).json()
        assert [each["person"] for each in told["results"]] == [None, shown]


async def test_a_label_is_drawn_as_svg_and_as_png(store: httpx.AsyncClient) -> None:
    """SVG unless it is asked for otherwise."""
    [item] = await receive(store)
    path = f"/api/items/{item['code']}/label"
    drawn = await store.get(path)
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert drawn.text.lstrip().startswith("<")
    assert (await store.get(f"{path}?format=svg")).content == drawn.content
    painted = await store.get(f"{path}?format=png")
    assert painted.headers["content-type"] == "image/png"
    assert painted.content.startswith(b"\x89PNG")
    assert wrong_fields(await store.get(f"{path}?format=gif")) == ["format"]


async def test_what_a_recall_goes_by_is_kept_without_stray_white_space(
    store: httpx.AsyncClient,
) -> None:
    """A batch is found as it is written, and a serial number is not received twice."""
    goods = {"sku": "BED01", "depot": "D1", "serials": [" a  X "], "batch": " B1 ", "owner": "Pool"}
    [item] = (await store.post("/api/items", json=goods)).json()["items"]
    assert (item["serial"], item["batch"], item["owner"]) == ("a X", "B1", "pool")
    again = await store.post("/api/items", json=goods | {"serials": ["a X"]})
    assert slug(again) == "exists"
    blank = await store.post("/api/items", json=goods | {"serials": ["ok", " "], "owner": "\t"})
    assert wrong_fields(blank) == ["owner", "serials[1]"]
