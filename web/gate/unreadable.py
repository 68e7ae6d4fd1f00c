"""Labels that cannot be read: the item is found by what else is known of it, and labelled anew."""

from datetime import date
from typing import Final
from uuid import uuid4

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Fault, Missing, Refusal, Refused, Wrong
from equipment import history, item_labels, items
from equipment.content import content_hash
from equipment.depot_names import depot_names
from equipment.files import item_files
from equipment.gate import unreadable
from equipment.gate.unreadable import Known
from equipment.items import Viewer
from equipment.standing import State
from web import pages
from web.forms import Filled
from web.gate import unreadable_words
from web.gate.unreadable_words import Found
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page

_TASK: Final = "replace labels"
_PATH: Final = "/depot/unreadable"
_ONE: Final = f"{_PATH}/{{code:str}}"
_SOUGHT_MAX: Final = 100
_FILES_SHOWN: Final = 12
_BACK: Final = ("back-day", "back-month", "back-year")
_NAMES: Final = ("product", "serial", "batch", "depot", "state", *_BACK, "after")


@pages.get(_PATH, task=_TASK)
async def look_for(request: PageRequest) -> Response[str]:
    """The items that it may be, by what is known of it."""
    asked = {name: request.sought(name)[:_SOUGHT_MAX] for name in _NAMES}
    wrong = None
    try:
        known = _known(asked)
    except Wrong as refusal:
        known, wrong = Known(), refusal
    rows = []
    if known.is_enough:
        key = key_after(asked["after"], int) or 0
        rows = await unreadable.candidates(request.caller, known, after=key, limit=PAGE + 1)
    address = f"{request.site.base}{_PATH}"
    found = sliced(rows, lambda row: row.id, address, **asked)
    names = await depot_names(request.caller)
    content = unreadable_words.search_page(
        found, asked, names, request.site.base, sought=known.is_enough, refusal=wrong
    )
    return page(request, "list.jinja", content, status=200 if wrong is None else 422)


def _known(asked: dict[str, str]) -> Known:
    state = asked["state"]
    return Known(
        product=asked["product"],
        serial=asked["serial"],
        batch=asked["batch"] or None,
        depot=asked["depot"] or None,
        state=State(state) if state in set(State) else None,
        back_since=_day(unreadable_words.typed(asked).day("back")),
    )


def _day(text: str | None) -> date | None:
    """The day, Wrong where there is no such one."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise Wrong([Fault("back", "Must be a day that there is, such as 27 3 2027.")]) from error


@pages.get(_ONE, task=_TASK)
async def show_candidate(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """One of them: its photographs and what happened to it last, and the ways to a label."""
    return await _one(request, code)


@pages.post(_ONE, task=_TASK)
async def label_anew(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """Print its own label again, or stick a blank one on it; either is on record."""
    filled = await request.filled()
    try:
        return await _label(request, code, filled)
    except (Wrong, Refused, Missing) as refusal:
        return await _one(request, code, filled, refusal)


async def _label(request: PageRequest, code: str, filled: Filled) -> Response[str]:
    how = filled.text("how")
    if how not in unreadable_words.HOW:
        raise Wrong([Fault("how", "Choose one of these.")])
    if how == "print":
        item = await unreadable.print_again(code, filled.text("reason"), _viewer(request))
        return see_other(request, f"/items/{item.code}/label")
    await _stick(request, code, filled)
    return see_other(request, f"/items/{code}", say=unreadable_words.STUCK)


async def _stick(request: PageRequest, code: str, filled: Filled) -> None:
    label, reason = filled.text("label")[:_SOUGHT_MAX], filled.text("reason")
    number = unreadable_words.number_of(filled)
    content = content_hash([code, label, reason])
    await item_labels.add_label(
        code, label, reason, _viewer(request), client_id=number, content=content
    )


async def _one(
    request: PageRequest,
    code: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    key, item = await items.look_up(code, _viewer(request))
    files = await item_files.files_of(request.caller, item.code, after=0, limit=_FILES_SHOWN)
    moves = await history.newest_movements(key, _viewer(request), unreadable_words.MOVES_SHOWN)
    content = unreadable_words.candidate_page(
        Found(item, files, moves, await depot_names(request.caller)),
        request.site.base,
        uuid4(),
        filled,
        refusal,
    )
    return page(request, "unreadable.jinja", content, status=422 if refusal else 200)


def _viewer(request: PageRequest) -> Viewer:
    return Viewer(request.caller, request.now, request.site.public_url)


PAGES: Final = (look_for, show_candidate, label_anew)
