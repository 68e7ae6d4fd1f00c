"""Figures of visits in words: what each counts, and links to what is behind it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from budget.refusals import Fault, Refusal
from equipment.staff.roles import Caller
from logistics.figures.figure_form import (
    DEFINITIONS,
    VANS,
    Behind,
    Figure,
    Part,
    Question,
    Report,
    Share,
    Sought,
    VanFigure,
)
from web.fields import Field, Fields, errors, faults_of
from web.forms import Filled
from web.markup import link
from web.paging import Slice
from web.visits.visit_words import KIND_WORDS, short, status_tag
from web.words import day

PART_WORDS: Final[Mapping[Part, str]] = {
    "kept": "In time",
    "missed": "Late, failed or not done",
    "deferred": "Put off by the person",
    "to_come": "Still to come",
    "done": "Done",
    "service": "Failed: our fault",
    "prescriber": "Failed: the prescriber's",
    "person": "Failed: the person's",
}
_BY: Final = {"none": "Nothing", "depot": "Depot", "partner": "Partner", "month": "Month"}
_KM: Final = 1000
_NOTHING: Final = "Nothing in these days"


@dataclass(frozen=True, slots=True)
class Choices:
    """What figures can be narrowed by: names by code."""

    depots: Mapping[str, str]
    partners: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OneFigure:
    """One figure with its definition, and a table of what it is added up from."""

    title: str
    definition: str
    head: list[str]
    rows: list[list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class FiguresPage:
    """All figures of a span of days."""

    title: str
    address: str
    errors: list[dict[str, str]]
    fields: list[Field]
    figures: list[OneFigure]
    empty: str


@dataclass(frozen=True, slots=True)
class BehindPage:
    """The visits behind one number."""

    title: str
    back: str
    span: str
    definition: str
    head: list[str]
    rows: list[list[dict[str, Any]]]
    empty: str
    links: dict[str, dict[str, str]]


def figures_page(
    found: Report | None,
    filled: Filled,
    choices: Choices,
    base: str,
    refusal: Refusal | None = None,
) -> FiguresPage:
    """The figures, or why they cannot be shown."""
    faults, trouble = faults_of(refusal) if refusal else ((), None)
    fields = _fields(Fields(filled, faults), choices)
    shown: list[OneFigure] = []
    if found is not None:
        shown = [_figure(each, found, choices, base) for each in found.figures]
        shown.append(_vans(found, choices, base))
    return FiguresPage(
        title="Figures of visits",
        address=f"{base}/figures",
        errors=errors(faults, fields, trouble=trouble),
        fields=fields,
        figures=shown,
        empty=_NOTHING,
    )


def _fields(fields: Fields, choices: Choices) -> list[Field]:
    return [
        fields.day("from", "From"),
        fields.day("to", "To, that day included"),
        fields.select("depot", "Depot", {"": "All"} | dict(choices.depots)),
        fields.select("partner", "Partner", {"": "All"} | dict(choices.partners)),
        fields.select("by", "Break down by", _BY),
        fields.text("within", "Working days to collect in", width=4),
    ]


def as_shown(fault: Fault) -> Fault:
    """A fault of a question by the name that its field has on the page."""
    return Fault({"first": "from", "last": "to"}.get(fault.field, fault.field), fault.message)


def _figure(figure: Figure, found: Report, choices: Choices, base: str) -> OneFigure:
    parts = DEFINITIONS[figure.name].parts
    rows = [_share(figure, each, found, choices, base) for each in figure.rows]
    total = _cells(figure, figure.total, "All", _asked(found), base)
    return OneFigure(
        title=figure.title,
        definition=figure.definition,
        head=[_BY[found.by] if rows else "Of", "Share", *(PART_WORDS[part] for part in parts)],
        rows=[*rows, total],
    )


def _share(
    figure: Figure, share: Share, found: Report, choices: Choices, base: str
) -> list[dict[str, Any]]:
    """One key's row; of what has none, nothing can be opened by it."""
    if share.key is None:
        return _cells(figure, share, "Not known", None, base)
    if found.by == "month":
        return _cells(figure, share, share.key, _asked(found) | _month(found, share.key), base)
    names = choices.depots if found.by == "depot" else choices.partners
    name = f"{names.get(share.key, 'Not known')} ({share.key})"
    return _cells(figure, share, name, _asked(found) | {found.by: share.key}, base)


def _cells(
    figure: Figure, share: Share, name: str, asked: Mapping[str, str] | None, base: str
) -> list[dict[str, Any]]:
    percent = "none" if share.share is None else f"{share.share:.1%}"
    cells: list[dict[str, Any]] = [
        {"text": name},
        {"text": f"{share.numerator:,} of {share.denominator:,} ({percent})"},
    ]
    for part, many in share.parts.items():
        which = None if asked is None else {"figure": figure.name, "part": part, **asked}
        cells.append(_opening(many, which, f"{PART_WORDS[part]}, {name}", base))
    return cells


def _opening(many: int, which: Mapping[str, str] | None, what: str, base: str) -> dict[str, Any]:
    """A number that leads to the visits behind it."""
    if not many or which is None:
        return {"text": f"{many:,}"}
    address = f"{base}/figures/visits?{urlencode(which)}"
    hidden = Markup('{}<span class="nhsuk-u-visually-hidden">: {}</span>').format(f"{many:,}", what)
    return {"html": link(address, hidden)}


def _asked(found: Report) -> dict[str, str]:
    """What was asked for, for the addresses of what is behind it."""
    span = {"from": found.first.isoformat(), "to": found.last.isoformat()}
    narrowed = {"depot": found.depot, "partner": found.partner}
    within = {"within": str(found.within_working_days)}
    return span | {name: code for name, code in narrowed.items() if code} | within


def _month(found: Report, key: str) -> dict[str, str]:
    """The days of a month that were asked for."""
    first = date.fromisoformat(f"{key}-01")
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    begin, end = max(first, found.first), min(last, found.last)
    return {"from": begin.isoformat(), "to": end.isoformat()}


def _vans(found: Report, choices: Choices, base: str) -> OneFigure:
    vans = found.vans
    head = ["Van", "Days out", "Stops", "Kilometres", "Stops a day", "km a day", "km a stop"]
    return OneFigure(
        title=vans.title,
        definition=vans.definition,
        head=head,
        rows=[_van(each, found, choices, base) for each in (*vans.rows, vans.total)],
    )


def _van(it: VanFigure, found: Report, choices: Choices, base: str) -> list[dict[str, Any]]:
    name = "All" if it.van is None else f"{it.van} of {_depot(it.depot, choices)}"
    which = {"figure": "vans", **_asked(found)} | ({} if it.van is None else {"van": it.van})
    # No partner has a van of its own: all that it carried is counted.
    which.pop("partner", None)
    averages = (it.stops_a_day, it.km_a_day, it.km_a_stop)
    return [
        {"text": name},
        {"text": f"{it.days:,}"},
        _opening(it.stops, which, f"stops, {name}", base),
        {"text": f"{it.distance_m / _KM:,.1f}"},
        *({"text": "None" if each is None else f"{each:,.1f}"} for each in averages),
    ]


def _depot(code: str | None, choices: Choices) -> str:
    return choices.depots.get(code or "", code or "no depot")


def behind_page(
    found: Slice[tuple[Any, Behind]], wanted: Sought, choices: Choices, caller: Caller, base: str
) -> BehindPage:
    """The visits of one number."""
    definition = VANS if wanted.name == "vans" else DEFINITIONS[wanted.name]
    narrowed = [] if wanted.part is None else [PART_WORDS[wanted.part]]
    narrowed += [] if wanted.van is None else [wanted.van]
    asked = wanted.question
    span = f"{day(asked.first)} to {day(asked.last)}"
    of = [_depot(asked.depot, choices)] if asked.depot else []
    of += [choices.partners.get(asked.partner, asked.partner)] if asked.partner else []
    return BehindPage(
        title=": ".join([definition.title, *narrowed]),
        back=f"{base}/figures?{urlencode(_fields_of(asked))}",
        span=", ".join([span, *of]),
        definition=definition.words,
        head=["Visit", "Counted on", "To be done by", "Done on", "Van", "Counted as", "Now"],
        rows=[_visit(each, choices, caller, base) for _, each in found.rows],
        empty="There are no such visits.",
        links=found.links,
    )


def _fields_of(asked: Question) -> dict[str, str]:
    """The form's fields that ask the same."""
    ends = (("from", asked.first), ("to", asked.last))
    kept = {
        f"{stem}-{part}": str(getattr(end, part))
        for stem, end in ends
        for part in ("day", "month", "year")
    }
    narrowed = {"depot": asked.depot, "partner": asked.partner}
    kept |= {name: code for name, code in narrowed.items() if code}
    return kept | {"within": str(asked.within)}


def _visit(it: Behind, choices: Choices, caller: Caller, base: str) -> list[dict[str, Any]]:
    name = f"{KIND_WORDS[it.kind]} {short(it.visit)}"
    known = caller.may("read visits")
    return [
        {"html": link(f"{base}/visits/{it.visit}", name)} if known else {"text": name},
        {"text": day(it.day)},
        {"text": day(it.last_day) if it.last_day else "No day"},
        {"text": day(it.done_on) if it.done_on else "Not done"},
        {"text": it.van or f"None, from {_depot(it.depot, choices)}"},
        {"text": PART_WORDS[it.part]},
        {"html": status_tag(it.status)},
    ]
