"""Changing an order, in words."""

from budget.refusals import Refusal
from equipment.orders.order_desks import Opened
from web.fields import errors
from web.forms import Filled
from web.orders.decision_words import DecisionPage, edit_of
from web.orders.more_lines import Goods, more_of
from web.orders.order_words import rows_of
from web.orders.pick_words import SPEEDS


def change_page(
    opened: Opened,
    base: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
    *,
    goods: Goods,
) -> DecisionPage:
    """The form, with what was typed, what was found to be added, and what is wrong."""
    order = opened.order
    edit = edit_of(opened, filled, refusal)
    others = [
        edit.fields.select("speed", "How soon?", SPEEDS, value=order.speed),
        edit.fields.lines("notes", "For whoever delivers (optional)", value=order.notes, rows=3),
        edit.fields.lines("reason", "Why do you change it? (optional)", rows=2),
    ]
    more = more_of(edit.fields, opened.order, filled or Filled(), goods, base)
    shown = [*edit.lines, *more.fields, *(each.field for each in edit.asked), *others]
    said = errors(edit.faults, shown, trouble=edit.trouble)
    heading = "Change this order"
    return DecisionPage(
        title=f"Error: {heading}" if said else heading,
        caption=f"For {opened.person.name}" if opened.person else "An order",
        heading=heading,
        back=f"{base}/orders/{order.id}",
        action=f"{base}/orders/{order.id}/change",
        rows=list(rows_of(opened)),
        lines=edit.lines,
        asked=edit.asked,
        decision=None,
        others=others,
        errors=said,
        submit="Change the order",
        more=more,
    )
