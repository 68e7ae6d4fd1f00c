"""The lines of an order as fields: how many of each there are to be, and what was typed."""

import hashlib
from typing import Any, Final

from budget.refusals import Fault, Wrong
from equipment.orders.order_form import QUANTITY_MAX, Order, ShownLine
from web.fields import Field, Fields
from web.forms import Filled
from web.words import pounds

SEEN: Final = "seen"
_WRONG: Final = f"Write a number from 1 to {QUANTITY_MAX}, or 0 to take it off the order."


def open_lines(order: Order) -> list[ShownLine]:
    """Those that are still to come, in their order."""
    return [line for line in order.lines if line.status != "cancelled"]


def line_fields(fields: Fields, order: Order) -> list[Field]:
    """How many of each; and what the order was when the page was opened."""
    numbers = [
        fields.text(
            f"quantity-{place}",
            line.name,
            value=line.quantity,
            hint={"text": f"{pounds(line.price_pence)} each. 0 takes it off the order."},
            width=3,
            inputmode="numeric",
            autocomplete="off",
        )
        for place, line in enumerate(open_lines(order))
    ]
    return [*numbers, fields.hidden(SEEN, state_of(order))]


def state_of(order: Order) -> str:
    """What of an order somebody consents to, in short: another order, another text."""
    told = [(str(line.id), line.quantity, line.price_pence) for line in open_lines(order)]
    return hashlib.sha256(repr((told, order.speed)).encode()).hexdigest()[:16]


def changed_lines(order: Order, filled: Filled) -> list[dict[str, Any]] | None:
    """All the lines as they are to be, or None where none changes; Wrong for what is no number."""
    lines = open_lines(order)
    typed = [filled.text(f"quantity-{place}") for place in range(len(lines))]
    faults = [
        Fault(f"quantity-{place}", _WRONG)
        for place, text in enumerate(typed)
        if not is_quantity(text)
    ]
    if faults:
        raise Wrong(faults)
    numbers = [int(text) for text in typed]
    if numbers == [line.quantity for line in lines]:
        return None
    if not any(numbers):
        raise Wrong([Fault("quantity-0", "Leave at least one product on the order.")])
    pairs = zip(lines, numbers, strict=True)
    return [{"id": str(line.id), "quantity": number} for line, number in pairs]


def is_quantity(text: str) -> bool:
    """Whether a text is a number of goods, or 0."""
    fits = text.isascii() and text.isdigit() and len(text) <= len(str(QUANTITY_MAX))
    return fits and int(text) <= QUANTITY_MAX
