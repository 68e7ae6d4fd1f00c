"""Labels without items, and of places, over HTTP (contract section 7), read as scanners do."""

from typing import Any
from uuid import uuid4

import httpx
import pypdfium2  # type: ignore[import-untyped]  # ships no py.typed
import pytest
from PIL import Image

from tests.api.members import member, receive, scan, send, slug, wrong_fields
from tests.equipment.store import set_up
from tests.labels.printer import printed
from tests.labels.samples import black_and_white, scanned

BLANK = "/api/labels/blank"


@pytest.fixture
async def store(admin: httpx.AsyncClient) -> httpx.AsyncClient:
    """The administrator, in a store that is set up."""
    await set_up()
    return admin


def pages(document: bytes, dots_per_inch: int = 300) -> list[Image.Image]:
    """Render the pages of a PDF in black and white."""
    with pypdfium2.PdfDocument(document) as opened:
        return [black_and_white(page.render(scale=dots_per_inch / 72).to_pil()) for page in opened]


async def ordered(client: httpx.AsyncClient, **fields: Any) -> httpx.Response:
    """Order blank labels; the document."""
    answer = await client.post(BLANK, json=fields)
    assert answer.status_code == 200, answer.text
    return answer


async def shown(client: httpx.AsyncClient, **params: Any) -> list[dict[str, Any]]:
    """List blank labels."""
    answer = await client.get(BLANK, params=params)
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def test_a_sheet_of_blank_labels_reads_back_as_what_was_reserved(
    store: httpx.AsyncClient,
) -> None:
    """On the sheets that items' labels are printed on, with their options."""
    wanted = str(uuid4())
    answer = await ordered(store, id=wanted, count=5, layout="a4-65", start=63, copies=2)
    assert answer.headers["content-type"] == "application/pdf"
    sheets = pages(answer.content)
    links = [blank["link"] for blank in await shown(store, printing=wanted)]
    assert len(sheets) == 2
    assert sorted(text for sheet in sheets for text in scanned(sheet)) == sorted(links * 2)


@pytest.mark.parametrize("dpi", [203, 300])
async def test_a_roll_of_blank_labels_reads_back_as_what_was_reserved(
    store: httpx.AsyncClient, dpi: int
) -> None:
    """The code in letters, and no product's name."""
    answer = await ordered(store, count=3, format="zpl", dpi=dpi, size="51x25")
    blanks = await shown(store)
    for label, blank in zip(printed(answer.content), blanks, strict=True):
        assert scanned(label.image) == [blank["link"]]
        assert label.texts[0] == f"{blank['code'][:4]}-{blank['code'][4:]}"


async def test_a_repeated_order_prints_the_same_labels(store: httpx.AsyncClient) -> None:
    """The very document; other options are another order."""
    order: dict[str, Any] = {"id": str(uuid4()), "count": 3}
    first, again = [await ordered(store, **order) for _ in range(2)]
    assert first.content == again.content
    assert len(await shown(store)) == 3
    answer = await store.post(BLANK, json=order | {"layout": "a4-65"})
    assert (answer.status_code, slug(answer)) == (409, "id-reused")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"count": 0}, "count"),
        ({"count": 1_001}, "count"),
        ({}, "count"),
        ({"count": 1, "start": 25}, "start"),
        ({"count": 1_000, "copies": 6}, "copies"),
        ({"count": 1, "items": ["X"]}, "items"),
    ],
)
async def test_a_wrong_order_names_its_field_and_reserves_nothing(
    store: httpx.AsyncClient, wrong: dict[str, Any], field: str
) -> None:
    """422."""
    assert field in wrong_fields(await store.post(BLANK, json=wrong))
    assert await shown(store) == []


async def test_blank_labels_are_listed_page_by_page_by_what_became_of_them(
    store: httpx.AsyncClient,
) -> None:
    """For whoever counts the sheets that are left."""
    await ordered(store, count=5)
    codes = [blank["code"] for blank in await shown(store)]
    await receive(store, quantity=2, labels=codes[1:3])
    assert [blank["item"] for blank in await shown(store, status="claimed")] == codes[1:3]
    first = (await store.get(BLANK, params={"status": "unclaimed", "limit": 2})).json()
    await ordered(store, count=1)
    rest = await shown(store, status="unclaimed", after=first["next"])
    assert [blank["code"] for blank in first["results"]] == [codes[0], codes[3]]
    assert rest[0]["code"] == codes[4]
    assert len(rest) == 2
    assert wrong_fields(await store.get(BLANK, params={"status": "lost"})) == ["status"]


async def test_items_are_received_with_their_labels(store: httpx.AsyncClient) -> None:
    """Alone, beside a quantity or serial numbers that agree; refused by name otherwise."""
    await ordered(store, count=6)
    links = [blank["link"] for blank in await shown(store)]
    goods = {"sku": "BED01", "depot": "D1"}
    for fields in (
        {"labels": links[:1]},
        {"labels": links[1:3], "quantity": 2},
        {"labels": links[3:4], "serials": ["a"]},
    ):
        answer = await store.post("/api/items", json=goods | fields)
        assert answer.status_code == 201, answer.text
        assert [item["link"] for item in answer.json()["items"]] == fields["labels"]
    for wrong, field in (
        ({"labels": links[4:], "quantity": 3}, "labels"),
        ({"labels": []}, "labels"),
        ({"labels": [links[4], "nonsense"]}, "labels[1]"),
    ):
        assert field in wrong_fields(await store.post("/api/items", json=goods | wrong))
    taken = await store.post("/api/items", json=goods | {"labels": [links[4], links[0]]})
    assert (taken.status_code, slug(taken)) == (409, "label-taken")
    assert taken.json()["labels"] == [links[0]]
    never = await store.post("/api/items", json=goods | {"labels": ["00000000"]})
    assert (never.status_code, slug(never)) == (404, "unknown-label")
    assert len(await shown(store, status="unclaimed")) == 2


async def test_a_blank_label_names_no_item_and_says_why(store: httpx.AsyncClient) -> None:
    """404 for a look; `unknown-item` for a scan."""
    await ordered(store, count=1)
    [blank] = await shown(store)
    answer = await store.get(f"/api/items/{blank['code']}")
    assert (answer.status_code, slug(answer)) == (404, "unknown-item")
    assert "blank label" in answer.json()["detail"]
    [result] = await send(store, scan(blank["link"], "withdraw", reason="wet"))
    assert result["problem"]["type"].endswith("unknown-item")
    assert "blank label" in result["problem"]["detail"]


async def test_a_worn_label_is_replaced(store: httpx.AsyncClient) -> None:
    """The item keeps its code; the new label finds it; a repeat is the first answer again."""
    [bed] = await receive(store)
    await ordered(store, count=1)
    [blank] = await shown(store)
    path = f"/api/items/{bed['code']}/labels"
    new = {"id": str(uuid4()), "label": blank["link"], "reason": "washed off"}
    first, again = [await store.post(path, json=new) for _ in range(2)]
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.status_code == 201
    [label] = first.json()["labels"]
    assert label | {"added_at": None} == {
        "code": blank["code"], "giai": blank["giai"], "link": blank["link"],
        "reason": "washed off", "added_at": None, "added_by": "admin",
    }  # fmt: skip
    assert (await store.get(f"/api/items/{blank['code']}")).json() == first.json()
    assert first.json()["code"] == bed["code"]
    answer = await store.post(path, json=new | {"id": str(uuid4())})
    assert (answer.status_code, slug(answer)) == (409, "label-taken")
    assert wrong_fields(await store.post(path, json=new | {"reason": ""})) == ["reason"]
    auditor = await member(store, "auditor")
    assert (await store.post(path, json=new, headers=auditor)).status_code == 403


async def test_bays_are_marked_out_and_listed(store: httpx.AsyncClient) -> None:
    """As depots and vans are; a kind that there is not is a wrong field."""
    bay = {"code": "B1", "depot": "D1", "name": "Clean goods", "kind": "clean"}
    assert (await store.post("/api/bays", json=bay)).json() == bay
    assert (await store.get("/api/bays")).json() == {"results": [bay], "next": None}
    assert wrong_fields(await store.post("/api/bays", json=bay | {"kind": "wet"})) == ["kind"]
    answer = await store.post("/api/bays", json=bay)
    assert (answer.status_code, slug(answer)) == (409, "exists")


@pytest.mark.parametrize("size", ["51x25", "76x51"])
async def test_the_label_of_a_place_is_read_and_named_in_a_scan(
    store: httpx.AsyncClient, size: str
) -> None:
    """Its picture and its roll; what it says is taken where its code would be."""
    code = "READY-GOODS.STORE_1"
    bay = {"code": code, "depot": "D2", "name": "Goods that are ready " * 5, "kind": "clean"}
    assert (await store.post("/api/bays", json=bay)).status_code == 201
    [bed] = await receive(store)
    for path, text, fields in (
        ("/api/depots/D1/label", "KITBACK:9521234:DEPOT:D1", {}),
        ("/api/vans/V1/label", "KITBACK:9521234:VAN:V1", {}),
        (f"/api/bays/{code}/label", f"KITBACK:9521234:BAY:{code}", {"bay": ""}),
    ):
        for dpi in (203, 300):
            roll = await store.get(path, params={"format": "zpl", "size": size, "dpi": dpi})
            [label] = printed(roll.content)
            assert scanned(label.image) == [text]
        drawing = await store.get(path)
        assert drawing.headers["content-type"].startswith("image/svg+xml")
        assert path.split("/")[3] in drawing.text
        if fields:
            [result] = await send(store, scan(bed["code"], "move", bay=text))
            assert result["status"] == "accepted", result
    assert (await store.get(f"/api/items/{bed['code']}")).json()["depot"] == "D2"
    answer = await store.get("/api/vans/D1/label")
    assert (answer.status_code, slug(answer)) == (404, "unknown-van")
