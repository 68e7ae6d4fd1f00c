"""What strangers ask for on the public page becomes visits; what vans have decides who can go."""

import re
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from budget.years import london_day
from equipment.working_days import working_day_after
from logistics.visits.catching_up import catch_up
from tests.api.members import member, slug, wrong_fields
from tests.filled import as_admin
from tests.logistics.calling import ask, on_loan, open_rounds, order, outcome, somebody, stock, told

_DAY = working_day_after(london_day(datetime.now(UTC)), 1).isoformat()


BEGINNING: Final = as_admin(open_rounds)


async def _send(visitor: httpx.AsyncClient, admin: httpx.AsyncClient, code: str, kind: str) -> None:
    """Send the form that a label leads to."""
    giai = (await told(admin, f"items/{code}"))["giai"]
    path = f"/8004/{giai}/{kind}"
    page = (await visitor.get(path, headers={"Accept": "text/html"})).text
    [form] = re.findall(r'name="form" value="([^"]+)"', page)
    typed = {"form": form, "message": "It wobbles", "name": "Bo", "phone": "0115 496 0002"}
    sent = await visitor.post(path, data=typed)
    assert sent.status_code == 303, sent.text


async def _visits(admin: httpx.AsyncClient, person: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await told(admin, f"visits?person={person}"))["results"]
    return found


@pytest.mark.parametrize(("form", "kind"), [("collection", "collection"), ("fault", "repair")])
async def test_what_a_stranger_asks_for_is_a_visit(
    admin: httpx.AsyncClient, visitor: httpx.AsyncClient, form: str, kind: str
) -> None:
    """One, however often it is sent and looked for; its end settles the request."""
    person = await somebody(admin)
    code = await on_loan(admin, person)
    for _ in range(2):
        await _send(visitor, admin, code, form)
    for _ in range(2):
        await catch_up(datetime.now(UTC))
    [visit] = await _visits(admin, person)
    [line] = visit["lines"]
    assert (visit["kind"], line["why"], line["items"]) == (kind, "public", [code])
    await outcome(admin, visit["id"])
    requests = (await told(admin, "requests"))["results"]
    assert "settled" in {request["status"] for request in requests}


async def test_what_is_not_on_loan_makes_no_visit(
    admin: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    """A label on the shelf was scanned by somebody who works there, or who jests."""
    [code] = await stock(admin)
    await _send(visitor, admin, code, "collection")
    await catch_up(datetime.now(UTC))
    assert (await told(admin, "visits"))["results"] == []


async def test_a_van_goes_where_its_fittings_let_it(admin: httpx.AsyncClient) -> None:
    """What is too heavy to lift by hand needs a tail-lift; said to have none, no van can go."""
    heavy = {
        "sku": "BED02", "name": "Heavy bed", "category": "Beds", "price_pence": 1, "crew": 2,
        "reuse": "reusable", "credit_percent": 80, "level": 1, "speed": "5_day",
        "weight_g": 120_000, "volume_l": 900,
    }  # fmt: skip
    await ask(admin, "products", heavy)
    await stock(admin, "BED02")
    placed = await order(admin, await somebody(admin), "BED02")
    asked = {"depot": "D1", "date": _DAY, "seconds": 0.3}
    day = await ask(admin, "rounds/plan", asked)
    assert [stop["visit"] for each in day["rounds"] for stop in each["stops"]] == [placed["visit"]]
    for van in ("V1", "V2"):
        fitted = await admin.put(f"/api/vans/{van}/fittings", json={"tail_lift": False})
        assert fitted.json()["tail_lift"] is False
    day = await ask(admin, "rounds/plan", asked)
    [left] = day["unplanned"]
    assert (left["visit"], left["code"]) == (placed["visit"], "skill")
    assert "tail-lift" in left["reason"]


async def test_somebody_goes_with_one_van_on_a_day(
    admin: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    """Named for another, they are taken from the first; nobody who is no technician goes."""
    crew = await member(admin, "technician", depot="D1")
    name = (await visitor.get("/api/vans/V1/days/" + _DAY, headers=crew)).status_code
    assert name == 200
    users = (await told(admin, "users"))["results"]
    [technician] = [each["username"] for each in users if "technician" in each["roles"]]
    said = {"crew": [{"username": technician, "skills": ["examiner"]}]}
    for van in ("V1", "V2"):
        assert (await admin.put(f"/api/vans/{van}/days/{_DAY}", json=said)).is_success
    assert (await told(admin, f"vans/V1/days/{_DAY}"))["crew"] == []
    assert (await told(admin, f"vans/V2/days/{_DAY}"))["crew"] == said["crew"]
    wrong = {"crew": [{"username": "admin"}, {"username": "admin"}]}
    answer = await admin.put(f"/api/vans/V1/days/{_DAY}", json=wrong)
    assert wrong_fields(answer) == ["crew[0].username", "crew[1].username", "crew"]
    for path in ("fittings", f"days/{_DAY}"):
        address = f"/api/vans/{uuid4().hex[:8]}/{path}"
        for nowhere in (await admin.put(address, json={}), await admin.get(address)):
            assert (nowhere.status_code, slug(nowhere)) == (404, "van-not-found")
