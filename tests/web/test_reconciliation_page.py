"""Reconciliation on a page: a year by its sums, a month by what differs and why."""

from datetime import UTC, datetime

import httpx
from litestar import Litestar

from budget.years import london_day, year_of
from tests.api.members import scan, send
from tests.web.conftest import signed_in
from tests.web.ordering import open_service, person, staff, stock, words


async def test_a_year_opens_into_its_months(app: Litestar, admin: httpx.AsyncClient) -> None:
    """What agrees says so; a month that there is not is not found."""
    await open_service(admin)
    await staff(admin, "holder", "budget_holder")
    [bed] = await stock(admin, "BED01")
    delivery = scan(bed["code"], "deliver", person=await person(admin))
    await send(admin, delivery)
    today = london_day(datetime.now(UTC))
    year, path = year_of(today), "/budget/reconciliation"
    async with signed_in(app, "holder") as browser:
        whole = await browser.get(path)
        assert f"{today:%B %Y} Ledger £620 Movements £620 Difference £0" in words(whole)
        assert "Exact at" in words(whole)
        month = f"{path}?year={year}&month={today:%Y-%m}"
        assert month.replace("&", "&amp;") in whole.text
        assert "Ledger and movements agree." in words(await browser.get(month))
        assert "Visits Ledger £0 Movements £0 Difference £0" in words(await browser.get(month))
        await send(admin, scan(bed["code"], "transfer", funder="52R"))
        await send(admin, scan(bed["code"], "return", depot="D1"))
        waits = words(await browser.get(path))
        assert "Value Counts £620 Items £620 Difference £0" in waits
        for query in ("?year=x", f"?year={year}&month=x", f"?year={year}&month=1999-01"):
            assert (await browser.get(path + query)).status_code == 404, query
