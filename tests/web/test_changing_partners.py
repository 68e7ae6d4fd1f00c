"""Nottinghamshire's partners as they changed: six groups became one on 1 April 2020, one later.

By the service's own data (data/partners.csv): old years stay readable by their old names.
"""

import csv
import re
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from litestar import Litestar

from tests.api.members import scan, send
from tests.web.conftest import signed_in
from tests.web.ordering import BED, person, staff, stock, words

_DATA: Final = Path(__file__).parents[2] / "data"
ROWS: Final = list(csv.DictReader(StringIO((_DATA / "partners.csv").read_text(encoding="utf-8"))))
GROUPS: Final = [row for row in ROWS if row["succeeded_by"] == "52R"]
HEIR: Final = "NHS Nottingham and Nottinghamshire CCG"
POOL: Final = 730_000_000
OLD, NEW, LATER = "2018-19", "2020-21", "2022-23"


@pytest.fixture
async def service(admin: httpx.AsyncClient) -> httpx.AsyncClient:
    """Every partner of the file and both successors; a bed of each group's, lent in 2018."""
    successors = [
        {"ods": "52R", "name": HEIR, "kind": "ccg"}, {"ods": "QT1", "name": "ICB", "kind": "icb"},
    ]  # fmt: skip
    for row in (*ROWS, *successors):
        body = {name: row[name] for name in ("ods", "name", "kind")}
        assert (await admin.post("/api/partners", json=body)).is_success
    for row in ROWS:
        if row["succeeded_by"]:
            body = {name: row[name] for name in ("succeeded_by", "succeeded_on")}
            assert (await admin.patch(f"/api/partners/{row['ods']}", json=body)).is_success
    depot = {"code": "D1", "name": "North", "postcode": "NG1 5FS", "kind": "depot"}
    assert (await admin.post("/api/depots", json=depot)).is_success
    assert (await admin.post("/api/products", json=BED)).is_success
    old = {row["ods"]: _share(row) for row in ROWS}
    groups = sum(old.pop(row["ods"]) for row in GROUPS)
    first = {row["ods"]: _share(row) for row in ROWS}
    for year, shares in ((OLD, first), (NEW, old | {"52R": groups})):
        answer = await admin.put(f"/api/budgets/{year}", json={"contributions": shares})
        assert answer.is_success, answer.text
    await staff(admin, "holder", "budget_holder")
    for row in GROUPS:
        await _lent_and_back(admin, row["ods"])
    return admin


def _share(row: dict[str, str]) -> int:
    return int(POOL * float(row["contribution_share_percent"]) / 100)


async def _lent_and_back(admin: httpx.AsyncClient, ods: str) -> None:
    """Lent in October 2018 to somebody of that partner's; fit to lend again in May 2020."""
    [item] = await stock(admin, "BED01")
    lent = datetime(2018, 10, 3, 9, tzinfo=UTC).isoformat()
    back = datetime(2020, 5, 4, 9, tzinfo=UTC).isoformat()
    them = await person(admin, name=f"Somebody of {ods}", funder=ods)
    await send(admin, scan(item["code"], "deliver", person=them, occurred_at=lent))
    for action in ("return", "clean", "pass"):
        fields: dict[str, Any] = {"depot": "D1"} if action == "return" else {}
        await send(admin, scan(item["code"], action, occurred_at=back, **fields))


async def test_old_years_are_read_by_old_names_and_new_ones_by_the_successor(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """Walked from the pool to each statement; a loan's later credit goes to the successor."""
    del service
    async with signed_in(app, "holder") as browser:
        old, new = [words(await browser.get(f"/budget?year={year}")) for year in (OLD, NEW)]
        for row in GROUPS:
            assert row["name"] in old
            assert row["name"] not in new
        assert HEIR in new
        assert HEIR not in old
        assert "NHS Bassetlaw CCG" in old
        assert "NHS Bassetlaw CCG" in new
        for row in GROUPS:
            path = f"/budget/partner?year={OLD}&partner={row['ods']}"
            partner = await browser.get(path)
            assert f"Later, from 1 April 2020 on, what is posted stands with {HEIR}" in words(
                partner
            )
            month = f"/budget/statement?year={OLD}&partner={row['ods']}&month=2018-10"
            drawn = words(await browser.get(month))
            assert f"Statement of {row['name']}, October 2018" in drawn
            assert "Issue of BED01" in drawn
        heir = words(await browser.get(f"/budget/partner?year={NEW}&partner=52R"))
        assert "It took over on 1 April 2020 from NHS Mansfield and Ashfield CCG ," in heir
        drawn = words(await browser.get(f"/budget/statement?year={NEW}&partner=52R&month=2020-05"))
        assert drawn.count("Credit for recycled BED01") == len(GROUPS) == 6


async def test_the_sums_hold_in_every_year(service: httpx.AsyncClient) -> None:
    """Partners' rows sum to the pool's; who joins later contributes and pays from then on."""
    for year in (OLD, NEW, LATER):
        told = (await service.get(f"/api/budgets/{year}")).json()
        for name in ("contribution", "issues", "credits", "activity", "net", "remaining"):
            rows = sum(row[f"{name}_pence"] for row in told["partners"])
            assert rows == told["pool"][f"{name}_pence"], (year, name)
    old, new = [
        {row["ods"]: row for row in (await service.get(f"/api/budgets/{y}")).json()["partners"]}
        for y in (OLD, NEW)
    ]
    assert (old["52R"]["contribution_pence"], old["52R"]["net_pence"]) == (0, 0)
    assert new["52R"]["contribution_pence"] == sum(map(_share, GROUPS))
    assert new["52R"]["credits_pence"] == 6 * 52_700
    assert all(new[row["ods"]]["net_pence"] == 0 for row in GROUPS)
    await _lent_and_back_later(service)


async def _lent_and_back_later(service: httpx.AsyncClient) -> None:
    """Bassetlaw's bed, lent in the groups' time, is the board's from July 2022."""
    [item] = await stock(service, "BED01")
    them = await person(service, name="Of Bassetlaw", funder="02Q")
    for action, on in (
        ("deliver", (2022, 6, 30)),
        ("return", (2022, 7, 1)),
        ("pass", (2022, 7, 1)),
    ):
        at = datetime(*on, 12, tzinfo=UTC).isoformat()
        fields: dict[str, Any] = {"person": them} if action == "deliver" else {"depot": "D1"}
        if action == "pass":
            await send(service, scan(item["code"], "clean", occurred_at=at))
        await send(service, scan(item["code"], action, occurred_at=at, **fields))
    told = (await service.get(f"/api/budgets/{LATER}")).json()
    rows = {row["ods"]: row for row in told["partners"]}
    assert (rows["02Q"]["issues_pence"], rows["02Q"]["credits_pence"]) == (62_000, 0)
    assert (rows["QT1"]["issues_pence"], rows["QT1"]["credits_pence"]) == (0, 52_700)


async def test_each_figure_of_a_statement_opens_into_its_own_postings(
    app: Litestar, service: httpx.AsyncClient
) -> None:
    """And no page, file or answer of the pool's tells a budget holder of any person."""
    del service
    async with signed_in(app, "holder") as browser:
        whole = f"/budget/statement?year={NEW}&partner=52R"
        page = await browser.get(whole)
        links = [each.replace("&amp;", "&") for each in re.findall(r'href="([^"]+)"', page.text)]
        [credited] = [each for each in links if each.endswith("figure=credits")]
        opened = words(await browser.get(credited))
        assert f"Credits of {HEIR}, {NEW}" in opened
        assert "Credit for recycled" in opened
        assert "Cleaning of" not in opened
        seen = [page.text, opened]
        for path in (
            f"{whole}&month=2020-05", f"/budget/partner?year={OLD}&partner=04K",
            f"/budget/statement?year={OLD}&partner=04K&month=2018-10", f"/budget?year={OLD}",
            f"/budget/statement/file?year={OLD}&partner=04K&format=csv", "/budget/charges",
        ):  # fmt: skip
            answer = await browser.get(path)
            assert answer.status_code == 200, path
            seen.append(answer.text)
        items = {each for text in seen for each in re.findall(r'href="(/items/[^"]+)"', text)}
        assert items
        seen += [(await browser.get(link)).text for link in items]
        assert not [text for text in seen if "Somebody of" in text]
