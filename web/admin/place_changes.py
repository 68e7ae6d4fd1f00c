"""Depots and vans are changed and closed by an administrator."""

from typing import Any, Final, TypeVar

import msgspec
from litestar import Response
from litestar.params import FromPath

from budget.refusals import Fault, Refusal, Refused, Wrong
from budget.years import london_day
from equipment import places
from equipment.places import Depot, Van
from logistics.places import changing
from logistics.places.changing import DepotChange, VanChange
from web import meanwhile, pages
from web.admin import place_change_words as words
from web.fields import Form, hidden
from web.forms import Filled, as_struct
from web.meanwhile import Changes
from web.pages import PageRequest, see_other
from web.rendering import page

_TASK: Final = "change standing data"
_DEPOT: Final = "/admin/places/{code:str}"
_VAN: Final = "/admin/vans/{code:str}/change"
_Change = TypeVar("_Change", DepotChange, VanChange)


@pages.get(_DEPOT, task=_TASK)
async def show_depot(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """The form that changes a depot, and closes it."""
    return _depot_form(request, await changing.find_depot(request.caller, code))


@pages.post(_DEPOT, task=_TASK)
async def change_depot(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """Change it, unless somebody else has changed the same meanwhile."""
    depot = await changing.find_depot(request.caller, code)
    filled = await request.filled()
    changed = meanwhile.changes(filled, words.typed_depot(filled), words.depot_values(depot), {})
    try:
        wanted = _wanted(changed, DepotChange, {"cut_off", "closed_from"})
        await changing.change_depot(request.caller, depot.code, wanted, request.now)
    except (Wrong, Refused) as refusal:
        return _depot_form(request, depot, filled, refusal, changed.carried)
    return see_other(request, "/admin/places", say="The depot was changed.")


@pages.get(_VAN, task=_TASK)
async def show_van(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """The form that changes a van, and puts it out of use."""
    return await _van_form(request, await changing.find_van(request.caller, code))


@pages.post(_VAN, task=_TASK)
async def change_van(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """Change it, unless somebody else has changed the same meanwhile."""
    van = await changing.find_van(request.caller, code)
    filled = await request.filled()
    now = words.van_values(van)
    changed = meanwhile.changes(filled, words.typed_van(filled), now, {})
    try:
        wanted = _wanted(changed, VanChange, {"closed_from"}, now)
        await changing.change_van(request.caller, van.code, wanted, request.now)
    except Wrong as wrong:
        faults = [Fault(each.field.replace(".", "-"), each.message) for each in wrong.faults]
        return await _van_form(request, van, filled, Wrong(faults), changed.carried)
    except Refused as refusal:
        return await _van_form(request, van, filled, refusal, changed.carried)
    return see_other(request, "/admin/vans", say="The van was changed.")


def _wanted(
    changed: Changes, wanted: type[_Change], emptied: set[str], now: dict[str, Any] | None = None
) -> _Change:
    """What is to be written: what was emptied is taken away, where it may be."""
    given = changed.checked()
    if shift := {name for name in given if name.startswith("shift-")}:
        both = (now or {}) | given
        given = {name: value for name, value in given.items() if name not in shift}
        given["shift"] = {"from": both["shift-from"] or "", "to": both["shift-to"] or ""}
    missing = [name for name, value in given.items() if value is None and name not in emptied]
    if missing:
        raise Wrong([Fault(name, "Fill this in.") for name in missing])
    taken = {name: None for name, value in given.items() if value is None}
    return msgspec.structs.replace(as_struct(given, wanted), **taken)


def _depot_form(
    request: PageRequest,
    depot: Depot,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
    carried: str | None = None,
) -> Response[str]:
    form = words.depot_form(depot, request.site.base, filled, refusal)
    return _form(request, form, carried or meanwhile.carried(words.depot_values(depot)))


async def _van_form(
    request: PageRequest,
    van: Van,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
    carried: str | None = None,
) -> Response[str]:
    depots = await places.open_depots(request.caller, london_day(request.now))
    form = words.van_form(van, depots, request.site.base, filled, refusal)
    return _form(request, form, carried or meanwhile.carried(words.van_values(van)))


def _form(request: PageRequest, form: Form, carried: str) -> Response[str]:
    form.fields.append(hidden(meanwhile.FIELD, carried))
    return page(request, "staff_form.jinja", form, status=422 if form.errors else 200)


PAGES: Final = (show_depot, change_depot, show_van, change_van)
