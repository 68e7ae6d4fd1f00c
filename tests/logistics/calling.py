"""A service that goes to people's homes, and what is asked of it through the API."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx

from budget.years import london_day, year_of
from tests.api.members import scan, send

TARIFF = {
    "delivery": {"next_day": 4_100, "5_day": 2_500},
    "collection": 2_000,
    "swap": 3_000,
    "repair_visit": 2_900,
    "service_visit": 2_600,
    "failed_visit": 1_500,
}
PRODUCT = {
    "category": "Beds", "price_pence": 10_000, "reuse": "reusable", "credit_percent": 80,
    "level": 1, "speed": "5_day", "weight_g": 20_000, "volume_l": 200,
}  # fmt: skip


async def open_rounds(admin: httpx.AsyncClient) -> None:
    """Two partners, a depot with two vans, a bed and a hoist, a tariff."""
    for ods in ("04K", "52R"):
        await ask(admin, "partners", {"ods": ods, "name": f"NHS {ods}", "kind": "ccg"})
    depot = {"code": "D1", "name": "North", "postcode": "NG7 2NR", "kind": "depot"}
    await ask(admin, "depots", depot)
    for code, crew in (("V1", 2), ("V2", 1)):
        van = {"code": code, "depot": "D1", "payload_kg": 900, "volume_l": 8_000, "crew": crew}
        await ask(admin, "vans", van | {"shift": {"from": "08:00", "to": "16:00"}})
    await ask(admin, "products", PRODUCT | {"sku": "BED01", "name": "Bed", "crew": 2})
    await ask(admin, "products", PRODUCT | {"sku": "CMD01", "name": "Commode"})
    hoist = {"sku": "HST01", "name": "Hoist", "loler_months": 6}
    await ask(admin, "products", PRODUCT | hoist)
    for year in years_around():
        body = {"contributions": {"04K": 0}, "tariff": TARIFF}
        assert (await admin.put(f"/api/budgets/{year}", json=body)).is_success


def years_around() -> list[str]:
    """The financial years before, of and after today."""
    this = int(year_of(london_day(datetime.now(UTC)))[:4])
    return [year_of(date(first, 4, 1)) for first in range(this - 1, this + 2)]


async def ask(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Send a body that must be taken; the answer."""
    answer = await client.post(f"/api/{path}", json=body)
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def told(client: httpx.AsyncClient, path: str) -> Any:
    """What an address shows."""
    answer = await client.get(f"/api/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def somebody(admin: httpx.AsyncClient, funder: str = "04K", **fields: Any) -> str:
    """Register a person; their id."""
    body = {"name": "Ada", "funder": funder, "postcode": "NG1 1AB", "address": "1 High St"} | fields
    return str((await ask(admin, "people", body))["id"])


async def stock(admin: httpx.AsyncClient, sku: str = "CMD01", quantity: int = 1) -> list[str]:
    """Put new items on the shelf; their codes."""
    body = {"sku": sku, "depot": "D1", "quantity": quantity}
    return [item["code"] for item in (await ask(admin, "items", body))["items"]]


async def order(
    admin: httpx.AsyncClient, person: str, *skus: str, speed: str = "next_day", **fields: Any
) -> dict[str, Any]:
    """Order one of each; the order."""
    lines = [{"sku": sku, "quantity": 1} for sku in skus or ("CMD01",)]
    body = {"id": str(uuid4()), "person": person, "lines": lines, "speed": speed} | fields
    return await ask(admin, "orders", body)


async def on_loan(admin: httpx.AsyncClient, person: str, sku: str = "CMD01") -> str:
    """Hand an item over at the counter; its code."""
    [code] = await stock(admin, sku)
    await scanned(admin, scan(code, "deliver", person=person))
    return code


async def scanned(admin: httpx.AsyncClient, *scans: dict[str, Any]) -> None:
    """Send scans that must be accepted."""
    results = await send(admin, *scans)
    assert {result["status"] for result in results} == {"accepted"}, results


async def collection(
    admin: httpx.AsyncClient, person: str, items: object = "all", **fields: Any
) -> dict[str, Any]:
    """Have things fetched; the visit."""
    body = {"id": str(uuid4()), "person": person, "items": items, "reason": "Better"} | fields
    return await ask(admin, "collections", body)


async def outcome(
    client: httpx.AsyncClient, visit: str, came: str = "done", **fields: Any
) -> dict[str, Any]:
    """Say what came of a visit; the visit."""
    body = {"id": str(uuid4()), "occurred_at": datetime.now(UTC).isoformat(), "outcome": came}
    return await ask(client, f"visits/{visit}/outcome", body | fields)


async def activity(admin: httpx.AsyncClient, ods: str = "04K") -> int:
    """What a partner has been charged for activity this year."""
    year = year_of(london_day(datetime.now(UTC)))
    rows = (await told(admin, f"budgets/{year}"))["partners"]
    [pence] = [row["activity_pence"] for row in rows if row["ods"] == ods]
    return int(pence)


async def visits_of(admin: httpx.AsyncClient, person: str) -> list[dict[str, Any]]:
    """A person's visits, as the API lists them."""
    found: list[dict[str, Any]] = (await told(admin, f"visits?person={person}"))["results"]
    return found
