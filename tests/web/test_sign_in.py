"""Signing in and out on the pages."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar

from budget.database import execute, fetch
from settings import Settings
from tests.api.conftest import PASSWORD, application
from tests.web.conftest import browser_of, form_at, path_of, signed_in

GIVEN = {"username": "admin", "password": PASSWORD}


async def _user(admin: httpx.AsyncClient, *roles: str) -> str:
    name = "-".join(roles)
    new = {"username": name, "password": PASSWORD, "roles": list(roles)}
    assert (await admin.post("/api/users", json=new)).status_code == 201
    return name


@pytest.mark.usefixtures("admin")
async def test_a_session_opens_pages_until_it_is_signed_out(app: Litestar) -> None:
    """Its cookie is for no script and no other site; signed out, it is nobody's at once."""
    async with browser_of(app) as browser:
        assert (await browser.get("/account")).headers["location"] == "/sign-in?next=%2Faccount"
        answer = await browser.post("/sign-in?next=/account", data=GIVEN)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account")
        cookie = answer.headers["set-cookie"].lower()
        assert {"httponly", "samesite=lax", "secure", "path=/"} <= set(cookie.split("; "))
        assert "max-age" not in cookie
        page = await browser.get("/account")
        assert page.status_code == 200
        assert "<strong>admin</strong>" in page.text
        assert page.headers["cache-control"] == "no-store"
        kept = browser.cookies["kitback_session"]
        assert (await browser.post("/sign-out")).headers["location"] == "/sign-in"
        assert "You have signed out." in (await browser.get("/sign-in")).text
        assert "You have signed out." not in (await browser.get("/sign-in")).text
        browser.cookies.set("kitback_session", kept)
        assert (await browser.get("/account")).status_code == 303


async def test_a_cookie_opens_no_api_and_a_token_no_page(
    admin: httpx.AsyncClient, app: Litestar
) -> None:
    """What a browser sends by itself changes nothing under /api, whichever way it is sent."""
    async with signed_in(app) as browser:
        assert (await browser.get("/api/users")).status_code == 401
        session = browser.cookies["kitback_session"]
        headers = {"Authorization": f"Bearer {session}"}
        assert (await browser.get("/api/users", headers=headers)).status_code == 401
        token = admin.headers["Authorization"].removeprefix("Bearer ")
        browser.cookies.clear()
        browser.cookies.set("kitback_session", token)
        assert (await browser.get("/account")).status_code == 303


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"username": "nobody"}, {"username": ""}])
async def test_who_is_not_let_in_is_told_nothing(
    stranger: httpx.AsyncClient, wrong: dict[str, str]
) -> None:
    """The same words whatever was wrong; the name stays in its field, the password does not."""
    answer = await stranger.post("/sign-in", data=GIVEN | wrong)
    assert answer.status_code == 401
    assert answer.text.count("The user name or the password is wrong.") == 1
    assert "set-cookie" not in answer.headers
    assert PASSWORD not in answer.text
    assert f'value="{(GIVEN | wrong)["username"]}"' in answer.text or not wrong.get("username", "x")


@pytest.mark.usefixtures("admin")
async def test_guessing_is_stopped_as_it_is_for_programs(stranger: httpx.AsyncClient) -> None:
    """After ten failures the right password is refused as well, with when to come back."""
    for _ in range(10):
        await stranger.post("/sign-in", data=GIVEN | {"password": "wrong"})
    answer = await stranger.post("/sign-in", data=GIVEN)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "Try again in 15 minutes" in answer.text


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize(
    "path",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil", "javascript:x", ""],
)
async def test_signing_in_leads_to_no_other_site(stranger: httpx.AsyncClient, path: str) -> None:
    """Whatever an address asks for, the next page is one of ours."""
    answer = await stranger.post("/sign-in", params={"next": path}, data=GIVEN)
    assert answer.headers["location"] == "/"


async def test_an_ended_user_is_out_at_once(admin: httpx.AsyncClient, app: Litestar) -> None:
    """And so is one whose password was changed; no new session begins either."""
    name = await _user(admin, "auditor")
    async with signed_in(app, name) as browser:
        assert (await browser.get("/account")).status_code == 200
        await admin.patch(f"/api/users/{name}", json={"password": "another password"})
        assert (await browser.get("/account")).status_code == 303
        renewed = {"username": name, "password": "another password"}
        await browser.post("/sign-in", data=renewed)
        assert (await browser.get("/account")).status_code == 200
        await admin.patch(f"/api/users/{name}", json={"active": False})
        assert (await browser.get("/account")).status_code == 303
        assert (await browser.post("/sign-in", data=renewed)).status_code == 401


@pytest.mark.usefixtures("admin")
async def test_a_session_ends_unused_and_in_any_case() -> None:
    """After the time without use, and after the whole time however much it is used."""
    app = application(Settings(session_idle_minutes=60, session_minutes=180))
    async with signed_in(app) as browser:
        await _wind_back(timedelta(minutes=50))
        assert (await browser.get("/account")).status_code == 200
        await _wind_back(timedelta(minutes=50))
        # It was used in between.
        assert (await browser.get("/account")).status_code == 200
        await _wind_back(timedelta(minutes=50))
        assert (await browser.get("/account")).status_code == 200
        await _wind_back(timedelta(minutes=31))
        assert (await browser.get("/account")).status_code == 303
    async with signed_in(app) as browser:
        await _wind_back(timedelta(minutes=61))
        assert (await browser.get("/account")).status_code == 303


async def _wind_back(time: timedelta) -> None:
    """As if all that has been done had been done so much earlier."""
    await execute(
        "update page_sessions set begun_at = begun_at - $1::interval,"
        " seen_at = seen_at - $1::interval, ends_at = ends_at - $1::interval",
        time,
    )


async def test_signing_out_everywhere_ends_all_sessions_and_tokens(
    admin: httpx.AsyncClient, app: Litestar
) -> None:
    """Of the one who asks, and of nobody else."""
    name = await _user(admin, "prescriber")
    token = (await admin.post("/api/login", json=GIVEN | {"username": name})).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    async with signed_in(app, name) as one, signed_in(app, name) as other:
        assert (await one.post("/account/sign-out-everywhere")).status_code == 303
        assert (await other.get("/account")).status_code == 303
        assert (await admin.get("/api/products", headers=headers)).status_code == 401
    assert (await admin.get("/api/products")).status_code == 200


@pytest.mark.usefixtures("admin")
async def test_a_form_that_another_site_sends_is_refused(app: Litestar) -> None:
    """Though the browser sends the cookie with it."""
    async with signed_in(app) as browser:
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            answer = await browser.post("/account/sign-out-everywhere", headers=headers)
            assert answer.status_code == 403
        assert (await browser.get("/account")).status_code == 200


@pytest.mark.usefixtures("admin")
async def test_a_label_leads_whoever_is_signed_in_to_the_item(
    app: Litestar, stranger: httpx.AsyncClient, item: dict[str, Any]
) -> None:
    """A stranger gets the public page; a program its links, signed in or not."""
    async with signed_in(app) as browser:
        answer = await browser.get(path_of(item))
        assert (answer.status_code, answer.headers["location"]) == (303, f"/items/{item['code']}")
        assert answer.headers["cache-control"] == "no-store"
        page = await browser.get(f"/items/{item['code'].lower()}")
        assert page.status_code == 200
        assert "Bed &amp; rails" in page.text
        links = await browser.get(path_of(item), params={"linkType": "all"})
        assert "linkset" in links.headers["content-type"]
    assert (await stranger.get(path_of(item))).status_code == 200
    assert await form_at(stranger, f"{path_of(item)}/fault")


@pytest.mark.usefixtures("admin")
async def test_what_is_not_there_is_said_to_whoever_is_signed_in(app: Litestar) -> None:
    """With the way back to their own start page."""
    async with signed_in(app) as browser:
        answer = await browser.get("/items/ABCD2345")
        assert answer.status_code == 404
        assert "Go to your start page" in answer.text


async def test_sessions_that_are_over_are_forgotten(
    admin: httpx.AsyncClient, app: Litestar
) -> None:
    """At the next sign-in."""
    async with signed_in(app):
        await _wind_back(timedelta(days=30))
        await admin.post("/api/login", json=GIVEN)
        assert await fetch("select from page_sessions") == []


@pytest.mark.parametrize(
    "part",
    [
        b'name="username"\r\nContent-Type: text/plain; charset=nobody-knows',
        b'name="username"\r\nContent-Type: text/plain; charset=utf-8',
        b"name=\"a\"; filename*=nobody-knows''b",
    ],
)
async def test_a_form_in_letters_that_nobody_knows_is_unreadable(
    stranger: httpx.AsyncClient, part: bytes
) -> None:
    """It is the sender's fault, and said as one."""
    body = b"--a\r\nContent-Disposition: form-data; " + part + b"\r\n\r\n\xff\r\n--a--\r\n"
    sent = {"Content-Type": "multipart/form-data; boundary=a"}
    assert (await stranger.post("/sign-in", content=body, headers=sent)).status_code == 400
