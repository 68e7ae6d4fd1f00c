"""Printers in words: how each is, what waits for it, and what somebody has to look for. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from budget.refusals import Refusal
from equipment.places import Depot
from equipment.printers.print_jobs import PrintJob, PrintLabel
from equipment.printers.printers import PORT, Printer, State
from equipment.staff.roles import Caller
from labels.code import shown as shown_code
from web.fields import Field, Fields, Form, errors, faults_of
from web.forms import Filled
from web.list_page import ListPage
from web.markup import tag
from web.paging import Slice
from web.words import count, stamp

SIZES: Final = {
    "51x25": "51 by 25 mm",
    "57x32": "57 by 32 mm",
    "76x51": "76 by 51 mm",
}
DPI: Final = {"203": "203 dots per inch", "300": "300 dots per inch"}
STATES: Final[dict[State, tuple[str, str, str]]] = {
    "unknown": ("Not asked yet", "grey", "It is asked within seconds."),
    "ready": ("Ready", "green", "It prints what it is given."),
    "busy": (
        "Busy", "blue",
        "It still holds labels, or something may still be on its way to it. What waits comes then.",
    ),
    "out_of_labels": ("Out of labels", "red", "Put a roll in. It goes on by itself."),
    "out_of_ribbon": ("Out of ribbon", "red", "Put a ribbon in. It goes on by itself."),
    "head_open": ("Head open", "red", "Close it. It goes on by itself."),
    "paused": ("Paused", "orange", "Press its pause button. It goes on by itself."),
    "silent": (
        "Says nothing", "red",
        "It is there, but does not say how it is: some do not while they are empty or open.",
    ),
    "gone": (
        "Gone", "red",
        "It cannot be reached: is it on, and connected? It goes on by itself when it is back.",
    ),
    "not_allowed": (
        "Not allowed", "red",
        "It stands where the service's settings allow no printer. An administrator can tell.",
    ),
}  # fmt: skip
_LABEL_STATES: Final = {
    "waiting": "Waits",
    "sending": "Being sent",
    "sent": "Sent, not seen to come out yet",
    "printed": "Came out",
    "unsure": "Nobody knows: look for it",
    "cancelled": "Called off",
}
_LOST: Final = ("gone", "silent", "not_allowed")
_NUMERIC: Final = {"format": "numeric"}


def printers_page(
    printers: Sequence[Printer], depots: Sequence[Depot], depot: str, caller: Caller, base: str
) -> ListPage:
    """The printers of a depot, how they are, and what waits since when."""
    names = {each.code: f"{each.name} ({each.code})" for each in depots}
    address = f"{base}/depot/printers"
    return ListPage(
        title="Printers",
        head=[
            "Printer",
            "How it is",
            {"text": "Labels waiting"} | _NUMERIC,
            "The oldest since",
            {"text": "To look for"} | _NUMERIC,
        ],
        rows=[_row(each, address) for each in printers],
        empty="No printer is set up for this depot.",
        links={},
        back=f"{base}/depot?depot={depot}",
        back_to="The depot",
        address=address,
        fields=[Fields().select("depot", "Depot", names, value=depot)],
        new=("Print labels", f"{base}/depot/print"),
        other=("Set up a printer", f"{address}/new")
        if caller.may("change standing data")
        else None,
    )


def _row(printer: Printer, address: str) -> list[dict[str, Any]]:
    since = printer.waiting_since
    return [
        {"text": printer.name, "href": f"{address}/{printer.code}"},
        {"html": _tag(printer)},
        {"text": f"{printer.waiting + printer.in_hand:,}"} | _NUMERIC,
        {"text": "" if since is None else stamp(since)},
        {"text": f"{printer.unsure:,}"} | _NUMERIC,
    ]


def _tag(printer: Printer) -> str:
    if printer.out_of_use:
        return tag("Out of use", "grey")
    words, colour, _ = STATES[printer.state]
    return tag(words, colour)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A label that somebody is to look for."""

    label: str
    why: str
    action: str


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """A job that is not over, and where it can be called off or moved."""

    heading: str
    about: str
    labels: str
    cancel: str | None
    move: str
    others: Field | None


@dataclass(frozen=True, slots=True)
class PrinterPage:
    """One printer."""

    title: str
    code: str
    back: str
    tag: str
    advice: str
    rows: list[dict[str, Any]]
    retry: str
    print: str
    change: str | None
    doubts: list[Doubt]
    switch_off: bool
    jobs: list[QueuedJob]
    more: str | None


def printer_page(  # noqa: PLR0917 - all that stands on it
    printer: Printer,
    jobs: Sequence[PrintJob],
    doubts: Sequence[PrintLabel],
    others: Sequence[Printer],
    caller: Caller,
    base: str,
    most: int,
) -> PrinterPage:
    """How it is, what is to be looked for, and what waits."""
    address = f"{base}/depot/printers/{printer.code}"
    names = {each.code: each.name for each in others if each.code != printer.code}
    return PrinterPage(
        title=printer.name,
        code=printer.code,
        back=f"{base}/depot/printers?depot={printer.depot}",
        tag=_tag(printer),
        advice="It prints nothing." if printer.out_of_use else STATES[printer.state][2],
        rows=[
            _pair("Since", stamp(printer.since)),
            _pair("Answered last", "Never" if not printer.heard_at else stamp(printer.heard_at)),
            _pair("Prints on", f"{SIZES[printer.size]}, {DPI[str(printer.dpi)]}"),
            _pair("Waiting", count(printer.waiting + printer.in_hand, "label")),
        ],
        retry=f"{address}/try",
        print=f"{base}/depot/print?printer={printer.code}",
        change=f"{address}/change" if caller.may("change standing data") else None,
        doubts=[_doubt(each, base) for each in doubts],
        switch_off=printer.state in _LOST,
        jobs=[_job(each, names, base) for each in jobs[:most]],
        more=f"The oldest {most} are shown." if len(jobs) > most else None,
    )


def _pair(key: str, value: str) -> dict[str, Any]:
    return {"key": {"text": key}, "value": {"text": value}}


def _doubt(label: PrintLabel, base: str) -> Doubt:
    why = label.why or "The printer was lost while this label was under way."
    action = f"{base}/depot/print-labels/{label.id}"
    return Doubt(_named(label.code), why, action)


def _named(code: str) -> str:
    """A code as labels bear it: places have short ones of their own."""
    return shown_code(code) if len(code) == _CODE_LENGTH else code


_CODE_LENGTH: Final = 8


def _job(job: PrintJob, others: Mapping[str, str], base: str) -> QueuedJob:
    address = f"{base}/depot/print-jobs/{job.id}"
    more = f" and {job.labels - 1:,} more" if job.labels > 1 else ""
    counts = [
        f"{number:,} {words}"
        for number, words in (
            (job.waiting, "waiting"),
            (job.in_hand, "under way"),
            (job.printed, "came out"),
            (job.unsure, "to look for"),
            (job.cancelled, "called off"),
        )
        if number
    ]
    field = Fields().select("printer", "Move to", others, id=f"printer-{job.id}")
    return QueuedJob(
        heading=f"{_named(job.first)}{more}",
        about=f"Asked for by {job.asked_by}, {stamp(job.asked_at)}: {', '.join(counts)}.",
        labels=address,
        cancel=f"{address}/cancel" if job.waiting else None,
        move=f"{address}/move",
        others=field if others and job.waiting else None,
    )


def labels_page(job: PrintJob, found: Slice[PrintLabel], base: str) -> ListPage:
    """The labels of a job, and what is known of each."""
    return ListPage(
        title=f"Labels asked for by {job.asked_by}",
        head=["Label", "What became of it", "How that is known", "Since"],
        rows=[
            [
                {"text": _named(each.code), "classes": "kitback-code"},
                {"text": _LABEL_STATES[each.state]},
                {"text": each.why or ""},
                {"text": stamp(each.changed_at)},
            ]
            for each in found.rows
        ],
        empty="It has no labels.",
        links=found.links,
        back=f"{base}/depot/printers/{job.printer}",
        back_to="The printer",
    )


def printer_form(
    depots: Sequence[Depot],
    base: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
    printer: Printer | None = None,
) -> Form:
    """The form for a new printer, or for one that is there."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    fields = Fields(filled, faults)
    names = {each.code: f"{each.name} ({each.code})" for each in depots}
    first = (lambda name: getattr(printer, name)) if printer else lambda _: None
    shown = [
        fields.text("name", "Name", width=20, value=first("name"), hint="Such as By the gate."),
        fields.select("depot", "Depot", {"": "Choose"} | names, value=first("depot")),
        fields.text("host", "Address", value=first("host"), spellcheck=False,
                    autocapitalize="none", hint="Such as 192.168.4.20, or a name."),
        fields.text("port", "Port", width=5, inputmode="numeric", value=first("port") or PORT),
        fields.radios("size", "Labels", SIZES, value=first("size") or "57x32"),
        fields.radios("dpi", "Resolution", DPI, value=str(first("dpi") or 203)),
    ]  # fmt: skip
    if printer is None:
        hint = "Letters, digits, dots and hyphens; it cannot be changed."
        shown.insert(0, fields.text("code", "Code", width=10, spellcheck=False, hint=hint))
    else:
        use = {"": "In use", "true": "Out of use"}
        shown.append(fields.radios("out_of_use", "Use", use,
                                   value="true" if printer.out_of_use else ""))  # fmt: skip
        shown.append(fields.hidden("version", printer.version))
    path = "new" if printer is None else f"{printer.code}/change"
    heading = "Set up a printer" if printer is None else printer.name
    said = errors(faults, shown, trouble=trouble)
    return Form(
        title=f"Error: {heading}" if said else heading,
        heading=heading,
        action=f"{base}/depot/printers/{path}",
        fields=shown,
        errors=said,
        submit="Set it up" if printer is None else "Save",
        back=f"{base}/depot/printers" + ("" if printer is None else f"/{printer.code}"),
    )
