"""Labels over HTTP: documents for the items that were named, and refusals that say which."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any, get_args

import httpx
import pypdfium2  # type: ignore[import-untyped]  # ships no py.typed
import pytest
import zxingcpp

from api import labels
from budget.database import fetch
from labels.code import shown
from labels.paper import SHEETS
from labels.zpl import ROLLS
from tests.equipment.store import received, set_up, stock

PUBLIC_URL = "http://127.0.0.1:8000"


@pytest.fixture
async def codes(database: str) -> list[str]:
    """Three beds and their codes."""
    assert database
    await set_up()
    return await received(count=3)


def codes_on(document: bytes) -> list[str]:
    """List the codes on the sheets of a PDF, as a person reads them."""
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(document)]
    return re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", "\n".join(pages))


def links_on(document: bytes) -> list[str]:
    """List what a scanner reads from the first sheet of a PDF."""
    page = pypdfium2.PdfDocument(document)[0].render(scale=300 / 72).to_pil()
    return [found.text for found in zxingcpp.read_barcodes(page)]


async def refusal(client: httpx.AsyncClient, **body: Any) -> list[str]:
    """Name the fields for which a body is refused."""
    answer = await client.post("/api/labels", json=body)
    assert answer.status_code == 422, answer.text
    return [fault["field"] for fault in answer.json()["errors"]]


async def test_a_sheet_has_the_labels_asked_for_in_their_order(
    admin: httpx.AsyncClient, codes: Sequence[str]
) -> None:
    """Each copied, scanning as its item's link."""
    body = {"items": codes[::-1], "format": "pdf", "layout": "a4-65", "start": 9, "copies": 2}
    answer = await admin.post("/api/labels", json=body)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'inline; filename="labels-a4-65.pdf"'
    assert codes_on(answer.content) == [shown(code) for code in codes[::-1] for _ in range(2)]
    links = {f"{PUBLIC_URL}/8004/9521234{code}" for code in codes}
    assert set(links_on(answer.content)) == links


async def test_an_item_is_named_in_any_way(admin: httpx.AsyncClient, codes: Sequence[str]) -> None:
    """By its code however typed, its GIAI, its link or what a scanner sent; twice is twice."""
    first, second, _ = codes
    named = [
        shown(first).lower(),
        f"9521234{second}",
        f"https://elsewhere.example/8004/9521234{first}",
        f"]Q380049521234{second}",
        first,
    ]
    answer = await admin.post("/api/labels", json={"items": named})
    wanted = [first, second, first, second, first]
    assert codes_on(answer.content) == [shown(code) for code in wanted]


async def test_an_earlier_label_names_its_item(
    admin: httpx.AsyncClient, codes: Sequence[str]
) -> None:
    """What an imported item used to be called."""
    assert codes
    csv = "sku,serial,aliases,state,depot\nBED01,S-1,NRS-00123,available,D1\n"
    headers = {"Content-Type": "text/csv"}
    taken = await admin.post("/api/items/import", content=csv, headers=headers)
    assert taken.json()["created"] == 1, taken.text
    answer = await admin.post("/api/labels", json={"items": ["nrs 00123"]})
    [row] = await fetch("select code from items where serial = 'S-1'")
    assert codes_on(answer.content) == [shown(row["code"])]


async def test_unknown_items_are_named_and_nothing_is_printed(
    admin: httpx.AsyncClient, codes: Sequence[str]
) -> None:
    """All of them at once, so that a list is mended in one go."""
    wrong = ["1000000Q", "no such thing", ""]
    answer = await admin.post("/api/labels", json={"items": [*wrong, *codes]})
    assert answer.status_code == 404
    problem = answer.json()
    assert problem["type"].endswith("/unknown-item")
    assert problem["items"] == wrong
    assert "1000000Q" in problem["detail"]
    many = [f"none {number}" for number in range(30)]
    problem = (await admin.post("/api/labels", json={"items": many})).json()
    assert problem["items"] == many
    assert "none 9" in problem["detail"]
    assert "20 more" in problem["detail"]


async def test_a_roll_is_written_for_the_printer_named(
    admin: httpx.AsyncClient, codes: Sequence[str]
) -> None:
    """ZPL of the size and the dots asked for; a sheet's fields say nothing of it."""
    body = {"items": codes, "format": "zpl", "size": "76x51", "dpi": 300, "copies": 4}
    answer = await admin.post("/api/labels", json=body | {"layout": "a4-24", "start": 60})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zpl"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.text.count("^XA") == answer.text.count("^PQ4^XZ") == 3
    assert answer.text.count("^PW897^LL602") == 3
    places = [answer.text.index(shown(code)) for code in codes]
    assert places == sorted(places)


async def test_one_item_has_a_label_in_each_format(
    admin: httpx.AsyncClient, codes: Sequence[str]
) -> None:
    """A drawing, a picture, and what a roll's printer takes."""
    address = f"/api/items/{codes[0].lower()}/label"
    for format_, media_type, start in (
        ("svg", "image/svg+xml", b"<svg"),
        ("png", "image/png", b"\x89PNG"),
        ("zpl", "application/zpl", b"^XA"),
    ):
        answer = await admin.get(address, params={"format": format_})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media_type
        assert f'filename="label-{codes[0]}.{format_}"' in answer.headers["content-disposition"]
        assert answer.content.startswith(start)
    roll = await admin.get(address, params={"format": "zpl", "size": "51x25", "dpi": 300})
    assert "^PW602^LL295" in roll.text
    assert (await admin.get(address, params={"format": "gif"})).status_code == 422
    assert (await admin.get("/api/items/1000000Q/label")).status_code == 404


async def test_what_cannot_be_printed_is_refused_by_its_field(
    admin: httpx.AsyncClient, codes: Sequence[str]
) -> None:
    """Positions that the sheet lacks, too many items or labels, none at all."""
    one = [codes[0]]
    assert await refusal(admin, items=one, start=25) == ["start"]
    assert await refusal(admin, items=one, start=66, layout="a4-65") == ["start"]
    assert await refusal(admin, items=one, start=0) == ["start"]
    assert await refusal(admin, items=one, copies=0) == ["copies"]
    assert await refusal(admin, items=one, copies=101) == ["copies"]
    assert await refusal(admin, items=one * 51, copies=100) == ["copies"]
    assert await refusal(admin, items=one * 1001) == ["items"]
    assert await refusal(admin, items=[]) == ["items"]
    assert await refusal(admin, items=one, layout="a5") == ["layout"]
    assert await refusal(admin, items=one, format="zpl", dpi=600) == ["dpi"]
    assert await refusal(admin, items=one, format="zpl", test=True) == ["test"]
    ok = await admin.post("/api/labels", json={"items": one, "start": 65, "layout": "a4-65"})
    assert ok.status_code == 200


async def test_a_test_print_needs_no_items(admin: httpx.AsyncClient) -> None:
    """Paper is set up before there is anything to label."""
    answer = await admin.post("/api/labels", json={"test": True, "layout": "a4-65"})
    assert answer.status_code == 200
    [page] = pypdfium2.PdfDocument(answer.content)
    assert "Test print" in page.get_textpage().get_text_range()


async def test_names_of_the_catalogue_are_printed_as_they_stand(
    admin: httpx.AsyncClient, database: str
) -> None:
    """A product's name is text to every format, whatever signs are in it."""
    assert database
    await set_up()
    await stock("ODD", name='^XZ</svg>(Tj) & "é"')
    [code] = await received("ODD")
    roll = await admin.post("/api/labels", json={"items": [code], "format": "zpl"})
    assert "^FD_5EXZ</svg>" in roll.text
    assert roll.text.count("^XZ") == 1
    sheet = await admin.post("/api/labels", json={"items": [code]})
    text = pypdfium2.PdfDocument(sheet.content)[0].get_textpage().get_text_range()
    assert '^XZ</svg>(Tj)&"é"' in "".join(text.split())


async def test_others_are_served_while_labels_are_drawn(
    admin: httpx.AsyncClient, codes: Sequence[str]
) -> None:
    """Drawing keeps off the event loop: it turns on while hundreds of symbols are made."""
    body = {"items": [*codes] * 60, "format": "pdf"}
    drawing = asyncio.create_task(admin.post("/api/labels", json=body))
    turns = 0
    while not drawing.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert drawing.result().status_code == 200
    assert turns > 10


def test_every_sheet_and_roll_can_be_asked_for() -> None:
    """The names that a request may give are those of the sheets and rolls there are."""
    assert set(get_args(labels.Layout)) == set(SHEETS)
    assert set(get_args(labels.Size)) == set(ROLLS)
