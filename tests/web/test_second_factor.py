"""The second factor: set up on the pages, asked for at each sign-in, by programs as well."""

import re

import httpx
import pyotp
import pytest
from litestar import Litestar

from budget.database import execute, fetch
from settings import Settings
from tests.api.conftest import PASSWORD, application, client_of
from tests.api.members import member, slug
from tests.web.conftest import browser_of, signed_in

GIVEN = {"username": "admin", "password": PASSWORD}


async def _set_up(browser: httpx.AsyncClient) -> tuple[pyotp.TOTP, list[str]]:
    """Set a second factor up as a person does; what makes its codes, and the recovery codes."""
    page = await browser.get("/account/second-factor")
    [key] = re.findall(r'kitback-key">([A-Z2-7 ]+)<', page.text)
    totp = pyotp.TOTP(key.replace(" ", ""))
    answer = await browser.post("/account/second-factor", data={"code": totp.now()})
    assert answer.status_code == 200, answer.text
    codes = re.findall(r'<li class="kitback-code">([^<]+)</li>', answer.text)
    assert len(codes) == 10
    return totp, codes


async def _forget_codes_taken() -> None:
    """As if half a minute had gone by: the code of now may be taken."""
    await execute("update second_factors set last_step = last_step - 2")


async def test_a_program_sends_the_code_with_the_password(
    admin: httpx.AsyncClient, app: Litestar
) -> None:
    """Without it, it is told that one is needed; a code is taken once, and a wrong one never."""
    async with signed_in(app) as browser:
        totp, _ = await _set_up(browser)
    await _forget_codes_taken()
    answer = await admin.post("/api/login", json=GIVEN)
    assert (answer.status_code, slug(answer)) == (401, "second-factor-needed")
    answer = await admin.post("/api/login", json=GIVEN | {"password": "wrong"})
    assert slug(answer) == "wrong-credentials"
    right = GIVEN | {"code": totp.now()}
    answer = await admin.post("/api/login", json=right | {"code": "12345a"})
    assert (answer.status_code, slug(answer)) == (401, "wrong-code")
    assert (await admin.post("/api/login", json=right)).status_code == 200
    answer = await admin.post("/api/login", json=right)
    assert (answer.status_code, slug(answer)) == (401, "wrong-code")


@pytest.mark.usefixtures("admin")
async def test_the_pages_ask_for_the_code_after_the_password(app: Litestar) -> None:
    """Until it is right nothing opens; then where one wanted to go, with another cookie."""
    async with signed_in(app) as browser:
        totp, _ = await _set_up(browser)
        await _forget_codes_taken()
    async with browser_of(app) as browser:
        answer = await browser.post("/sign-in?next=/items", data=GIVEN)
        assert answer.headers["location"] == "/sign-in/code?next=%2Fitems"
        half = browser.cookies["kitback_session"]
        assert (await browser.get("/items")).headers["location"].startswith("/sign-in")
        assert (await browser.get("/sign-in")).status_code == 200
        where = answer.headers["location"]
        answer = await browser.post(where, data={"code": "000000"})
        assert answer.status_code == 401
        assert "The code is wrong, or has been used" in answer.text
        answer = await browser.post(where, data={"code": f" {totp.now()[:3]} {totp.now()[3:]} "})
        assert (answer.status_code, answer.headers["location"]) == (303, "/items")
        assert (await browser.get("/items")).status_code == 200
        assert browser.cookies["kitback_session"] != half
        browser.cookies.set("kitback_session", half)
        assert (await browser.get("/sign-in/code")).headers["location"] == "/sign-in"


async def test_a_recovery_code_lets_in_once(admin: httpx.AsyncClient, app: Litestar) -> None:
    """However it is typed; it is kept as a hash; renewed, the others are no longer taken."""
    async with signed_in(app) as browser:
        totp, codes = await _set_up(browser)
        typed = GIVEN | {"code": codes[0].upper().replace("-", " ")}
        assert (await admin.post("/api/login", json=typed)).status_code == 200
        assert slug(await admin.post("/api/login", json=typed)) == "wrong-code"
        assert "9 recovery codes left" in (await browser.get("/account")).text
        assert codes[1] not in str(await fetch("select * from recovery_codes"))
        await _forget_codes_taken()
        answer = await browser.post("/account/recovery-codes", data={"code": totp.now()})
        assert answer.status_code == 200, answer.text[-3000:]
        renewed = re.findall(r'<li class="kitback-code">([^<]+)</li>', answer.text)
        assert len(set(renewed) - set(codes)) == 10
    assert slug(await admin.post("/api/login", json=GIVEN | {"code": codes[1]})) == "wrong-code"
    assert (await admin.post("/api/login", json=GIVEN | {"code": renewed[1]})).status_code == 200


async def test_nobody_tries_codes_through(admin: httpx.AsyncClient, app: Litestar) -> None:
    """After ten wrong ones the right one is refused; a stranger to the password spends none."""
    async with signed_in(app) as browser:
        _, codes = await _set_up(browser)
    async with client_of(app) as elsewhere:
        for n in range(9):
            wrong = GIVEN | {"password": "wrong", "code": f"{n:06}"}
            assert (await elsewhere.post("/api/login", json=wrong)).status_code == 401
    for n in range(10):
        await admin.post("/api/login", json=GIVEN | {"code": f"{n:06}"})
    answer = await admin.post("/api/login", json=GIVEN | {"code": codes[0]})
    assert (answer.status_code, slug(answer)) == (429, "too-many-attempts")


async def test_an_administrator_resets_it_on_record(
    admin: httpx.AsyncClient, app: Litestar
) -> None:
    """Its owner is out everywhere, and signs in with the password alone; nobody else may."""
    new = {"username": "ann", "password": PASSWORD, "roles": ["auditor"]}
    await admin.post("/api/users", json=new)
    async with signed_in(app, "ann") as browser:
        await _set_up(browser)
        auditor = await member(admin, "auditor")
        path = "/api/users/Ann/reset-second-factor"
        assert (await admin.post(path, headers=auditor)).status_code == 403
        assert (await admin.post("/api/users/nobody/reset-second-factor")).status_code == 404
        assert (await admin.post(path)).status_code == 204
        assert (await browser.get("/account")).status_code == 303
    async with signed_in(app, "ann") as browser:
        assert (await browser.get("/account")).status_code == 200
    changes = (await admin.get("/api/changes?key=ann")).json()["results"]
    assert [change["what"] for change in changes] == [
        "user made",
        "second factor set up",
        "second factor reset",
    ]
    assert PASSWORD not in str(changes)


async def test_where_it_is_required_they_can_do_nothing_else_first(
    admin: httpx.AsyncClient,
) -> None:
    """Administrators, authorisers and auditors; all others sign in as ever."""
    for role in ("auditor", "prescriber"):
        new = {"username": role, "password": PASSWORD, "roles": [role]}
        await admin.post("/api/users", json=new)
    app = application(Settings(second_factor="required"))
    async with client_of(app) as client:
        for name in ("admin", "auditor"):
            answer = await client.post("/api/login", json=GIVEN | {"username": name})
            assert (answer.status_code, slug(answer)) == (401, "second-factor-needed")
        answer = await client.post("/api/login", json=GIVEN | {"username": "prescriber"})
        assert answer.status_code == 200
    async with signed_in(app, "auditor") as browser:
        assert (await browser.get("/items")).headers["location"] == "/account/second-factor"
        await _set_up(browser)
        assert (await browser.get("/items")).status_code == 200


async def test_a_role_that_needs_it_ends_tokens_without(
    admin: httpx.AsyncClient,
) -> None:
    """Somebody who is made an administrator keeps no token from before, where it is required."""
    prescriber = await member(admin, "prescriber")
    app = application(Settings(second_factor="required"))
    [name] = [
        user["username"]
        for user in (await admin.get("/api/users")).json()["results"]
        if user["roles"] == ["prescriber"]
    ]
    async with client_of(app) as client:
        client.headers.update(admin.headers)
        change = {"roles": ["administrator"]}
        assert (await client.patch(f"/api/users/{name}", json=change)).status_code == 200
        assert (await client.get("/api/users", headers=prescriber)).status_code == 401


@pytest.mark.usefixtures("admin")
async def test_a_wrong_first_code_sets_nothing_up(app: Litestar) -> None:
    """The key stays as it is on the telephone, and the page says what is wrong."""
    async with signed_in(app) as browser:
        before = await browser.get("/account/second-factor")
        answer = await browser.post("/account/second-factor", data={"code": "1"})
        assert answer.status_code == 422
        keys = [re.findall(r'kitback-key">([^<]+)<', page.text) for page in (before, answer)]
        assert keys[0] == keys[1]
        assert "This is not the code of now" in answer.text
    async with signed_in(app):
        pass


async def test_setting_it_up_puts_out_whoever_was_in_by_the_password_alone(
    admin: httpx.AsyncClient, app: Litestar
) -> None:
    """Other browsers and programs begin again, with a code; the one that set it up goes on."""
    async with signed_in(app) as thief, signed_in(app) as browser:
        assert (await thief.get("/items")).status_code == 200
        await _set_up(browser)
        assert (await thief.get("/items")).status_code == 303
        assert (await browser.get("/items")).status_code == 200
    assert (await admin.get("/api/users")).status_code == 401


async def test_a_key_that_somebody_saw_before_is_not_the_one_set_up(
    admin: httpx.AsyncClient, app: Litestar
) -> None:
    """With the password a key goes that was not confirmed, and after an hour by itself."""
    new = {"username": "ann", "password": PASSWORD, "roles": ["auditor"]}
    await admin.post("/api/users", json=new)
    keys = []
    async with signed_in(app, "ann") as thief:
        keys.append(await _key(thief))
        assert await _key(thief) == keys[0]
    await admin.patch("/api/users/ann", json={"password": f"another {PASSWORD}"})
    async with signed_in(app, "ann", f"another {PASSWORD}") as browser:
        keys.append(await _key(browser))
        await execute("update second_factors set begun_at = begun_at - interval '61 minutes'")
        keys.append(await _key(browser))
    assert len(set(keys)) == 3


async def _key(browser: httpx.AsyncClient) -> str:
    page = await browser.get("/account/second-factor")
    [key] = re.findall(r'kitback-key">([A-Z2-7 ]+)<', page.text)
    return str(key)
