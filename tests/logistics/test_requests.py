"""What strangers ask for is settled by the visit that was made for it."""

from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from budget.database import fetch_one
from equipment.requests import Form, Labelled, send
from logistics.visits.catching_up import catch_up
from tests.api.conftest import PASSWORD, client_of
from tests.logistics.calling import ask, on_loan, open_rounds, outcome, somebody, told
from tests.logistics.phoning import published, technician


@pytest.mark.parametrize("by", ["admin", "pat"])
async def test_whoever_made_the_visit_has_settled_what_was_asked_for(
    admin: httpx.AsyncClient, app: Litestar, by: str
) -> None:
    """Also a technician, who may not read what strangers send."""
    now = datetime.now(UTC)
    await open_rounds(admin)
    code = await on_loan(admin, await somebody(admin))
    await _asked_for(code, now)
    await catch_up(now)
    [visit] = (await told(admin, "visits"))["results"]
    await technician(admin)
    await published(admin, [visit["id"]], "pat")
    async with client_of(app) as client:
        given = {"username": by, "password": PASSWORD}
        client.headers["Authorization"] = f"Bearer {(await ask(client, 'login', given))['token']}"
        assert (await outcome(client, visit["id"]))["status"] == "done"
    [request] = (await told(admin, "requests"))["results"]
    assert (request["status"], request["note"]) == ("settled", "A visit was made.")


async def _asked_for(code: str, now: datetime) -> None:
    row = await fetch_one("select id, code, giai from items where code = $1", code)
    assert row is not None
    item = Labelled(row["id"], row["code"], row["giai"], "Commode")
    await send(
        item, Form(id=uuid4(), kind="collection", first_name="Zoe", telephone="0115 496 0123"), now
    )
