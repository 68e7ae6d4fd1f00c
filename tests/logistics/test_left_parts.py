"""What crews say is missing of what they fetched holds it back in the store."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.members import scan, send
from tests.logistics.calling import collection, on_loan, open_rounds, outcome, somebody, told


@pytest.fixture
async def visit(admin: httpx.AsyncClient) -> dict[str, Any]:
    """A visit that is to fetch a commode."""
    await open_rounds(admin)
    person = await somebody(admin)
    item = await on_loan(admin, person)
    made = await collection(admin, person)
    return {"id": made["id"], "line": made["lines"][0]["id"], "item": item}


async def test_what_was_missing_at_the_door_is_missing_at_the_bench(
    admin: httpx.AsyncClient, visit: dict[str, Any]
) -> None:
    """Whatever else the phone sends with it, and once, however often it is said."""
    lines = [{"line": visit["line"], "missing": ["Lid", " Lid", "Bucket"]}, {"line": 7}, None]
    lines.append({"line": str(uuid4()), "missing": ["Lid"]})
    await outcome(admin, visit["id"], details={"lines": lines})
    parts = await told(admin, f"items/{visit['item']}/parts")
    assert [each["part"] for each in parts["parts"] if each["missing"]] == ["Bucket", "Lid"]
    results = await send(
        admin,
        scan(visit["item"], "return", depot="D1"),
        scan(visit["item"], "clean"),
        scan(visit["item"], "pass"),
    )
    assert results[-1]["problem"]["type"].endswith("parts-missing")
    assert results[-1]["problem"]["parts"] == ["Bucket", "Lid"]
