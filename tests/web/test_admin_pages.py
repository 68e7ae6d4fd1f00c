"""The administrator's pages, and those of whoever answers for the service."""

from typing import Any

import httpx
import pytest
from litestar import Litestar

from tests.api.conftest import PASSWORD
from tests.api.members import member
from tests.web.conftest import signed_in
from tests.web.forms import forms_of

HOSTILE = "<script>alert(1)</script>{{ 7 * 7 }}"
NEW = {"username": "ann", "password": PASSWORD, "again": PASSWORD, "roles": "prescriber"}
ANN = {"username": "ann", "password": PASSWORD, "roles": ["prescriber"]}


async def _partner(admin: httpx.AsyncClient) -> None:
    await admin.post("/api/partners", json={"ods": "04K", "name": "City & co", "kind": "ccg"})


async def _ann(admin: httpx.AsyncClient) -> dict[str, Any]:
    users = (await admin.get("/api/users")).json()["results"]
    return next(user for user in users if user["username"] == "ann")


async def test_an_administrator_makes_and_changes_a_user(
    admin: httpx.AsyncClient, app: Litestar
) -> None:
    """What is ticked and typed is what they may do; what is emptied is taken away."""
    await _partner(admin)
    async with signed_in(app) as browser:
        given = NEW | {
            "partner": "04K",
            "also": "04K",
            "level": "2",
            "order_limit_pence": "1,250.50",
        }
        answer = await browser.post("/admin/users/new", data=given)
        assert answer.headers["location"] == "/admin/users/ann"
        page = await browser.get("/admin/users/ann")
        assert "The user was made." in page.text
        assert "City &amp; co (04K)" in page.text
        assert 'value="1250.50"' in page.text
        ann = await _ann(admin)
        assert (ann["level"], ann["order_limit_pence"], ann["also"]) == (2, 125_050, ["04K"])
        duties: dict[str, Any] = {
            "roles": ["prescriber", "authoriser"],
            "order_limit_pence": "£500",
        }
        answer = await browser.post("/admin/users/ann", data=duties)
        assert answer.status_code == 303, answer.text
        ann = await _ann(admin)
        assert (ann["roles"], ann["partner"]) == (["prescriber", "authoriser"], None)
        assert (ann["also"], ann["level"], ann["order_limit_pence"]) == ([], None, 50_000)


async def test_two_administrators_keep_what_each_wrote(
    app: Litestar, admin: httpx.AsyncClient
) -> None:
    """A limit that was lowered meanwhile stays so, and what both changed is said."""
    new = {"username": "ann", "password": PASSWORD, "roles": ["prescriber"], "level": 1}
    assert (await admin.post("/api/users", json=new | {"order_limit_pence": 90_000})).is_success
    async with signed_in(app) as browser:
        path = "/admin/users/ann"
        form = forms_of((await browser.get(path)).text)[1]
        lower = {"order_limit_pence": 10_000, "level": 2}
        assert (await admin.patch("/api/users/ann", json=lower)).is_success
        refused = await browser.post(path, data=dict(form.pairs) | {"level": "3"})
        assert refused.status_code == 422
        assert "changed to “2” by somebody else meanwhile" in refused.text
        again = dict(form.pairs) | {"level": "", "team": "North"}
        again |= {"filled_with": dict(forms_of(refused.text)[1].pairs)["filled_with"]}
        assert (await browser.post(path, data=again)).status_code == 303
    ann = await _ann(admin)
    assert (ann["level"], ann["order_limit_pence"], ann["team"]) == (None, 10_000, "North")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"username": "two words"}, "User name is not written in the right form."),
        ({"username": "admin"}, "There is already a user admin."),
        ({"again": "another"}, "Type the same password twice."),
        ({"password": "short", "again": "short"}, "Password must have at least 8 characters."),
        ({"roles": ""}, "Choose the roles."),
        ({"level": "9"}, "Level must be at most 4."),
        (
            {"order_limit_pence": "lots"},
            "Limit for one order must be an amount such as 12 or 12.50.",
        ),
        ({"partner": "XXX"}, "There is no such partner."),
    ],
)
async def test_a_slip_comes_back_with_what_was_typed(
    admin: httpx.AsyncClient, app: Litestar, wrong: dict[str, str], words: str
) -> None:
    """Beside its field and in the summary; nobody is made, and no password is handed back."""
    async with signed_in(app) as browser:
        answer = await browser.post("/admin/users/new", data=NEW | {"team": HOSTILE} | wrong)
        assert answer.status_code == 422
        assert "There is a problem" in answer.text
        assert words in answer.text
        assert HOSTILE not in answer.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }}" in answer.text
        assert PASSWORD not in answer.text
    assert len((await admin.get("/api/users")).json()["results"]) == 1


async def test_a_user_is_ended_and_let_in_again(admin: httpx.AsyncClient, app: Litestar) -> None:
    """At once; the last administrator stays, and what is no action is not there."""
    await admin.post("/api/users", json=ANN)
    async with signed_in(app) as browser, signed_in(app, "ann") as ann:
        assert (await browser.post("/admin/users/Ann/end")).status_code == 303
        assert (await ann.get("/account")).status_code == 303
        assert (await _ann(admin))["active"] is False
        assert "They cannot sign in." in (await browser.get("/admin/users/ann")).text
        assert (await browser.post("/admin/users/ann/begin")).status_code == 303
        given = {"password": "a new password", "again": "a new password"}
        assert (await browser.post("/admin/users/ann/password", data=given)).status_code == 303
        assert (await browser.post("/admin/users/ann/other")).status_code == 404
        answer = await browser.post("/admin/users/admin/end")
        assert answer.status_code == 422
        assert "Nobody else is an administrator" in answer.text
    async with signed_in(app, "ann", "a new password") as ann:
        assert (await ann.get("/account")).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/admin", "/admin/users", "/admin/users/ann", "/admin/users/new", "/admin/products",
     "/admin/products/import", "/admin/partners", "/admin/places", "/changes", "/looks"],
)  # fmt: skip
async def test_nobody_else_opens_them(admin: httpx.AsyncClient, app: Litestar, path: str) -> None:
    """A prescriber is told so in words, and the menu does not offer them."""
    await admin.post("/api/users", json=ANN)
    async with signed_in(app, "ann") as browser:
        answer = await browser.get(path)
        assert answer.status_code == 403
        assert "You cannot open this page" in answer.text
        assert f'href="{path}"' not in answer.text


@pytest.mark.usefixtures("item")
async def test_a_product_is_changed_on_record(admin: httpx.AsyncClient, app: Litestar) -> None:
    """Price and limits from the form; what it has no field for stays; a slip comes back."""
    async with signed_in(app) as browser:
        page = await browser.get("/admin/products/BED01")
        assert 'value="620.00"' in page.text
        given = {"name": "Bed", "category": "Beds", "price_pence": "£661", "credit_percent": "80"}
        given |= {
            "level": "3",
            "speed": "next_day",
            "reuse": "reusable",
            "crew": "2",
            "pat": "true",
        }
        answer = await browser.post("/admin/products/BED01", data=given | {"max_user_kg": "x"})
        assert answer.status_code == 422
        answer = await browser.post("/admin/products/BED01", data=given | {"max_user_kg": "175"})
        assert answer.status_code == 303, answer.text
        product = (await admin.get("/api/products/BED01")).json()
        assert (product["price_pence"], product["level"], product["pat"]) == (66_100, 3, True)
        assert (product["max_user_kg"], product["crew"]) == (175, 2)
        [change] = (await admin.get("/api/changes?what=product%20changed")).json()["results"]
        assert (change["actor"], change["key"]) == ("admin", "BED01")
        assert (await browser.get("/admin/products/NONE")).status_code == 404


async def test_products_come_from_a_file(admin: httpx.AsyncClient, app: Litestar) -> None:
    """A look changes nothing; then the good lines are taken and the bad ones told."""
    csv = (
        "sku,name,category,price_pence,reuse,credit_percent\nA1,A,Beds,100,reusable,80\nB1,,x,y,z\n"
    )
    files = {"file": ("products.csv", csv.encode(), "text/csv")}
    async with signed_in(app) as browser:
        answer = await browser.post("/admin/products/import", files=files, data={"look": "yes"})
        assert "1 product would be added" in answer.text
        assert (await admin.get("/api/products/A1")).status_code == 404
        answer = await browser.post("/admin/products/import", files=files, data={"look": "no"})
        assert "1 product added" in answer.text
        assert "Lines left out" in answer.text
        assert (await admin.get("/api/products/A1")).status_code == 200
        answer = await browser.post("/admin/products/import", data={"look": "no"})
        assert (answer.status_code, "Choose a file." in answer.text) == (422, True)


async def test_an_auditor_reads_who_did_and_saw_what(
    admin: httpx.AsyncClient, app: Litestar
) -> None:
    """Changes by what was changed, and looks at people; other people's words are text."""
    await member(admin, "auditor", team=HOSTILE)
    await admin.post("/api/users", json={**ANN, "username": "eve", "roles": ["auditor"]})
    person = (await admin.post("/api/people", json={"name": "Ann Example"})).json()["id"]
    await admin.get(f"/api/people/{person}")
    async with signed_in(app, "eve") as browser:
        assert (await browser.get("/")).headers["location"] == "/changes"
        page = await browser.get("/changes")
        assert HOSTILE not in page.text
        assert "&lt;script&gt;" in page.text
        page = await browser.get("/changes?key=eve")
        assert "User made" in page.text
        assert "&lt;script&gt;" not in page.text
        page = await browser.get("/looks")
        assert f"/people/{person}" in page.text
