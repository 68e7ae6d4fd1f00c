"""Where the year ends and who owes what, on pages: what is drawn is what the tables say."""

import re
from datetime import UTC, date, datetime
from typing import Final
from xml.etree import ElementTree as ET

import httpx
import pytest
from litestar import Litestar

from budget.forecasting.kept import make_due
from budget.forecasting.what_if import Change, Part, what_if
from tests.budget.posting import post_all
from tests.filled import as_admin
from tests.web.conftest import signed_in
from tests.web.forms import forms_of
from tests.web.ordering import open_service, staff, words
from web.pool.year_words import about

SVG = "{http://www.w3.org/2000/svg}"
YEAR = "2018-19"


async def _furnish(admin: httpx.AsyncClient) -> None:
    """A year and a half of postings until February 2019, and two who hold budgets."""
    await open_service(admin)
    for name in ("ada", "bob"):
        await staff(admin, name, "budget_holder")
    plan = {"contributions": {"04K": 3_000_000, "52R": 1_000_000}}
    assert (await admin.put(f"/api/budgets/{YEAR}", json=plan)).is_success
    await post_all(
        {
            (date(2017 + (month + 8) // 12, (month + 8) % 12 + 1, 5), ods, account): pence
            for month in range(18)
            for ods, account, pence in (
                ("04K", "issues", 200_000 + 1_000 * month + month * month % 7 * 9_000),
                ("04K", "credits", -50_000),
                ("52R", "activity", 90_000),
            )
        }
    )


BEGINNING: Final = as_admin(_furnish)


@pytest.fixture
def service(admin: httpx.AsyncClient) -> httpx.AsyncClient:
    """The administrator of it."""
    return admin


# A cell's heading is in it for telephones alone, and is told by the table.
_HIDDEN: Final = r"<span[^>]*aria-hidden[^>]*>.*?</span>|<[^>]*>"


def _tables(answer: httpx.Response) -> dict[str, list[list[str]]]:
    """The rows of each table, by its caption."""
    found = {}
    for table in re.findall(r"<table.*?</table>", answer.text, re.DOTALL):
        [caption] = re.findall(r"<caption[^>]*>(.*?)</caption>", table, re.DOTALL)
        body = table.split("<tbody")[1]
        rows = re.findall(r"<tr.*?</tr>", body, re.DOTALL)
        cells = [re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL) for row in rows]
        found[caption.strip()] = [
            [re.sub(_HIDDEN, "", cell, flags=re.DOTALL).strip() for cell in row]
            for row in cells
        ]  # fmt: skip
    return found


def _told(answer: httpx.Response, name: str) -> list[str]:
    """What each mark of a picture says."""
    [drawn] = re.findall(rf"<svg[^>]*{name}-title.*?</svg>", answer.text, re.DOTALL)
    return [each.text or "" for each in ET.fromstring(drawn).iter(f"{SVG}title")][1:]  # noqa: S314 - our own


async def test_the_pool_says_first_where_the_year_ends(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """As on a day; how that was worked out is one step away, and its pictures are its table."""
    await make_due(datetime.now(UTC))
    async with signed_in(app, "ada") as browser:
        ended = words(await browser.get(f"/budget?year={YEAR}"))
        spent = (await service.get(f"/api/budgets/{YEAR}")).json()["pool"]["net_pence"]
        assert f"We spent {about(spent)} of £40,000 by 31 March 2019." in ended
        address = f"/budget/forecast?year={YEAR}&as_of=2018-12-20"
        page = await browser.get(address)
        said = words(page)
        whole = (await service.get(f"/api/budgets/{YEAR}/forecast?as_of=2018-12-20")).json()
        assert f"We expect to spend {about(whole['forecast_pence'])} of £40,000" in said
        assert "by 31 March. It could be between" in said
        assert "The same months of the year before" in said
        assert "after that day, from the months before it" in said
        assert "a forecast was off by" in said
        rows = _tables(page)["Month by month"]
        assert len(rows) == 12
        drawn = _told(page, "year")
        for row in rows:
            month = row[0][:3]
            value = about(round(float(row[2].replace("£", "").replace(",", "")) * 100))
            kind = "Spent" if row[3] == "As spent" else "Expected by then"
            assert f"{kind}, {month}: {value}" in drawn
        monthly = _told(page, "months")
        assert [each.split(", ")[1][:3] for each in monthly] == [row[0][:3] for row in rows[:9]]
        assert whole["expected"][-1]["expected_pence"] == whole["forecast_pence"]
        assert len(whole["errors"]["rows"]) >= 3
        # Each partner's past errors stand beside its range, and the pool's last.
        series = {each["ods"]: each for each in whole["errors"]["series"]}
        months = len(whole["errors"]["rows"])
        for was in (series["04K"], series[None]):
            assert f"Off by {was['off']:.1%} {was['within']} of {months} in range" in said


async def test_what_if_is_the_year_again_and_stands_in_the_address(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """By the formulae on the page; what is no number is said beside its field."""
    async with signed_in(app, "ada") as browser:
        address = f"/budget/forecast?year={YEAR}&as_of=2018-12-20"
        page = await browser.get(f"{address}&need=10&prices=5")
        said = words(page)
        assert "The year would come to" in said
        assert "Issues left * (1 + need) * (1 + prices)." in said
        [form] = [each for each in forms_of(page.text) if "/budget/forecast" in each.action]
        assert {"year", "as_of"} <= set(form.hidden)
        for query in ("need=ten", "recycling=101", "prices=9999", "need=-91"):
            wrong = await browser.get(f"{address}&{query}")
            assert wrong.status_code == 422, query
            assert "There is a problem" in words(wrong)
        for query in ("?year=2018-20", f"?year={YEAR}&as_of=soon"):
            assert (await browser.get(f"/budget/forecast{query}")).status_code == 404
    path = f"/api/budgets/{YEAR}/what-if?as_of=2018-12-20"
    asked = (await service.get(f"{path}&need_percent=10&prices_percent=5")).json()
    left, changed = asked["left"], asked["left_changed"]
    assert changed["issues_pence"] == pytest.approx(left["issues_pence"] * 1.155, abs=1)
    assert changed["activity_pence"] == pytest.approx(left["activity_pence"] * 1.1, abs=1)
    assert (
        asked["forecast_pence"]
        + sum(
            sign * (changed[name] - left[name])
            for name, sign in (("issues_pence", 1), ("activity_pence", 1), ("credits_pence", -1))
        )
        == asked["changed_pence"]
    )


@pytest.mark.parametrize(
    ("pence", "said"),
    [
        (710_000_000, "£7.1 million"),
        (99_951_049, "£1,000,000"),
        (12_345_678, "£123,000"),
        (1_234_567, "£12,300"),
        (-74_050, "-£740"),
        (0, "£0"),
    ],
)
def test_money_is_said_as_one_says_it(pence: int, said: str) -> None:
    """To three figures or so: the tables have the pence."""
    assert about(pence) == said


def test_less_recycling_costs_what_its_points_are_worth() -> None:
    """A point of the whole year is a point of the credits."""
    found = what_if(Part(1_000, 100, 400), 700, 0.8, Change(recycling_percent=75))
    assert (found.left.issues_pence, found.left.credits_pence) == (1_000, 400)
    assert found.changed_pence - found.forecast_pence == 25
    assert found.point_pence == 10
    unknown = what_if(Part(1_000, 100, 400), 700, None, Change(recycling_percent=75))
    assert (unknown.changed_pence, unknown.point_pence) == (unknown.forecast_pence, None)


async def test_an_agreement_is_proposed_by_one_and_approved_by_another(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """Sent twice it is one; what each would owe follows it, and comes to what was spent."""
    async with signed_in(app, "ada") as ada, signed_in(app, "bob") as bob:
        assert "Nothing was agreed" in words(await ada.get(f"/budget/shares?year={YEAR}"))
        page = await ada.get(f"/budget/shares/new?year={YEAR}")
        [form] = [each for each in forms_of(page.text) if each.action.endswith("/shares/new")]
        typed = {"equipment_by_use_percent": "40", "share-04K": "62.5", "share-52R": "37.5%",
            "cap_percent": "10", "reason": "Board"}  # fmt: skip
        pairs = dict(form.pairs) | typed
        made = [await ada.post("/budget/shares/new", data=pairs) for _ in range(2)]
        assert {each.headers.get("Location") for each in made} == {made[0].headers["Location"]}
        path = made[0].headers["Location"]
        assert "somebody else decides" in words(await ada.get(path))
        assert (await ada.post(f"{path}/approve")).status_code == 422
        assert (await bob.post(f"{path}/decline", data={"answer": " "})).status_code == 422
        assert (await bob.post(f"{path}/approve")).status_code == 303
        shown = await bob.get(f"/budget/shares?year={YEAR}")
        rows = _tables(shown)["What each would owe"]
        assert rows[-1][2] == rows[-1][3] == rows[-1][5]
        assert "Equipment" in words(shown)
        for wrong, told in (
            ({"share-04K": "62.555"}, "Write a percentage"),
            ({"share-04K": "60"}, "something else than 100%"),
            ({"holds_from-day": "2"}, "first day of a month"),
            ({"equipment_by_use_percent": "101"}, "at most 100"),
            ({"year": "2018-20"}, "no such financial year"),
        ):
            kept = [pair for pair in pairs.items() if pair[0] not in {"id", *wrong}]
            answer = await ada.post(
                "/budget/shares/new",
                data={**dict(kept), "id": "6d1b7a3e-8f0c-4e21-9d62-0d3c6f8f7a11", **wrong},
            )
            assert answer.status_code in {404, 422}, wrong
            assert told in words(answer), wrong
    assert len((await service.get("/api/sharing")).json()["results"]) == 1
