"""Files of items over HTTP, refused where they are neither picture nor PDF; advice on repairs."""

import io
import struct
import zlib
from uuid import uuid4

import httpx
import pytest
from PIL import Image

from tests.api.members import member, receive
from tests.equipment.store import set_up

PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
HTML = b"<!doctype html><script>alert(1)</script>"


def picture(*, place: bool = False) -> bytes:
    """A small JPEG, perhaps with where it was taken."""
    exif = Image.Exif()
    if place:
        exif.get_ifd(0x8825)[1] = "N"
        exif[0x8825] = {1: "N", 2: (52.0, 57.0, 0.0)}
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of a few kilobytes that says that it is 60,000 pixels wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    lines = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


@pytest.fixture
async def item(admin: httpx.AsyncClient) -> str:
    """An item of a store."""
    await set_up()
    return str((await receive(admin))[0]["code"])


async def put(
    client: httpx.AsyncClient, item: str, sent: bytes, kind: str = "image/png", **said: str
) -> httpx.Response:
    """Send a file."""
    path = f"/api/items/{item}/files/{said.get('id', uuid4())}"
    name = {"name": said.get("name", "Photo")}
    return await client.put(path, params=name, content=sent, headers={"Content-Type": kind})


async def test_a_photograph_is_kept_without_its_place_and_never_shown(
    admin: httpx.AsyncClient, item: str
) -> None:
    """Whatever it is said to be; its name is no path."""
    name = '../../etc/passwd" ; x=<b>.html'
    answer = await put(admin, item, picture(place=True), "application/pdf", name=name)
    assert answer.status_code == 200, answer.text
    kept = answer.json()
    assert (kept["media_type"], kept["name"]) == ("image/webp", name)
    saved = await admin.get(f"/api/files/{kept['id']}")
    assert Image.open(io.BytesIO(saved.content)).format == "WEBP"
    assert not Image.open(io.BytesIO(saved.content)).getexif()
    assert saved.headers["content-disposition"] == f'attachment; filename="{kept["id"]}.webp"'
    assert saved.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in saved.headers["content-security-policy"]
    assert (await admin.get(f"/api/items/{item}/files")).json()["results"] == [kept]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (bytes(50_000_000), 413),
        (HTML, 422),
        (b"\x89PNG\r\n\x1a\n" + HTML, 422),
        (b"GIF89a" + HTML, 422),
        (b"PK\x03\x04" + bytes(100), 422),
        (b"%PDF-1.4\n" + HTML, 422),
        (bomb(), 422),
        (b"", 422),
    ],
)
async def test_what_is_no_picture_and_no_pdf_is_refused(
    admin: httpx.AsyncClient, item: str, sent: bytes, status: int
) -> None:
    """Too large, of another kind, broken off, or a bomb: and nothing is kept."""
    answer = await put(admin, item, sent)
    assert answer.status_code == status, answer.text
    assert (await admin.get(f"/api/items/{item}/files")).json()["results"] == []


async def test_a_file_is_kept_once(admin: httpx.AsyncClient, item: str) -> None:
    """Sent again it is the same; another under its id is refused, and so is another type."""
    number = str(uuid4())
    first = await put(admin, item, PDF, "application/pdf", id=number)
    assert first.json()["media_type"] == "application/pdf"
    assert (await put(admin, item, PDF, "application/pdf", id=number)).json() == first.json()
    assert (await put(admin, item, picture(), id=number)).status_code == 409
    assert (await put(admin, item, PDF, "text/html")).status_code == 415
    assert (await put(admin, "00000000", PDF, "application/pdf")).status_code == 404
    assert (await put(admin, item, PDF, "application/pdf", name=" ")).status_code == 422
    nurse = await member(admin, "budget_holder")
    assert (await admin.get(f"/api/files/{number}", headers=nurse)).status_code == 403


async def test_a_repair_that_cannot_be_is_not_advised_on(
    admin: httpx.AsyncClient, item: str
) -> None:
    """Less than no minutes, or more than anybody has."""
    path = f"/api/items/{item}/repair-advice"
    assert (await admin.get(path)).json()["advice"] == "repair"
    for query in ("minutes=-1", "minutes=99999", "parts_pence=x", f"parts_pence={10**30}"):
        assert (await admin.get(f"{path}?{query}")).status_code == 422, query
