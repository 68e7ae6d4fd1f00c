"""Counts of stock in words: what was scanned, what differs, what came of it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from budget.refusals import Refusal
from equipment.bays import Bay
from equipment.items import Item
from equipment.places import Depot
from equipment.staff.roles import Caller
from equipment.standing import State
from equipment.stock.count_form import REASON_MAX, Count, Difference, Kind, Outcome, Status
from labels.code import shown as shown_code
from web import desks
from web.fields import Fields, Form, errors, faults_of
from web.forms import Filled
from web.items.item_panel import STATE_WORDS
from web.list_page import ListPage
from web.markup import link, tag
from web.paging import Slice
from web.stock.act_page import ActPage, Table, act, line, right
from web.stock.scan_page import ScanPage, Told
from web.words import count, moment

_Cell = dict[str, Any]
STATUSES: Final[Mapping[Status, tuple[str, str]]] = {
    "open": ("Being counted", "blue"),
    "compared": ("To be settled", "yellow"),
    "settled": ("Settled", "green"),
    "cancelled": ("Called off", "grey"),
}
_SHOWN: Final = {"": "All"} | {status: words for status, (words, _) in STATUSES.items()}
_KINDS: Final[Mapping[Kind, str]] = {
    "missing": "On record here, and not found",
    "lost": "Found, and on record lost",
    "out": "Found, and on record not in the store",
    "elsewhere": "Found, and on record in another place",
    "wrong_side": "Found on the wrong side: dirty and clean met",
    "back": "Found, and on record with a repairer",
    "gone": "Found, and on record gone for good",
    "at_repairer": "With a repairer: nothing is to be decided",
}
_ACTIONS: Final = {
    "lose": "It is recorded as lost",
    "find": "It is recorded as found",
    "return": "It is recorded as brought back",
    "unload": "It is recorded as unloaded",
    "move": "It is recorded as moved here",
    "withdraw": "It is taken off the shelf, to be washed",
}
_BY_HAND: Final = "A case is opened for it"
_OUTCOMES: Final[Mapping[Outcome, tuple[str, str]]] = {
    "recorded": ("Recorded", "green"),
    "case": ("Case opened", "yellow"),
    "moved": ("Moved meanwhile", "grey"),
    "refused": ("Refused", "red"),
    "declined": ("Not recorded", "grey"),
    "noted": ("Noted", "grey"),
}


def list_page(
    found: Slice[Count], sought: Mapping[str, str], depots: Sequence[Depot], caller: Caller,
    base: str,
) -> ListPage:  # fmt: skip
    """Counts, oldest first."""
    path = f"{base}/depot/counts"
    fields = Fields(Filled({name: [value] for name, value in sought.items()}))
    names = {"": "All depots"} | {each.code: each.name for each in depots}
    return ListPage(
        title="Counts of stock",
        head=[
            {"text": "Count"}, {"text": "Opened"}, right("Scanned"), right("Differences"),
            {"text": "Standing"},
        ],
        rows=[
            [
                {"html": link(f"{path}/{each.id}", f"{each.seq}: {_place(each)}")},
                {"text": f"{moment(each.opened_at)}, by {each.opened_by}"},
                right(f"{each.scanned:,}"),
                right(f"{each.differences:,}" if each.compared_at else ""),
                {"html": tag(*STATUSES[each.status])},
            ]
            for each in found.rows
        ],
        empty="There are none.",
        links=found.links,
        back=desks.depot(caller, base),
        back_to="The depot",
        address=path,
        fields=[
            fields.select("depot", "Depot", names),
            fields.select("status", "Show", _SHOWN),
        ],
        new=("New count", f"{path}/new") if caller.may("count stock") else None,
    )  # fmt: skip


def _place(each: Count) -> str:
    return f"{each.depot_name}, {each.bay_name}" if each.bay else each.depot_name


def new_form(
    depots: Sequence[Depot],
    bays: Sequence[Bay],
    depot: str,
    base: str,
    *,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Form:
    """The form that begins a count."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    made = Fields(filled, faults)
    names = {each.code: f"{each.name} ({each.code})" for each in depots}
    where = {each.code: each.name for each in depots}
    within = {"": "All that stands there"} | {
        each.code: f"{each.name} ({each.code}, in {where.get(each.depot, each.depot)})"
        for each in bays
    }
    fields = [
        made.hidden("id", uuid4()),
        made.select("depot", "Depot", names, value=depot or next(iter(names), None)),
        made.select("bay", "Bay", within),
    ]
    wrong = errors(faults, fields, trouble=trouble)
    heading = "New count"
    return Form(
        title=f"Error: {heading}" if wrong else heading,
        heading=heading,
        action=f"{base}/depot/counts/new",
        fields=fields,
        errors=wrong,
        submit="Begin",
        back=f"{base}/depot/counts",
        paragraphs=(
            (
                "The store works on meanwhile: what moves after it was scanned is no difference."
                " Somebody who has not counted settles what differs."
            ),
        ),
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of a label: its item, and whether it was counted before."""

    item: Item
    repeat: bool


def scan_page(
    shown: Count, base: str, seen: Seen | None = None, refusal: Refusal | None = None
) -> ScanPage:
    """The field for the scanner, and what the last label was."""
    path = f"{base}/depot/counts/{shown.id}"
    fields = Fields()
    told = _refused(refusal) if refusal is not None else None
    if seen is not None:
        told = _told(seen, shown)
    title = f"Count {shown.seq}: {_place(shown)}"
    return ScanPage(
        title=title if told is None or told.good else f"Error: {told.heading} {title}",
        heading=title,
        action=f"{path}/scan",
        fields=[
            fields.text(
                "label", "Label", hint="Scan it, or type its code and press Enter.", width=20,
                spellcheck=False, autocomplete="off",
            )
        ],
        submit="Count it",
        told=told,
        so_far=f"{count(shown.scanned, 'item')} counted.",
        back=("The count", path),
    )  # fmt: skip


def _told(seen: Seen, shown: Count) -> Told:
    item = seen.item
    words, colour = STATE_WORDS[item.state]
    odd = item.depot != shown.depot or item.state in {State.LOST, State.SCRAPPED}
    lines = [f"On record it is not here: {words.lower()}. Leave it where it is."] if odd else []
    return Told(
        good=not odd,
        heading="Counted before." if seen.repeat else "Counted.",
        name=item.name,
        code=item.code,
        lines=lines,
        links=(),
        tag={"text": words, "colour": colour},
    )


def _refused(refusal: Refusal) -> Told:
    faults, trouble = faults_of(refusal)
    words = trouble or " ".join(fault.message for fault in faults)
    return Told(
        good=False, heading="Not counted.", name="", code="", lines=[words], links=(), tag=None
    )


def count_page(
    shown: Count,
    found: Slice[tuple[int, Difference]],
    caller: Caller,
    base: str,
    *,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> ActPage:
    """A count, what differs, and what may be done about it."""
    path = f"{base}/depot/counts/{shown.id}"
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    forms = list(_forms(shown, caller, path, Fields(filled, faults)))
    fields = [field for form in forms for field in form.fields]
    wrong = errors(faults, fields, trouble=trouble)
    heading = _place(shown)
    scans = shown.status == "open" and caller.may("count stock")
    return ActPage(
        title=f"Error: {heading}" if wrong else heading,
        caption=f"Count {shown.seq}",
        heading=heading,
        back=("Counts", f"{base}/depot/counts"),
        standing=tag(*STATUSES[shown.status]),
        errors=wrong,
        warnings=(),
        rows=list(_about(shown)),
        tables=[_differences(found.rows, base)] if shown.compared_at else [],
        links=[("Scan", f"{path}/scan")] if scans else [],
        forms=forms,
        more=found.links,
    )


def _about(shown: Count) -> Iterator[_Cell]:
    yield line("Opened", f"{moment(shown.opened_at)}, by {shown.opened_by}")
    yield line("Scanned", count(shown.scanned, "item"))
    if shown.compared_at and shown.expected is not None and shown.found is not None:
        yield line("Compared", f"{moment(shown.compared_at)}, by {shown.compared_by}")
        yield line("On record here", f"{shown.expected:,}, of which {shown.found:,} were found")
        if shown.away:
            yield line("With repairers", f"{count(shown.away, 'item')}, not looked for")
        yield line("Differences", f"{shown.differences:,}")
    if shown.decided_at:
        words = STATUSES[shown.status][0]
        yield line(words, f"{moment(shown.decided_at)}, by {shown.decided_by}")
    if shown.reason:
        yield line("Reason", shown.reason)


def _differences(rows: Sequence[tuple[int, Difference]], base: str) -> Table:
    return Table(
        "What differs",
        [
            {"text": "Item"}, {"text": "Product"}, {"text": "What"}, {"text": "On record"},
            {"text": "If it is approved"},
        ],
        [_differs(each, base) for _, each in rows],
        "Nothing differs.",
    )  # fmt: skip


def _differs(each: Difference, base: str) -> list[_Cell]:
    words, _ = STATE_WORDS[each.state]
    came: _Cell = {"text": _ACTIONS.get(each.action or "", _BY_HAND)}
    if each.outcome is not None:
        told = tag(*_OUTCOMES[each.outcome])
        came = {"html": told + f" {each.note}" if each.note else told}
    return [
        {"html": link(f"{base}/items/{each.item}", shown_code(each.item))},
        {"text": each.name},
        {"text": _KINDS[each.kind]},
        {"text": f"{words}, {each.depot_name}" if each.depot else words},
        came,
    ]


def _forms(shown: Count, caller: Caller, path: str, made: Fields) -> Iterator[Form]:
    if shown.status == "open" and caller.may("count stock"):
        yield act(
            "Compare with the record", f"{path}/compare", [], "All is scanned",
            about="What was not scanned counts as missing, unless it is with a repairer."
            " Nothing can be scanned after this.",
        )  # fmt: skip
    if shown.status == "compared" and caller.may("settle counts"):
        why = made.lines("reason", "Reason", rows=2, maxlength=REASON_MAX)
        but = made.lines(
            "but", "Items to be left as they are on record, one a line", rows=3, spellcheck=False,
            hint="Leave empty where all of it is right.",
        )  # fmt: skip
        ways = {"yes": "Record what was found", "no": "Record nothing"}
        yield act(
            "Settle it", f"{path}/settle",
            [made.radios("approve", "What becomes of it", ways), but, why], "Settle",
            about="By somebody who has not counted. Each becomes a movement of its item.",
        )  # fmt: skip
    if shown.status in {"open", "compared"} and caller.may("count stock"):
        why = made.lines("call_off_reason", "Why?", rows=2, maxlength=REASON_MAX)
        yield act("Call it off", f"{path}/call-off", [why], "Call off", variant="warning")


def after(count: UUID, item: str, *, repeat: bool) -> str:
    """The address that shows what became of a label."""
    return f"/depot/counts/{count}/scan?item={item}" + ("&did=repeat" if repeat else "")
