"""The public page of one item, and who comes to it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from litestar import Litestar

from equipment.staff.staff import first_administrator
from settings import Settings
from tests.api.conftest import PASSWORD, application, client_of
from tests.api.members import receive

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SERVICE = Settings(
    public_url="https://kit.example.org",
    service_name="Trent <Equipment>",
    service_phone="0115 496 0999",
)
VAN = {
    "code": "V1", "depot": "D1", "payload_kg": 900, "volume_l": 9_000, "crew": 2,
    "shift": {"from": "08:00", "to": "16:00"},
}  # fmt: skip
_CHANGES = re.compile(r'(nonce="|name="form" value=")[^"]+')


@pytest.fixture
async def admin(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """The first administrator, signed in."""
    await first_administrator(PASSWORD)
    async with client_of(app) as client:
        answer = await client.post("/api/login", json={"username": "admin", "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        yield client


@pytest.fixture
async def stranger(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody with a telephone, who has not signed in."""
    async with client_of(app) as client:
        client.headers.update(BROWSER)
        yield client


@pytest.fixture
def app(database: str) -> Litestar:
    """Give the application of a service with a name that needs escaping."""
    assert database
    return application(SERVICE)


@pytest.fixture
async def item(admin: httpx.AsyncClient) -> dict[str, Any]:
    """One bed, in one depot; there is a satellite too."""
    return await one_bed(admin)


async def one_bed(admin: httpx.AsyncClient) -> dict[str, Any]:
    """Bring it in."""
    for code, kind in (("D1", "depot"), ("S1", "satellite")):
        depot = {"code": code, "name": f"Store {code}", "postcode": "NG1 5FS", "kind": kind}
        await admin.post("/api/depots", json=depot)
    bed = {"sku": "BED01", "name": "Bed & rails", "category": "Beds", "price_pence": 62_000}
    bed |= {"reuse": "reusable", "credit_percent": 85}
    await admin.post("/api/products", json=bed)
    rail = bed | {"sku": "RAIL1", "name": "Rail", "reuse": "fixed", "credit_percent": 0}
    await admin.post("/api/products", json=rail)
    await admin.post("/api/vans", json=VAN)
    await admin.post("/api/partners", json={"ods": "04K", "name": "City", "kind": "ccg"})
    return (await receive(admin))[0]


def path_of(item: dict[str, Any]) -> str:
    """Where an item's label leads."""
    return f"/8004/{item['giai']}"


def unchanging(html: str) -> str:
    """A page less its nonce and the id of its form."""
    return _CHANGES.sub(r"\1", html)


@asynccontextmanager
async def signed_in(
    app: Litestar, username: str = "admin", password: str = PASSWORD
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which somebody has signed in on the pages."""
    async with browser_of(app) as browser:
        given = {"username": username, "password": password}
        answer = await browser.post("/sign-in", data=given)
        assert answer.status_code == 303, answer.text
        yield browser


def browser_of(app: Litestar) -> httpx.AsyncClient:
    """A browser that nobody has signed in to, as it comes through the proxy that does TLS."""
    client = client_of(app)
    client.base_url = httpx.URL("https://kit.example.org")
    client.headers.update(BROWSER)
    return client


async def form_at(stranger: httpx.AsyncClient, path: str) -> dict[str, str]:
    """Open a form; what it sends if nothing is filled in."""
    page = await stranger.get(path)
    assert page.status_code == 200, page.text
    [form] = re.findall(r'name="form" value="([^"]+)"', page.text)
    return {"form": form, "everything": "yes"} if path.endswith("collection") else {"form": form}


async def requests_seen(admin: httpx.AsyncClient, **filters: str) -> list[dict[str, Any]]:
    """What a coordinator would see."""
    answer = await admin.get("/api/requests", params=filters)
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def searched(browser: httpx.AsyncClient, path: str, typed: dict[str, str]) -> httpx.Response:
    """Send a search, and open what it leads to."""
    sent = await browser.post(path, data=typed)
    if sent.status_code != 303:
        return sent
    return await browser.get(sent.headers["Location"])
