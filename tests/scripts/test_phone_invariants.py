"""What scripts/verify finds of phones, once somebody has changed rows by hand."""

import io
from uuid import uuid4

import asyncpg
import httpx
import pytest
from litestar import Litestar
from PIL import Image

from scripts.verifying.every import EVERY
from tests.logistics.calling import collection, on_loan, open_rounds, somebody
from tests.logistics.phoning import Phone, published, statuses, technician
from tests.web.conftest import admin, app, signed_in

__all__ = ["admin", "app"]

_LOOSE = "set session_replication_role = replica; "
_UNCHECKED = "alter table phone_photos drop constraint phone_photos_check; "
BREAKS = [
    ("phone-count", "update phones set newest = 1"),
    ("phone-count", "update phones set missing = '[[1, 2]]'"),
    ("phone-effect", _LOOSE + "delete from receipts where kind = 'scan'"),
    ("phone-effect", _LOOSE + "delete from visit_outcomes"),
    ("phone-effect", _LOOSE + "delete from round_delays"),
    ("phone-case", "delete from cases where kind = 'refused-scan'"),
    ("phone-case", "delete from cases where kind = 'refused-outcome'"),
    ("phone-revoked", "update phones set revoked_at = registered_at, revoked_by = 'admin'"),
    ("phone-photo", _UNCHECKED + "update phone_photos set content = 'x'"),
    ("append-only", "grant delete on phone_photos to kitback_app"),
]  # fmt: skip


@pytest.fixture
async def whole(app: Litestar, admin: httpx.AsyncClient) -> None:
    """Have a phone send something of each kind, and have some of it refused."""
    await open_rounds(admin)
    await technician(admin)
    ben = await somebody(admin, name="Ben")
    code = await on_loan(admin, ben)
    visit = (await collection(admin, ben))["id"]
    await published(admin, [visit], "pat")
    async with signed_in(app, "pat") as browser:
        browser.headers["Accept"] = "*/*"
        phone = Phone(browser)
        await phone.register()
        answers = await phone.send(
            phone.entry("late", minutes=10),
            phone.scan(code, "load", van="V1"),
            phone.scan(code, "collect", van="V1", visit=visit),
            phone.entry("outcome", visit=visit, outcome="done", details={"signer": "Ben"}),
            phone.entry("outcome", visit=visit, outcome="failed", reason="Out", fault="person"),
            phone.entry("note", text="A dog"),
        )
        assert statuses(answers) == [
            "accepted", "refused", "accepted", "accepted", "refused", "accepted",
        ]  # fmt: skip
        written = io.BytesIO()
        Image.new("RGB", (8, 8)).save(written, "PNG")
        query = {"device": phone.device, "entry": str(uuid4())}
        sent = await browser.post("/round/photos", params=query, content=written.getvalue())
        assert sent.status_code == 200


async def test_an_untouched_service_keeps_them_all(database: str, whole: None) -> None:
    """Whatever was refused, lost or repeated."""
    del whole
    store = await asyncpg.connect(database)
    for invariant in EVERY:
        assert await store.fetch(invariant.query) == [], invariant.name
    await store.close()


@pytest.mark.parametrize(("name", "sql"), BREAKS)
async def test_what_is_broken_is_found(database: str, whole: None, name: str, sql: str) -> None:
    """By the invariant that it breaks."""
    del whole
    store = await asyncpg.connect(database)
    await store.execute(sql)
    [invariant] = [each for each in EVERY if each.name == name]
    assert await store.fetch(invariant.query) != []
    await store.close()
