"""The parts of an item on a page."""

from typing import Any

import httpx
import pytest
from litestar import Litestar

from equipment.catalogue.handling import Handling, set_handling
from tests.equipment.standing_data import ADMINISTRATOR
from tests.web.conftest import signed_in
from tests.web.forms import forms_of
from tests.web.ordering import staff, words


@pytest.fixture
async def bed(admin: httpx.AsyncClient, item: dict[str, Any]) -> str:
    """A bed with two parts that must come back."""
    await set_handling(ADMINISTRATOR, "BED01", Handling(parts=["Motor", "Handset"]))
    await staff(admin, "dee", "depot", partner=None)
    return str(item["code"])


def _form(page: httpx.Response) -> dict[str, str]:
    [form] = [form for form in forms_of(page.text) if form.action.endswith("/parts")]
    return dict(form.pairs)


async def test_a_part_is_fitted_missed_and_found_on_its_page(app: Litestar, bed: str) -> None:
    """Each by one form, which comes back with what is wrong with it."""
    path = f"/items/{bed}/parts"
    async with signed_in(app, "dee") as browser:
        assert "Its parts" in words(await browser.get(f"/items/{bed}"))
        sent = _form(await browser.get(path))
        fitted = sent | {"part": "Motor", "what": "fit", "serial": "M <1>"}
        for _ in range(2):
            answer = await browser.post(path, data=fitted)
            assert answer.status_code == 303, answer.text
        page = await browser.get(path)
        assert "M &lt;1&gt;" in page.text
        assert "What was taken from it" not in page.text
        sent = _form(page)
        answer = await browser.post(path, data=sent | {"part": "Handset", "what": "found"})
        assert (answer.status_code, "is not missing" in words(answer)) == (422, True)
        answer = await browser.post(path, data=sent | {"part": "Motor", "what": "missing"})
        assert (answer.status_code, "Withdraw it first" in words(answer)) == (422, True)
