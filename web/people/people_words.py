"""People in words: who was found, who may be the same, and one record with all that is theirs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from budget.refusals import Fault
from equipment.orders.order_form import Order
from equipment.people.person_form import Lookalike, Person
from equipment.people.person_loans import LoanedItem
from equipment.people.person_search import FoundPeople
from equipment.staff.roles import Caller
from equipment.standing import State
from labels.code import shown
from logistics.visits.visit_form import Visit
from web.fields import Field, Fields, errors
from web.forms import Filled
from web.items.item_panel import STATE_WORDS
from web.markup import link, tag
from web.orders.check_words import as_lines
from web.orders.order_words import STATUS_WORDS
from web.people.people_forms import CARERS, COMMUNICATION, HOMES
from web.people.timeline_words import HEAD
from web.visits.visit_words import name_of, status_tag, what
from web.words import day, pounds, stamp

_DONE: Final = frozenset({"declined", "delivered", "cancelled"})


@dataclass(frozen=True, slots=True)
class Held:
    """What a person has, and all orders and visits for them that the caller may see."""

    items: Sequence[LoanedItem]
    orders: Sequence[Order]
    visits: Sequence[Visit] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A page of a person's timeline as rows, links to others, and where they stay today."""

    rows: list[list[dict[str, Any]]]
    links: dict[str, Any] | None
    staying: str | None


@dataclass(frozen=True, slots=True)
class FoundPage:
    """The search; `rows` is None until somebody was looked for."""

    title: str
    address: str
    new: str | None
    match: str | None
    fields: list[Field]
    errors: list[dict[str, str]]
    head: list[str]
    rows: list[list[dict[str, Any]]] | None


@dataclass(frozen=True, slots=True)
class LikenessPage:
    """Those who may be the person, and all that was typed, to be sent again."""

    title: str
    back: str
    action: str
    head: list[str]
    rows: list[list[dict[str, Any]]]
    typed: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One person's record."""

    title: str
    back: str
    flags: list[str]
    died: str | None
    rows: list[dict[str, Any]]
    links: list[dict[str, str]]
    sections: list[dict[str, str]]
    order: str | None
    loans_head: list[str]
    loans: list[list[dict[str, Any]]]
    orders_head: list[str]
    orders: list[list[dict[str, Any]]]
    visits_head: list[str]
    visits: list[list[dict[str, Any]]]
    told_head: list[str]
    told: Told


def nhs_number(digits: str | None) -> str:
    """The number in the groups in which it is read out."""
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}" if digits else "Not known"


def found_page(
    caller: Caller,
    found: FoundPeople | None,
    filled: Filled,
    base: str,
    faults: Sequence[Fault] = (),
) -> FoundPage:
    """The search with what it found."""
    fields = Fields(filled, faults)
    each = [
        fields.text(
            "nhs_number",
            "NHS number",
            hint="Or leave it empty and use the others.",
            width=10,
            inputmode="numeric",
        ),
        fields.text("name", "Name", width=20, hint="With the date of birth or the postcode."),
        fields.day("born", "Date of birth"),
        fields.text("postcode", "Postcode", width=10),
    ]
    return FoundPage(
        title="Error: People" if faults else "People",
        address=f"{base}/people",
        new=f"{base}/people/new" if caller.may("register people") else None,
        match=f"{base}/people/match" if caller.may("match people") else None,
        fields=each,
        errors=errors(faults, each),
        head=["Name", "Date of birth", "NHS number", "Postcode"],
        rows=None if found is None else [_found(person, base) for person in found.people],
    )


def likeness_page(alike: Sequence[Lookalike], filled: Filled, base: str) -> LikenessPage:
    """Whoever of those on record may be the one."""
    typed = [(name, text) for name, texts in filled.fields.items() for text in texts]
    rows = [
        [
            {"text": each.name, "href": f"{base}/people/{each.id}"},
            {"text": day(each.born) if each.born else "Not known"},
            {"text": each.postcode or "Not known"},
        ]
        for each in alike
    ]
    head = ["Name", "Date of birth", "Postcode"]
    return LikenessPage(
        "Is it one of these people?", f"{base}/people/new", f"{base}/people/new", head, rows, typed
    )


def person_page(
    person: Person, held: Held, told: Told, caller: Caller, base: str, *, payer: str | None
) -> PersonPage:
    """The record as this caller may see it; `payer` is the name of their funder."""
    may_order = caller.may("order") and person.died_on is None
    return PersonPage(
        title=person.name,
        back=f"{base}/people",
        flags=[COMMUNICATION.get(need, need) for need in person.communication]
        + (["Interpreter needed"] if person.interpreter else []),
        died=None if person.died_on is None else f"Died on {day(person.died_on)}",
        rows=[
            {"key": {"text": key}, "value": {"text": text}} for key, text in _rows(person, payer)
        ],
        links=list(_links(person, caller, base)),
        sections=[
            {"href": "#loans", "text": f"At home now ({len(held.items)})"},
            {"href": "#orders", "text": f"Orders ({len(held.orders)})"},
            {"href": "#visits", "text": f"Visits ({len(held.visits)})"},
            {"href": "#told", "text": "What happened"},
        ],
        order=f"{base}/orders/new?person={person.id}" if may_order else None,
        loans_head=["Code", "What", "State", "Since"],
        loans=[_loan(item, base) for item in held.items],
        orders_head=["Ordered", "What", "State", "What happens next"],
        orders=[_order(order, base) for order in reversed(held.orders)],
        visits_head=["Due", "Visit", "What", "State"],
        visits=[_visit(each, base) for each in reversed(held.visits)],
        told_head=HEAD,
        told=told,
    )


def _links(person: Person, caller: Caller, base: str) -> Iterator[dict[str, str]]:
    """What else there is to see and do, for whoever may."""
    for task, path, words in (
        ("ask for collections", "collection", "Ask for a collection"),
        ("register people", "change", "Change the record"),
        ("read people", "addresses", "Addresses, now and before"),
        ("register people", "key-safe", "Set the code of a key safe"),
        ("open key safes", "key-safe/code", "Read the key safe's code"),
        ("merge people", "merge", "Make one of two records"),
    ):
        if caller.may(task) and (path != "key-safe/code" or person.key_safe):
            yield {"href": f"{base}/people/{person.id}/{path}", "text": words}


def _found(person: Person, base: str) -> list[dict[str, Any]]:
    return [
        {"text": person.name, "href": f"{base}/people/{person.id}"},
        {"text": day(person.born) if person.born else "Not known"},
        {"text": nhs_number(person.nhs_number), "classes": "kitback-figure"},
        {"text": person.postcode or "Not known"},
    ]


def _rows(person: Person, payer: str | None) -> Iterator[tuple[str, str]]:
    yield "NHS number", nhs_number(person.nhs_number)
    yield "Date of birth", day(person.born) if person.born else "Not known"
    where = [part for part in (person.address, person.postcode) if part]
    yield "Address", ", ".join(where) or "Not known"
    yield "Telephone", person.phone or "Not known"
    yield "Paid by", payer or person.funder or "Not known yet"
    yield "Weight", "Not known" if person.weight_kg is None else f"{person.weight_kg}kg"
    for key, text in (
        ("Lives in", person.home and HOMES[person.home]),
        ("Cared for by", person.carers and CARERS[person.carers]),
        ("GP practice", person.gp_practice),
        ("Getting in", person.access_notes),
        ("Key safe", person.key_safe and "A code is known: today's crew can read it"),
        ("Language", person.language),
        ("About telling them things", person.communication_notes),
        ("The crew must know", "; ".join(person.needs)),
        ("Moved out of the area", person.moved_on and day(person.moved_on)),
    ):
        if text:
            yield key, text


def _loan(item: LoanedItem, base: str) -> list[dict[str, Any]]:
    words, colour = STATE_WORDS[State(item.state)]
    return [
        {"html": link(f"{base}/items/{item.item}", shown(item.item)), "classes": "kitback-code"},
        {"text": item.name},
        {"html": tag("On hold", "red") if item.on_hold else tag(words, colour)},
        {"text": stamp(item.delivered_at), "classes": "kitback-figure"},
    ]


def _order(order: Order, base: str) -> list[dict[str, Any]]:
    words, colour = STATUS_WORDS[order.status]
    lines = ", ".join(f"{line.quantity} x {line.name}" for line in order.lines)
    following = "Nothing more."
    if order.next is not None and order.status not in _DONE:
        by = f", by {day(order.next.by)}" if order.next.by else ""
        following = f"{order.next.what.rstrip('.')}{by}."
    return [
        {"html": link(f"{base}/orders/{order.id}", stamp(order.ordered_at))},
        {"text": f"{lines}: {pounds(order.total_pence)}"},
        {"html": tag(words, colour)},
        {"text": following},
    ]


def _visit(visit: Visit, base: str) -> list[dict[str, Any]]:
    return [
        {"text": day(visit.due_on), "classes": "kitback-figure"},
        {"html": link(f"{base}/visits/{visit.id}", name_of(visit))},
        {"html": as_lines(what(visit.lines, visit.kind))},
        {"html": status_tag(visit.status)},
    ]
