"""The books on pages: a month is closed once one is sure, and charges are decided by another."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from budget.years import london_day, year_of
from tests.api.members import scan, send
from tests.filled import as_admin
from tests.web.conftest import signed_in
from tests.web.forms import forms_of
from tests.web.ordering import open_service, person, sent, staff, stock, words

LAST = london_day(datetime.now(UTC)).replace(day=1) - timedelta(days=1)
MONTH, YEAR = f"{LAST:%Y-%m}", year_of(LAST)


async def _furnish(admin: httpx.AsyncClient) -> None:
    """A service in which two hold the budget, and one looks on."""
    await open_service(admin)
    for name, role in (("ada", "budget_holder"), ("bob", "budget_holder"), ("cy", "auditor")):
        await staff(admin, name, role)


BEGINNING: Final = as_admin(_furnish)


@pytest.fixture
def service(admin: httpx.AsyncClient) -> httpx.AsyncClient:
    """A service in which two hold the budget, and one looks on; its administrator."""
    return admin


async def lend(admin: httpx.AsyncClient, on: date, name: str) -> None:
    """Deliver a bed on a day."""
    [item] = await stock(admin, "BED01")
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC).isoformat()
    fields = {"person": await person(admin, name=name), "occurred_at": at}
    await send(admin, scan(item["code"], "deliver", **fields))


async def propose(browser: httpx.AsyncClient, **typed: str) -> httpx.Response:
    """Fill in the form for a charge, and send it."""
    page = await browser.get("/budget/charges/new")
    [form] = [each for each in forms_of(page.text) if each.action.endswith("/charges/new")]
    usual = {
        "kind": "management_fee", "partner": "04K", "pence": "2,500.00", "reason": "Third quarter",
        "happened_on-day": "1", "happened_on-month": str(LAST.month),
        "happened_on-year": str(LAST.year),
    }  # fmt: skip
    pairs = [(name, value) for name, value in form.pairs if name not in usual | typed]
    return await browser.post(form.action, data=sent([*pairs, *(usual | typed).items()]))


async def test_a_month_is_closed_by_who_says_that_they_are_sure(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """It shows what it comes to and what is open; twice, it is closed once."""
    async with signed_in(app) as browser:
        assert "Nothing has been posted yet" in words(await browser.get("/budget/close"))
        await lend(service, LAST, "Ada")
        page = await browser.get("/budget/close")
        assert f"Close {LAST:%B %Y}" in words(page)
        assert "NHS Rushcliffe Issues £620 Activity £0 Credits £0 Net £620" in words(page)
        [form] = [each for each in forms_of(page.text) if each.action.endswith("/close")]
        unsure = await browser.post(form.action, data=sent(form.pairs))
        assert unsure.status_code == 422
        assert "Tick that it is to be closed for good." in words(unsure)
        for _ in range(2):
            closed = await browser.post(form.action, data=sent([*form.pairs, ("sure", "yes")]))
            assert closed.status_code == 303, words(closed)
        assert f"{LAST:%B %Y} is closed." in (await browser.get("/budget")).text
        await lend(service, LAST, "Bea")
        following = words(await browser.get("/budget/close"))
        assert "1 posting, which come to £620" in following
        assert "is the next month to be closed. It ends on" in following
        for month in ("2018-13", "x", "2018-04", "٢٠١٨-04", ""):
            answer = await browser.post("/budget/close", data={"month": month, "sure": "yes"})
            assert answer.status_code == 422, month


async def test_months_that_nobody_closed_are_closed_in_one_go(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """Until the one that is chosen, each for good; too many, and none of them, are none."""
    first = (LAST.replace(day=1) - timedelta(days=40)).replace(day=1)
    await lend(service, first, "Ada")
    async with signed_in(app) as browser:
        page = await browser.get("/budget/close")
        assert f"{first:%B %Y} alone" in words(page)
        [form] = [each for each in forms_of(page.text) if each.action.endswith("/close")]
        assert dict(form.pairs)["until"] == f"{first:%Y-%m}"
        for until in (f"{first.year - 1}-01", f"{first.year + 3}-01", "x"):
            typed = {**dict(form.pairs), "until": until, "sure": "yes"}
            assert (await browser.post(form.action, data=typed)).status_code == 422, until
        typed = {**dict(form.pairs), "until": MONTH, "sure": "yes"}
        assert (await browser.post(form.action, data=typed)).status_code == 303
        said = words(await browser.get("/budget"))
        assert f"{first:%B %Y} to {LAST:%B %Y} are closed." in said
        assert "is the next month to be closed. It ends on" in words(
            await browser.get("/budget/close")
        )


async def test_a_charge_is_proposed_by_one_and_decided_by_another(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """Who proposed it has no form for that, and is told so; it is listed by its standing."""
    del service
    async with signed_in(app, "ada") as ada, signed_in(app, "bob") as bob:
        made = await propose(ada)
        assert made.status_code == 303, words(made)
        path = made.headers["Location"]
        shown = await ada.get(path)
        assert "somebody else decides" in words(shown)
        assert "£2,500" in words(shown)
        assert f"Would be posted on 1 {LAST:%B %Y}" in words(shown)
        own = await ada.post(f"{path}/approve")
        assert own.status_code == 422
        assert "somebody else decides" in words(own)
        assert "Management fee" in words(await bob.get("/budget/charges"))
        unsaid = await bob.post(f"{path}/decline", data={"answer": ""})
        assert unsaid.status_code == 422
        for _ in range(2):
            assert (await bob.post(f"{path}/approve")).status_code == 303
        late = await bob.post(f"{path}/decline", data={"answer": "After all not"})
        assert "bob has approved this already." in words(late)
        assert "No charge is to be decided." in words(await bob.get("/budget/charges"))
        assert "Management fee" in words(await bob.get("/budget/charges?status=approved"))
        partner = await bob.get(f"/budget/partner?year={YEAR}&partner=04K")
        assert "£2,500" in words(partner)
        decided = await bob.get(path)
        assert f"Posted on 1 {LAST:%B %Y}" in words(decided)
        [statement] = re.findall(r'href="(/budget/statement[^"]+)"', decided.text)
        assert f'href="{path}"' in (await bob.get(statement.replace("&amp;", "&"))).text


async def test_a_form_that_is_changed_once_it_was_sent_can_be_sent_again(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """Its maker is told that the first stands; what it says now is proposed if sent once more."""
    given = str(uuid4())
    async with signed_in(app, "ada") as ada:
        assert (await propose(ada, id=given)).status_code == 303
        changed = await propose(ada, id=given, pence="7")
        assert changed.status_code == 422
        assert "This form was sent before, with something else in it" in words(changed)
        [form] = [each for each in forms_of(changed.text) if each.action.endswith("/charges/new")]
        other = dict(form.pairs)["id"]
        assert other != given
        assert (await propose(ada, id=other, pence="7")).status_code == 303
    kept = (await service.get("/api/charges")).json()["results"]
    assert sorted(each["pence"] for each in kept) == [700, 250_000]


async def test_a_charge_of_a_wrong_year_is_looked_at_again(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """Months would be closed from there on; and whoever has taken over is named as who pays."""
    await lend(service, LAST, "Ada")
    await service.post("/api/partners", json={"ods": "QT1", "name": "The board", "kind": "icb"})
    change = {"succeeded_by": "QT1", "succeeded_on": LAST.isoformat()}
    assert (await service.patch("/api/partners/04K", json=change)).is_success
    async with signed_in(app, "ada") as ada, signed_in(app, "bob") as bob:
        early = await propose(ada, **{"happened_on-year": str(LAST.year - 9)})
        assert "Nothing was posted as early as that." in words(
            await bob.get(early.headers["Location"])
        )
        usual = await propose(ada, **{"happened_on-day": str(LAST.day)})
        path = usual.headers["Location"]
        assert "Paid by The board (QT1), which has taken over" in words(await bob.get(path))
        assert (await bob.post(f"{path}/approve")).status_code == 303
        shown = words(await bob.get(path))
        assert "Paid by The board (QT1)" in shown
        assert "Nothing was posted as early" not in shown


async def test_what_is_given_back_is_a_correction_of_its_figure(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """Whose sign nobody has to type; declined, it says why and costs nobody anything."""
    del service
    async with signed_in(app, "ada") as ada, signed_in(app, "bob") as bob:
        fields = {"kind": "correction", "account": "issues", "way": "give back", "pence": "3"}
        path = (await propose(ada, **fields)).headers["Location"]
        shown = words(await bob.get(path))
        assert "The partner gets it back" in shown
        assert "Issues" in shown
        answer = await bob.post(f"{path}/decline", data={"answer": "It was right"})
        assert answer.status_code == 303
        assert "It was right" in words(await ada.get(path))
        assert f"The pool, {YEAR} As posted" in words(await ada.get(f"/budget?year={YEAR}"))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"pence": "-3"}, "must be an amount"),
        ({"pence": "0"}, "Nothing is charged."),
        ({"pence": "99999999999"}, "at most"),
        ({"partner": "NOWHERE"}, "There is no partner"),
        ({"kind": "gift"}, "Choose a kind of charge."),
        ({"account": "issues"}, "Only a correction"),
        ({"happened_on-year": "2999"}, "still to come"),
        ({"happened_on-day": "32"}, "a day that there is"),
        ({"reason": " "}, "Enter the reason."),
    ],
)
async def test_what_is_wrong_with_a_charge_is_said_beside_its_field(
    app: Litestar, service: httpx.AsyncClient, typed: dict[str, str], told: str
) -> None:
    """And nothing is kept."""
    async with signed_in(app, "ada") as ada:
        answer = await propose(ada, **typed)
        assert answer.status_code == 422, typed
        summary = re.search(r'class="nhsuk-error-summary.*?</ul>', answer.text, re.DOTALL)
        assert summary is not None
        assert told in summary[0], summary[0]
    assert (await service.get("/api/charges")).json()["results"] == []


async def test_who_only_looks_on_has_no_forms(app: Litestar, service: httpx.AsyncClient) -> None:
    """An auditor reads charges, and is not led to what they may not do."""
    del service
    async with signed_in(app, "ada") as ada, signed_in(app, "cy") as cy:
        path = (await propose(ada)).headers["Location"]
        page = await cy.get(path)
        assert "Third quarter" in words(page)
        assert not [each for each in forms_of(page.text) if each.action.startswith("/budget")]
        assert "Propose a charge" not in words(await cy.get("/budget/charges"))
        assert "/budget/close" not in (await cy.get("/budget")).text


async def test_a_statement_is_printed_on_one_page(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """However many pages it has on a screen."""
    beds = await stock(service, "BED01", 27)
    them = await person(service)
    await send(service, *(scan(bed["code"], "deliver", person=them) for bed in beds))
    path = f"/budget/statement?year={year_of(london_day(datetime.now(UTC)))}&partner=04K"
    async with signed_in(app, "ada") as ada:
        first = await ada.get(path)
        assert words(first).count("Issue of BED01") == 25
        [following] = re.findall(r'href="([^"]+;after=[^"]+)"', first.text)
        second = words(await ada.get(following.replace("&amp;", "&")))
        assert second.count("Issue of BED01") == 2
        assert f"{path}&whole=yes".replace("&", "&amp;") in first.text
        whole = words(await ada.get(f"{path}&whole=yes"))
        assert whole.count("Issue of BED01") == 27
        assert "to print" not in whole
