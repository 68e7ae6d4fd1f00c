"""Phones on pages, and what becomes of one that is taken out of use."""

import asyncio
import base64
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from litestar import Litestar
from PIL import Image

from budget.database import fetch
from logistics.phones.photos import delete_old
from settings import Settings
from tests.api.conftest import PASSWORD, application, client_of
from tests.api.members import slug
from tests.filled import as_admin
from tests.logistics.calling import collection, on_loan, open_rounds, somebody, told
from tests.logistics.phoning import Phone, published, statuses, technician
from tests.sight import all_of
from tests.web.conftest import signed_in
from tests.web.ordering import staff, words


async def _furnish(admin: httpx.AsyncClient) -> None:
    """Ben's commode is to be fetched by pat today."""
    await open_rounds(admin)
    await technician(admin)
    ben = await somebody(admin, name="Ben")
    await on_loan(admin, ben)
    visit = await collection(admin, ben)
    await published(admin, [visit["id"]], "pat")


BEGINNING: Final = as_admin(_furnish)


@pytest.fixture
async def phone(app: Litestar) -> AsyncIterator[Phone]:
    """Hand pat a phone; Ben's commode is to be fetched today."""
    async with signed_in(app, "pat") as browser:
        browser.headers["Accept"] = "*/*"
        phone = Phone(browser)
        await phone.register()
        yield phone


async def test_an_administrator_sees_what_each_phone_holds(app: Litestar, phone: Phone) -> None:
    """What it has not sent, what never came, whose it is; others see none of it."""
    first, _, third = (phone.entry("note", text=f"Note {n}") for n in range(3))
    await phone.send(first, third, unsent=7)
    async with signed_in(app) as browser:
        page = words(await browser.get("/admin/devices"))
        assert "Chrome on Android" in page
        assert "Technician pat" in page
        page = words(await browser.get(f"/admin/devices/{phone.device}"))
        assert "5 entries" in page
        assert "Up to number 3" in page
        assert (await browser.get(f"/admin/devices/{uuid4()}")).status_code == 404


async def test_a_revoked_phone_is_told_to_forget_everything(
    app: Litestar, admin: httpx.AsyncClient, phone: Phone
) -> None:
    """By whatever it asks, signed in or not, and nothing that it sends is taken any more."""
    async with signed_in(app) as browser:
        path = f"/admin/devices/{phone.device}"
        answer = await browser.post(f"{path}/revoke")
        assert answer.headers["Location"] == path
        assert "To be emptied" in words(await browser.get(path))
        # Its technician is signed out, on every phone.
        asked = await phone.browser.get("/rounds")
        assert asked.headers["Location"].startswith("/sign-in")
        note = phone.entry("note", text="Hello")
        query = {"device": phone.device}
        for answer in (
            await phone.browser.get("/round/day", params=query),
            await phone.try_to_send(note),
            await phone.browser.post("/round/device", json=query | {"name": "New"}),
            await phone.browser.post("/round/photos", params=query | {"entry": str(uuid4())}),
            await phone.browser.post("/round/close", json=query),
        ):
            assert (answer.status_code, answer.json()) == (410, {"revoked": True})
        assert "Emptied" in words(await browser.get(path))
        assert "Take this phone out of use" not in words(await browser.get(path))
    assert await fetch("select from phone_entries") == []
    changes = (await told(admin, "changes?what=phone revoked"))["results"]
    assert [(row["actor"], row["key"]) for row in changes] == [("admin", phone.device)]


async def test_a_phone_sends_all_or_nothing_while_it_is_revoked(
    app: Litestar, phone: Phone
) -> None:
    """Whoever comes first: nothing is taken of a phone after it was revoked."""
    async with signed_in(app) as browser:
        notes = [phone.entry("note", text=f"Note {n}") for n in range(5)]
        answers = await asyncio.gather(
            *(phone.try_to_send(note) for note in notes[:3]),
            browser.post(f"/admin/devices/{phone.device}/revoke"),
            *(phone.try_to_send(note) for note in notes[3:]),
        )
    taken = [answer.status_code for answer in answers].count(200)
    assert {answer.status_code for answer in answers} <= {200, 303, 401, 410}
    assert len(await fetch("select from phone_entries")) == taken
    late = "select from phone_entries e join phones p on e.received_at > p.revoked_at"
    assert await fetch(late) == []


async def test_revoked_again_it_stays_so_and_the_technician_goes_on_with_another(
    app: Litestar, phone: Phone
) -> None:
    """One change on record; a new phone works once they have signed in on it."""
    async with signed_in(app) as browser:
        for _ in range(2):
            await browser.post(f"/admin/devices/{phone.device}/revoke")
    assert len(await fetch("select from changes where what = 'phone revoked'")) == 1
    async with signed_in(app, "pat") as browser:
        browser.headers["Accept"] = "*/*"
        other = Phone(browser)
        assert (await other.register())["next_seq"] == 1
        assert len((await other.day())["stops"]) == 1
        other.device = phone.device
        assert (await other.try_to_send()).status_code == 410


async def test_the_phone_of_whoever_was_ended_forgets_everything(
    admin: httpx.AsyncClient, phone: Phone
) -> None:
    """Without anybody having thought of the phone."""
    assert (await admin.patch("/api/users/pat", json={"active": False})).is_success
    answer = await phone.browser.get("/round/day", params={"device": phone.device})
    assert answer.status_code == 410


async def test_a_closed_day_is_empty_and_says_what_is_not_accounted_for(
    admin: httpx.AsyncClient, phone: Phone
) -> None:
    """What is still on the van and what was not done; taken back, the day is there again."""
    [stop] = (await phone.day())["stops"]
    [code] = stop["lines"][0]["items"]
    told_once = await _post(phone, "close")
    assert (told_once["left_on_van"], told_once["not_done"]) == ([], [stop["visit"]])
    day = await phone.day()
    assert (day["closed"], day["stops"], day["items"], day["rounds"]) == (True, [], {}, [])
    await _post(phone, "open")
    scan = phone.scan(code, "collect", van="V1", visit=stop["visit"])
    assert statuses(await phone.send(scan)) == ["accepted"]
    told_again = await _post(phone, "close")
    assert [each["code"] for each in told_again["left_on_van"]] == [code]
    assert told_again["not_done"] == []
    assert (await told(admin, f"items/{code}"))["van"] == "V1"


async def _post(phone: Phone, what: str) -> dict[str, Any]:
    answer = await phone.browser.post(f"/round/{what}", json={"device": phone.device})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _photograph(form: str = "JPEG") -> bytes:
    """Take a picture of a door, which says where it was taken."""
    picture = Image.new("RGB", (1600, 1200), "teal")
    where = Image.Exif()
    where[0x010E] = "52.9548 N 1.1581 W"
    written = io.BytesIO()
    picture.save(written, form, exif=where)
    return written.getvalue()


async def _take(phone: Phone, entry: str, sent: bytes) -> httpx.Response:
    query = {"device": phone.device, "entry": entry}
    return await phone.browser.post("/round/photos", params=query, content=sent)


async def test_a_photograph_is_kept_once_without_where_it_was_taken(
    app: Litestar, admin: httpx.AsyncClient, phone: Phone
) -> None:
    """Whatever form it has; shown as a picture and nothing else, to the office and to pat."""
    await staff(admin, "dee", "depot", partner=None)
    await technician(admin, "kim")
    entry, sent = str(uuid4()), _photograph()
    assert b"1.1581" in sent
    first = await _take(phone, entry, sent)
    assert first.status_code == 200, first.text
    assert (await _take(phone, entry, sent)).json() == first.json()
    assert (await _take(phone, entry, _photograph("PNG"))).json()["photo"] != first.json()["photo"]
    path = f"/round/photos/{first.json()['photo']}"
    for name, status in (("admin", 200), ("pat", 200), ("kim", 404), ("dee", 404)):
        async with signed_in(app, name) as browser:
            answer = await browser.get(path)
            assert answer.status_code == status, name
            if status == 200:
                assert answer.headers["Content-Type"] == "image/webp"
                assert "sandbox" in answer.headers["Content-Security-Policy"]
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert b"1.1581" not in answer.content
                assert Image.open(io.BytesIO(answer.content)).format == "WEBP"


async def test_what_is_no_photograph_is_refused(phone: Phone) -> None:
    """A page, half a picture, nothing, too much."""
    entry = str(uuid4())
    for sent in (b"<html>", b"", _photograph()[:500], b"GIF89a" + b"0" * 50):
        answer = await _take(phone, entry, sent)
        assert answer.status_code == 422, sent[:10]
    assert (await _take(phone, entry, b"0" * (9 << 20))).status_code == 413
    assert (await _take(phone, "x", _photograph())).status_code == 422


async def test_a_photograph_goes_after_a_year_and_one_of_nothing_after_a_month(
    database: str, phone: Phone
) -> None:
    """Whatever day a job believes it to be; the application itself may delete none."""
    said, lost, old = (phone.entry("note", text=each) for each in ("A", "B", "C"))
    refused = phone.entry("note", text="")
    assert statuses(await phone.send(said, old, refused)) == ["accepted", "accepted", "refused"]
    kept = {}
    for entry, days in ((said, 364), (lost, 31), (lost, 29), (old, 366), (refused, 31)):
        photo = await _take(phone, entry["id"], _photograph() + bytes([days % 251]))
        kept[photo.json()["photo"]] = days
    store = await asyncpg.connect(database)
    for photo, days in kept.items():
        age = "update phone_photos set kept_at = now() - make_interval(days => $2) where id = $1"
        await store.execute(age, UUID(photo), days)
    now = datetime.now(UTC)
    assert [await delete_old(now + timedelta(days=900)), await delete_old(now)] == [2, 0]
    rows = await store.fetch("select id from phone_photos")
    await store.close()
    assert {kept[str(row["id"])] for row in rows} == {364, 29, 31}
    assert len(rows) == 3
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await fetch("delete from phone_photos returning id")


async def test_a_refused_outcome_is_a_case_with_what_was_signed(
    app: Litestar, phone: Phone
) -> None:
    """The signature is beside it, to be looked at; said again, it is one case."""
    [stop] = (await phone.day())["stops"]
    url = "data:image/jpeg;base64," + base64.b64encode(_photograph()).decode()
    body = {"visit": stop["visit"], "outcome": "failed", "signature": url}
    entry = phone.entry("outcome", **body)
    assert statuses(await phone.send(entry)) == ["refused"]
    assert statuses(await phone.send(entry)) == ["refused"]
    async with signed_in(app) as browser:
        assert words(await browser.get("/cases")).count("Refused outcome") == 1
        [case] = await fetch("select id, content from cases where kind = 'refused-outcome'")
        assert "base64" not in case["content"]
        page = await browser.get(f"/cases/{case['id']}")
        [photo] = await all_of("select id from phone_photos")
        assert page.text.count(f"/round/photos/{photo['id']}") == 1
        assert "Say why the visit failed." in words(page)


async def test_no_phone_gets_past_a_second_factor_that_is_still_to_be_set_up(
    admin: httpx.AsyncClient,
) -> None:
    """Where one is required, a phone's calls are refused as pages are."""
    assert (await admin.get("/api/users")).is_success
    app = application(Settings(second_factor="required"))
    async with client_of(app) as browser:
        given = {"username": "admin", "password": PASSWORD}
        assert (await browser.post("/sign-in", data=given)).status_code == 303
        body = {"device": str(uuid4()), "name": "Chrome"}
        answer = await browser.post("/round/device", json=body)
        assert (answer.status_code, slug(answer)) == (403, "second-factor-needed")
    assert await fetch("select from phones") == []
