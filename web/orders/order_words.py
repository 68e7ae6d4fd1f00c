"""Orders in words: where one stands, what happens next, what was said and done about it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from markupsafe import Markup

from budget.refusals import Fault
from equipment.orders.order_desks import Opened, Slip
from equipment.orders.order_form import Event, Order, ShownLine, Special
from equipment.orders.order_lifecycle import ENDED, OPEN, SOURCES
from equipment.staff.roles import ADMINISTRATOR, COORDINATOR, Caller
from web.fields import Fields, errors
from web.forms import Filled
from web.list_page import ListPage
from web.markup import link, tag
from web.orders.check_words import as_lines, cost
from web.orders.find_words import born, number
from web.orders.pick_words import SPEEDS, counted
from web.paging import Slice
from web.words import day, moment, numbered, pounds, weekday

STATUS_WORDS: Final[dict[str, tuple[str, str]]] = {
    "awaiting_authorisation": ("Waits for approval", "yellow"),
    "authorised": ("Being prepared", "blue"),
    "scheduled": ("Delivery planned", "blue"),
    "part_delivered": ("Partly delivered", "aqua-green"),
    "delivered": ("Delivered", "green"),
    "declined": ("Declined", "red"),
    "cancelled": ("Cancelled", "grey"),
}
"""What each status is called, and its colour."""

_LINE_WORDS: Final[dict[str, str]] = {
    "reserved": "Set aside",
    "awaiting_stock": "Waits for stock",
    "delivered": "Delivered",
    "cancelled": "Cancelled",
}
_EVENT_WORDS: Final[dict[str, str]] = {
    "placed": "Placed",
    "changed": "Changed",
    "authorised": "Approved",
    "declined": "Declined",
    "cancelled": "Cancelled",
    "chased": "Asked after",
}
_SEE_TO_ANY: Final = frozenset({ADMINISTRATOR, COORDINATOR})


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One order, and what can be done about it now."""

    title: str
    heading: str
    tag: dict[str, str]
    back: dict[str, str] | None
    errors: list[dict[str, str]]
    next: list[str]
    declined: str | None
    rows: list[dict[str, Any]]
    line_head: list[str]
    lines: list[list[dict[str, Any]]]
    history_head: list[str]
    history: list[list[dict[str, Any]]]
    decide: str | None
    change: str | None
    chase: dict[str, Any] | None
    cancel: dict[str, Any] | None


def list_page(found: Slice[Slip], sought: Mapping[str, str], base: str) -> ListPage:
    """One's own orders, narrowed by status."""
    fields = Fields(Filled({name: [text] for name, text in sought.items()}))
    statuses = {"": "All"} | {status: words for status, (words, _) in STATUS_WORDS.items()}
    empty = "You have not ordered anything yet."
    if sought["status"]:
        words, _ = STATUS_WORDS[sought["status"]]
        empty = f"None of your orders is: {words.lower()}."
    return ListPage(
        title="My orders",
        address=f"{base}/orders",
        new=("New order", f"{base}/orders/new"),
        fields=[fields.select("status", "Show", statuses)],
        head=["For", "What", "Where it stands", "What happens next"],
        rows=[_row(slip, base) for slip in found.rows],
        empty=empty,
        links=found.links,
    )


def _row(slip: Slip, base: str) -> list[dict[str, Any]]:
    order = slip.order
    name = slip.person.name if slip.person else "Somebody else's person"
    return [
        {"html": link(f"{base}/orders/{order.id}", name)},
        {"html": as_lines([numbered(line.name, line.quantity) for line in order.lines])},
        {"html": status_tag(order)},
        {"html": as_lines(next_words(order, None) or [f"Ordered {day_of(order)}"])},
    ]


def status_tag(order: Order) -> Markup:
    """Where an order stands."""
    return tag(*STATUS_WORDS[order.status])


def day_of(order: Order) -> str:
    """When it was ordered."""
    return moment(order.ordered_at)


def next_words(order: Order, funder_name: str | None) -> list[str]:
    """What happens next, by when, and whose turn it is; nothing once it has ended."""
    if order.next is None:
        return []
    words = [order.next.what]
    if order.next.by is not None:
        promised = "Was to come by" if _waits_for_stock(order) else "By"
        words.append(f"{promised} {weekday(order.next.by)}.")
    who = order.next.who
    if order.status == "awaiting_authorisation":
        who = f"an authoriser of {funder_name}" if funder_name else "an authoriser"
    return [*words, f"With {who}."]


def order_page(
    opened: Opened,
    caller: Caller,
    base: str,
    *,
    filled: Filled | None = None,
    faults: Sequence[Fault] = (),
    trouble: str | None = None,
) -> OrderPage:
    """One order; `filled` is what was typed to ask after it or to cancel it."""
    order, person = opened.order, opened.person
    fields = Fields(filled, faults)
    chase, cancel = _chase(fields, order, caller, base), _cancel(fields, order, caller, base)
    shown = [field for form in (chase, cancel) if form for field in form["fields"]]
    said = errors(faults, shown, trouble=trouble)
    name = f"Order for {person.name}" if person else "Order"
    words, colour = STATUS_WORDS[order.status]
    declined = next((each.reason for each in order.history if each.kind == "declined"), None)
    return OrderPage(
        title=f"Error: {name}" if said else name,
        heading=name,
        tag={"text": words, "colour": colour},
        back=_back(order, caller, base),
        errors=said,
        next=next_words(order, opened.funder_name),
        declined=declined,
        rows=list(rows_of(opened)),
        line_head=["What", "How many", "Each", "Where it stands"],
        lines=[_line(line, order) for line in order.lines],
        history_head=["When", "What", "By", "Why"],
        history=[_event(event) for event in order.history],
        decide=f"{base}/authorise/{order.id}" if may_decide(opened, caller) else None,
        change=f"{base}/orders/{order.id}/change" if may(order, caller, "change") else None,
        chase=chase,
        cancel=cancel,
    )


def _back(order: Order, caller: Caller, base: str) -> dict[str, str] | None:
    """To the list from which whoever looks has come, if they have one."""
    if order.ordered_by != caller.username and caller.may("decide on orders"):
        return {"href": f"{base}/authorise", "text": "Orders to approve"}
    if caller.may("order"):
        return {"href": f"{base}/orders", "text": "My orders"}
    return None


def may_decide(opened: Opened, caller: Caller) -> bool:
    """Whether it waits for the caller."""
    order = opened.order
    if order.status not in SOURCES["authorise"] or order.ordered_by == caller.username:
        return False
    theirs = ADMINISTRATOR in caller.roles or order.funder in caller.partners
    return theirs and caller.may("decide on orders")


def may(order: Order, caller: Caller, act: str) -> bool:
    """Whether the caller may `change` or `cancel` it now."""
    theirs = order.ordered_by == caller.username or bool(caller.roles & _SEE_TO_ANY)
    fits = {"change": SOURCES["change"], "cancel": SOURCES["cancel"]}[act]
    return theirs and caller.may("change orders") and order.status in fits


def _chase(fields: Fields, order: Order, caller: Caller, base: str) -> dict[str, Any] | None:
    if order.status not in OPEN or not caller.may("change orders"):
        return None
    note = fields.lines("note", "What do you want to know?", rows=2)
    return {
        "action": f"{base}/orders/{order.id}/chase",
        "fields": [fields.hidden("id", uuid4()), note],
        "is_open": "errorMessage" in note,
    }


def _cancel(fields: Fields, order: Order, caller: Caller, base: str) -> dict[str, Any] | None:
    if not may(order, caller, "cancel"):
        return None
    reason = fields.lines("reason", "Why is it not needed any more?", rows=2)
    return {
        "action": f"{base}/orders/{order.id}/cancel",
        "fields": [reason],
        "is_open": "errorMessage" in reason,
    }


def _waits_for_stock(order: Order) -> bool:
    return any(line.status == "awaiting_stock" for line in order.lines)


def _arrives(order: Order) -> Iterator[str]:
    """By when; where it waits for stock, nobody knows."""
    speed = SPEEDS[order.speed].lower()
    if not _waits_for_stock(order):
        yield f"By {weekday(order.due_on)} ({speed})"
        return
    if any(line.status == "reserved" for line in order.lines):
        yield f"What is set aside by {weekday(order.due_on)} ({speed})"
    yield "What waits for stock once there is some: nobody can say when"


def rows_of(opened: Opened) -> Iterator[dict[str, Any]]:
    """What stands on the order."""
    order, person = opened.order, opened.person
    if person is not None:
        yield row("For", [person.name, born(person), number(person)])
    yield row("Ordered", [f"{day_of(order)}, by {order.ordered_by}"])
    if order.status in OPEN:
        yield row("Arrives", list(_arrives(order)))
    yield row("Cost", [_cost(order)])
    yield row("Paid by", [opened.funder_name])
    if person is not None:
        yield row("At home already", counted(opened.at_home) or ["Nothing from us"])
    for line in order.lines:
        if line.special is not None:
            yield row("Not in the catalogue", list(_special(line.special)))
    if order.reason is not None:
        yield row("Why they need it", [order.reason])
    if order.notes is not None:
        yield row("Note for the delivery", order.notes.split("\n"))
    for each in order.answers:
        yield row("Ordered all the same", [each.detail, f"{each.answered_by}: {each.reason}"])


def _special(special: Special) -> Iterator[str]:
    yield f"{special.description}, at {pounds(special.price_pence)}"
    yield f"Why nothing else will do: {special.reason}"
    for each in special.quotes:
        yield f"Quote of {each.supplier}: {pounds(each.price_pence)}"


def _cost(order: Order) -> str:
    if order.status in ENDED and not order.total_pence:
        return "Nothing: none of it was delivered"
    return cost(order.total_pence, order.delivery_pence)


def row(key: str, lines: Sequence[str]) -> dict[str, Any]:
    """A row of a summary."""
    return {"key": {"text": key}, "value": {"html": as_lines(lines)}}


def _line(line: ShownLine, order: Order) -> list[dict[str, Any]]:
    words = [line.name]
    if line.items:
        words.append(f"Codes: {', '.join(line.items)}")
    if line.review_on is not None:
        words.append(f"To be looked at again on {day(line.review_on)}")
    if line.end_on is not None:
        words.append(f"Needed until {day(line.end_on)}")
    return [
        {"html": as_lines(words)},
        {"text": f"{line.quantity:,}"},
        {"text": pounds(line.price_pence)},
        {"text": _standing(line, order)},
    ]


def _standing(line: ShownLine, order: Order) -> str:
    if order.status == "awaiting_authorisation" and line.status != "cancelled":
        return "Waits for approval"
    if order.status == "declined":
        return "Declined"
    if 0 < line.delivered < line.quantity:
        return f"{line.delivered:,} of {line.quantity:,} delivered"
    return _LINE_WORDS[line.status]


def _event(event: Event) -> list[dict[str, Any]]:
    return [
        {"text": moment(event.at)},
        {"text": _EVENT_WORDS.get(event.kind, event.kind)},
        {"text": event.actor},
        {"text": event.reason or "No reason given"},
    ]
