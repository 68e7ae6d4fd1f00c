"""People who sign in, each with a role, and what they are told."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from tests.api.conftest import PASSWORD

Scan = dict[str, Any]
Headers = dict[str, str]


async def member(admin: httpx.AsyncClient, *roles: str, **fields: Any) -> Headers:
    """Let somebody with these roles in; the headers that they send."""
    name = f"{'-'.join(roles)}-{uuid4().hex[:8]}"
    new = {"username": name, "password": PASSWORD, "roles": list(roles)} | fields
    assert (await admin.post("/api/users", json=new)).status_code == 201
    answer = await admin.post("/api/login", json={"username": name, "password": PASSWORD})
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def slug(answer: httpx.Response) -> str:
    """Name the problem that a refusal tells of, once it is seen to be a problem document."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    document = answer.json()
    assert document.keys() >= {"type", "title", "status", "detail"}
    assert document["status"] == answer.status_code
    return str(document["type"].rsplit("/", 1)[-1])


def wrong_fields(answer: httpx.Response) -> list[str]:
    """List the fields that a 422 names."""
    assert answer.status_code == 422, answer.text
    slug(answer)
    return [error["field"] for error in answer.json()["errors"]]


async def receive(client: httpx.AsyncClient, **fields: Any) -> list[dict[str, Any]]:
    """Receive goods; the items."""
    goods: dict[str, Any] = {"sku": "BED01", "depot": "D1"} | fields
    if "serials" not in goods:
        goods = {"quantity": 1} | goods
    answer = await client.post("/api/items", json=goods)
    assert answer.status_code == 201, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def scan(item: str, action: str, **fields: Any) -> Scan:
    """Fill in a scan of this moment."""
    now = datetime.now(UTC).isoformat()
    return {"id": str(uuid4()), "item": item, "action": action, "occurred_at": now} | fields


async def send(
    client: httpx.AsyncClient, *scans: Scan, headers: Headers | None = None
) -> list[dict[str, Any]]:
    """Send a list of scans; the results."""
    answer = await client.post("/api/scans", json={"scans": scans}, headers=headers)
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    assert len(results) == len(scans)
    return results
