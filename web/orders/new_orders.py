"""An order from the person to the button: found, picked, checked, sent."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import msgspec
from litestar import Response

from budget.refusals import Fault, Missing, Refused, Wrong
from equipment.catalogue import kits
from equipment.catalogue.catalogue import catalogue
from equipment.catalogue.catalogue_search import QUERY_MAX, Sought
from equipment.orders import orders
from equipment.orders.order_desks import payers
from equipment.orders.order_form import NewOrder
from equipment.orders.order_quotes import Quote, quote
from equipment.people import person_search
from equipment.people.person_search import PersonSearch
from web import pages, searches
from web.forms import Filled, as_struct
from web.orders import check_words, find_words, pick_words
from web.orders.answers import answers_of
from web.orders.picking import PATH, Picked, names_order, order_lines, picked
from web.pages import PageRequest, see_other
from web.people.people_forms import SEARCHED
from web.rendering import page

_TASK: Final = "order"
_FOUND_MAX: Final = 20
_KITS_MAX: Final = 50


@pages.get(PATH, task=_TASK)
async def show_new_order(request: PageRequest) -> Response[str]:
    """The step that the address has come to: whom for, what, or the check before it is sent."""
    filled = Filled(request.query_params.dict())
    made = picked(filled)
    if made is None:
        return page(request, "order_find.jinja", find_words.find_page(request.site.base, Filled()))
    if not names_order(filled):
        return see_other(request, made.address(""))
    if code := filled.text("kit"):
        with_kit = made.with_more(await kits.expand(code))
        return see_other(request, with_kit.address(""))
    found = await quote(request.caller, made.sketch(), request.now)
    if filled.text("step") == "check":
        faults = pick_words.faults_of(made, found)
        if not faults:
            content = check_words.check_page(made, found, Filled(), request.site.base)
            return page(request, "order_check.jinja", content)
        return await _pick(request, made, found, "", faults)
    # What was looked for is found once something is added.
    q = "" if filled.text("add") else filled.text("q")[:QUERY_MAX]
    return await _pick(request, made, found, q, ())


async def _pick(
    request: PageRequest, made: Picked, found: Quote, q: str, faults: Any
) -> Response[str]:
    shown = []
    if q:
        sought = Sought(q, limit=pick_words.FOUND_MAX)
        shown = [line for _, line in await catalogue(request.caller, sought, request.now)]
    payer = await payers(request.caller) if found.person.funder is None else {}
    known = await kits.kits(request.caller, after="", limit=_KITS_MAX)
    pick = pick_words.Picking(made, found, q, shown, payer, known, request.now)
    content = pick_words.pick_page(pick, faults, request.site.base)
    template = "order_found.jinja" if request.is_partial else "order_pick.jinja"
    return page(request, template, content, status=422 if faults else 200)


@pages.post(searches.ORDERED_FOR, task=_TASK)
async def find_person(request: PageRequest) -> Response[str]:
    """Look for the person."""
    filled = await request.filled()
    if not any(filled.text(name) for name in SEARCHED):
        return _find(request, filled, _NOTHING)
    return searches.look(request, searches.ORDERED_FOR, filled, SEARCHED)


@pages.get(searches.ORDERED_FOR, task=_TASK)
async def show_found(request: PageRequest) -> Response[str]:
    """Who was found; one who is known by their number is gone on with at once."""
    filled = searches.looked_for(request)
    if filled is None:
        return see_other(request, PATH)
    try:
        found = await person_search.search(request.caller, _search(filled), request.now)
    except Wrong as wrong:
        return _find(request, filled, wrong.faults)
    if len(found.people) == 1 and filled.text("nhs_number"):
        return see_other(request, f"{PATH}?person={found.people[0].id}")
    may_match = request.caller.may("match people")
    content = find_words.found_page(request.site.base, found, may_match=may_match)
    return page(request, "order_people.jinja", content)


_NOTHING: Final = (
    Fault("nhs_number", "Type an NHS number, or a name and date of birth, or a postcode."),
)


def _find(request: PageRequest, filled: Filled, faults: Sequence[Fault]) -> Response[str]:
    again = find_words.find_page(request.site.base, filled, faults)
    return page(request, "order_find.jinja", again, status=422)


class _Born(msgspec.Struct, frozen=True):
    born: date | None = None


def _search(filled: Filled) -> PersonSearch:
    names = ("nhs_number", "name", "postcode")
    number, name, postcode = (filled.given(each) for each in names)
    born = as_struct({"born": filled.day("born")}, _Born).born
    return PersonSearch(
        nhs_number=None if number is None else re.sub(r"[\s-]", "", number),
        name=name,
        born=born,
        postcode=postcode,
        limit=_FOUND_MAX,
    )


@pages.post(PATH, task=_TASK)
async def send_order(request: PageRequest) -> Response[str]:
    """Place the order, or show the check again with what is wrong."""
    filled = await request.filled()
    made = picked(filled)
    if made is None:
        return see_other(request, PATH)
    try:
        new = as_struct(_values(made, filled), NewOrder)
        order = await orders.place(request.caller, new, request.now)
    except Missing:
        raise
    except (Wrong, Refused) as refusal:
        found = await quote(request.caller, made.sketch(), request.now)
        if faults := pick_words.faults_of(made, found):
            return await _pick(request, made, found, "", faults)
        about = check_words.about_fields(refusal)
        content = check_words.refused(made, found, filled, about, request.site.base)
        return page(request, "order_check.jinja", content, status=422)
    waits = order.status == "awaiting_authorisation"
    words = "The order has been sent for approval." if waits else "The order has been placed."
    return see_other(request, f"/orders/{order.id}", say=words)


def _values(made: Picked, filled: Filled) -> dict[str, Any]:
    return {
        "id": str(made.order),
        "person": str(made.person),
        "lines": order_lines(made, filled),
        "speed": made.speed or None,
        "funder": made.funder or None,
        "reason": filled.given("reason"),
        "notes": filled.given("notes"),
        "answers": answers_of(filled),
    }


PAGES: Final = (
    show_new_order,
    find_person,
    show_found,
    send_order,
)
