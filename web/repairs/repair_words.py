"""Jobs of repair in words: lists, one of them with the sum behind its advice. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from equipment.repairs.advice import Advice
from equipment.repairs.decisions import Decision
from equipment.repairs.job_form import JobPart, Outcome, Place, RepairJob
from equipment.staff.roles import Caller
from labels.code import shown as shown_code
from web import desks
from web.fields import Field, Fields, errors, faults_of
from web.forms import Filled
from web.list_page import ListPage
from web.markup import link, tag
from web.paging import Slice
from web.words import count, day, pounds, stamp

PLACES: Final[dict[Place, str]] = {
    "depot": "At the depot",
    "home": "At somebody's home",
    "outside": "With a repairer",
}
_OUTCOMES: Final[dict[Outcome, tuple[str, str]]] = {
    "mended": ("Mended", "green"),
    "scrapped": ("Scrapped", "grey"),
    "lost": ("Lost", "red"),
    "handed_back": ("Handed back", "grey"),
    "came_in": ("Went on at the depot", "blue"),
    "called_off": ("Called off", "grey"),
    "undone": ("Taken back", "grey"),
}
STATUS: Final = {"open": "Open", "ended": "Ended", "overdue": "Overdue from a repairer"}
_NUMERIC: Final = {"format": "numeric"}
_DAYS_A_YEAR: Final = 365.25
_FORMULA: Final = (
    "Worth today = price less price * age / life; without a life on record it is the price. To mend"
    " is advised where the quote is at most {limit}% of that, and where all repairs so far and the"
    " quote come to no more than the price."
)
ACTS: Final = {
    "quote": "Say what it would take",
    "warranty": "Its warranty",
    "send": "Send it to a repairer",
    "back": "It is back from its repairer",
    "decide": "Decide: repair or scrap",
    "close": "It is mended",
    "off": "Call the job off",
}
TASKS: Final = {"decide": "scrap", "send": "send to repairers"}
"""What of it more is needed for than to repair."""

WHO: Final = {
    "decide": "Whether it is mended or scrapped is decided by a coordinator or the depot's staff.",
    "send": "A coordinator or the depot's staff send things to repairers.",
}


@dataclass(frozen=True, slots=True)
class JobPage:
    """A job, what it took or would take, the advice on it, and what can be done."""

    title: str
    caption: str
    back: str
    tag: dict[str, str]
    rows: list[dict[str, Any]]
    parts_caption: str
    parts_head: list[Any]
    parts: list[list[dict[str, Any]]]
    advice: dict[str, str] | None
    advice_rows: list[dict[str, Any]]
    formula: str
    decided: list[str]
    acts: list[dict[str, str]]
    # Who does what this caller may not.
    others: list[str]


def list_page(
    found: Slice[RepairJob],
    sought: Mapping[str, str],
    depots: Mapping[str, str],
    caller: Caller,
    base: str,
) -> ListPage:
    """Jobs, the oldest first; `depots` are names by their codes."""
    fields = Fields(Filled({name: [text] for name, text in sought.items()}))
    return ListPage(
        title="Repairs",
        back=desks.depot(caller, base),
        back_to="The depot",
        address=f"{base}/depot/repairs",
        fields=[
            fields.select("status", "Which", STATUS),
            fields.select("place", "Where", {"": "Everywhere"} | dict(PLACES)),
            fields.select("depot", "Depot", {"": "All"} | dict(depots)),
        ],
        head=["Item", "What is wrong", "Where", "Since", "How it stands"],
        rows=[_row(job, base) for job in found.rows],
        empty="No jobs.",
        links=found.links,
    )


def _row(job: RepairJob, base: str) -> list[dict[str, Any]]:
    name = Markup("{} {}").format(link(f"{base}/repairs/{job.id}", shown_code(job.item)), job.name)
    return [
        {"html": name},
        {"text": job.fault},
        {"html": _where(job)},
        {"text": stamp(job.opened_at)},
        {"html": tag(*_standing(job))},
    ]


def _where(job: RepairJob) -> Markup:
    trip = job.trip
    if job.place != "outside" or trip is None:
        return Markup("{}").format(PLACES[job.place])
    back = f"{trip.repairer}, due back {day(trip.due_back)}"
    return (
        Markup("{} {}").format(back, tag("Overdue", "red"))
        if trip.overdue
        else Markup("{}").format(back)
    )


def _standing(job: RepairJob) -> tuple[str, str]:
    return ("Open", "orange") if job.outcome is None else _OUTCOMES[job.outcome]


def job_page(
    job: RepairJob,
    advice: Advice | None,
    decisions: Sequence[Decision],
    caller: Caller,
    base: str,
) -> JobPage:
    """One job; `advice` is on its quote, where it is open and has one."""
    words, colour = _standing(job)
    parts = job.parts or (job.quote.parts if job.quote is not None else [])
    return JobPage(
        title=f"Repair of {shown_code(job.item)}",
        caption=job.name,
        back=f"{base}/depot/repairs",
        tag={"text": words, "classes": f"nhsuk-tag--{colour}"},
        rows=[{"key": {"text": key}, "value": value} for key, value in _facts(job, base)],
        parts_caption="Parts that went in" if job.parts else "Parts that are quoted",
        parts_head=["Part", *({"text": each} | _NUMERIC for each in ("Number", "Each", "Cost"))],
        parts=[_part(each) for each in parts],
        advice=_advised(advice) if job.outcome is None else None,
        advice_rows=[] if advice is None else list(_sum(advice)),
        formula="" if advice is None else _FORMULA.format(limit=advice.limit_percent),
        decided=[_decided(each) for each in decisions],
        acts=[
            {"text": ACTS[act], "href": f"{base}/repairs/{job.id}/{act}"}
            for act in acts_of(job, caller)
        ],
        others=list(_others(job, caller)),
    )


def _others(job: RepairJob, caller: Caller) -> Iterator[str]:
    if job.outcome is not None or not caller.may("repair"):
        return
    yield from (WHO[act] for act, task in TASKS.items() if not caller.may(task))


def acts_of(job: RepairJob, caller: Caller) -> Iterator[str]:
    """What this caller may do about it now."""
    if job.outcome is not None:
        return
    if caller.may("repair"):
        yield from ("quote", "warranty")
    if job.place == "outside":
        if caller.may("repair"):
            yield "back"
    elif caller.may("send to repairers"):
        yield "send"
    if caller.may("scrap"):
        yield "decide"
    if caller.may("repair"):
        if job.state in {"in_repair", "on_loan"}:
            yield "close"
        if job.state != "in_repair":
            yield "off"


def _facts(job: RepairJob, base: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "Item", {"html": link(f"{base}/items/{job.item}", shown_code(job.item))}
    yield "What is wrong", {"text": job.fault}
    yield "Where", {"html": _where(job)}
    yield "Opened", {"text": f"{stamp(job.opened_at)}, {job.opened_by}"}
    yield "Warranty", {"text": _warranty(job)}
    if job.trip is not None:
        yield "Declaration of contamination status", {"html": _declaration(job, base)}
    if job.quote is not None:
        minutes = count(job.quote.minutes, "minute")
        yield "Quote", {"text": f"{minutes}, parts for {pounds(job.quote.parts_pence)}"}
    if job.ended_at is not None:
        yield "Ended", {"text": f"{stamp(job.ended_at)}, {job.ended_by}"}
        yield "What was done", {"text": job.done or "Not said"}
    if job.cost_pence is not None:
        yield "Mended by", {"text": job.mended_by or job.ended_by or ""}
        yield "It took", {"text": _took(job)}


def _took(job: RepairJob) -> str:
    assert job.minutes is not None
    assert job.cost_pence is not None
    if job.in_warranty:
        worth = f"parts worth {pounds(job.list_pence or 0)}"
        return f"{count(job.minutes, 'minute')} and {worth}: nothing to pay, in warranty"
    labour, parts = pounds(job.labour_pence or 0), pounds(job.parts_pence or 0)
    spent = f"{count(job.minutes, 'minute')} for {labour}, parts for {parts}"
    return f"{spent}: {pounds(job.cost_pence)}"


def _warranty(job: RepairJob) -> str:
    if job.warranty is None:
        return "None on record"
    told = f"{job.warranty.supplier}, until {day(job.warranty.until)}"
    return told if job.in_warranty else f"{told}: it was over by then"


def _declaration(job: RepairJob, base: str) -> Markup:
    assert job.trip is not None
    words = "Decontaminated" if job.trip.decontaminated else "Not decontaminated"
    return Markup("{}, {}").format(link(f"{base}/files/{job.trip.file}", "Print it"), words)


def _part(part: JobPart) -> list[dict[str, Any]]:
    name = part.name if part.part is None else f"{part.name} ({part.part})"
    numbers = (f"{part.quantity:,}", pounds(part.price_pence), pounds(part.cost_pence))
    return [{"text": name}, *({"text": each} | _NUMERIC for each in numbers)]


def advised(advice: Advice | None) -> list[str]:
    """The advice for whoever decides, in paragraphs."""
    told = _advised(advice)
    return [f"{told['heading']}.", told["text"]]


def _advised(advice: Advice | None) -> dict[str, str]:
    if advice is None:
        words = "Say what it would take: the advice weighs that against what the item is worth."
        return {"heading": "No advice yet", "text": words}
    if advice.advice == "repair":
        return {"heading": "Advice: mend it", "text": advice.why}
    return {"heading": "Advice: scrap it", "text": advice.why}


def _sum(advice: Advice) -> Iterator[dict[str, Any]]:
    age = "Not known"
    if advice.age_days is not None:
        age = f"{advice.age_days / _DAYS_A_YEAR:.1f} years"
    life = "Not on record" if advice.life_years is None else f"{advice.life_years} years"
    repairs = "None"
    if advice.repairs:
        repairs = f"{pounds(advice.spent_pence)} in {count(advice.repairs, 'repair')}"
    for key, value in (
        ("Price of a new one", pounds(advice.price_pence)),
        ("Age and life", f"{age} of {life}" if advice.life_years else f"{age}; life: {life}"),
        ("Worth today", pounds(advice.worth_pence)),
        ("Repairs so far", repairs),
        ("This quote", pounds(advice.quote_pence)),
    ):
        yield {"key": {"text": key}, "value": {"text": value}}


def _decided(each: Decision) -> str:
    against = "" if each.decision == each.advice.advice else ", against the advice"
    what = "Mend it" if each.decision == "repair" else "Scrap it"
    return f"{stamp(each.decided_at)}, {each.decided_by}: {what}{against}. {each.reason}"


@dataclass(frozen=True, slots=True)
class ItemJobs:
    """The jobs of one item, and the form that opens one where it is with somebody."""

    title: str
    caption: str
    back: str
    errors: list[dict[str, str]]
    head: list[str]
    rows: list[list[dict[str, Any]]]
    links: dict[str, dict[str, str]]
    action: str
    fields: list[Field]


def item_jobs(
    code: str, found: Slice[RepairJob], fields: list[Field], base: str, refusal: Any
) -> ItemJobs:
    """What was mended of an item, and what is."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    return ItemJobs(
        title=f"Repairs of {shown_code(code)}",
        caption=shown_code(code),
        back=f"{base}/items/{code}",
        errors=errors(faults, fields, trouble=trouble),
        head=["Item", "What is wrong", "Where", "Since", "How it stands"],
        rows=[_row(job, base) for job in found.rows],
        links=found.links,
        action=f"{base}/items/{code}/repairs",
        fields=fields,
    )
