"""However long a list is, it costs the same number of statements."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
import pytest

from budget.database import close_pool, execute, fetch, open_pool
from budget.partners import NewPartner, enter
from tests.api.conftest import statements
from tests.sight import all_of

FEW, MANY = 3, 100
DEPOT = {"code": "D1", "name": "Main", "postcode": "NG1 5FS", "kind": "depot"}
BED = {
    "sku": "BED01", "name": "Bed", "category": "Beds", "price_pence": 62000, "reuse": "reusable",
    "credit_percent": 85,
}  # fmt: skip
AT = {"occurred_at": "2020-04-01T09:00:00Z"}

Fill = Callable[[httpx.AsyncClient, int, int], Awaitable[object]]
"""Make the rows of a list from one number to the one before another."""


def _by(sql: str) -> Fill:
    """Fill a table from `first` to `last`."""

    async def fill(_: httpx.AsyncClient, first: int, last: int) -> None:
        await execute(sql.replace("FIRST", str(first)).replace("LAST", str(last - 1)))

    return fill


async def _lent(client: httpx.AsyncClient, first: int, last: int) -> None:
    """Items, each with a person: whether the caller may see them is asked of each."""
    goods = {"sku": "BED01", "depot": "D1", "quantity": last - first}
    items = (await client.post("/api/items", json=goods)).json()["items"]
    person = (
        await client.post("/api/people", json={"name": f"Ann {first}", "funder": "04K"})
    ).json()
    sent = [_scan(item["code"], "deliver", person=person["id"]) for item in items]
    await _scanned(client, sent, "accepted")


async def _moved(client: httpx.AsyncClient, first: int, last: int) -> None:
    """One item's movements, the first of which is its receipt."""
    rows = await fetch("select code from items")
    if not rows:
        goods = {"sku": "BED01", "depot": "D1", "serials": ["S1"]}
        await client.post("/api/items", json=goods | {"received_at": AT["occurred_at"]})
        rows = await fetch("select code from items")
        await execute(
            "insert into item_aliases (key, item, alias) select 'OLD1', id, 'OLD1' from items"
        )
        first += 1
    sent = [_scan(rows[0]["code"], "move", depot="D1") for _ in range(first, last)]
    await _scanned(client, sent, "accepted")


async def _to_settle(client: httpx.AsyncClient, first: int, last: int) -> None:
    """Cases: scans of a phone's that were refused."""
    sent = [_scan(f"NONE{n}", "clean", device="phone") for n in range(first, last)]
    await _scanned(client, sent, "refused")


async def _asked_for(client: httpx.AsyncClient, first: int, last: int) -> None:
    """Requests for items, each of which is named by its code."""
    goods = {"sku": "BED01", "depot": "D1", "quantity": last - first}
    await client.post("/api/items", json=goods)
    await execute(
        "insert into requests (id, kind, item, form, content, sent_at, status)"
        " select gen_random_uuid(), 'fault', id, gen_random_uuid(), '', now(), 'open'"
        " from items order by id desc limit $1",
        last - first,
    )


async def _in_an_emergency(client: httpx.AsyncClient, first: int, last: int) -> None:
    """Items that were handed out to people of whom little is known."""
    await _lent(client, first, last)
    await all_of(
        "insert into emergency_issues (id, item, person, reason, issued_at, issued_by, due_at)"
        " select loan, id, person, 'r', now(), 'ada', now() + interval '1 day' from items"
        " where person is not null on conflict do nothing"
    )


def _scan(item: str, action: str, **more: str) -> dict[str, str]:
    return {"id": str(uuid4()), "item": item, "action": action} | AT | more


async def _scanned(client: httpx.AsyncClient, scans: list[dict[str, str]], status: str) -> None:
    results = (await client.post("/api/scans", json={"scans": scans})).json()["results"]
    assert {result["status"] for result in results} == {status}


LISTS: dict[str, Fill] = {
    "/api/depots": _by(
        "insert into depots (code, name, postcode, kind)"
        " select 'X' || n, 'n', 'NG1 5FS', 'depot' from generate_series(FIRST, LAST) n"
    ),
    "/api/vans": _by(
        "insert into vans (code, depot, payload_kg, volume_l, crew, shift_from, shift_to)"
        " select 'V' || n, 'D1', 1, 1, 1, '08:00', '09:00' from generate_series(FIRST, LAST) n"
    ),
    "/api/partners": _by(
        "insert into partners (ods, name, kind)"
        " select 'X' || n, 'n', 'ccg' from generate_series(FIRST, LAST) n"
    ),
    "/api/users": _by(
        "insert into users (username, password_hash, roles, partner, created_at)"
        " select 'u' || n, '', '{depot}', '04K', now() from generate_series(FIRST, LAST) n"
    ),
    "/api/products": _by(
        "with made as (insert into products (sku, name, category, reuse, speed)"
        " select 'X' || n, 'n', 'Beds', 'fixed', '7_day' from generate_series(FIRST, LAST) n"
        " returning sku)"
        " insert into product_terms (sku, from_on, price_pence, credit_percent)"
        " select sku, '2018-04-01', 1, 1 from made"
    ),
    "/api/catalogue": _by(
        "with made as (insert into products (sku, name, category, reuse, speed)"
        " select 'Z' || n, 'n', 'Beds', 'fixed', '7_day' from generate_series(FIRST, LAST) n"
        " returning sku)"
        " insert into product_terms (sku, from_on, price_pence, credit_percent)"
        " select sku, '2018-04-01', 1, 1 from made"
    ),
    "/api/kits": _by(
        "with made as (insert into kits (code, name) select 'K' || n, 'n'"
        " from generate_series(FIRST, LAST) n returning code)"
        " insert into kit_lines (kit, sku, quantity) select code, 'BED01', 1 from made"
    ),
    "/api/top-ups": _by(
        "insert into top_ups (depot, sku, short, opened_at, done_at)"
        " select 'D1', 'BED01', 1, now(), now() from generate_series(FIRST, LAST) n"
    ),
    "/api/emergency-issues": _in_an_emergency,
    "/api/stock": _by(
        "insert into products (sku, name, category, reuse, speed)"
        " select 'Y' || n, 'n', 'Beds', 'fixed', '7_day' from generate_series(FIRST, LAST) n"
    ),
    "/api/compatibility": _by(
        "insert into fit_rules (subject, relation, others, most, words, digest)"
        " select 'sku:X' || n, 'at_most', '{}', 1, 'w', n::text::bytea"
        " from generate_series(FIRST, LAST) n"
    ),
    "/api/changes": _by(
        "insert into changes (actor, what, key, content)"
        " select 'ada', 'van added', n, '{}' from generate_series(FIRST, LAST) n"
    ),
    "/api/cases": _to_settle,
    "/api/requests": _asked_for,
    "/api/items": _lent,
    "/api/items/OLD1/movements": _moved,
}


@pytest.mark.parametrize("path", LISTS)
async def test_a_list_of_a_hundred_costs_what_a_list_of_three_does(
    admin: httpx.AsyncClient, database: str, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """No list asks once for each of its rows."""
    await enter("ada", NewPartner("04K", "City", "ccg"))
    await admin.post("/api/depots", json=DEPOT)
    await admin.post("/api/products", json=BED)
    # One connection, which has prepared what it needs by the time that counting begins.
    await close_pool()
    await open_pool(database, size=1)
    fill = LISTS[path]
    await fill(admin, 0, FEW)
    at_first = await _rows(admin, path)
    counted = statements(monkeypatch)
    assert await _rows(admin, path) == at_first
    few = len(counted)
    await fill(admin, FEW, MANY)
    counted.clear()
    assert await _rows(admin, path) == at_first + MANY - FEW
    assert len(counted) == few > 0


async def _rows(client: httpx.AsyncClient, path: str) -> int:
    answer = await client.get(path, params={"limit": 200})
    assert answer.status_code == 200, answer.text
    return len(answer.json()["results"])
