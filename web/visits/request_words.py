"""What strangers sent from the public page of an item, in words for whoever sees to it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from budget.refusals import Refusal
from equipment.items import Item
from equipment.requests import NOTE_MAX, Request
from equipment.staff.roles import Caller
from labels.code import shown as shown_code
from logistics.visits.visit_form import REASON_MAX
from logistics.visits.visit_links import Linked
from web.fields import Fields, errors, faults_of
from web.forms import Filled
from web.list_page import ListPage
from web.markup import link, tag
from web.orders.order_words import row
from web.paging import Slice
from web.visits.visit_words import status_tag
from web.words import moment, stamp

KIND_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "collection": ("Collection", "blue"),
    "fault": ("Not safe", "red"),
}
_MAKES: Final[Mapping[str, str]] = {
    "collection": "Make a collection visit",
    "fault": "Make a repair visit",
}


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One request, and what can be done about it."""

    title: str
    heading: str
    back: str
    tag: dict[str, str]
    errors: list[dict[str, str]]
    rows: list[dict[str, Any]]
    # The form that makes a visit of it, and the one that settles it.
    visit: dict[str, Any] | None
    settle: dict[str, Any] | None


def list_page(
    found: Slice[Request], made: Mapping[UUID, Linked], status: str, base: str
) -> ListPage:
    """Requests with the visits that were made of them."""
    fields = Fields(Filled({"status": [status]}))
    statuses = {"open": "To be seen to", "settled": "Settled", "": "All"}
    return ListPage(
        title="Requests from the public page",
        address=f"{base}/requests",
        fields=[fields.select("status", "Show", statuses)],
        head=["Sent", "What", "Item", "Says", "Visit"],
        rows=[_listed(each, made.get(each.id), base) for each in found.rows],
        empty="Nobody has sent anything that is still to be seen to.",
        links=found.links,
    )


def _listed(request: Request, made: Linked | None, base: str) -> list[dict[str, Any]]:
    return [
        {"html": link(f"{base}/requests/{request.id}", stamp(request.sent_at))},
        {"html": tag(*KIND_WORDS[request.kind])},
        {"text": shown_code(request.item), "classes": "kitback-code"},
        {"text": request.message or request.place or "Nothing more"},
        {"html": status_tag(made.status)} if made else {"text": "None yet"},
    ]


def request_page(
    request: Request,
    item: Item,
    made: Linked | None,
    caller: Caller,
    base: str,
    *,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> RequestPage:
    """One request: `made` is the visit that was made of it already."""
    faults, trouble = ((), None) if refusal is None else faults_of(refusal)
    fields = Fields(filled, faults)
    here = f"{base}/requests/{request.id}"
    note = fields.lines("note", "What was done about it?", rows=2, maxlength=NOTE_MAX)
    is_open = request.status == "open" and caller.may("settle requests")
    wrong = errors(faults, [note], trouble=trouble)
    words, colour = KIND_WORDS[request.kind]
    return RequestPage(
        title=f"Error: {words}" if wrong else words,
        heading=f"{words}: {item.name}",
        back=f"{base}/requests",
        tag={"text": words, "colour": colour},
        errors=wrong,
        rows=list(_rows(request, item, made, base)),
        visit=_visit_form(request, item, made, fields, here) if is_open else None,
        settle={"action": f"{here}/settle", "fields": [note]} if is_open else None,
    )


def _visit_form(
    request: Request, item: Item, made: Linked | None, fields: Fields, here: str
) -> dict[str, Any] | None:
    """Only of what is at somebody's home, and has no visit that is still to come."""
    if item.state != "on_loan" or item.person is None:
        return None
    if made is not None and made.status in {"open", "planned", "under_way"}:
        return None
    return {
        "action": f"{here}/visit",
        "fields": [fields.hidden("id", uuid4())],
        "submit": _MAKES[request.kind],
    }


def _rows(request: Request, item: Item, made: Linked | None, base: str) -> Iterator[dict[str, Any]]:
    yield row("Sent", [moment(request.sent_at)])
    code = link(f"{base}/items/{item.code}", shown_code(item.code))
    yield {"key": {"text": "Item"}, "value": {"html": code}}
    if item.person is not None:
        href = f"{base}/people/{item.person}"
        yield {"key": {"text": "With"}, "value": {"html": link(href, "Their record")}}
    else:
        yield row("With", ["Nobody, as far as we know: it may have been handed in already"])
    if request.everything is not None:
        meant = "All that is at the address" if request.everything else "This item alone"
        yield row("To be collected", [meant])
    for key, text in (
        ("First name", request.first_name),
        ("Telephone", request.telephone),
        ("Where it is", request.place),
        ("What is wrong" if request.kind == "fault" else "Says", request.message),
    ):
        if text:
            yield row(key, text.split("\n"))
    if made is not None:
        href = f"{base}/visits/{made.visit}"
        yield {"key": {"text": "Visit"}, "value": {"html": link(href, "The visit for it")}}
        yield {"key": {"text": "Where it stands"}, "value": {"html": status_tag(made.status)}}
    if request.settled_at is not None:
        yield row("Settled", [f"{moment(request.settled_at)}, by {request.settled_by}"])
    if request.note:
        yield row("What was done", request.note.split("\n"))


def reason_of(request: Request) -> str:
    """What the crew is told of a request."""
    said = [request.message, request.place and f"Where it is: {request.place}"]
    told = "\n".join(["Asked for on the public page.", *(text for text in said if text)])
    return told[:REASON_MAX].strip()
