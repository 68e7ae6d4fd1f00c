"""What belongs to a person, on pages: addresses, stays, the key safe, and two records made one."""

from datetime import date, datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from litestar import Litestar

from budget.years import LONDON
from tests.filled import Filled, as_admin
from tests.web.conftest import signed_in
from tests.web.ordering import NUMBER, open_service, person, staff, words

OTHER_NUMBER = "9990000026"


def _today() -> date:
    return datetime.now(LONDON).date()


async def _furnish(admin: httpx.AsyncClient) -> str:
    """A nurse, a coordinator, a technician, and somebody at home."""
    await open_service(admin)
    for role in ("prescriber", "coordinator", "technician"):
        await staff(admin, role, role)
    return await person(admin, address="1 High St", nhs_number=NUMBER, born="1941-05-06")


BEGINNING: Final = as_admin(_furnish)


@pytest.fixture
def ada(begun: Filled[str]) -> str:
    """Somebody at home; there are a nurse, a coordinator and a technician."""
    return begun.told


def stay(**fields: str) -> dict[str, str]:
    """Fill in a week at a daughter's, from today."""
    days: dict[str, str] = {}
    today = _today()
    for name, day in (("from", today), ("to", today + timedelta(days=7))):
        days |= {f"{name}-day": str(day.day), f"{name}-month": str(day.month)}
        days |= {f"{name}-year": str(day.year)}
    typed = {"address": "5 <i>Mill</i> Lane", "postcode": "ng241aa", "reason": "respite"}
    return days | typed | fields


async def test_a_stay_is_added_once_seen_and_ended(app: Litestar, ada: str) -> None:
    """Sent twice it is one; the address of today is marked; it ends when it is said to."""
    async with signed_in(app, "prescriber") as nurse:
        today = _today()
        typed = stay(id="6b1f8a1e-52a5-4d7e-8f6e-0d5b3b0c9d11")
        for _ in range(2):
            answer = await nurse.post(f"/people/{ada}/addresses/new", data=typed)
            assert answer.status_code == 303, words(answer)
        page = await nurse.get(f"/people/{ada}/addresses")
        assert page.text.count("5 &lt;i&gt;Mill&lt;/i&gt; Lane") == 1
        assert "NG24 1AA" in words(page)
        assert "Temporary respite Today" in words(page)
        [link] = [part.split('"')[0] for part in page.text.split('href="') if "/addresses/" in part
                  and not part.split('"')[0].endswith("new")]  # fmt: skip
        first = await nurse.get(link)
        assert f'value="{(today + timedelta(days=7)).day}"' in first.text
        early = {"to-day": "1", "to-month": "1", "to-year": "2020"}
        refused = await nurse.post(link, data=early)
        assert "Last day there lies before the first day." in words(refused)
        ends = {"to-day": str(today.day), "to-month": str(today.month), "to-year": str(today.year)}
        assert (await nurse.post(link, data=ends)).status_code == 303
        assert f"Staying until {today.day} " in words(await nurse.get(f"/people/{ada}"))


async def test_a_stay_that_cannot_be_comes_back_as_it_was_typed(app: Litestar, ada: str) -> None:
    """Without an address, ending before it begins, or while they are somewhere else."""
    async with signed_in(app, "prescriber") as nurse:
        for wrong, said in (
            ({"address": ""}, "Enter the address."),
            ({"to-year": "2020"}, "Last day there lies before the first day."),
            ({"postcode": "nowhere"}, "Write a postcode of the United Kingdom"),
        ):
            answer = await nurse.post(f"/people/{ada}/addresses/new", data=stay(**wrong))
            assert (answer.status_code, said in words(answer)) == (422, True), words(answer)
            assert "respite" in answer.text
        assert (await nurse.post(f"/people/{ada}/addresses/new", data=stay())).status_code == 303
        answer = await nurse.post(f"/people/{ada}/addresses/new", data=stay(address="2 Elm Rd"))
        assert (answer.status_code, "change that stay first" in words(answer)) == (422, True)


async def test_nobody_changes_a_stay_of_somebody_else(
    admin: httpx.AsyncClient, app: Litestar, ada: str
) -> None:
    """Nor a home, nor what is not there: one answer for all."""
    bob = await person(admin, name="Bob")
    assert (await admin.get(f"/api/people/{ada}/addresses")).json()["results"][0]["id"]
    async with signed_in(app, "prescriber") as nurse:
        await nurse.post(f"/people/{ada}/addresses/new", data=stay())
        found = (await admin.get(f"/api/people/{ada}/addresses")).json()["results"]
        home, away = (each["id"] for each in found)
        for path in (f"/people/{bob}/addresses/{away}", f"/people/{ada}/addresses/{home}"):
            assert (await nurse.get(path)).status_code == 404
            assert (await nurse.post(path, data=stay())).status_code == 404


async def test_a_move_keeps_the_earlier_address(app: Litestar, ada: str) -> None:
    """In the history; nothing is moved without an address."""
    async with signed_in(app, "prescriber") as nurse:
        empty = await nurse.post(f"/people/{ada}/move", data={"address": "", "postcode": ""})
        assert "Enter the new address." in words(empty)
        assert "Enter the new postcode." in words(empty)
        new = {"address": "9 Park Row", "postcode": "NG1 6EE"}
        assert (await nurse.post(f"/people/{ada}/move", data=new)).status_code == 303
        page = words(await nurse.get(f"/people/{ada}/addresses"))
        assert page.index("9 Park Row") < page.index("1 High St")
        assert "They live there still" in page[: page.index("1 High St")]
        assert f"They moved on {_today().day} " in page[page.index("1 High St") :]
        assert "9 Park Row, NG1 6EE" in words(await nurse.get(f"/people/{ada}"))


async def test_a_key_safe_is_set_and_forgotten_and_never_shown(app: Litestar, ada: str) -> None:
    """Not to whoever set it, nor to a technician who does not go there today."""
    async with signed_in(app, "prescriber") as nurse, signed_in(app, "technician") as tess:
        path = f"/people/{ada}/key-safe"
        assert "Enter the code of the key safe." in words(await nurse.post(path, data={"code": ""}))
        assert (await nurse.post(path, data={"code": "C4711"})).status_code == 303
        for answer in (await nurse.get(f"/people/{ada}"), await nurse.get(path)):
            assert "A code is known" in words(answer)
            assert "C4711" not in answer.text
        assert (await tess.get(f"{path}/code")).status_code == 404
        assert (await nurse.get(f"{path}/code")).status_code == 403
        assert (await nurse.post(path, data={"forget": "yes"})).status_code == 303
        assert "No code is known" in words(await nurse.get(path))


async def test_two_records_are_compared_and_made_one(
    admin: httpx.AsyncClient, app: Litestar, ada: str
) -> None:
    """Found by likeness or number; the one that was chosen goes on, the other leads to it."""
    twin = await person(
        admin, name="Ada", born="1941-05-06", phone="0115 4960000", nhs_number=OTHER_NUMBER
    )
    async with signed_in(app, "coordinator") as jo:
        assert f'href="/people/{ada}/merge/{twin}"' in (await jo.get(f"/people/{ada}/merge")).text
        found = await jo.post(f"/people/{ada}/merge", data={"nhs_number": "999 000 0026"})
        assert found.headers["Location"] == f"/people/{ada}/merge/{twin}"
        path = f"/people/{ada}/merge/{twin}"
        shown = words(await jo.get(path))
        assert "999 000 0018" in shown
        assert "0115 4960000" in shown
        typed: dict[str, Any] = {"keep": twin, "reason": "the same street and day of birth"}
        numberless = await jo.post(path, data=typed)
        assert "Answer “Which NHS number is right?”" in words(numberless)
        done = await jo.post(path, data=typed | {"nhs_number": NUMBER})
        assert (done.status_code, done.headers["Location"]) == (303, f"/people/{twin}")
        assert (await jo.get(f"/people/{ada}")).headers["Location"] == f"/people/{twin}"
        page = words(await jo.get(f"/people/{twin}"))
        assert "999 000 0018" in page
        assert "1 High St" not in page or "0115 4960000" in page
        assert (await jo.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"keep": ""}, "How do you know"),
        ({"reason": "seen"}, "Answer “Which record goes on?”"),
        ({"keep": "6b1f8a1e-52a5-4d7e-8f6e-0d5b3b0c9d11", "reason": "seen"}, "Which record"),
    ],
)  # fmt: skip
async def test_nothing_is_merged_that_was_not_said(
    admin: httpx.AsyncClient, app: Litestar, ada: str, typed: dict[str, str], said: str
) -> None:
    """Neither without a reason, nor without a choice, nor with a record that is neither."""
    twin = await person(admin, name="Ada Twin")
    async with signed_in(app, "coordinator") as jo:
        answer = await jo.post(f"/people/{ada}/merge/{twin}", data=typed)
        assert answer.status_code == 422
        assert said in words(answer)
        assert "There is a problem" in words(answer)
        assert (await jo.get(f"/people/{twin}")).status_code == 200


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter the NHS number."),
        ("999 000 0018", "is on the record that you come from"),
        (OTHER_NUMBER, "Nobody whom you may see"),
        ("123", "NHS number"),
    ],
)
async def test_a_number_that_leads_to_no_other_record_is_told_so(
    app: Litestar, ada: str, typed: str, said: str
) -> None:
    """In its own words, and what was typed stays."""
    async with signed_in(app, "coordinator") as jo:
        answer = await jo.post(f"/people/{ada}/merge", data={"nhs_number": typed})
        assert (answer.status_code, said in words(answer)) == (422, True), words(answer)
