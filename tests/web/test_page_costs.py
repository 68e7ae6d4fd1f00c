"""However much there is, a page that lists orders asks the database no more often."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from budget.database import close_pool, open_pool
from tests.api.conftest import statements
from tests.web.conftest import signed_in
from tests.web.ordering import open_service, person, staff

FEW, MANY = 3, 100


@pytest.mark.parametrize("path", ["/orders", "/authorise", "/people/{person}"])
async def test_a_page_over_a_hundred_orders_asks_as_often_as_over_three(
    app: Litestar,
    admin: httpx.AsyncClient,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
) -> None:
    """No page asks once for each of its rows, whoever the orders are for."""
    await open_service(admin)
    await staff(admin, "both", "authoriser", roles=["prescriber", "authoriser"], level=1)
    await staff(admin, "nurse", "prescriber", level=1)
    # One connection, which has prepared what it needs by the time that counting begins.
    await close_pool()
    await open_pool(database, size=1)
    ada = await person(admin)
    async with signed_in(app, "both") as both, signed_in(app, "nurse") as nurse:
        shown = both if path == "/authorise" else nurse
        await _order(nurse, admin, ada, FEW)
        address = path.format(person=ada)
        first = await shown.get(address)
        counted = statements(monkeypatch)
        assert (await shown.get(address)).status_code == first.status_code == 200
        few = len(counted)
        await _order(nurse, admin, ada, MANY - FEW)
        counted.clear()
        full = await shown.get(address)
        assert len(full.text) > len(first.text)
        assert len(counted) == few > 0


async def _order(nurse: httpx.AsyncClient, admin: httpx.AsyncClient, ada: str, number: int) -> None:
    """Place orders that wait for approval, half of them for people of their own."""
    for nth in range(number):
        whom = ada if nth % 2 else await person(admin, name=f"Person {uuid4().hex[:6]}")
        answers = {f"answer-{kind}": "needed" for kind in ("already-has", "already-ordered")}
        fields: dict[str, Any] = {"person": whom, "order": str(uuid4()), "sku": "BED01", "n": "1"}
        answer = await nurse.post("/orders/new", data=fields | answers)
        assert answer.status_code == 303, answer.text
