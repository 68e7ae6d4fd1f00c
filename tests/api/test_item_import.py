"""Taking over a service that runs: `POST /api/items/import` (contract section 4)."""

from typing import Any

import asyncpg
import httpx
import msgspec
import pytest

from budget.database import fetch
from equipment import opening
from tests.api.members import scan, send, slug, wrong_fields
from tests.equipment.store import balance, check_invariants, count, set_up, stock

NUMBER = "9990000018"
HEADER = (
    "sku,serial,batch,aliases,state,depot,nhs_number,funder,charged_pence,delivered_on,"
    "received_on,pat_on,loler_on,service_on"
)
CSV = {"Content-Type": "text/csv"}


@pytest.fixture
async def store(admin: httpx.AsyncClient) -> httpx.AsyncClient:
    """The administrator, in a store that is set up, with a person who has a number."""
    await set_up()
    person = {"name": "Ada", "nhs_number": NUMBER, "funder": "04K"}
    assert (await admin.post("/api/people", json=person)).status_code == 201
    return admin


async def imported(client: httpx.AsyncClient, text: str, query: str = "") -> dict[str, Any]:
    """Import a file; what the answer says."""
    answer = await client.post(
        f"/api/items/import{query}", content=text.encode("utf-8"), headers=CSV
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    assert body.keys() == {"created", "updated", "rejected"}
    return body


async def test_a_service_is_taken_over_item_by_item(store: httpx.AsyncClient) -> None:
    """One movement `open` each and no posting; a loan later credits what was charged."""
    text = f"""{HEADER}
BED01,S1,B1,OLD-1;OLD-2,available,D1,,,,,2017-01-01,,,
BED01,S2,,OLD-3,on_loan,D2,{NUMBER},52R,1001,2017-05-01,,,,
BED01,S3,,,returned,D2,,,,,,,,
"""
    assert await imported(store, text) == {"created": 3, "updated": 0, "rejected": []}
    assert await count("postings") == 0
    assert await count("tallies") == 0
    item = (await store.get("/api/items/old1")).json()
    assert (item["serial"], item["batch"], item["state"]) == ("S1", "B1", "available")
    assert item["aliases"] == ["OLD-1", "OLD-2"]
    lent = (await store.get("/api/items/OLD-3")).json()
    assert (lent["state"], lent["loans"], lent["depot"]) == ("on_loan", 0, None)
    assert lent["person"] is not None
    told = (await store.get("/api/items/OLD-3/movements")).json()["results"]
    assert [(each["action"], each["from"], each["to"]) for each in told] == [
        ("open", None, "on_loan")
    ]
    steps = [("return", {"depot": "D1"}), ("clean", {}), ("pass", {})]
    results = await send(store, *(scan("old 3", action, **fields) for action, fields in steps))
    assert [result["status"] for result in results] == ["accepted"] * 3
    assert await balance("credits", "52R") == -851  # 85 % of 1001: 850.85
    assert await balance("issues", "52R") == 0
    await check_invariants()


async def test_a_bad_line_never_stops_the_good_ones(store: httpx.AsyncClient) -> None:
    """Each is told by its own line, counted from 1 with the header."""
    lines = [
        "BED01,S1,,,available,D1,,,,,,,,",
        "BED99,S2,,,available,D1,,,,,,,,",
        "BED01,S3,,,broken,D1,,,,,,,,",
        "BED01,S4,,,available,D9,,,,,,,,",
        f"BED01,S5,,,on_loan,,{NUMBER[:-1]}9,04K,,,,,,",
        f"BED01,S6,,,on_loan,,{NUMBER},99X,,,,,,",
        f"BED01,S7,,,on_loan,,{NUMBER},04K,-5,,,,,",
        "BED01,S8,,,available,D1,,,,,2999-01-01,,,",
        "BED01,S9,,,available,D1,,,,,yesterday,,,",
        "BED01,S1,,,available,D1,,,,,,,,",
        "BED01,=cmd(),,,available,D1,,,,,,,,",
        "BED01,S12,,,available",
        "",
        "BED01,S14,,L1,available,D1,,,,,,,,",
        "BED01,S15,,L-1,available,D1,,,,,,,,",
        "BED01,S16,,,available,,,,,,,,,",
    ]
    found = await imported(store, "\n".join([HEADER, *lines]))
    assert found["created"] == 2
    assert [each["line"] for each in found["rejected"]] == [*range(3, 14), 16, 17]
    assert all(each["error"] for each in found["rejected"])
    assert await count("items") == 2


async def test_a_file_as_spreadsheets_write_it_is_read(store: httpx.AsyncClient) -> None:
    """With a byte order mark, CRLF, capitals, blanks, quotes and columns of their own."""
    text = (
        '\ufeffSKU, State ,depot,colour,"serial"\r\nBED01,available,D1,red,"a ""b"""\r\n'
        "BED01,available,D1,,\r\n"
    )
    assert (await imported(store, text))["created"] == 2
    [named] = (await store.get("/api/items?q=b%22")).json()["results"]
    assert named["serial"] == 'a "b"'


async def test_a_dry_run_says_the_same_and_changes_nothing(store: httpx.AsyncClient) -> None:
    """Then the same file for good."""
    text = f"{HEADER}\nBED01,S1,,L1,available,D1,,,,,,,,\nBED01,S1,,,available,D1,,,,,,,,\n"
    dry = await imported(store, text, "?dry_run=true")
    assert (dry["created"], [each["line"] for each in dry["rejected"]]) == (1, [3])
    assert await count("items") == 0
    assert await imported(store, text) == dry


async def test_the_same_file_twice_creates_nothing_twice(store: httpx.AsyncClient) -> None:
    """What is known by its serial number or its label is rejected."""
    text = f"{HEADER}\nBED01,S1,,,available,D1,,,,,,,,\nBED01,,,L1,available,D1,,,,,,,,\n"
    assert (await imported(store, text))["created"] == 2
    again = await imported(store, text)
    assert (again["created"], [each["line"] for each in again["rejected"]]) == (0, [2, 3])


async def test_what_has_no_name_of_its_own_is_created_each_time(store: httpx.AsyncClient) -> None:
    """Two walking sticks without a number may be two: nothing tells them from one told twice."""
    text = f"{HEADER}\nBED01,,,,available,D1,,,,,,,,\n"
    assert [(await imported(store, text))["created"] for _ in range(2)] == [1, 1]


async def test_a_name_is_taken_once_in_a_file_of_many_batches(
    store: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However far apart its lines are, written or only tried."""
    monkeypatch.setattr(opening, "_BATCH", 2)
    serials = [f"BED01,S{n % 5},,,available,D1,,,,,,,," for n in range(10)]
    labels = [f"BED01,,,L{n % 5},available,D1,,,,,,,," for n in range(10)]
    text = "\n".join([HEADER, *serials, *labels])
    dry = await imported(store, text, "?dry_run=true")
    assert await count("items") == 0
    assert await imported(store, text) == dry
    assert (dry["created"], await count("items")) == (10, 10)
    assert [each["line"] for each in dry["rejected"]] == [*range(7, 12), *range(17, 22)]
    told = await fetch("select content from changes where what = 'items taken over' order by id")
    assert [msgspec.json.decode(row["content"])["lines"] for row in told] == [
        [2, 3], [4, 5], [6, 7], [12, 13], [14, 15], [16, 17],
    ]  # fmt: skip


async def test_what_was_taken_over_stays_when_a_later_batch_fails(
    store: httpx.AsyncClient, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same file again rejects what is here and brings in the rest."""
    monkeypatch.setattr(opening, "_BATCH", 2)
    lines = [f"BED01,S{n},,,available,D1,,,,,,,," for n in range(6)]
    text = "\n".join([HEADER, *lines])
    owner = await asyncpg.connect(database)
    await owner.execute("alter table items add constraint failing check (serial <> 'S3')")
    answer = await store.post("/api/items/import", content=text, headers=CSV)
    assert answer.status_code == 500
    assert await count("items") == 2
    await owner.execute("alter table items drop constraint failing")
    await owner.close()
    again = await imported(store, text)
    assert (again["created"], [each["line"] for each in again["rejected"]]) == (4, [2, 3])


async def test_a_label_that_names_another_item_is_refused(store: httpx.AsyncClient) -> None:
    """Scanned, it would move that other item: our codes and GIAIs come before any label."""
    goods = {"sku": "BED01", "depot": "D1", "quantity": 1}
    [item] = (await store.post("/api/items", json=goods)).json()["items"]
    names = [item["code"], item["code"].lower(), item["giai"], item["link"]]
    lines = [f"BED01,S{n},,{name},available,D1,,,,,,,," for n, name in enumerate(names)]
    found = await imported(store, "\n".join([HEADER, *lines]))
    assert (found["created"], len(found["rejected"])) == (0, len(names))
    assert all("another item's" in each["error"] for each in found["rejected"])


async def test_what_is_missing_is_not_called_unknown(store: httpx.AsyncClient) -> None:
    """An empty depot or number is told from one that is not there."""
    lines = ["BED01,S1,,,available,,,,,,,,,", "BED01,S2,,,on_loan,,,04K,,,,,,"]
    found = await imported(store, "\n".join([HEADER, *lines]))
    errors = [each["error"] for each in found["rejected"]]
    assert errors == ["depot: Is missing.", "nhs_number: Is missing."]


async def test_a_file_without_its_columns_is_wrong(store: httpx.AsyncClient) -> None:
    """The missing one is named; and it must be a CSV file in UTF-8."""
    answer = await store.post("/api/items/import", content="sku,depot\nBED01,D1\n", headers=CSV)
    assert wrong_fields(answer) == ["state"]
    assert wrong_fields(await store.post("/api/items/import", content="", headers=CSV))
    answer = await store.post("/api/items/import", json={})
    assert (answer.status_code, slug(answer)) == (415, "unsupported-media-type")
    latin = f"{HEADER}\nBED01,\xe9,,,available,D1,,,,,,,,\n".encode("latin-1")
    answer = await store.post("/api/items/import", content=latin, headers=CSV)
    assert answer.status_code in {200, 400}
    assert await count("items") == 0


async def test_a_loan_without_its_charge_was_charged_that_days_price(
    store: httpx.AsyncClient,
) -> None:
    """And gives back what the product gave back then; before the first price, the first."""
    await stock("FRAME", price_pence=1_001, credit_percent=50)
    text = f"{HEADER}\nFRAME,,,L1,on_loan,,{NUMBER},,,2001-01-01,,,,\n"
    assert (await imported(store, text))["created"] == 1
    steps = [("return", {"depot": "D1"}), ("clean", {}), ("pass", {})]
    await send(store, *(scan("L1", action, **fields) for action, fields in steps))
    assert await balance("credits", "04K") == -501
