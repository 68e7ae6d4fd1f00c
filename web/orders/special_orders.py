"""An order with something that is not in the catalogue: looked for, described, checked, sent."""

from typing import Any, Final

from litestar import Response

from budget.refusals import Fault, Missing, Refused, Wrong
from equipment.measuring import shelf
from equipment.measuring.shelf import Bounds
from equipment.orders import orders, specials
from equipment.orders.order_desks import payers
from equipment.orders.order_form import NewOrder
from equipment.orders.order_quotes import Quote, quote
from equipment.people import people
from web import pages
from web.forms import Filled, as_struct
from web.orders import check_words, special_words
from web.orders.answers import answers_of
from web.orders.picking import PATH, Picked, order_lines, picked
from web.orders.special_words import SPECIAL, Typed
from web.pages import PageRequest, see_other
from web.rendering import page

_TASK: Final = "order"
_FOUND_MAX: Final = 10


@pages.get(SPECIAL, task=_TASK)
async def show_special(request: PageRequest) -> Response[str]:
    """What was bought before and may do, and the form for something new."""
    filled = Filled(request.query_params.dict())
    made = picked(filled)
    if made is None:
        return see_other(request, PATH)
    return await _form(request, made, filled)


@pages.post(SPECIAL, task=_TASK)
async def send_special(request: PageRequest) -> Response[str]:
    """Show the check, the form once more, or place the order."""
    filled = await request.filled()
    made = picked(filled)
    if made is None:
        return see_other(request, PATH)
    if filled.text("step") == "edit":
        return await _form(request, made, filled)
    try:
        special = special_words.typed(filled)
        found = await quote(request.caller, made.sketch(special.line()), request.now)
        if faults := special_words.needs_payer(found):
            return await _form(request, made, filled, Wrong(faults))
    except Wrong as wrong:
        return await _form(request, made, filled, Wrong(special_words.on_page(wrong.faults)))
    if filled.text("step") == "send":
        return await _send(request, made, filled, special, found)
    content = check_words.check_page(made, found, filled, request.site.base)
    return _check(request, content, filled)


async def _send(
    request: PageRequest, made: Picked, filled: Filled, special: Typed, found: Quote
) -> Response[str]:
    values = _values(made, filled, special)
    try:
        order = await orders.place(request.caller, as_struct(values, NewOrder), request.now)
    except Missing:
        raise
    except (Wrong, Refused) as refusal:
        about = check_words.about_fields(refusal)
        content = check_words.refused(made, found, filled, about, request.site.base)
        return _check(request, content, filled, status=422)
    return see_other(request, f"/orders/{order.id}", say="The order has been sent for approval.")


def _values(made: Picked, filled: Filled, special: Typed) -> dict[str, Any]:
    return {
        "id": str(made.order),
        "person": str(made.person),
        "lines": order_lines(made, filled, special.line()),
        "speed": made.speed or None,
        "funder": made.funder or None,
        "reason": filled.given("reason"),
        "notes": filled.given("notes"),
        "answers": answers_of(filled),
    }


def _check(
    request: PageRequest,
    content: check_words.CheckPage,
    filled: Filled,
    *,
    status: int = 200,
) -> Response[str]:
    shown = special_words.check_page(content, filled, request.site.base)
    return page(request, "order_check.jinja", shown, status=status)


async def _form(
    request: PageRequest, made: Picked, filled: Filled, refusal: Wrong | None = None
) -> Response[str]:
    shown = await people.look_up(request.caller, made.person, request.now)
    q = filled.text("q")
    found = await specials.returned(request.caller, q, _FOUND_MAX) if q else []
    bounds = special_words.bounds(filled)
    looked = bool(q) or bounds is not None
    shelved = (
        await shelf.on_shelf(request.caller, q, bounds or Bounds(), _FOUND_MAX) if looked else []
    )
    payer = await payers(request.caller) if shown.funder is None else {}
    faults: tuple[Fault, ...] = refusal.faults if refusal is not None else ()
    content = special_words.special_page(
        made, shown, request.site.base, filled=filled, found=found, shelved=shelved,
        payers=payer, faults=faults,
    )  # fmt: skip
    status = 422 if refusal is not None else 200
    return page(request, "special.jinja", content, status=status)


PAGES: Final = (
    show_special,
    send_special,
)
