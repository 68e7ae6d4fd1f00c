"""What an authoriser decides about, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from budget.refusals import Fault, Refusal
from equipment.orders.order_desks import Opened, Slip
from equipment.orders.order_form import Order
from web.fields import Field, Fields, errors, faults_of
from web.forms import Filled
from web.list_page import ListPage
from web.markup import link
from web.orders.answers import Asked, asked, unanswered, warnings_of
from web.orders.check_words import as_lines
from web.orders.more_lines import More
from web.orders.order_edits import line_fields
from web.orders.order_words import row, rows_of
from web.paging import Slice
from web.words import moment, numbered, pounds


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """One order, and the form that decides about it or changes it."""

    title: str
    caption: str
    heading: str
    back: str
    action: str
    rows: list[dict[str, Any]]
    lines: list[Field]
    asked: list[Asked]
    decision: Field | None
    others: list[Field]
    errors: list[dict[str, str]]
    submit: str
    # What is added to the lines, and the search for more; None where nothing can be added.
    more: More | None = None


def queue_page(found: Slice[Slip], base: str) -> ListPage:
    """The orders that wait for whoever looks, the oldest first."""
    return ListPage(
        title="Orders to approve",
        head=["For", "What", "Cost", "Why it needs approval", "Ordered"],
        rows=[_row(slip, base) for slip in found.rows],
        empty="Nothing waits for your approval.",
        links=found.links,
    )


def _row(slip: Slip, base: str) -> list[dict[str, Any]]:
    order = slip.order
    name = slip.person.name if slip.person else "Somebody whom you may not see"
    return [
        {"html": link(f"{base}/authorise/{order.id}", name)},
        {"html": as_lines([numbered(line.name, line.quantity) for line in order.lines])},
        {"text": pounds(order.total_pence + (order.delivery_pence or 0)), "format": "numeric"},
        {"html": as_lines(list(_short_reasons(order)))},
        {"text": f"{moment(order.ordered_at)}, by {order.ordered_by}"},
    ]


def _short_reasons(order: Order) -> Iterator[str]:
    for why in order.beyond:
        yield _SHORT[why]


_SHORT: Final = {
    "level": "Above their level",
    "limit": "Above their limit",
    "special": "Not in the catalogue",
    "funder": "Not for their own organisation",
}


def decision_page(
    opened: Opened, base: str, filled: Filled | None = None, refusal: Refusal | None = None
) -> DecisionPage:
    """An order to decide about, with what was typed and what is wrong with it."""
    order = opened.order
    edit = edit_of(opened, filled, refusal)
    decision = edit.fields.radios(
        "decision", "What do you decide?", {"approve": "Approve", "decline": "Decline"}
    )
    reason = edit.fields.lines(
        "reason", "Why?", rows=2, hint={"text": "Needed when you decline, or change the order."}
    )
    shown = [*edit.lines, *(each.field for each in edit.asked), decision, reason]
    said = errors(edit.faults, shown, trouble=edit.trouble)
    return DecisionPage(
        title="Error: Approve this order?" if said else "Approve this order?",
        caption=f"Ordered by {order.ordered_by}",
        heading="Approve this order?",
        back=f"{base}/authorise",
        action=f"{base}/authorise/{order.id}",
        rows=list(_rows(opened)),
        lines=edit.lines,
        asked=edit.asked,
        decision=decision,
        others=[reason],
        errors=said,
        submit="Send your decision",
    )


@dataclass(frozen=True, slots=True)
class Edit:
    """The fields with which an order's lines are changed, and what is wrong with them."""

    fields: Fields
    lines: list[Field]
    asked: list[Asked]
    faults: Sequence[Fault]
    trouble: str | None


def edit_of(opened: Opened, filled: Filled | None, refusal: Refusal | None) -> Edit:
    """The same for an order, with the questions of warnings that were not answered."""
    typed = filled or Filled()
    faults, trouble = ((), None) if refusal is None else faults_of(refusal)
    warnings = warnings_of(refusal)
    if warnings:
        faults, trouble = unanswered((kind for kind, _ in warnings), typed), None
    fields = Fields(typed, faults)
    return Edit(
        fields=fields,
        lines=line_fields(fields, opened.order),
        asked=list(asked(fields, warnings)),
        faults=faults,
        trouble=trouble,
    )


def _rows(opened: Opened) -> Iterator[dict[str, Any]]:
    yield row("Why it needs approval", list(_reasons(opened)))
    yield from rows_of(opened)


def _reasons(opened: Opened) -> Iterator[str]:
    order = opened.order
    who = order.ordered_by
    words = {
        "level": f"It is above the level that {who} may order alone.",
        "limit": f"{pounds(order.total_pence)} is above the limit of {who}.",
        "special": "It is not in the catalogue.",
        "funder": f"{opened.funder_name} pays, for whom {who} does not order alone.",
    }
    for why in order.beyond:
        yield words[why]
