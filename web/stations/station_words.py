"""What the stations of a depot show and say. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from budget.refusals import Refusal
from equipment.clerk import Result
from equipment.inspection.inspections import InspectionList
from equipment.items import Item
from equipment.parts.parts import Parts
from equipment.repairs.job_form import RepairJob
from equipment.staff.roles import Caller
from equipment.standing import State
from equipment.washing.loads import ITEMS_MAX, Load
from equipment.washing.programmes import METHOD_WORDS
from labels.code import shown as shown_code
from web.fields import Field, Fields, errors, faults_of
from web.forms import Filled
from web.items.item_act_words import ACTS
from web.items.item_panel import rows_of
from web.markup import link
from web.words import count

_SCAN: Final = "Scan or type the label"
_ATTRIBUTES: Final = {"autofocus": "", "autocapitalize": "characters"}
_ACTS: Final = ("clean", "repair", "check", "hold", "release", "scrap", "hand_back")


@dataclass(frozen=True, slots=True)
class Said:
    """What came of it: to be seen from a step away, and said aloud."""

    good: bool
    heading: str
    lines: Sequence[str]
    href: str | None = None
    head: Sequence[str] = ()
    rows: Sequence[list[dict[str, Any]]] = ()


@dataclass(frozen=True, slots=True)
class Station:
    """A form that takes one scan after another, and what came of the last."""

    title: str
    back: str
    action: str
    # Where a label is looked at before it goes into the load.
    look: str
    fields: list[Field]
    errors: list[dict[str, str]]
    submit: str
    said: Said | None


@dataclass(frozen=True, slots=True)
class AtBench:
    """An item on the bench: the list that it is inspected by, its parts, and what mends it.

    `special` is whether it is one, to be measured.
    """

    item: Item
    list: InspectionList
    parts: Parts
    # What depots are called, by their codes.
    depots: Mapping[str, str]
    job: RepairJob | None = None
    special: bool = False


@dataclass(frozen=True, slots=True)
class Bench:
    """The field for the label; and the item that it means, with the form that inspects it."""

    title: str
    back: str
    action: str
    sought: list[Field]
    unknown: str | None
    heading: str
    rows: list[dict[str, Any]]
    missing: list[str]
    job: dict[str, str] | None
    acts: list[dict[str, str]]
    fields: list[Field]
    errors: list[dict[str, str]]


def wash(
    filled: Filled,
    depots: Mapping[str, str],
    base: str,
    *,
    refusal: Refusal | None,
    said: Said | None,
) -> Station:
    """Where a load is scanned: a label a line, as a scanner types them."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    fields = Fields(filled, faults)
    shown = [
        fields.hidden("id", ""),
        fields.hidden("at", ""),
        fields.select("depot", "Depot", depots),
        fields.select("method", "Cleaned by", METHOD_WORDS),
        fields.text("machine", "Machine", width=10, spellcheck=False),
        fields.text("cycle", "Cycle", width=10, spellcheck=False),
        fields.text("batch", "Batch of the detergent", width=10, spellcheck=False),
        fields.text(
            "bay", "Bay that it is put into", hint="If it has a label.", width=10, spellcheck=False
        ),
        fields.lines("items", f"Labels, one a line, at most {ITEMS_MAX}", rows=8),
    ]
    return Station(
        title="The wash",
        back=f"{base}/depot",
        action=f"{base}/depot/wash",
        look=f"{base}/depot/wash/look",
        fields=shown,
        errors=errors(faults, shown, trouble=trouble),
        submit="These are clean",
        said=said,
    )


def washed(load: Load | None, results: Sequence[tuple[str, Result]], base: str) -> Said:
    """What of a load is clean now, and why the rest is not."""
    refused = [(text, result) for text, result in results if result.refusal is not None]
    clean = 0 if load is None else len(load.items)
    heading = f"{count(clean, 'item')} clean"
    if refused:
        heading += f", {count(len(refused), 'item')} not"
    return Said(
        good=not refused,
        heading=heading,
        lines=[],
        head=["Item", "Why it is not clean"],
        rows=[_not_clean(text, result, base) for text, result in refused],
    )


def _not_clean(text: str, result: Result, base: str) -> list[dict[str, Any]]:
    assert result.refusal is not None
    if result.item is None:
        return [{"text": text}, {"text": result.refusal.detail}]
    name = link(f"{base}/items/{result.item}", shown_code(result.item))
    return [{"html": name}, {"text": result.refusal.detail}]


def bench(
    text: str,
    at_bench: AtBench | None,
    filled: Filled,
    caller: Caller,
    base: str,
    *,
    refusal: Refusal | None,
) -> Bench:
    """The bench, with what lies on it."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    fields = [] if at_bench is None else _bench_fields(at_bench, Fields(filled, faults))
    # The next label is scanned wherever one looks; what was wrong is looked at first.
    more: dict[str, Any] = {} if refusal is not None else {"attributes": _ATTRIBUTES}
    sought = Fields().text("item", _SCAN, width=20, spellcheck=False, **more)
    item = None if at_bench is None else at_bench.item
    return Bench(
        title="The bench",
        back=f"{base}/depot",
        action=f"{base}/depot/bench",
        sought=[sought],
        unknown=f"There is no item “{text}”." if text and item is None else None,
        heading="" if item is None else item.name,
        rows=[] if at_bench is None else rows_of(at_bench.item, base, at_bench.depots),
        missing=[] if at_bench is None else [p.part for p in at_bench.parts.parts if p.missing],
        job=None if at_bench is None else _job(at_bench.job, base),
        acts=[] if at_bench is None else list(_acts(at_bench, caller, base)),
        fields=fields,
        errors=errors(faults, fields, trouble=trouble),
    )


def _bench_fields(at_bench: AtBench, fields: Fields) -> list[Field]:
    """The list of the product, where the item is to be inspected."""
    item, listed = at_bench.item, at_bench.list
    if item.state is not State.CLEANED:
        return []
    shown = [
        fields.hidden("id", ""),
        fields.hidden("at", ""),
        {"kind": "hidden", "name": "item", "value": item.code},
        *(
            fields.text(f"wrong-{n}", line, hint={"text": "Leave empty if it is in order."})
            for n, line in enumerate(listed.lines)
        ),
    ]
    shown.append(fields.text("other", "What else is wrong with it, if anything is"))
    if item.due.pat is not None:
        results = {"pass": "Passed", "fail": "Failed", "": "Not made yet"}
        shown.append(fields.radios("pat", "Portable appliance test", results, value=""))
    return shown


def _job(job: RepairJob | None, base: str) -> dict[str, str] | None:
    """What is wrong with it, and the way to the job that mends it."""
    if job is None:
        return None
    return {"text": f"To be mended: {job.fault}", "href": f"{base}/repairs/{job.id}"}


def _acts(at_bench: AtBench, caller: Caller, base: str) -> Iterator[dict[str, str]]:
    item = at_bench.item
    for action in _ACTS:
        # What has a job is mended there, with its parts.
        if action == "repair" and at_bench.job is not None:
            continue
        if action in item.allowed and caller.may(action):
            yield {"text": ACTS[action].words, "href": f"{base}/items/{item.code}/acts/{action}"}
    yield {"text": "Its parts", "href": f"{base}/items/{item.code}/parts"}
    if caller.may("read repairs"):
        yield {"text": "Its repairs", "href": f"{base}/items/{item.code}/repairs"}
    if at_bench.special:
        yield {"text": "What it measures", "href": f"{base}/items/{item.code}/measurements"}


def inspected(item: Item, *, passed: bool) -> str:
    """What came of an inspection."""
    code = shown_code(item.code)
    return f"{code} is safe: to the shelf." if passed else f"{code} is not safe: to be mended."
