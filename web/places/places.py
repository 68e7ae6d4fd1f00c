"""Depots, vans and bays on pages: found, marked out, and their labels printed."""

from functools import partial
from typing import Final

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Missing, Refusal, Refused, Wrong
from equipment import bays, place_labels, places, printing
from equipment.bays import Bay
from equipment.places import Depot
from equipment.printing import Sender
from labels import label
from labels.paper import SHEETS
from labels.places import PlaceKind
from labels.sheet import pdf
from web import pages
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.places import place_words
from web.rendering import NOT_KEPT, page

_PRINT: Final = "print labels"
_CHANGE: Final = "change standing data"
_PLACES: Final = "/depot/places"
_NEW_BAY: Final = f"{_PLACES}/bays/new"
_LABELS: Final = f"{_PLACES}/labels"
_ONE: Final = f"{_PLACES}/{{kind:str}}/{{code:str}}/label"
_SHEET: Final = "a4-24"
_MOST: Final = 200


@pages.get(_PLACES, task=_PRINT)
async def list_labelled_places(request: PageRequest) -> Response[str]:
    """The places of a kind and a depot, or of any."""
    depots = await _depots(request)
    sought, kind = _sought(request, depots)
    after = request.sought("after")
    rows = await place_labels.listed(
        request.caller,
        kind,
        sought["depot"] or None,
        after=key_after(after, str) or "",
        limit=PAGE + 1,
    )
    base = request.site.base
    found = sliced(rows, lambda row: row.key, f"{base}{_PLACES}", after=after, **sought)
    content = place_words.list_page(found, sought, depots, request.caller, base)
    return page(request, "list.jinja", content)


def _sought(request: PageRequest, depots: list[Depot]) -> tuple[dict[str, str], PlaceKind | None]:
    """What the list is narrowed by; what nobody knows narrows nothing."""
    depot = request.sought("depot")
    kind = next((each for each in place_words.KINDS if each == request.sought("kind")), None)
    known = depot if depot in {each.code for each in depots} else ""
    return {"kind": kind or "", "depot": known}, kind


@pages.get(_LABELS, task=_PRINT)
async def show_place_labels(request: PageRequest) -> Response[bytes]:
    """The labels of these places on sheets, to print."""
    sought, kind = _sought(request, await _depots(request))
    labels = await place_labels.labels_of(
        request.caller, kind, sought["depot"] or None, _sender(request)
    )
    drawn = await printing.drawn(partial(pdf, labels, SHEETS[_SHEET]))
    return Response(drawn, media_type="application/pdf", headers={"Cache-Control": NOT_KEPT})


@pages.get(_ONE, task=_PRINT)
async def show_place_label(
    request: PageRequest, kind: FromPath[str], code: FromPath[str]
) -> Response[bytes]:
    """One place's label, to look at or print; Missing where there is no such place."""
    known = next((each for each in place_words.KINDS if each == kind), None)
    if known is None:
        raise Missing("unknown-place", "There is no such kind of place.")
    one = await printing.place_label(known, code, request.caller, _sender(request))
    drawn = await printing.drawn(partial(label.svg, one))
    return Response(drawn, media_type="image/svg+xml", headers={"Cache-Control": NOT_KEPT})


def _sender(request: PageRequest) -> Sender:
    return Sender(request.site.name, request.site.phone)


@pages.get(_NEW_BAY, task=_CHANGE)
async def show_new_bay(request: PageRequest) -> Response[str]:
    """The form that marks out a bay."""
    return await _bay_form(request)


@pages.post(_NEW_BAY, task=_CHANGE)
async def mark_out_bay(request: PageRequest) -> Response[str]:
    """Mark out a bay; one of that code is refused, not changed."""
    filled = await request.filled()
    try:
        values = {name: filled.given(name) for name in Bay.__struct_fields__}
        await bays.mark_out(request.caller, as_struct(values, Bay))
    except (Wrong, Refused) as refusal:
        return await _bay_form(request, filled, refusal)
    return see_other(request, f"{_PLACES}?kind=bay", say="The bay is marked out.")


async def _bay_form(
    request: PageRequest, filled: Filled | None = None, refusal: Refusal | None = None
) -> Response[str]:
    depots = await _depots(request)
    form = place_words.bay_form(depots, request.site.base, filled, refusal)
    return page(request, "staff_form.jinja", form, status=422 if form.errors else 200)


async def _depots(request: PageRequest) -> list[Depot]:
    return await places.depots(request.caller, "", _MOST)


PAGES: Final = (
    list_labelled_places,
    show_place_labels,
    show_place_label,
    show_new_bay,
    mark_out_bay,
)
