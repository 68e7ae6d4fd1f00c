"""What is recycled, on pages: by its formulae, each count open into its movements."""

import csv
import html
import re
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Final
from urllib.parse import quote
from zipfile import ZipFile

import httpx
import pytest
from litestar import Litestar

from budget.database import execute
from tests.api.members import scan, send
from tests.filled import as_admin
from tests.web.conftest import signed_in
from tests.web.ordering import open_service, person, place, staff, stock, words

EVIL: Final = "=cmd|'/c calc'!A1"


async def _furnish(admin: httpx.AsyncClient) -> None:
    """A service in which something came back fit, something was scrapped, something waits."""
    await open_service(admin)
    await staff(admin, "holder", "budget_holder")
    who = await person(admin)
    ends = [("clean", "pass"), ("scrap",), ()]
    for item, end in zip(await stock(admin, "BED01", 3), ends, strict=True):
        code = item["code"]
        await send(admin, scan(code, "deliver", person=who), scan(code, "return", depot="D1"))
        for action in end:
            await send(admin, scan(code, action, reason="Worn out"))


BEGINNING: Final = as_admin(_furnish)


@pytest.fixture
def service(admin: httpx.AsyncClient) -> httpx.AsyncClient:
    """The administrator of it."""
    return admin


async def test_each_count_opens_into_movements_that_name_nobody(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """In all and by every key there is; numerator and denominator stand beside the rate."""
    del service
    async with signed_in(app, "holder") as browser:
        whole = await browser.get("/budget/recycling")
        assert "50.0% (1 of 2)" in words(whole)
        assert "made fit / (made fit + scrapped)" in words(whole)
        assert "Purchases avoided" in words(whole)
        assert "Spent " in words(whole)
        for by in ("none", "partner", "sku", "category", "month", "depot", "team", "age"):
            shown = await browser.get(f"/budget/recycling?by={by}")
            opened = list(_links(shown, "/budget/recycling/movements"))
            assert opened
            rest = "In the total alone, as no team has ordered it: issued 3 (£1,860), returned 3"
            assert (rest in words(shown)) == (by == "team"), by
            for address, units in opened:
                rows = await browser.get(address)
                assert rows.status_code == 200
                assert rows.text.count('href="/items/') == units, address
                assert "Ada" not in rows.text
        narrowed = await browser.get("/budget/recycling?by=sku&within=partner:04K")
        assert "Partner: NHS Rushcliffe alone" in words(narrowed)
        assert "50.0% (1 of 2)" in words(narrowed)
        for address, units in _links(narrowed, "/budget/recycling/movements"):
            rows = await browser.get(address)
            assert rows.text.count('href="/items/') == units, address
        reason = next(
            at for at, _ in _links(whole, "/budget/recycling/movements") if "=scrap" in at
        )
        assert "Worn out" in words(await browser.get(reason))


def _links(answer: httpx.Response, to: str) -> Iterator[tuple[str, int]]:
    """The numbers on a page that lead there."""
    assert answer.status_code == 200, answer.text
    for address, text in re.findall(r'href="([^"]+)">([0-9,]+)<', answer.text):
        if address.startswith(to):
            yield html.unescape(address), int(text.replace(",", ""))


async def test_files_hold_the_same_figures_and_no_formula(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """A category that a spreadsheet would take for a formula stays text."""
    await service.get("/api/items")
    await execute("update products set category = $1", EVIL)
    [item] = await stock(service, "BED01")
    await send(service, scan(item["code"], "deliver", person=await person(service, name="Ada B")))
    async with signed_in(app, "holder") as browser:
        file = "/budget/recycling/file?by=category&format="
        table = list(csv.DictReader(StringIO((await browser.get(f"{file}csv")).text)))
        total = table[-1]
        assert (total["key"], total["issued_units"], total["recycling_units"]) == ("", "4", "0.5")
        assert sum(int(row["issued_units"]) for row in table[:-1]) == 4
        assert f"'{EVIL}" in {row["key"] for row in table}
        book = ZipFile(BytesIO((await browser.get(f"{file}xlsx")).content))
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert EVIL in html.unescape(book.read("xl/sharedStrings.xml").decode())
        for page in (
            "recycling/variation?by=partner",
            "recycling/cohorts",
            "recycling/waiting",
            "reconciliation",
        ):
            shown = html.unescape((await browser.get(f"/budget/{page}")).text)
            files = re.findall(r'href="([^"]+/file[^"]+)"', shown)
            lines = list(csv.reader(StringIO((await browser.get(files[0])).text)))
            assert len(lines) > 1, page
            assert {len(row) for row in lines} == {len(lines[0])}, page
            book = ZipFile(BytesIO((await browser.get(files[1])).content))
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
            assert sheet.count("<row ") == len(lines), page


async def test_what_cannot_be_asked_is_told_by_its_field_or_is_not_there(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """On the form as a fault; in an address that nobody typed, as no such figure."""
    del service
    async with signed_in(app, "holder") as browser:
        for query in (
            "from=2018-10-02&to=2018-10-01", "from=x", "from=2018-02-30&to=2018-03-01", "by=nobody",
            "scope=none", "within=04K", "by=partner&within=partner:04K", "from-day=1",
            "to=0000-00-00",
        ):  # fmt: skip
            answer = await browser.get(f"/budget/recycling?{query}")
            assert answer.status_code == 422, query
            assert "There is a problem" in words(answer)
        for query in (
            "movements", "movements?count=waiting", "movements?count=issued&by=month&key=x",
            "movements?count=issued&key=BED01", "movements?count=issued&from=0001-01-01",
            "movements?count=lost&reason=a", "file", "file?format=pdf", "file?format=csv&by=nobody",
        ):  # fmt: skip
            answer = await browser.get(f"/budget/recycling/{query}")
            assert answer.status_code == 404, query
        for day in ("0001-01-01", "9999-12-31"):
            assert (await browser.get(f"/budget/recycling?from={day}&to={day}")).status_code == 200
        odd = quote("\N{PILE OF POO}'\"<")
        address = f"/budget/recycling/movements?count=issued&by=team&key={odd}"
        assert (await browser.get(address)).status_code == 200


async def test_cohorts_say_what_is_not_known_yet_and_waiting_says_how_long(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """Of this month nothing is known after three; what waits links to its items."""
    del service
    async with signed_in(app, "holder") as browser:
        months = await browser.get("/budget/recycling/cohorts")
        [(address, units)] = _links(months, "/budget/recycling/movements")
        assert (await browser.get(address)).text.count('href="/items/') == units
        cohorts = words(months)
        assert "Not yet known" in cohorts
        assert "Back so far" in cohorts
        for key, many in (("04K", True), ("52R", False)):
            path = f"/budget/recycling/cohorts?of=partner&key={key}"
            shown = words(await browser.get(path))
            assert ("Nothing was issued" not in shown) == many
        for query in ("of=partner", "of=nobody", "key=04K", "from=x", "from=0001-01-01"):
            answer = await browser.get(f"/budget/recycling/cohorts?{query}")
            assert answer.status_code == 422, query
        waiting = await browser.get("/budget/recycling/waiting")
        assert "/items?state=returned&amp;depot=D1" in waiting.text
        assert "Worn out" in words(waiting)
        went = list(_links(waiting, "/budget/recycling/movements"))
        assert [units for _, units in went] == [1, 1, 1, 1]
        for address, units in went:
            rows = await browser.get(address)
            assert rows.text.count('href="/items/') == units
            # What somebody typed stands in no address.
            assert "orn" not in address
        assert "Scrapped: Worn out" in words(await browser.get(went[0][0]))
        assert "Nothing is overdue or lost." in words(waiting)
        wrong = await browser.get("/budget/recycling/waiting?from=2001-01-01&to=2018-01-01")
        assert wrong.status_code == 422


async def test_each_funnel_has_its_limits_and_a_table_of_the_same(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """By partner and by team; where nothing is to be compared, it says so."""
    async with signed_in(app, "holder") as browser:
        shown = await browser.get("/budget/recycling/variation?by=partner")
        assert shown.text.count("kitback-chart") == 3
        assert "NHS Rushcliffe (04K)" in words(shown)
        assert "99.8% limit, high" in words(shown)
        assert "Too few to say" in words(shown)
        # What the picture tells of the dot is what stands in its row.
        assert "<title>NHS Rushcliffe (04K), 2: 50%</title>" in shown.text
        assert "NHS Rushcliffe (04K) Part 1 : Made fit, 04K Of 2 Value 50.0%" in words(shown)
        # Each part opens into its movements, and who it is into all its figures.
        for address, units in _links(shown, "/budget/recycling/movements"):
            rows = await browser.get(address)
            assert rows.text.count('href="/items/') == units, address
        assert "within=partner%3A04K" in shown.text
        # Nobody paid in, nobody ordered: nothing to set issues against, and no team.
        assert "There is nothing to compare" in words(shown)
        by_team = await browser.get("/budget/recycling/variation")
        assert "kitback-chart" not in by_team.text
        for query in ("by=sku", "from=x", "from=0001-01-01"):
            answer = await browser.get(f"/budget/recycling/variation?{query}")
            assert answer.status_code == 422, query
    body = (await service.get("/api/recycling/variation?by=partner")).json()
    assert [each["name"] for each in body["measures"]] == ["recycling", "returns", "cost", "issues"]
    [row] = body["measures"][0]["rows"]
    assert (row["part"], row["whole"], row["value"]) == (1, 2, 0.5)


async def test_teams_are_compared_within_a_partner_and_partners_within_a_category(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """By what was counted within that alone, and by who prescribes for that partner."""
    who = {ods: await person(service, name=f"Bea {ods}", funder=ods) for ods in ("04K", "52R")}
    authority = {"level": 4, "order_limit_pence": 10**7}
    ordered = (("north", "04K", "CMD01"), ("north", "52R", "CMD01"), ("south", "52R", "BED02"))
    for team, also in (("north", ["52R"]), ("south", [])):
        own = {"partner": "04K"} if also else {"partner": "52R"}
        await staff(service, team, "prescriber", team=team, also=also, **own, **authority)
    for team, ods, sku in ordered:
        [item] = await stock(service, sku)
        async with signed_in(app, team) as nurse:
            await place(nurse, who[ods], sku)
        await send(service, scan(item["code"], "deliver", person=who[ods]))

    async def compared(query: str) -> dict[str, dict[str, tuple[int, int]]]:
        body = (await service.get(f"/api/recycling/variation?{query}")).json()
        return {
            each["name"]: {row["key"]: (row["part"], row["whole"]) for row in each["rows"]}
            for each in body["measures"]
        }

    within = await compared("by=team&within=partner:52R")
    assert within["issues"] == {"north": (1, 1), "south": (1, 1)}
    assert within["cost"] == {"north": (5_000, 1), "south": (62_000, 1)}
    # Who prescribes for another partner alone is no one to set its issues against.
    assert (await compared("by=team&within=partner:04K"))["issues"] == {"north": (1, 1)}
    beds = await compared("by=partner&within=sku:BED01")
    assert beds["returns"] == {"04K": (3, 3)}
    assert "cost" not in beds
    everything = await compared("by=partner&within=category:Beds")
    assert everything["returns"] == {"04K": (3, 4), "52R": (0, 2)}
    async with signed_in(app, "holder") as browser:
        path = "/budget/recycling/variation?by=team&within=partner:52R"
        shown = await browser.get(path)
        assert "Partner: NHS Elsewhere alone." in words(shown)
        assert "within=partner%3A52R" in shown.text
        for address, units in _links(shown, "/budget/recycling/movements"):
            rows = await browser.get(address)
            assert rows.text.count('href="/items/') == units, address
        # Narrowed by what it is compared by, it is told; what was asked for is still there.
        wrong = await browser.get(path.replace("by=team", "by=partner"))
        assert wrong.status_code == 422
        assert '<option value="partner:52R" selected>' in wrong.text
