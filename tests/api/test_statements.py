"""Closing the books and reading statements over HTTP (contract section 6)."""

import csv
import re
from io import BytesIO, StringIO
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import httpx
import pytest

from tests.api.members import member, receive, scan, send, slug, wrong_fields
from tests.equipment.store import set_up, somebody

_NAMES = "posted_on occurred_at kind amount_pence item movement order visit description late"
COLUMNS = _NAMES.split()
AT = "2018-10-01T09:00:00+01:00"
STATEMENT = "/api/budgets/2018-19/statement?partner=04K&month=2018-10"


@pytest.fixture
async def store(admin: httpx.AsyncClient) -> httpx.AsyncClient:
    """The administrator of a store in which a bed was lent, came back and was passed."""
    await set_up()
    person = await somebody("04K")
    [item] = await receive(admin, received_at=AT)
    for action, more in (
        ("deliver", {"person": person}),
        ("return", {"depot": "D1"}),
        ("clean", {}),
        ("pass", {}),
    ):
        await send(admin, scan(item["code"], action, occurred_at=AT, **more))
    return admin


async def close(client: httpx.AsyncClient, month: str = "2018-10") -> httpx.Response:
    """Ask for a month to be closed."""
    return await client.post("/api/budgets/2018-19/close", json={"month": month})


async def test_a_statement_is_the_same_open_and_closed(store: httpx.AsyncClient) -> None:
    """As CSV to the byte: the contract's columns, credits negative."""
    accept = {"Accept": "text/csv"}
    before = await store.get(STATEMENT, headers=accept)
    assert before.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(StringIO(before.text)))
    assert list(rows[0]) == COLUMNS
    assert [(row["kind"], row["amount_pence"]) for row in rows] == [
        ("issue", "62000"), ("clean", "0"), ("credit", "-52700"),
    ]  # fmt: skip
    assert {(row["posted_on"], row["late"], row["order"], row["visit"]) for row in rows} == {
        ("2018-10-01", "false", "", "")
    }
    told = (await store.get(STATEMENT)).json()["postings"]
    assert [(row["occurred_at"], row["movement"]) for row in rows] == [
        (each["occurred_at"], each["movement"]) for each in told
    ]
    closed = (await close(store)).json()
    assert closed["month"] == "2018-10"
    [drawn] = [each for each in closed["statements"] if each["partner"] == "04K"]
    assert (drawn["net_pence"], drawn["postings"]) == (62_000 - 52_700, 3)
    after = await store.get(STATEMENT, headers=accept)
    assert after.content == before.content
    books = [(await store.get(f"{STATEMENT}&format=xlsx")).content for _ in range(2)]
    assert books[0] == books[1]
    assert (await store.get(f"{STATEMENT}&format=csv")).content == before.content
    [month] = (await store.get("/api/budgets/2018-19/months")).json()["months"]
    assert month == closed


async def test_a_statement_comes_as_json_and_as_a_workbook(store: httpx.AsyncClient) -> None:
    """The same postings; the workbook's amounts are pounds."""
    told = (await store.get(STATEMENT)).json()
    assert (told["from"], told["to"], told["closed"]) == ("2018-10-01", "2018-10-31", False)
    assert [list(each) for each in told["postings"]] == [COLUMNS] * 3
    assert told["net_pence"] == sum(each["amount_pence"] for each in told["postings"])
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    book = await store.get(STATEMENT, headers={"Accept": kind})
    assert book.headers["content-type"] == kind
    assert 'filename="statement-04K-2018-10.xlsx"' in book.headers["content-disposition"]
    with ZipFile(BytesIO(book.content)) as file:
        sheet = file.read("xl/worksheets/sheet2.xml").decode()
        figures = file.read("xl/worksheets/sheet1.xml").decode()
    amounts = re.findall(r'<c r="D\d+"[^>]*><v>([^<]+)</v>', sheet)[1:]
    assert [float(amount) for amount in amounts] == [620.0, 0.0, -527.0]
    said = [float(each) for each in re.findall(r'<c r="B\d+" s="\d+"><v>([^<]+)</v>', figures)]
    # Issues, credits, activity and what they come to: added up anew from its own postings.
    assert said == [620.0, 527.0, 0.0, 93.0]
    assert sum(map(float, amounts)) == said[-1]


async def test_an_event_of_a_closed_month_is_late(store: httpx.AsyncClient) -> None:
    """Posted on the first open day; the budget goes by that, recycling by the event's own."""
    assert (await close(store)).status_code == 200
    [item] = await receive(store, received_at=AT)
    person = await somebody("04K")
    await send(store, scan(item["code"], "deliver", occurred_at=AT, person=person))
    told = (await store.get(STATEMENT.replace("2018-10", "2018-11"))).json()
    [late] = told["postings"]
    assert (late["posted_on"], late["late"], late["item"]) == ("2018-11-01", True, item["code"])
    budget = (await store.get("/api/budgets/2018-19?as_of=2018-10-31")).json()
    assert budget["pool"]["issues_pence"] == 62_000
    assert (await store.get("/api/budgets/2018-19")).json()["pool"]["issues_pence"] == 124_000
    figures = await store.get("/api/recycling?from=2018-10-01&to=2018-10-31")
    assert figures.json()["total"]["issued"]["units"] == 2


async def test_months_are_closed_in_order_and_for_good(store: httpx.AsyncClient) -> None:
    """What cannot be closed says why; closing again says what was closed."""
    assert slug(await close(store, "2018-11")) == "earlier-month-open"
    assert slug(await close(store, "2018-09")) == "nothing-posted"
    first = await close(store)
    assert (await close(store)).json() == first.json()
    assert wrong_fields(await close(store, "2019-04")) == ["month"]
    assert wrong_fields(await close(store, "October")) == ["month"]
    body: dict[str, Any] = {"month": 10}
    answer = await store.post("/api/budgets/2018-19/close", json=body)
    assert wrong_fields(answer) == ["month"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("month=2018-10", "partner"),
        ("partner=X&month=2018-10", "partner"),
        ("partner=%EF%BF%BD", "partner"),
        ("partner=04K&month=2019-10", "month"),
        ("partner=04K&month=soon", "month"),
        ("partner=04K&format=pdf", "format"),
    ],
)
async def test_a_statement_is_of_somebody_and_some_month(
    store: httpx.AsyncClient, query: str, field: str
) -> None:
    """Else the wrong field is named."""
    assert wrong_fields(await store.get(f"/api/budgets/2018-19/statement?{query}")) == [field]


async def test_a_charge_needs_two(store: httpx.AsyncClient) -> None:
    """One proposes, another approves: then it is in the budget."""
    body = {
        "id": str(uuid4()), "kind": "adjustment", "partner": "04K", "pence": -1_000,
        "happened_on": "2018-10-02", "reason": '=HYPERLINK("http://x")',
    }  # fmt: skip
    assert (await store.post("/api/charges", json=body)).status_code == 201
    path = f"/api/charges/{body['id']}"
    assert slug(await store.post(f"{path}/approve")) == "own-charge"
    holder = await member(store, "budget_holder")
    assert (await store.post(f"{path}/approve", headers=holder)).json()["status"] == "approved"
    answer = await store.post(f"{path}/decline", headers=holder, json={"answer": "no"})
    assert slug(answer) == "charge-decided"
    told = (await store.get(STATEMENT)).json()
    assert told["postings"][-1]["description"] == 'Adjustment: =HYPERLINK("http://x")'
    assert (await store.get("/api/budgets/2018-19")).json()["pool"]["activity_pence"] == -1_000
    [kept] = (await store.get("/api/charges?status=approved")).json()["results"]
    assert kept["proposed_by"] == "admin"
    assert kept["decided_by"].startswith("budget_holder-")
