"""What waits, why items went and what never came back, in words. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from budget.recycling import Count
from budget.refusals import Refusal
from equipment.returns.ageing import Aged, Ageing, Band
from equipment.returns.not_back import NotBack, Unreturned
from equipment.returns.scrapped import Scrapped, Why
from web.fields import Field, Fields, errors, faults_of
from web.forms import Filled
from web.markup import link
from web.pool.onward_words import files
from web.pool.recycling_words import SCOPES, Names, kept_of, name_of, right
from web.words import day, pounds

_STATES: Final[Mapping[str, str]] = {
    "returned": "Not cleaned yet",
    "cleaned": "Cleaned, not inspected",
    "in_repair": "In repair",
}
WHY: Final[Mapping[str, str]] = {
    "died": "The person has died",
    "loan_over": "The loan is over",
    "lost": "Lost while out",
}
_WORTH: Final = ("Product", "Why", "Items", "Charged", "Value today", "Worth fetching", "Gain")
_Cell = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """One table with what it means."""

    title: str
    meaning: str
    head: list[_Cell]
    rows: list[list[_Cell]]
    empty: str


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """All three."""

    title: str
    back: str
    address: str
    errors: list[dict[str, str]]
    fields: list[Field]
    now: list[Told]
    span: str
    went: list[Told]
    files: list[Markup]


def refused_page(filled: Filled, refusal: Refusal, base: str) -> WaitingPage:
    """The form with what is wrong, and nothing else."""
    faults, trouble = faults_of(refusal)
    fields = _fields(Fields(filled, faults))
    return _page(base, fields, errors(faults, fields, trouble=trouble), [], "", [])


def waiting_page(
    waits: Ageing,
    went: tuple[Scrapped, Scrapped],
    left: Unreturned,
    filled: Filled,
    base: str,
    *,
    names: Names,
) -> WaitingPage:
    """What is so by now, and what went in the days that were asked for."""
    reasons, products = went
    span = f"{day(reasons.first)} to {day(reasons.last)}, both included. {SCOPES[reasons.scope]}."
    tables = [
        _went("Why items went", "Reason", reasons, names, base),
        _went("Which", "Product", products, names, base),
    ]
    now = [_waits(waits, names, base), _left(left, base)]
    return _page(base, _fields(Fields(filled)), [], now, span, tables)


def _fields(fields: Fields) -> list[Field]:
    return [
        fields.day("from", "Scrapped from"),
        fields.day("to", "To, that day included"),
        fields.select("scope", "Of", SCOPES),
    ]


def _page(  # noqa: PLR0917 - what a page is made of
    base: str,
    fields: list[Field],
    said: list[dict[str, str]],
    now: list[Told],
    span: str,
    went: list[Told],
) -> WaitingPage:
    return WaitingPage(
        title="What waits, what went, what never came back",
        back=f"{base}/budget/recycling",
        address=f"{base}/budget/recycling/waiting",
        errors=said,
        fields=fields,
        now=now,
        span=span,
        went=went,
        files=files(f"{base}/budget/recycling/waiting/file", {}),
    )


def _waits(waits: Ageing, names: Names, base: str) -> Told:
    heads = ["Depot and state", *(_band(band) for band in waits.bands), "All", "Loans undecided"]
    rows = [_aged(row, names, base) for row in waits.rows]
    if rows:
        rows.append(_aged(waits.total, names, base))
    return Told(
        title=f"Back and not fit to lend yet, on {day(waits.as_of)}",
        meaning=waits.definition,
        head=[{"text": text} for text in heads],
        rows=rows,
        empty="Nothing waits.",
    )


def _band(band: Band) -> str:
    until = band.to_days
    return (
        f"{band.from_days} days or more" if until is None else f"{band.from_days} to {until} days"
    )


def _aged(row: Aged, names: Names, base: str) -> list[_Cell]:
    name: _Cell = {"text": "All"}
    if row.depot is not None and row.state is not None:
        at = name_of(row.depot, "depot", names) if row.depot else "No depot"
        text = f"{at}: {_STATES[row.state].lower()}"
        query = urlencode({"state": row.state, "depot": row.depot})
        name = {"html": link(f"{base}/items?{query}", text)}
    counts = [*row.bands, row.total]
    return [name, *map(_count, counts), right(f"{row.undecided_units:,}")]


def _count(count: Count) -> _Cell:
    if not count.units:
        return {"text": "0"}
    return {"html": Markup("{}<br>{}").format(f"{count.units:,}", pounds(count.pence))}


def _went(title: str, what: str, found: Scrapped, names: Names, base: str) -> Told:
    rows = [
        _why(row, _called(row.key, found, names), _behind(row, found), base) for row in found.rows
    ]
    if found.others.scrapped.units or found.others.written_off.units:
        rows.append(_why(found.others, "All others", None, base))
    if rows:
        kept = kept_of(found.first, found.last) | {"scope": found.scope}
        rows.append(_why(found.total, "All", kept, base))
    return Told(
        title=title,
        meaning=found.definition,
        head=[{"text": what}, {"text": "Scrapped"}, {"text": "Written off while out"}],
        rows=rows,
        empty="Nothing was scrapped in these days.",
    )


def _called(key: str | None, found: Scrapped, names: Names) -> str:
    if key is None:
        return "No reason given"
    return name_of(key, "sku", names) if found.by == "sku" else key


def _behind(row: Why, found: Scrapped) -> dict[str, str] | None:
    """What of the movements to ask for: of a product, or for a reason."""
    kept = kept_of(found.first, found.last) | {"scope": found.scope}
    if row.reason_id is not None:
        return kept | {"reason": row.reason_id}
    return kept | {"by": "sku", "key": row.key} if row.key is not None else None


def _why(row: Why, name: str, asked: Mapping[str, str] | None, base: str) -> list[_Cell]:
    counts = (("scrapped", row.scrapped), ("written_off", row.written_off))
    return [
        {"text": name[:1].upper() + name[1:]},
        *(_opened(count, kind, asked, base) for kind, count in counts),
    ]


def _opened(count: Count, kind: str, asked: Mapping[str, str] | None, base: str) -> _Cell:
    if asked is None or not count.units:
        return _count(count)
    address = f"{base}/budget/recycling/movements?{urlencode({'count': kind, **asked})}"
    units = link(address, f"{count.units:,}")
    return {"html": Markup("{}<br>{}").format(units, pounds(count.pence))}


def _left(left: Unreturned, base: str) -> Told:
    rows = [_not_back(row, left, base) for row in left.rows]
    if rows:
        rows.append(_not_back(left.total, left, base))
    agreed = left.collection_pence
    tariff = "No tariff for a collection is agreed for this year." if agreed is None else (
        f"A collection costs {pounds(agreed)} this year."
    )  # fmt: skip
    return Told(
        title=f"What never came back, on {day(left.as_of)}",
        meaning=f"{left.formula} {tariff}",
        head=[{"text": text} for text in _WORTH],
        rows=rows,
        empty="Nothing is overdue or lost.",
    )


def _not_back(row: NotBack, left: Unreturned, base: str) -> list[_Cell]:
    """A product for one reason, or all: it opens into its items."""
    asked = {"sku": row.sku or "", "why": row.why or ""}
    query = urlencode({name: text for name, text in asked.items() if text})
    opens = f"{base}/budget/recycling/not-back{'?' if query else ''}{query}"
    known = "" if row.valued_units == row.units else f" (of {row.valued_units:,} known)"
    worth = f"{row.worth_units:,}" if left.collection_pence is not None else "Not known"
    return [
        {"html": link(opens, "All" if row.sku is None else f"{row.name} ({row.sku})")},
        {"text": "All" if row.why is None else WHY[row.why]},
        right(f"{row.units:,}"),
        right(pounds(row.charged_pence)),
        {"text": f"{pounds(row.value_pence)}{known}"},
        {"text": worth},
        right(pounds(row.worth_pence)),
    ]
