"""Whatever somebody types comes back as text: in answers, on pages, in searches."""

import html
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from tests.api.conftest import document_of
from tests.filled import as_admin
from tests.web.conftest import signed_in
from tests.web.ordering import NUMBER, open_service, person, stock

MARKUP = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
WORDS = (
    MARKUP,
    "'; drop table items; --",
    "{{ 7 * 7 }}{% for x in y %}${7*7}",
    "=1+1|cmd' /C calc'!A0",
    "@SUM(1+1)",
    "%00%ff%s%n\\",
    "Zoë عائشة 测试 🛏",
)


BEGINNING: Final = as_admin(open_service)


@pytest.fixture
async def browser(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """An administrator in front of the pages."""
    async with signed_in(app, "admin") as client:
        yield client


@pytest.mark.parametrize("words", WORDS)
async def test_what_is_typed_comes_back_as_text(
    admin: httpx.AsyncClient, browser: httpx.AsyncClient, words: str
) -> None:
    """In the record as it was typed, on every page that shows it escaped, and never carried out."""
    ada = await person(admin, name=words, nhs_number=NUMBER, born="1941-05-06", address=words)
    await stock(admin, "BED02")
    order = {
        "id": str(uuid4()), "person": ada, "reason": words, "notes": words,
        "lines": [{"sku": "BED02", "quantity": 1}],
    }  # fmt: skip
    placed = await admin.post("/api/orders", json=order)
    assert placed.status_code == 201, placed.text
    shown = (await admin.get(f"/api/people/{ada}")).json()
    assert shown["name"] == shown["address"] == words
    assert (await admin.get(f"/api/orders/{order['id']}")).json()["notes"] == words
    for path in (f"/people/{ada}", f"/people/{ada}/change", f"/orders/{order['id']}"):
        page = await browser.get(path)
        assert page.status_code == 200
        assert_is_text(page, words)


@pytest.mark.parametrize("words", WORDS)
async def test_what_is_kept_of_products_and_users_comes_back_as_text(
    admin: httpx.AsyncClient, browser: httpx.AsyncClient, words: str
) -> None:
    """Also where a name stands in a table, a field or a title."""
    product = {
        "sku": "ODD01", "name": words, "category": words[:80], "price_pence": 1, "speed": "7_day",
        "reuse": "reusable", "credit_percent": 0, "level": 1,
    }  # fmt: skip
    assert (await admin.post("/api/products", json=product)).status_code == 201
    depot = {"code": "ODD", "name": words, "postcode": "NG1 5FS", "kind": "depot"}
    assert (await admin.post("/api/depots", json=depot)).status_code == 201
    assert (await admin.get("/api/products/ODD01")).json()["name"] == words
    for path in ("/admin/products/ODD01", "/catalogue/ODD01", "/admin/places"):
        page = await browser.get(path)
        assert page.status_code == 200, path
        assert_is_text(page, words)


@pytest.mark.parametrize("words", WORDS)
async def test_no_search_filter_or_cursor_is_carried_out(
    app: Litestar, admin: httpx.AsyncClient, browser: httpx.AsyncClient, words: str
) -> None:
    """Every parameter of every list gets an answer or a fault in the caller's words."""
    for path, name in _parameters(app):
        answer = await admin.get(path, params={name: words})
        assert answer.status_code in {200, 404, 422}, (path, name, answer.text)
    for path in (
        "/people",
        "/items",
        "/orders",
        "/catalogue",
        "/admin/users",
        "/admin/products",
        "/visits",
        "/requests",
    ):
        page = await browser.get(path, params={"q": words, "status": words, "after": words})
        assert page.status_code in {200, 404, 422}, (path, page.status_code)
        assert MARKUP not in page.text


def assert_is_text(page: httpx.Response, words: str) -> None:
    """It stands on the page, escaped wherever it has to be, and nothing of it was worked out."""
    assert MARKUP not in page.text
    assert " ".join(words.split()) in " ".join(html.unescape(page.text).split())


def _parameters(app: Litestar) -> Iterator[tuple[str, str]]:
    """Each parameter of the address of each list and report, with paths that name nothing."""
    nothing = {"uuid": str(uuid4()), "date": datetime.now(UTC).date().isoformat()}
    for path, operations in document_of(app)["paths"].items():
        for parameter in operations.get("get", {}).get("parameters", []):
            if parameter["in"] == "query":
                filled = path
                while "{" in filled:
                    before, _, rest = filled.partition("{")
                    filled = before + nothing["uuid"] + rest.partition("}")[2]
                yield filled, parameter["name"]
