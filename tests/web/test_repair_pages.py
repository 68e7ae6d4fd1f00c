"""Repairs on pages: a job from the bench to its end, and what prescribers find of specials."""

import io

import httpx
import pytest
from litestar import Litestar
from PIL import Image

from equipment.repairs.spare_parts import NewSparePart, set_part
from tests.api.members import scan, send
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import stock
from tests.logistics.calling import on_loan, open_rounds, somebody, told
from tests.web.conftest import signed_in
from tests.web.forms import forms_of
from tests.web.ordering import draft, open_service, person, staff, words


@pytest.fixture
async def bed(admin: httpx.AsyncClient) -> str:
    """A bed that failed at the bench; somebody of the store's, and a part to mend it with."""
    await open_rounds(admin)
    for name, role in (("dee", "depot"), ("tom", "technician")):
        await staff(admin, name, role, partner=None)
    await set_part(ADMINISTRATOR, "MOTOR", NewSparePart("Motor <b>", 4_550))
    code = await on_loan(admin, await somebody(admin), "BED01")
    for action, more in (
        ("return", {"depot": "D1"}), ("clean", {"note": "Steam"}), ("fail", {"reason": "Motor"}),
    ):  # fmt: skip
        await send(admin, scan(code, action, **more))
    return code


def form(page: httpx.Response) -> dict[str, str]:
    """What the page's own form sends as it is."""
    [found] = [each for each in forms_of(page.text) if "/repairs/" in each.action]
    return dict(found.pairs)


async def test_a_job_goes_from_the_bench_to_its_end(
    app: Litestar, admin: httpx.AsyncClient, bed: str
) -> None:
    """Quoted with the sum behind its advice, sent out declared, back, decided on, and mended."""
    async with signed_in(app, "dee") as browser:
        bench = await browser.get("/depot/bench", params={"item": bed})
        assert "To be mended: Motor" in words(bench)
        [job] = (await told(admin, "repair-jobs?status=open"))["results"]
        path = f"/repairs/{job['id']}"
        assert path in bench.text
        assert "1 job open" in words(await browser.get("/depot?depot=D1"))
        assert path in (await browser.get("/depot/repairs?depot=D1")).text

        sent = form(await browser.get(f"{path}/quote")) | {"minutes": "x", "part-0": "MOTOR"}
        refused = await browser.post(f"{path}/quote", data=sent)
        assert refused.status_code == 422
        assert "Motor <b>" not in refused.text
        quote = sent | {"minutes": "30", "quantity-0": "20"}
        assert (await browser.post(f"{path}/quote", data=quote)).status_code == 303
        shown = words(await browser.get(path))
        assert "30 minutes, parts for £910" in shown
        assert "Advice: scrap it" in shown
        assert "Worth today = price less" in shown

        asked = await browser.get(f"{path}/decide")
        assert "Advice: scrap it." in words(asked)
        sent = form(asked) | {"decision": "repair"}
        assert (await browser.post(f"{path}/decide", data=sent)).status_code == 422
        sent |= {"reason": "The only one so wide"}
        assert (await browser.post(f"{path}/decide", data=sent)).status_code == 303
        assert "against the advice. The only one so wide" in words(await browser.get(path))

        sent = form(await browser.get(f"{path}/send")) | {
            "repairer": "Acme", "address": "Derby", "declared_by": "Dee", "position": "Fitter",
            "due_back-day": "1", "due_back-month": "1",
            "due_back-year": "2020", "why": "Sealed",
        }  # fmt: skip
        assert "precautions-error" in (await browser.post(f"{path}/send", data=sent)).text
        sent |= {"why": ""}
        assert "Is it contaminated?”" in words(await browser.post(f"{path}/send", data=sent))
        sent |= {"contaminated": "no"}
        assert "This day is over" in words(await browser.post(f"{path}/send", data=sent))
        year = str(job_year(job) + 1)
        sent |= {"due_back-year": year}
        assert (await browser.post(f"{path}/send", data=sent)).status_code == 303
        away = await browser.get(path)
        assert "Acme, due back 1 January" in words(away)
        [file] = (await told(admin, f"items/{bed}/files"))["results"]
        assert f"/files/{file['id']}" in away.text
        back = form(await browser.get(f"{path}/back"))
        assert (await browser.post(f"{path}/back", data=back)).status_code == 303

        sent = form(await browser.get(f"{path}/close"))
        assert [sent[each] for each in ("minutes", "part-0", "quantity-0")] == ["30", "MOTOR", "20"]
        sent |= {
            "done": "A new motor", "minutes": "30", "quantity-0": "1",
            "name-1": "Cable", "price-1": "2.50",
        }  # fmt: skip
        assert (await browser.post(f"{path}/close", data=sent)).status_code == 303
        assert (await browser.post(f"{path}/close", data=sent)).status_code == 303
        assert "parts for £48" in words(await browser.get(path))
        assert path in (await browser.get(f"/items/{bed}/repairs")).text
    assert (await told(admin, f"items/{bed}"))["state"] == "cleaned"


async def test_a_crew_is_told_who_decides_on_a_repair(
    app: Litestar, admin: httpx.AsyncClient, bed: str
) -> None:
    """Instead of a form that it may not send."""
    assert bed
    [job] = (await told(admin, "repair-jobs?status=open"))["results"]
    path = f"/repairs/{job['id']}"
    async with signed_in(app, "tom") as crew:
        page = await crew.get(path)
        assert f"{path}/decide" not in page.text
        assert "is decided by a coordinator or the depot's staff" in words(page)
        for answer in (
            await crew.get(f"{path}/send"),
            await crew.post(f"{path}/decide", data={"id": "x"}),
        ):
            assert answer.status_code == 403
            assert "the depot's staff" in words(answer)


def job_year(job: dict[str, str]) -> int:
    """Read the year in which it was opened."""
    return int(job["opened_at"][:4])


async def test_a_prescriber_finds_what_one_like_it_measures(
    app: Litestar, admin: httpx.AsyncClient
) -> None:
    """Measured on the bench with its photograph, it is offered, seen and ordered."""
    await open_service(admin)
    await staff(admin, "dee", "depot", partner=None)
    await staff(admin, "nurse", "prescriber", level=4, order_limit_pence=900_000)
    await stock("CHAIR1", category="Specials", name="Riser chair")
    goods = {"sku": "CHAIR1", "depot": "D1", "quantity": 1}
    made = await admin.post("/api/items", json=goods)
    assert made.status_code == 201, made.text
    [chair] = [each["code"] for each in made.json()["items"]]
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    ada = await person(admin)
    async with signed_in(app, "dee") as bench, signed_in(app, "nurse") as nurse:
        page = await bench.get(f"/items/{chair}/measurements")
        [found] = [each for each in forms_of(page.text) if "measurements" in each.action]
        sent = dict(found.pairs) | {"seat_width_mm": "620"}
        for wrong in ({"seat_width_mm": "wide"}, {"seat_width_mm": ""}):
            answer = await bench.post(f"/items/{chair}/measurements", data=sent | wrong,
                files={"photo": ("x", b"", "image/jpeg")})  # fmt: skip
            assert answer.status_code == 422
        answer = await bench.post(f"/items/{chair}/measurements", data=sent,
            files={"photo": ("chair.jpg", out.getvalue(), "image/jpeg")})  # fmt: skip
        assert answer.status_code == 303, answer.text
        bounds = {"measure": "seat_width_mm", "least": "600"}
        seen = await nurse.get("/orders/new/special", params=dict(draft(ada)) | bounds)
        assert "On the shelf; Seat: width 620 mm" in words(seen)
        assert 'value="CHAIR1"' in seen.text
        photo = await nurse.get(f"/specials/{chair}/photo")
        assert photo.headers["content-type"] == "image/webp"
        assert "sandbox" in photo.headers["content-security-policy"]
        bounds["least"] = "700"
        seen = await nurse.get("/orders/new/special", params=dict(draft(ada)) | bounds)
        assert "Nothing measures so." in words(seen)
        assert (await bench.get(f"/specials/{chair}/photo")).status_code == 200
        await send(admin, scan(chair, "withdraw", reason="Torn"))
        gate = await bench.post("/depot/gate", data={"depot": "D1", "label": chair})
        back = await bench.get(gate.headers["Location"])
        assert f"/items/{chair}/measurements" in back.text
