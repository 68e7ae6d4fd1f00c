"""Visits on pages: asked for, found, moved, called off, and what came of them."""

import re
from typing import Final
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from api.paging import cursor_of
from tests.filled import Filled, as_admin
from tests.logistics.calling import collection, on_loan, open_rounds, order, somebody, stock, told
from tests.web.conftest import signed_in
from tests.web.ordering import staff, words

Fields = dict[str, str | list[str]]


async def _furnish(admin: httpx.AsyncClient) -> str:
    """People of each role that goes to pages, and somebody who lives at home."""
    await open_rounds(admin)
    for role in ("prescriber", "coordinator", "technician", "depot", "auditor"):
        await staff(admin, role, role)
    return await somebody(admin, address="1 <i>High</i> St")


BEGINNING: Final = as_admin(_furnish)


@pytest.fixture
def ada(begun: Filled[str]) -> str:
    """Somebody who lives at home; there are people of each role that goes to pages."""
    return begun.told


async def _form(browser: httpx.AsyncClient, path: str) -> Fields:
    """What a form sends where nothing more is typed."""
    page = await browser.get(path)
    assert page.status_code == 200, page.text
    fields: Fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    fields |= dict(re.findall(r'name="([^"]+)" type="text" value="([^"]*)"', page.text))
    return fields


def _visit_of(answer: httpx.Response) -> UUID:
    assert answer.status_code == 303, words(answer)
    return UUID(answer.headers["Location"].rsplit("/", 1)[-1])


async def test_a_prescriber_asks_for_what_is_not_needed_any_more(
    app: Litestar, admin: httpx.AsyncClient, ada: str
) -> None:
    """From the person's page, ticked; the form sent twice asks once; no tick is a fault."""
    chair, bed = await on_loan(admin, ada), await on_loan(admin, ada, "BED01")
    async with signed_in(app, "prescriber") as nurse:
        path = f"/people/{ada}/collection"
        assert path in (await nurse.get(f"/people/{ada}")).text
        typed = await _form(nurse, path)
        refused = await nurse.post(path, data=typed)
        assert refused.status_code == 422
        assert "What is to be collected" in words(refused)
        typed |= {"items": [chair], "reason": "Better <b>", "window_from": "09:00"}
        refused = await nurse.post(path, data=typed)
        assert refused.status_code == 422
        typed |= {"window_to": "11:00"}
        first, again = [_visit_of(await nurse.post(path, data=typed)) for _ in range(2)]
        assert first == again
        page = await nurse.get(f"/visits/{first}")
        assert "9am to 11am" in words(page)
        assert "Better &lt;b&gt;" in page.text
        assert bed not in page.text
        assert "Say what came of it" not in page.text
        refused = await nurse.post(path, data=typed | {"id": str(UUID(int=7))})
        assert "A visit is to be made for" in words(refused)
    assert [v["id"] for v in (await told(admin, "visits"))["results"]] == [str(first)]


async def test_who_it_is_for_is_told_to_those_who_see_the_person(
    app: Litestar, admin: httpx.AsyncClient, ada: str
) -> None:
    """The depot sees what goes, and not to whom; another partner's prescriber finds nothing."""
    await on_loan(admin, ada)
    visit = (await collection(admin, ada))["id"]
    await staff(admin, "elsewhere", "prescriber", partner="52R")
    for name, sees in (("coordinator", True), ("depot", False)):
        async with signed_in(app, name) as browser:
            page = await browser.get(f"/visits/{visit}")
            assert "Commode" in page.text
            assert ("1 &lt;i&gt;High&lt;/i&gt; St" in page.text) is sees
            assert ("Ada" in words(page)) is sees
            assert "Commode" in (await browser.get("/visits")).text
    async with signed_in(app, "elsewhere") as browser:
        assert (await browser.get(f"/visits/{visit}")).status_code == 404
        assert visit not in (await browser.get("/visits")).text


async def test_the_list_goes_on_after_its_page(
    app: Litestar, admin: httpx.AsyncClient, ada: str
) -> None:
    """From the day and the place in it that the page before has come to."""
    await on_loan(admin, ada)
    visit = await collection(admin, ada)
    async with signed_in(app, "coordinator") as office:
        for day, there in (("2000-01-01", True), ("2999-12-31", False)):
            page = await office.get("/visits", params={"after": cursor_of((day, 1))})
            assert page.status_code == 200
            assert (f"/visits/{visit['id']}" in page.text) == there


async def test_a_failed_visit_says_why_and_whose_fault_and_comes_again(
    app: Litestar, admin: httpx.AsyncClient, ada: str
) -> None:
    """Without both it comes back; then its page leads to the visit that follows."""
    await on_loan(admin, ada)
    visit = (await collection(admin, ada))["id"]
    async with signed_in(app, "technician") as crew:
        path = f"/visits/{visit}/outcome"
        typed = await _form(crew, path)
        refused = await crew.post(path, data=typed)
        assert "Answer “What came of the visit?”" in words(refused)
        typed |= {"outcome": "failed"}
        refused = await crew.post(path, data=typed)
        assert "Say why the visit failed." in words(refused)
        assert "Say whose fault it was" in words(refused)
        typed |= {"fault": "person", "reason": "Nobody <b>at home"}
        for _ in range(2):
            assert _visit_of(await crew.post(path, data=typed)) == UUID(visit)
    async with signed_in(app, "coordinator") as browser:
        page = await browser.get(f"/visits/{visit}")
        assert "The person&#39;s, such as nobody at home" in page.text
        assert "Nobody &lt;b&gt;at home" in page.text
        [again] = re.findall(r'href="/visits/([0-9a-f-]+)">The visit that follows', page.text)
        page = await browser.get(f"/visits/{again}")
        assert "This is try 2" in words(page)
        assert f"/visits/{visit}" in page.text


async def test_what_was_refused_at_the_door_is_said_line_by_line(
    app: Litestar, admin: httpx.AsyncClient, ada: str
) -> None:
    """The other lines went as planned."""
    for sku in ("CMD01", "BED01"):
        await on_loan(admin, ada, sku)
    visit = await collection(admin, ada)
    async with signed_in(app, "coordinator") as browser:
        path = f"/visits/{visit['id']}/outcome"
        typed = await _form(browser, path) | {"outcome": "done"}
        typed[f"line-{visit['lines'][0]['id']}"] = "refused"
        await browser.post(path, data=typed)
    ended = await told(admin, f"visits/{visit['id']}")
    assert [line["outcome"] for line in ended["lines"]] == ["refused", "collected"]


async def test_a_visit_is_moved_by_the_version_that_was_seen(
    app: Litestar, admin: httpx.AsyncClient, ada: str
) -> None:
    """A second coordinator, who saw the one before, changes nothing and is told."""
    await on_loan(admin, ada)
    visit = (await collection(admin, ada))["id"]
    async with signed_in(app, "coordinator") as browser:
        path = f"/visits/{visit}/change"
        typed = await _form(browser, path) | {"window_from": "13:00", "window_to": "15:00"}
        assert _visit_of(await browser.post(path, data=typed)) == UUID(visit)
        refused = await browser.post(path, data=typed | {"window_from": "08:00"})
        assert refused.status_code == 422
        assert "Somebody else has changed this" in words(refused)
        typed = await _form(browser, path) | {"window_from": "16:00", "window_to": "15:00"}
        assert "Write a time after it begins" in words(await browser.post(path, data=typed))
        assert "1pm to 3pm" in words(await browser.get(f"/visits/{visit}"))


async def test_a_visit_is_called_off_with_why_but_not_an_order_with_it(
    app: Litestar, admin: httpx.AsyncClient, ada: str
) -> None:
    """Something on order is to be delivered all the same."""
    await stock(admin)
    placed = await order(admin, ada)
    [delivery] = (await told(admin, "visits"))["results"]
    await on_loan(admin, await somebody(admin, name="Bob", postcode="NG2 5FB"), "BED01")
    async with signed_in(app, "coordinator") as browser:
        path = f"/visits/{delivery['id']}/cancel"
        assert "Answer “Why is it not needed any more?”" in words(
            await browser.post(path, data={"reason": " "})
        )
        refused = await browser.post(path, data={"reason": "A mistake"})
        assert "cancel the order" in words(refused)
        page = await browser.get(f"/visits/{delivery['id']}")
        assert f"/orders/{placed['id']}" in page.text


async def test_a_strangers_request_becomes_a_visit_in_two_clicks(
    app: Litestar, admin: httpx.AsyncClient, stranger: httpx.AsyncClient, ada: str
) -> None:
    """The visit that made itself is shown; once called off, it is made again from the list."""
    code = await on_loan(admin, ada)
    item = await told(admin, f"items/{code}")
    form = await stranger.get(f"/8004/{item['giai']}/collection")
    [number] = re.findall(r'name="form" value="([^"]+)"', form.text)
    sent = {"form": number, "everything": "no", "first_name": "<b>Eve"}
    assert (await stranger.post(f"/8004/{item['giai']}/collection", data=sent)).status_code == 303
    async with signed_in(app, "coordinator") as browser:
        page = await browser.get("/requests")
        [path] = re.findall(r'href="(/requests/[0-9a-f-]+)"', page.text)
        page = await browser.get(path)
        assert "&lt;b&gt;Eve" in page.text
        [visit] = re.findall(r'href="/visits/([0-9a-f-]+)"', page.text)
        assert "Make a collection visit" not in page.text
        called_off = await browser.post(f"/visits/{visit}/cancel", data={"reason": "Not yet"})
        assert called_off.status_code == 303, words(called_off)
        typed = await _form(browser, path)
        made = [_visit_of(await browser.post(f"{path}/visit", data=typed)) for _ in range(2)]
        assert made[0] == made[1] != UUID(visit)
        assert path not in (await browser.get("/requests")).text
        assert "A visit was made of it." in words(await browser.get(path))


async def test_a_request_is_settled_with_what_was_done(
    app: Litestar, admin: httpx.AsyncClient, stranger: httpx.AsyncClient, ada: str
) -> None:
    """An auditor reads it and settles nothing; of what is at nobody's home, no visit is made."""
    assert ada
    [code] = await stock(admin)
    item = await told(admin, f"items/{code}")
    form = await stranger.get(f"/8004/{item['giai']}/fault")
    [number] = re.findall(r'name="form" value="([^"]+)"', form.text)
    sent = {"form": number, "message": "It wobbles"}
    assert (await stranger.post(f"/8004/{item['giai']}/fault", data=sent)).status_code == 303
    async with signed_in(app, "auditor") as browser:
        [path] = re.findall(r'href="(/requests/[0-9a-f-]+)"', (await browser.get("/requests")).text)
        assert "Settle" not in words(await browser.get(path)).replace("Settled", "")
    async with signed_in(app, "coordinator") as browser:
        assert "Make a repair visit" not in (await browser.get(path)).text
        refused = await browser.post(f"{path}/settle", data={"note": " "})
        assert "Say what was done" in words(refused)
        refused = await browser.post(f"{path}/visit", data={"id": str(UUID(int=8))})
        assert "Nobody has this" in words(refused)
        answer = await browser.post(f"{path}/settle", data={"note": "Was on our shelf"})
        assert answer.status_code == 303
        again = await browser.post(f"{path}/settle", data={"note": "Again"})
        assert "has settled this request already" in words(again)
