"""The published year beside the played one: there where the demo has played, and nowhere else."""

import httpx
import pytest
from litestar import Litestar

from budget.database import execute
from tests.web.conftest import signed_in
from tests.web.ordering import open_service, staff, words


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("--scale 0.1 --seed 1", "The demo has played 0.1 of a year, 2018-19"),
        ("--scale 1 --seed 7", "The demo has played a whole year, 2018-19"),
    ],
)
async def test_it_is_there_once_the_demo_has_played(
    app: Litestar, admin: httpx.AsyncClient, script: str, told: str
) -> None:
    """Begun is not played; both years stand side by side, with what was assumed."""
    await open_service(admin)
    await staff(admin, "holder", "budget_holder")
    keep = "insert into settings (name, value) values ($1, $2)"
    async with signed_in(app, "holder") as browser:
        for name, value in (("demo begun", script), ("demo loaded", "yes")):
            assert (await browser.get("/budget/published")).status_code == 404
            assert "/budget/published" not in (await browser.get("/budget")).text
            await execute(keep, name, value)
        assert "/budget/published" in (await browser.get("/budget")).text
        page = words(await browser.get("/budget/published"))
        assert told in page
        for published in (
            "£7.3 million, flat for 5 years", "£1.1 million saved", "95%",
            "£25 million to £30 million", "Up 10% a year", "Value returned",
            "Volumes, and the rates at which things come back",
        ):  # fmt: skip
            assert published in page, published
        assert "GBP" not in page
