"""A service in which a nurse orders, and what her browser reads."""

import html
import re
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.api.conftest import PASSWORD
from tests.logistics.calling import years_around

NUMBER = "9990000018"
BED = {
    "sku": "BED01", "name": "Profiling bed", "category": "Beds", "price_pence": 62_000,
    "reuse": "reusable", "credit_percent": 85, "level": 2, "speed": "next_day", "max_user_kg": 175,
    "equivalents": ["BED02"],
}  # fmt: skip
PRODUCTS = [
    BED,
    BED | {"sku": "BED02", "name": "Low bed", "level": 1, "equivalents": []},
    BED | {"sku": "CMD01", "name": "Commode", "price_pence": 5_000, "level": 1, "max_user_kg": 60},
]
TARIFF = {"delivery": {"next_day": 4_100, "same_day": 9_000}}


async def open_service(admin: httpx.AsyncClient) -> None:
    """Two partners, a depot that serves all, and a few products."""
    for ods, name in (("04K", "NHS Rushcliffe"), ("52R", "NHS Elsewhere")):
        await _ask(admin, "partners", {"ods": ods, "name": name, "kind": "ccg"})
    depot = {"code": "D1", "name": "North", "postcode": "NG1 5FS", "kind": "depot"}
    await _ask(admin, "depots", depot)
    for product in PRODUCTS:
        await _ask(admin, "products", product)
    for year in years_around():
        body = {"contributions": {"04K": 0}, "tariff": TARIFF}
        assert (await admin.put(f"/api/budgets/{year}", json=body)).is_success


async def staff(admin: httpx.AsyncClient, username: str, role: str, **fields: Any) -> str:
    """Somebody of 04K who may sign in; their name."""
    body = {"username": username, "password": PASSWORD, "roles": [role], "partner": "04K"} | fields
    await _ask(admin, "users", body)
    return username


async def person(admin: httpx.AsyncClient, **fields: Any) -> str:
    """Somebody whom 04K pays for; the id."""
    body: dict[str, Any] = {"name": "Ada", "funder": "04K", "postcode": "NG1 1AB"} | fields
    return str((await _ask(admin, "people", body))["id"])


async def stock(admin: httpx.AsyncClient, sku: str, quantity: int = 1) -> list[dict[str, Any]]:
    """Put new items on the shelf."""
    body = {"sku": sku, "depot": "D1", "quantity": quantity}
    items: list[dict[str, Any]] = (await _ask(admin, "items", body))["items"]
    return items


async def _ask(admin: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await admin.post(f"/api/{path}", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def words(answer: httpx.Response) -> str:
    """The text of a page as it is read: without tags, in one line."""
    body = answer.text.split("<main", 1)[-1]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def draft(person: str, *skus: str, **fields: str) -> list[tuple[str, str]]:
    """What a form carries of an order that is being made up."""
    pairs = [("person", person), ("order", str(uuid4()))]
    for sku in skus:
        pairs += [("sku", sku), ("n", fields.pop(f"n_{sku}", "1"))]
    return [*pairs, *fields.items()]


def sent(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """The same as httpx sends it."""
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def order_of(answer: httpx.Response) -> UUID:
    """Whose page the browser is sent to once an order is placed."""
    assert answer.status_code == 303, words(answer)
    return UUID(answer.headers["Location"].rsplit("/", 1)[-1])


async def place(browser: httpx.AsyncClient, person: str, *skus: str, **fields: str) -> UUID:
    """Send an order off; its id."""
    answer = await browser.post("/orders/new", data=sent(draft(person, *skus, **fields)))
    return order_of(answer)
