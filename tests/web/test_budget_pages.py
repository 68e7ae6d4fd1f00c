"""The pool on pages: every figure opens into the postings behind it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar

from budget.years import london_day, year_of
from tests.api.members import scan, send
from tests.web.conftest import signed_in
from tests.web.ordering import open_service, person, place, staff, stock, words


@pytest.fixture
async def service(admin: httpx.AsyncClient) -> httpx.AsyncClient:
    """A service in which something was lent, and somebody holds the budget."""
    await open_service(admin)
    await staff(admin, "holder", "budget_holder")
    [item] = await stock(admin, "BED01")
    await send(admin, scan(item["code"], "deliver", person=await person(admin)))
    return admin


async def test_each_figure_opens_into_its_postings(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """From the pool to a partner's year, its month, the item; and the same as a file."""
    del service
    year = year_of(london_day(datetime.now(UTC)))
    async with signed_in(app, "holder") as browser:
        pool = await browser.get("/budget")
        assert f"The pool, {year}" in words(pool)
        assert "Issues and activity, less credits." in words(pool)
        # Her own organisation stands below the pool; whatever the page names is on it.
        assert re.search("NHS Rushcliffe Contribution £0 Net spend £620 Committed £0", words(pool))
        anchors = re.findall(r'href="#([^"]+)"', pool.text)
        assert {"figures", "own-1", "partners", "year"} <= set(anchors)
        assert all(f'id="{anchor}"' in pool.text for anchor in anchors)
        partner = await browser.get(_links(pool, "/budget/partner")[0])
        assert "Open" in words(partner)
        month = await browser.get(_links(partner, "/budget/statement?")[0])
        assert "Issue of BED01" in words(month)
        assert _links(month, "/items/")
        files = _links(month, "/budget/statement/file")
        table = (await browser.get(files[0])).text
        assert table.startswith("posted_on,occurred_at,kind,amount_pence,item")
        assert (await browser.get(files[1])).content[:2] == b"PK"


async def test_each_figure_of_the_pool_opens_into_its_partners_and_what_is_behind_those(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """Postings and lines of orders sum to the figure, by that day too; nobody is named."""
    today = london_day(datetime.now(UTC))
    year, before = year_of(today), today - timedelta(days=1)
    await staff(service, "nurse", "prescriber", level=4, order_limit_pence=10**7)
    async with signed_in(app, "nurse") as nurse:
        # Due today: what is due in April counts in April's year.
        bea = await person(service, name="Bea Carr")
        await place(nurse, bea, "CMD01", n_CMD01="2", speed="same_day")
    standing = (await service.get(f"/api/budgets/{year}")).json()["pool"]
    assert standing["committed_pence"] == 2 * 5_000 + 9_000
    async with signed_in(app, "holder") as browser:
        pool = await browser.get("/budget")
        for figure in ("issues", "net", "committed"):
            told = rf"The pool [A-Z][a-z ]+ £{standing[f'{figure}_pence'] // 100:,}\b"
            [of_all] = [each for each in _links(pool, "/budget/figure") if f"={figure}" in each]
            partners = await browser.get(of_all)
            assert re.search(told, words(partners)), figure
            opens = "committed" if figure == "committed" else "statement"
            [behind] = _links(partners, f"/budget/{opens}")
            rows = await browser.get(behind)
            assert sum(_amounts(rows)) == standing[f"{figure}_pence"], figure
            assert "Bea" not in rows.text
            assert "Ada" not in rows.text
            # By the end of yesterday there was nothing.
            past = await browser.get(f"{behind}&as_of={before}")
            assert sum(_amounts(past)) == 0
            if figure == "committed":
                assert sum(await _committed(service, year)) == standing["committed_pence"]
                assert await _committed(service, year, as_of=str(before)) == []
        assert pool.text.count("kitback-chart") == 2
        drawn = re.findall(r"<title>(Net spend, [^<]+)</title>", pool.text)
        assert drawn == ["Net spend, 04K: £620", "Net spend, 52R: £0"]
        counted = _links(pool, "/budget/recycling/movements")
        assert [address for address in counted if "count=issued" in address]
        for query in (
            "/figure?figure=remaining",
            "/figure?figure=net&year=2018-20",
            "/committed?partner=NONE",
            "/committed?partner=04K&as_of=soon",
            f"/statement?year={year}&partner=04K&as_of=9999-13-01",
        ):
            assert (await browser.get(f"/budget{query}")).status_code == 404, query
        for day in ("0001-01-01", "9999-12-31"):
            shown = await browser.get(f"/budget/statement?year={year}&partner=04K&as_of={day}")
            assert shown.status_code == 200


async def _committed(service: httpx.AsyncClient, year: str, **more: str) -> list[int]:
    """What a program reads of the same, a line at a time: no two of one order, and no name."""
    rows: list[dict[str, Any]] = []
    asked = {"partner": "04K", "limit": "1"} | more
    while True:
        answer = await service.get(f"/api/budgets/{year}/committed", params=asked)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        rows += body["results"]
        if body["next"] is None:
            break
        asked["after"] = body["next"]
    assert [row["sku"] for row in rows if row["line"] is not None] == ["CMD01"] * bool(rows)
    assert "Bea" not in answer.text
    return [row["amount_pence"] for row in rows]


def _amounts(answer: httpx.Response) -> list[int]:
    """The amounts of a table's rows, in pence."""
    assert answer.status_code == 200, answer.text
    body = answer.text.partition("<tbody")[2].partition("</tbody>")[0]
    told = re.findall(r">\s*(-?)£([0-9,]+)(?:\.([0-9]{2}))?\s*<", body)
    return [
        (-1 if sign else 1) * (int(whole.replace(",", "")) * 100 + int(pence or 0))
        for sign, whole, pence in told
    ]


async def test_a_past_day_is_shown_as_it_was_posted_by_then(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """By an address or by the form; what is no day is told, and its file is of that day."""
    del service
    today = london_day(datetime.now(UTC))
    year, before = year_of(today), today - timedelta(days=1)
    async with signed_in(app, "holder") as browser:
        assert "Issues £620" in words(await browser.get("/budget"))
        path = f"/budget?year={year_of(before)}&as_of={before}"
        past = await browser.get(path)
        assert f"As posted until {before.day} {before:%B %Y}." in words(past)
        assert "Issues £0" in words(past)
        table = (await browser.get(_links(past, "/budget/file")[0])).text
        assert table.splitlines()[-1].startswith(",The pool,0,0,")
        typed = f"as_of-day={today.day}&as_of-month={today.month}&as_of-year={today.year}"
        assert "Issues £620" in words(await browser.get(f"/budget?year={year}&{typed}"))
        wrong = await browser.get(f"/budget?year={year}&as_of-day=31&as_of-month=2")
        assert wrong.status_code == 422
        assert "As on must be a day that there is" in words(wrong)


async def test_what_there_is_not_is_not_found(app: Litestar, service: httpx.AsyncClient) -> None:
    """A year, a partner, a month, a file."""
    del service
    async with signed_in(app, "holder") as browser:
        for query in (
            "?year=2018-20",
            "/partner?year=2018-19&partner=NONE",
            "/partner?year=x&partner=04K",
            "/statement?year=2018-19&partner=04K&month=2019-04",
            "/statement?year=2018-19&partner=%EF%BF%BD&month=2018-10",
            "/statement/file?year=2018-19&partner=04K&month=2018-10&format=pdf",
        ):
            assert (await browser.get(f"/budget{query}")).status_code == 404, query


async def test_a_closed_month_says_so(app: Litestar, service: httpx.AsyncClient) -> None:
    """By whom and when; what comes late afterwards is marked."""
    last = london_day(datetime.now(UTC)).replace(day=1) - timedelta(days=1)
    at = datetime(last.year, last.month, 15, 12, tzinfo=UTC).isoformat()
    for turn in range(2):
        [item] = await stock(service, "BED01")
        fields = {"person": await person(service, name=f"Ada {turn}"), "occurred_at": at}
        await send(service, scan(item["code"], "deliver", **fields))
        if not turn:
            path = f"/api/budgets/{year_of(last)}/close"
            answer = await service.post(path, json={"month": f"{last:%Y-%m}"})
            assert answer.status_code == 200, answer.text
    async with signed_in(app, "holder") as browser:
        pool = await browser.get(f"/budget?year={year_of(last)}")
        assert f"{last:%B %Y}" in words(pool)
        partner = await browser.get(_links(pool, "/budget/partner")[0])
        assert "Closed" in words(partner)
        month = _links(await browser.get("/budget"), "/budget/partner")[0]
        opened = await browser.get(_links(await browser.get(month), "/budget/statement?")[-1])
        assert "Late" in words(opened)


def _links(answer: httpx.Response, to: str) -> list[str]:
    """The addresses on a page that begin so."""
    assert answer.status_code == 200, answer.text
    found = re.findall(r'href="([^"]+)"', answer.text)
    return [each.replace("&amp;", "&") for each in found if each.startswith(to)]


async def test_a_month_says_why_it_was_dear(app: Litestar, service: httpx.AsyncClient) -> None:
    """The pool leads to its months, a month to what is behind each of its amounts."""
    today = london_day(datetime.now(UTC))
    [item] = await stock(service, "BED01")
    last = today.replace(day=1) - timedelta(days=1)
    before = datetime(last.year, last.month, last.day, 12, tzinfo=UTC)
    them = await person(service, name="Cy")
    await send(service, scan(item["code"], "deliver", person=them, occurred_at=before.isoformat()))
    async with signed_in(app, "holder") as browser:
        year = year_of(last)
        pool = await browser.get(f"/budget?year={year}")
        address = next(each for each in _links(pool, "/budget/month") if f"{last:%Y-%m}" in each)
        first = words(await browser.get(address))
        assert f"{last:%B} came to £620. There is no month before it to compare." in first
        month = await browser.get(f"/budget/month?year={year_of(today)}&month={today:%Y-%m}")
        shown = words(month)
        assert "comes to £620: as much as the month before it, which is £620." in shown
        assert "Product Profiling bed" in shown
        assert "1 item went out, worth £620; in an average month it is 1.0 items" in shown
        behind = next(
            each for each in _links(month, "/budget/recycling/movements") if "sku" in each
        )
        assert item["code"] not in words(await browser.get(behind))
        assert "BED01" in words(await browser.get(behind))
        [statement] = [each for each in _links(month, "/budget/statement") if "04K" in each]
        assert "Issue of BED01" in words(await browser.get(statement))
