"""The forms about a job of repair: what is asked, and what was typed. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from budget.refusals import Fault, Refusal, Wrong
from equipment.repairs.decisions import NewDecision
from equipment.repairs.job_form import (
    PARTS_MAX,
    Closing,
    JobPart,
    NewQuote,
    NewWarranty,
    RepairJob,
)
from equipment.repairs.spare_parts import Spare
from equipment.repairs.trips import NewTrip
from labels.code import shown as shown_code
from web.fields import Field, Fields, Form, errors, faults_of
from web.forms import Filled, as_struct
from web.repairs.repair_words import ACTS
from web.words import pounds

_PARTS: Final = 4
_CONTAMINATED: Final = {"no": "No", "yes": "Yes", "unknown": "Not known"}
_SUBMIT: Final = {
    "quote": "Keep the quote",
    "warranty": "Keep the warranty",
    "send": "Send it, and make the declaration",
    "back": "It is back",
    "decide": "Keep the decision",
    "close": "It is mended",
    "off": "Call it off",
}


def form(
    act: str,
    job: RepairJob,
    spares: Sequence[Spare],
    filled: Filled,
    base: str,
    *,
    refusal: Refusal | None = None,
    paragraphs: Sequence[str] = (),
) -> Form:
    """The form for one thing that can be done about a job; `paragraphs` stand before it."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    faults = [Fault(_on_page(fault.field), fault.message) for fault in faults]
    fields = Fields(filled, faults)
    shown = [
        fields.hidden("id", ""),
        fields.hidden("at", ""),
        *_FORMS[act](fields, job, spares),
    ]
    wrong = errors(faults, shown, trouble=trouble)
    return Form(
        title=f"Error: {ACTS[act]}" if wrong else ACTS[act],
        heading=ACTS[act],
        caption=f"{job.name}, {shown_code(job.item)}",
        back=f"{base}/repairs/{job.id}",
        action=f"{base}/repairs/{job.id}/{act}",
        fields=shown,
        errors=wrong,
        submit=_SUBMIT[act],
        paragraphs=paragraphs,
    )


def _on_page(field: str) -> str:
    """The field of the page that a fault is about."""
    stem, _, rest = field.partition("[")
    if stem == "parts" and rest:
        place, _, name = rest.partition("].")
        return f"{_PART_FIELDS.get(name, 'name')}-{place}"
    last = field.rpartition(".")[2]
    return (
        {"not_decontaminated": "why", "reason": "why"}.get(last, last)
        if "." in field or (field == "not_decontaminated")
        else field
    )


_PART_FIELDS: Final = {
    "part": "part", "name": "name", "quantity": "quantity", "price_pence": "price",
}  # fmt: skip


def _quote(fields: Fields, job: RepairJob, spares: Sequence[Spare]) -> Iterator[Field]:
    minutes = job.quote.minutes if job.quote is not None else None
    yield fields.text("minutes", "Minutes", value=minutes, width=5, inputmode="numeric")
    yield from _parts(fields, job, spares)


def _parts(fields: Fields, job: RepairJob, spares: Sequence[Spare]) -> Iterator[Field]:
    """A few parts, those that are quoted first."""
    offered = {"": "None of the list"} | {
        each.code: f"{each.name} ({each.code}), {pounds(each.price_pence)}" for each in spares
    }
    quoted = job.quote.parts if job.quote is not None else []
    for n in range(max(_PARTS, len(quoted))):
        yield from _part(fields, n, offered, quoted[n] if n < len(quoted) else None)


def _part(
    fields: Fields, n: int, offered: Mapping[str, str], quoted: JobPart | None
) -> Iterator[Field]:
    nth, code, name, price, many = f"Part {n + 1}", "", "", "", 1
    if quoted is not None:
        many = quoted.quantity
        if quoted.part in offered:
            code = quoted.part or ""
        else:
            name, price = quoted.name, f"{quoted.price_pence / 100:.2f}"
    yield fields.select(f"part-{n}", f"{nth}: from the list", offered, value=code, called=nth)
    yield fields.text(
        f"name-{n}", f"{nth}: or its name", value=name, width=20, called=f"Name of part {n + 1}"
    )
    yield fields.text(
        f"quantity-{n}", f"{nth}: how many", value=many, width=4, inputmode="numeric",
        called=f"Number of part {n + 1}",
    )  # fmt: skip
    yield fields.text(
        f"price-{n}", f"{nth}: price of one, if not the list's", value=price, prefix="£",
        width=10, inputmode="decimal", called=f"Price of part {n + 1}",
    )  # fmt: skip


def _warranty(fields: Fields, job: RepairJob, _: Sequence[Spare]) -> Iterator[Field]:
    known = job.warranty
    hint = {"text": "Leave both empty if there is none."}
    supplier = known.supplier if known is not None else None
    until = known.until.isoformat() if known is not None else None
    yield fields.text("supplier", "Who mends it for nothing", value=supplier, hint=hint)
    yield fields.day("until", "Until", value=until)


def _send(fields: Fields, _: RepairJob, __: Sequence[Spare]) -> Iterator[Field]:
    yield fields.text("repairer", "Repairer")
    yield fields.lines("address", "Their address", rows=3)
    yield fields.day("due_back", "Due back", called="Day it is due back")
    yield fields.radios("contaminated", "Is it contaminated?", _CONTAMINATED)
    yield fields.text("hazards", "With what, if it is", hint={
        "text": "Such as blood, other body fluids, chemicals or drugs."})  # fmt: skip
    as_it_is = {"text": "Only if it goes out as it is: everything else was cleaned by its record."}
    yield fields.text("why", "Why it is not decontaminated", hint=as_it_is)
    yield fields.text("precautions", "What protects whoever handles it, then")
    yield fields.text("agreed_by", "Who agreed to that at the repairer's")
    yield fields.text("declared_by", "Your name, for the declaration")
    yield fields.text("position", "Your position")


def _back(_: Fields, __: RepairJob, ___: Sequence[Spare]) -> Iterator[Field]:
    yield from ()


def _decide(fields: Fields, _: RepairJob, __: Sequence[Spare]) -> Iterator[Field]:
    choices = {"repair": "Mend it", "scrap": "Scrap it, now"}
    yield fields.radios("decision", "What is done with it?", choices)
    yield fields.text("reason", "Why", hint={"text": "It stays on record with the advice."})


def _close(fields: Fields, job: RepairJob, spares: Sequence[Spare]) -> Iterator[Field]:
    yield fields.lines("done", "What was done", rows=3)
    minutes = job.quote.minutes if job.quote is not None else None
    yield fields.text("minutes", "Minutes", value=minutes, width=5, inputmode="numeric")
    others = {"text": "Whoever mended it does not examine it."}
    yield fields.text("mended_by", "Who mended it, if it was not you", hint=others)
    yield from _parts(fields, job, spares)


def _off(fields: Fields, _: RepairJob, __: Sequence[Spare]) -> Iterator[Field]:
    yield fields.lines("done", "Why", rows=2)


_FORMS: Final[dict[str, Callable[[Fields, RepairJob, Sequence[Spare]], Iterator[Field]]]] = {
    "quote": _quote,
    "warranty": _warranty,
    "send": _send,
    "back": _back,
    "decide": _decide,
    "close": _close,
    "off": _off,
}


def opening(fields: Fields, number: UUID) -> list[Field]:
    """What opens a job on what is with somebody."""
    return [fields.hidden("id", number), fields.lines("fault", "What is wrong with it", rows=2)]


def quote_of(filled: Filled) -> NewQuote:
    """A quote as it was typed; Wrong where it is none."""
    return as_struct({"minutes": filled.given("minutes"), "parts": _used(filled)}, NewQuote)


def _used(filled: Filled) -> list[dict[str, Any]]:
    """The parts of which anything was typed, in their places."""
    used: list[dict[str, Any]] = []
    for n in range(PARTS_MAX):
        each = {
            "part": filled.given(f"part-{n}"),
            "name": filled.given(f"name-{n}"),
            "price_pence": filled.pence(f"price-{n}"),
        }
        told = {name: value for name, value in each.items() if value is not None}
        if told:
            used.append(told | {"quantity": filled.given(f"quantity-{n}") or 1})
    return used


def warranty_of(filled: Filled) -> NewWarranty:
    """A warranty as it was typed; Wrong where half of it is missing."""
    supplier, until = filled.given("supplier"), filled.day("until")
    if supplier is None and until is None:
        return NewWarranty(None)
    values = {"warranty": {"supplier": supplier or "", "until": until or ""}}
    return as_struct(values, NewWarranty)


def trip_of(filled: Filled) -> NewTrip:
    """A trip as it was typed; Wrong where a field is."""
    told = {name: filled.given(name) for name in _TRIP}
    why = {
        "reason": filled.given("why"),
        "precautions": filled.given("precautions"),
        "agreed_by": filled.given("agreed_by"),
    }
    if any(why.values()):
        if missing := [name for name, text in why.items() if text is None]:
            raise Wrong([Fault("why" if n == "reason" else n, "Fill this in.") for n in missing])
        told["not_decontaminated"] = why  # type: ignore[assignment]  # a Struct of its own
    try:
        trip = as_struct(told | {"due_back": filled.day("due_back")}, NewTrip)
    except Wrong as wrong:
        raise Wrong([*wrong.faults, *_undeclared(filled)]) from wrong
    if faults := _undeclared(filled):
        raise Wrong(faults)
    return trip


def _undeclared(filled: Filled) -> list[Fault]:
    """Whoever signs a declaration says so; nobody's silence does."""
    return [] if filled.given("contaminated") else [Fault("contaminated", "Fill this in.")]


_TRIP: Final = (
    "id", "repairer", "address", "declared_by", "position", "contaminated", "hazards",
)  # fmt: skip


def decision_of(filled: Filled, job: RepairJob) -> NewDecision:
    """A decision as it was typed, on the job's quote."""
    quote = job.quote
    values = {
        "id": filled.text("id"),
        "decision": filled.given("decision"),
        "reason": filled.given("reason"),
        "occurred_at": filled.text("at"),
        "minutes": 0 if quote is None else quote.minutes,
        "parts_pence": 0 if quote is None else quote.parts_pence,
    }
    return as_struct(values, NewDecision)


def closing_of(filled: Filled, act: str) -> Closing:
    """The end of a job as it was typed; Wrong where a field is."""
    values: dict[str, object] = {
        "id": filled.text("id"),
        "outcome": "called_off" if act == "off" else "mended",
        "done": filled.given("done"),
        "occurred_at": filled.text("at"),
        "minutes": filled.given("minutes"),
        "mended_by": filled.given("mended_by"),
        "parts": _used(filled),
    }
    return as_struct(values, Closing)
