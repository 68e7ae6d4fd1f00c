"""What was agreed for a year, on a page: kept as it was typed, and by nobody overwritten."""

import asyncio
from typing import Any, Final

import httpx
import pytest
from litestar import Litestar

from budget import pool
from budget.pool import Tariff, YearPlan
from budget.refusals import Refused
from tests.web.conftest import signed_in
from tests.web.forms import PageForm, forms_of
from tests.web.ordering import open_service, sent, staff, words

YEAR: Final = "2030-31"
PATH: Final = f"/budget/agreed?year={YEAR}"


async def form_of(browser: httpx.AsyncClient) -> PageForm:
    """The form, as it stands by now."""
    page = await browser.get(PATH)
    [form] = [each for each in forms_of(page.text) if each.action.endswith("/agreed")]
    return form


async def save(browser: httpx.AsyncClient, form: PageForm, **typed: str) -> httpx.Response:
    """Send the form with some of its fields typed anew."""
    fields = {name.replace("_of_", "-"): value for name, value in typed.items()}
    pairs = [(name, value) for name, value in form.pairs if name not in fields]
    return await browser.post(form.action, data=sent([*pairs, *fields.items()]))


async def test_a_year_is_agreed_and_changed_by_two_at_once(
    app: Litestar, admin: httpx.AsyncClient
) -> None:
    """Each keeps what the other has written elsewhere, and is told where both wrote."""
    await open_service(admin)
    async with signed_in(app) as ada, signed_in(app) as bob:
        first = await form_of(ada)
        wrong = await save(ada, first, contribution_of_04K="much", clean="10000000")
        assert wrong.status_code == 422
        assert "NHS Rushcliffe must be an amount such as 12 or 12.50." in words(wrong)
        assert "Cleaning must be at most £1,000,000." in words(wrong)
        typed = {"contribution_of_04K": "1,200.00", "delivery_of_next_day": "41", "clean": "0"}
        kept = await save(ada, first, model="pool_stock", **typed)
        assert kept.status_code == 303, words(kept)
        plan = YearPlan(
            {"04K": 120_000},
            Tariff(delivery=pool.DeliveryTariff(next_day=4_100), clean=0),
            model="pool_stock",
        )
        assert await pool.agreed(YEAR) == plan

        hers, his = await form_of(ada), await form_of(bob)
        assert (await save(ada, hers, contribution_of_04K="1500", swap="39")).status_code == 303
        both = await save(bob, his, contribution_of_04K="1600", collection="23")
        assert both.status_code == 422
        assert "changed to “1500.00” by somebody else meanwhile" in words(both)
        [again] = [each for each in forms_of(both.text) if each.action.endswith("/agreed")]
        assert (await save(bob, again, contribution_of_04K="1600")).status_code == 303
        found = await pool.agreed(YEAR)
        assert found is not None
        assert found.contributions == {"04K": 160_000}
        assert (found.tariff.swap, found.tariff.collection) == (3_900, 2_300)
    await staff(admin, "holder", "budget_holder")
    async with signed_in(app, "holder") as holder:
        assert (await holder.get(PATH)).status_code == 403


async def test_of_two_at_the_same_moment_one_is_told(database: str) -> None:
    """Also of a year of which nothing was agreed yet."""
    assert database
    plans = [YearPlan({}, Tariff(swap=pence)) for pence in (1, 2)]

    async def agree(plan: YearPlan) -> Any:
        return await pool.agree("ada", YEAR, plan, instead_of=None)

    answers = await asyncio.gather(*map(agree, plans), return_exceptions=True)
    [refused] = [each for each in answers if isinstance(each, Refused)]
    assert refused.slug == "changed-meanwhile"
    assert await pool.agreed(YEAR) == plans[answers.index(None)]
    with pytest.raises(Refused):
        await agree(YearPlan({}, Tariff(swap=3)))
