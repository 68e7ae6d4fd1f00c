"""What is done with an item, as plain forms: each sends one scan."""

from typing import Any, Final
from uuid import UUID

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Fault, Missing, NotAllowed, Refused, Wrong
from budget.years import london_day
from equipment import history, items, places
from equipment.items import Item, Viewer
from equipment.people import person_search
from equipment.scans import record
from web import pages
from web.depot.here import own_first
from web.fields import faults_of
from web.forms import Filled
from web.items.item_act_words import ACTS, Choosable, act_form, said_of
from web.pages import PageRequest, see_other
from web.rendering import page

_MOST: Final = 200
_MOVEMENTS: Final = 1_000
_TEXTS: Final = (
    "depot",
    "van",
    "reason",
    "note",
    "address",
    "funder",
)


@pages.get("/items/{code:str}/acts/{action:str}", task="scan")
async def show_act(
    request: PageRequest, code: FromPath[str], action: FromPath[str]
) -> Response[str]:
    """The form for one action, with the fields that it needs."""
    item = await _item(request, code, action)
    form = act_form(action, item, await _choosable(request), request.site.base, Filled())
    return page(request, "staff_form.jinja", form)


@pages.post("/items/{code:str}/acts/{action:str}", task="scan")
async def act(request: PageRequest, code: FromPath[str], action: FromPath[str]) -> Response[str]:
    """Record it as a scan of this moment; what is refused comes back with why."""
    item = await _item(request, code, action)
    filled = await request.filled()
    try:
        scan = await _scan(request, item, action, filled)
        [result] = await record([scan], request.caller, request.now)
        if result.refusal is not None:
            raise result.refusal
    except (Wrong, Refused, NotAllowed, Missing) as refusal:
        base, said = request.site.base, faults_of(refusal)
        form = act_form(action, item, await _choosable(request), base, filled, said=said)
        return page(request, "staff_form.jinja", form, status=422)
    return see_other(request, f"/items/{item.code}", say=said_of(action))


async def _item(request: PageRequest, code: str, action: str) -> Item:
    if action not in ACTS or not request.caller.may(action):
        raise Missing("action-not-found", "There is no such action for you to do.")
    viewer = Viewer(request.caller, request.now, request.site.public_url)
    return (await items.look_up(code, viewer))[1]


async def _choosable(request: PageRequest) -> Choosable:
    vans = await places.vans(request.caller, "", _MOST)
    today = london_day(request.now)
    return Choosable(await own_first(request), [van for van in vans if places.open_on(van, today)])


async def _scan(request: PageRequest, item: Item, action: str, filled: Filled) -> dict[str, Any]:
    # When the form was handed out is part of its id's content: a repeat must say the same time.
    scan: dict[str, Any] = {
        "id": filled.text("id"),
        "item": item.code,
        "action": action,
        "occurred_at": filled.text("at"),
    }
    scan |= {name: text for name in _TEXTS if (text := filled.given(name))}
    if filled.given("minutes"):
        minutes = filled.text("minutes")
        scan["minutes"] = int(minutes) if minutes.isdecimal() else minutes
    if (pence := filled.pence("parts_pence")) is not None:
        scan["parts_pence"] = pence
    if checks := _checks(filled):
        scan["checks"] = checks
    if filled.given("nhs_number"):
        scan["person"] = str(await _person(request, filled))
    if action == "undo":
        scan["movement"] = str(await _newest(request, item))
    return scan


def _checks(filled: Filled) -> list[dict[str, Any]]:
    """The checks that were ticked, all with one result, day and examiner."""
    more = {"examiner": filled.given("examiner"), "certificate": filled.given("certificate")}
    shared = {"result": filled.text("result") or "pass", "on": filled.day("on")}
    said = {name: text for name, text in more.items() if text}
    return [{"kind": kind} | shared | said for kind in filled.ticked("checks")]


async def _person(request: PageRequest, filled: Filled) -> UUID:
    number = filled.text("nhs_number").replace(" ", "").replace("-", "")
    found = await person_search.look_up_by_number(request.caller, number, request.now)
    if not found:
        raise Wrong([Fault("nhs_number", "Nobody whom you may see has this NHS number.")])
    return found[0].id


async def _newest(request: PageRequest, item: Item) -> UUID:
    """The newest movement that is neither an undo nor undone."""
    viewer = Viewer(request.caller, request.now, request.site.public_url)
    key, _ = await items.look_up(item.code, viewer)
    rows = await history.movements(key, viewer, limit=_MOVEMENTS)
    newest = next(
        (each.id for _, each in reversed(rows) if each.undoes is None and each.undone_by is None),
        None,
    )
    assert newest is not None, "an item has a movement from its first day"
    return newest


PAGES: Final = (
    show_act,
    act,
)
