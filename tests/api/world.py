"""A service in which three people have the same: two of one's own partner, one of another's."""

from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import uuid4

import httpx

from budget.years import london_day
from equipment.staff.roles import ROLES
from equipment.working_days import working_day_after
from tests.api.conftest import PASSWORD
from tests.api.members import Headers, member
from tests.logistics.calling import (
    PRODUCT,
    ask,
    collection,
    on_loan,
    open_rounds,
    order,
    somebody,
    stock,
    told,
)

Ids = dict[str, str]


@dataclass(frozen=True, slots=True)
class World:
    """What there is: `ours` and `bobs` are of 04K, `theirs` is of 52R."""

    admin: httpx.AsyncClient
    heads: dict[str, Headers]
    ours: Ids
    bobs: Ids
    theirs: Ids
    spare: str
    """An item on the shelf, which nobody waits for."""
    day: date
    """The day for which what is ordered now is due."""


@dataclass(frozen=True, slots=True)
class KeptWorld:
    """A database that such a service has filled, for others to be copied from."""

    name: str
    _world: World

    def seen_by(self, admin: httpx.AsyncClient) -> World:
        """What is in a copy of it, with the administrator of that copy."""
        world = self._world
        return replace(
            world,
            admin=admin,
            **{
                name: deepcopy(getattr(world, name)) for name in ("heads", "ours", "bobs", "theirs")
            },
        )


async def opened(admin: httpx.AsyncClient) -> World:
    """Make it: somebody of each role, all of 04K; each person has a bed, which is to be fetched."""
    await open_rounds(admin)
    for code, kind in (("D2", "depot"), ("S1", "satellite")):
        store = {"code": code, "name": f"Store {code}", "postcode": "NG5 1PB", "kind": kind}
        await ask(admin, "depots", store)
    await ask(admin, "products", PRODUCT | {"sku": "RCL01", "name": "Riser recliner", "level": 4})
    crew = {"username": "crew", "password": PASSWORD, "roles": ["technician"], "depot": "D1"}
    await ask(admin, "users", crew)
    heads = {
        role: await member(
            admin, role, partner="04K", depot="D1", level=1 if role == "prescriber" else 4
        )
        for role in sorted(ROLES)
    }
    by = heads["prescriber"]
    ours, bobs = [await _somebody(admin, name, "04K", by) for name in ("Ada", "Bob")]
    theirs = await _somebody(admin, "Eve", "52R", None)
    await told(admin, "visits")
    ours["purchase"] = await _drafted(admin)
    ours["count"] = str(uuid4())
    await ask(admin, "counts", {"id": ours["count"], "depot": "D2"})
    [spare] = await stock(admin, "HST01")
    day = working_day_after(london_day(datetime.now(UTC)), 1)
    return World(admin, heads, ours, bobs, theirs, spare, day)


async def _drafted(admin: httpx.AsyncClient) -> str:
    """A purchase that is not ordered yet."""
    line = {"sku": "HST01", "quantity": 2, "price_pence": 100}
    bought = {"id": str(uuid4()), "supplier": "Hoists Ltd", "depot": "D1", "lines": [line]}
    return str((await ask(admin, "purchases", bought))["id"])


async def _somebody(
    admin: httpx.AsyncClient, name: str, funder: str, by: Headers | None
) -> dict[str, str]:
    person = await somebody(admin, funder, name=name)
    item = await on_loan(admin, person, "BED01")
    visit = await collection(admin, person)
    wanted = {"id": str(uuid4()), "person": person, "lines": [{"sku": "RCL01", "quantity": 1}]}
    placed = await admin.post("/api/orders", json=wanted, headers=by)
    assert placed.status_code == 201, placed.text
    await stock(admin)
    delivered = await order(admin, person)
    lent = await on_loan(admin, person)
    shown = await told(admin, f"orders/{delivered['id']}")
    return {
        "person": person,
        "fetched": item,
        "item": lent,
        "visit": visit["id"],
        "visit line": visit["lines"][0]["id"],
        "order": wanted["id"],
        "order line": placed.json()["lines"][0]["id"],
        "promised": shown["lines"][0]["items"][0],
        "promised line": shown["lines"][0]["id"],
    }
