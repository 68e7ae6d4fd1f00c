"""Purchases in words: what is bought, how far it is, what could be made fit instead. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from budget.refusals import Refusal
from equipment.staff.roles import Caller
from equipment.stock.purchase_form import (
    COMING,
    LARGE_PENCE,
    REASON_MAX,
    Purchase,
    PurchaseLine,
    Status,
)
from equipment.stock.waiting import StockWaiting
from web import desks
from web.fields import Fields, Form, errors, faults_of, hidden
from web.forms import Filled
from web.list_page import ListPage
from web.markup import link, tag
from web.paging import Slice
from web.stock.act_page import ActPage, Table, act, line, right
from web.words import count, day, moment, pounds

_Cell = dict[str, Any]
STATUSES: Final[Mapping[Status, tuple[str, str]]] = {
    "draft": ("Draft", "grey"),
    "awaiting_approval": ("To be approved", "yellow"),
    "ordered": ("Ordered", "blue"),
    "part_received": ("Part received", "blue"),
    "received": ("Received", "green"),
    "cancelled": ("Cancelled", "grey"),
}
_SHOWN: Final = {"": "All", "overdue": "Overdue"} | {
    status: words for status, (words, _) in STATUSES.items()
}


def list_page(found: Slice[Purchase], status: str, caller: Caller, base: str) -> ListPage:
    """Purchases, oldest first."""
    path = f"{base}/depot/purchases"
    fields = Fields(Filled({"status": [status]}))
    return ListPage(
        title="Purchases",
        head=[
            {"text": "Supplier"}, {"text": "What"}, {"text": "Depot"}, right("Sum"),
            {"text": "Due"}, {"text": "Standing"},
        ],
        rows=[_listed(each, path) for each in found.rows],
        empty="There are none.",
        links=found.links,
        back=desks.depot(caller, base, "/stock"),
        back_to="Stock",
        address=path,
        fields=[fields.select("status", "Show", _SHOWN)],
        new=("New purchase", f"{path}/new") if caller.may("buy stock") else None,
    )  # fmt: skip


def _listed(each: Purchase, path: str) -> list[_Cell]:
    first, *others = each.lines
    what = f"{first.name} ({first.quantity:,})"
    more = f" and {count(len(others), 'more product')}" if others else ""
    return [
        {"html": link(f"{path}/{each.id}", each.supplier)},
        {"text": what + more},
        {"text": each.depot_name},
        right(pounds(each.total_pence)),
        {"text": day(each.due_on) if each.due_on else ""},
        {"html": tag(*STATUSES[each.status])},
    ]


def purchase_page(
    shown: Purchase,
    waiting: Sequence[StockWaiting],
    caller: Caller,
    base: str,
    *,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> ActPage:
    """A purchase and what may be done about it."""
    path = f"{base}/depot/purchases/{shown.id}"
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    forms = list(_forms(shown, waiting, caller, path, Fields(filled, faults)))
    fields = [field for form in forms for field in form.fields]
    wrong = errors(faults, fields, trouble=trouble)
    return ActPage(
        title=f"Error: {shown.supplier}" if wrong else shown.supplier,
        caption="Purchase",
        heading=shown.supplier,
        back=("Purchases", f"{base}/depot/purchases"),
        standing=tag(*STATUSES[shown.status]),
        errors=wrong,
        warnings=[each.detail for each in waiting],
        rows=list(_about(shown)),
        tables=list(_tables(shown, caller, path)),
        links=list(_ways(shown, caller, path)),
        forms=forms,
        more={},
    )


def _ways(shown: Purchase, caller: Caller, path: str) -> Iterator[tuple[str, str]]:
    if shown.status == "draft" and caller.may("buy stock"):
        yield "Change the draft", f"{path}/change"


def _about(shown: Purchase) -> Iterator[_Cell]:
    if shown.reference:
        yield line("Reference", shown.reference)
    yield line("Delivered to", f"{shown.depot_name} ({shown.depot})")
    if shown.due_on:
        yield line("Due", day(shown.due_on))
    yield line("Sum", pounds(shown.total_pence))
    if shown.note:
        yield line("Note", shown.note)
    yield line("Drafted", f"{moment(shown.drafted_at)}, by {shown.drafted_by}")
    if shown.changed_at:
        yield line("Changed", f"{moment(shown.changed_at)}, by {shown.changed_by}")
    if shown.asked_at:
        yield line("Asked for", f"{moment(shown.asked_at)}, by {shown.asked_by}")
    if shown.ordered_at:
        yield line("Ordered", f"{moment(shown.ordered_at)}, by {shown.ordered_by}")
    if shown.ended_at:
        words = STATUSES[shown.status][0]
        yield line(words, f"{moment(shown.ended_at)}, by {shown.ended_by}")
    if shown.reason:
        yield line("Sent back" if shown.status == "draft" else "Reason", shown.reason)
    names = {each.sku: each.name for each in shown.lines}
    for each in shown.answers:
        words = f"{count(each.waiting, 'was', 'were')} waiting: {each.reason} ({each.answered_by})"
        yield line(f"Why {names[each.sku]} all the same", words)


def _tables(shown: Purchase, caller: Caller, path: str) -> Iterator[Table]:
    receives = shown.status in COMING and caller.may("receive items")
    head = [{"text": "Product"}, right("Ordered"), right("Come"), right("Price")]
    yield Table(
        "What is bought",
        [*head, {"text": "Goods in"}] if receives else head,
        [_line(each, path, receives=receives) for each in shown.lines],
        "Nothing.",
    )
    if shown.receipts:
        names = {each.id: each.name for each in shown.lines}
        yield Table(
            "What has come",
            [{"text": "Product"}, right("Items"), {"text": "Batch"}, {"text": "When"}],
            [
                [
                    {"text": names[each.line]},
                    right(f"{each.quantity:,}"),
                    {"text": each.batch or ""},
                    {"text": f"{moment(each.received_at)}, by {each.received_by}"},
                ]
                for each in shown.receipts
            ],
            "Nothing.",
        )


def _line(each: PurchaseLine, path: str, *, receives: bool) -> list[_Cell]:
    cells: list[_Cell] = [
        {"text": f"{each.name} ({each.sku})"},
        right(f"{each.quantity:,}"),
        right(f"{each.received:,}"),
        right(pounds(each.price_pence)),
    ]
    if receives:
        cells.append({"html": _receiving(each, f"{path}/lines/{each.id}")})
    return cells


def _receiving(each: PurchaseLine, path: str) -> Markup:
    if each.received == each.quantity:
        return Markup("All of it has come")
    of = Markup('<span class="nhsuk-u-visually-hidden">: {}</span>').format(each.name)
    many = link(f"{path}/receive", Markup("{}{}").format("Receive them", of))
    one_by_one = link(f"{path}/each", Markup("{}{}").format("Scan them one by one", of))
    return Markup("{}<br>{}").format(many, one_by_one)


def _forms(
    shown: Purchase,
    waiting: Sequence[StockWaiting],
    caller: Caller,
    path: str,
    made: Fields,
) -> Iterator[Form]:
    # Nobody orders or approves what they have not seen.
    seen = hidden("version", str(shown.version))
    own = caller.username in {shown.asked_by, *shown.authors}
    if shown.status == "awaiting_approval" and caller.may("approve purchases") and not own:
        yield act("Approve it", f"{path}/approve", [seen], "Approve and order")
        why = made.lines("back_reason", "Why not?", rows=2, maxlength=REASON_MAX)
        yield act("Send it back", f"{path}/send-back", [why], "Send back", variant="secondary")
    if not caller.may("buy stock"):
        return
    if shown.status == "draft":
        answers = [
            made.lines(
                f"answer-{each.sku}", f"Why buy new ones of {each.name} all the same?", rows=2,
                maxlength=REASON_MAX,
            )
            for each in waiting
        ]  # fmt: skip
        large = shown.total_pence >= LARGE_PENCE
        submit = "Ask for approval" if large else "Order"
        about = f"From {pounds(LARGE_PENCE)} on somebody else approves it." if large else ""
        yield act("Order it", f"{path}/order", [seen, *answers], submit, about=about)
    if shown.status in {"draft", "awaiting_approval", *COMING}:
        why = made.lines("cancel_reason", "Why?", rows=2, maxlength=REASON_MAX)
        yield act("Cancel what has not come", f"{path}/cancel", [why], "Cancel", variant="warning")
