"""Thorough examinations of an item: what was reported, the form, and the papers."""

import asyncio
from typing import Final
from uuid import UUID, uuid4

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Refusal, Refused, Wrong
from equipment.inspection import certificates, examinations
from equipment.inspection.examination_form import NewExamination
from labels.document import Document, drawn
from web import pages
from web.forms import Filled, as_struct
from web.items import examination_words
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import NOT_KEPT, page

_PATH: Final = "/items/{code:str}/examinations"
_ONE: Final = "/examinations/{examination:uuid}"
_READ: Final = "read examinations"


@pages.get(_PATH, task=_READ)
async def list_examinations(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """The reports on an item, and the form for the next one."""
    return await _show(request, code)


@pages.post(_PATH, task="check")
async def report(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """Report one; sent twice, it is once."""
    filled = await request.filled()
    try:
        new = as_struct(examination_words.values(filled), NewExamination)
        made = await examinations.examine(request.caller, code, new, request.now)
    except (Wrong, Refused) as refusal:
        return await _show(request, code, filled, refusal)
    say = examination_words.said_of(made)
    return see_other(request, f"/items/{made.examined.item}/examinations", say=say)


async def _show(
    request: PageRequest,
    code: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    after = request.sought("after")
    rows = await examinations.of_item(
        request.caller, code, request.now, after=key_after(after, int) or 0, limit=PAGE + 1
    )
    address = f"{request.site.base}/items/{code}/examinations"
    found = sliced(rows, lambda row: row.seq, address, after=after)
    content = examination_words.examinations_page(
        code, found, uuid4(), request.caller, request.site.base, filled=filled, refusal=refusal
    )
    return page(request, "item_examinations.jinja", content, status=422 if refusal else 200)


@pages.get(f"{_ONE}/report", task=_READ)
async def print_report(request: PageRequest, examination: FromPath[UUID]) -> Response[bytes]:
    """The report with the paragraphs of Schedule 1, to print."""
    made = await examinations.look_up(request.caller, examination, request.now)
    return await _pdf(certificates.report(made, request.site.name))


@pages.get(f"{_ONE}/notice", task=_READ)
async def print_notice(request: PageRequest, examination: FromPath[UUID]) -> Response[bytes]:
    """The notice of a defect, with what must be sent to whom by when, to print."""
    made = await examinations.look_up(request.caller, examination, request.now)
    return await _pdf(certificates.notice(made, request.site.name))


async def _pdf(document: Document) -> Response[bytes]:
    content = await asyncio.to_thread(drawn, document)
    return Response(content, media_type="application/pdf", headers={"Cache-Control": NOT_KEPT})


PAGES: Final = (list_examinations, report, print_report, print_notice)
