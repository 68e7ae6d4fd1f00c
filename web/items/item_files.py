"""Photographs and documents of an item: listed, added, saved."""

from typing import Final
from uuid import UUID, uuid4

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Fault, Refusal, Refused, Wrong
from equipment.files import item_files
from equipment.files.item_files import headers_of
from web import pages
from web.forms import Filled
from web.items import file_words
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page

_PATH: Final = "/items/{code:str}/files"


@pages.get(_PATH, task="read files")
async def list_files(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """The files of an item, and the form that adds one."""
    return await _show(request, code)


@pages.post(_PATH, task="add files")
async def add_file(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """Add one; sent twice, it is once."""
    filled = await request.filled()
    try:
        sent = filled.files.get("file", b"")
        await item_files.keep(
            request.caller, code, _number(filled), filled.text("name"), sent, request.now
        )
    except (Wrong, Refused) as refusal:
        return await _show(request, code, filled, refusal)
    return see_other(request, f"/items/{code}/files", say="The file has been kept.")


def _number(filled: Filled) -> UUID:
    try:
        return UUID(filled.text("id"))
    except ValueError as error:
        raise Wrong([Fault("id", "Open the form again.")]) from error


async def _show(
    request: PageRequest,
    code: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    after = request.sought("after")
    rows = await item_files.files_of(
        request.caller, code, after=key_after(after, int) or 0, limit=PAGE + 1
    )
    address = f"{request.site.base}/items/{code}/files"
    found = sliced(rows, lambda row: row.seq, address, after=after)
    content = file_words.files_page(
        code, found, uuid4(), request.caller, request.site.base, filled=filled, refusal=refusal
    )
    return page(request, "item_files.jinja", content, status=422 if refusal else 200)


@pages.get("/files/{file:uuid}", task="read files")
async def save_file(request: PageRequest, file: FromPath[UUID]) -> Response[bytes]:
    """A file, to be saved: no browser shows or runs it."""
    shown, content = await item_files.look_at(request.caller, file)
    return Response(content, media_type=shown.media_type, headers=headers_of(shown))


PAGES: Final = (list_files, add_file, save_file)
