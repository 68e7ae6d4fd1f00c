"""A month beside those before it, in words: what it came to, and what made the difference. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from budget.average_months import Beside, Issued
from budget.charges import WORDS as CHARGES
from budget.ledger import PURCHASE
from budget.month_compared import Activity, MonthCompared
from budget.recycling import By
from web.markup import link
from web.pool.behind_words import FIGURES
from web.pool.recycling_words import Names, name_of
from web.words import count, pounds

_KINDS: Final[Mapping[str, str]] = {
    "delivery": "Deliveries",
    "collection": "Collections",
    "swap": "Swaps",
    "repair_visit": "Visits for repairs",
    "service_visit": "Visits for services",
    "failed_visit": "Failed visits",
    "clean": "Cleaning",
    "repair": "Repairs",
    "reversal": "Taken back, as it was undone",
    PURCHASE: "Shares of stock that was bought",
    **dict[str, str](CHARGES.items()),
}
_Cell = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MonthTable:
    """One of the page's tables."""

    heading: str
    head: list[_Cell]
    rows: list[list[_Cell]]
    empty: str


@dataclass(frozen=True, slots=True)
class MonthPage:
    """A month, and why it was dear or was not."""

    title: str
    back: str
    bold: str
    said: list[str]
    tables: list[MonthTable]
    formulae: Sequence[str]


def month_page(found: MonthCompared, names: Names, today: date, base: str) -> MonthPage:
    """The month; each of its amounts leads to what is behind it."""
    name = f"{found.first:%B %Y}"
    return MonthPage(
        title=f"{name}: what it came to, and why",
        back=f"{base}/budget?{urlencode({'year': found.year})}",
        bold=_bold(found, today),
        said=list(_said(found, today)),
        tables=list(_tables(found, names, base)),
        formulae=found.formulae,
    )


def _bold(found: MonthCompared, today: date) -> str:
    net = found.figures[-1]
    month = f"{found.first:%B}"
    came = f"{month} came to" if found.last < today else f"So far {month} comes to"
    words = f"{came} {pounds(net.pence)}"
    if net.usual_pence is None:
        return f"{words}. There is no month before it to compare."
    return f"{words}: {_than(net.more_pence)} {_usual(found)}, which is {pounds(net.usual_pence)}."


def _usual(found: MonthCompared) -> str:
    if found.before == 1:
        return "the month before it"
    return f"an average month of the {found.before} before it"


def _than(more: int) -> str:
    if not more:
        return "as much as"
    return f"{pounds(abs(more))} {'more' if more > 0 else 'less'} than"


def _said(found: MonthCompared, today: date) -> Iterator[str]:
    if found.last >= today and found.before:
        yield "The month is not over, and is set beside whole months all the same."
    if found.before:
        differ = sorted(found.figures[:-1], key=lambda each: -abs(each.more_pence))
        words = [_moved(each) for each in differ if each.more_pence]
        if words:
            yield f"What made the difference: {', '.join(words)}."
    yield from _issued(found.issued)
    if found.late:
        yield (
            f"{count(found.late, 'posting')} came late, from months that were closed before:"
            f" together {pounds(found.late_pence)}."
        )


def _moved(each: Beside) -> str:
    way = "more" if each.more_pence > 0 else "less"
    return f"{pounds(abs(each.more_pence))} {way} of {FIGURES[each.key][0].lower()}"


def _issued(issued: Issued) -> Iterator[str]:
    went_out = f"{count(issued.units, 'item')} went out, worth {pounds(issued.pence)}"
    if issued.usual_units is None or issued.usual_pence is None:
        yield f"{went_out}."
        return
    more, dearer = issued.more_went_out_pence or 0, issued.dearer_pence or 0
    yield (
        f"{went_out}; in an average month it is {issued.usual_units:,.1f} items, worth"
        f" {pounds(issued.usual_pence)}. That {'more' if more >= 0 else 'fewer'} went out makes"
        f" {_signed(more)} of the difference; that they were"
        f" {'dearer' if dearer >= 0 else 'cheaper'} on average, {_signed(dearer)}."
    )


def _tables(found: MonthCompared, names: Names, base: str) -> Iterator[MonthTable]:
    head = [f"{found.first:%B %Y}", *(("Average month", "Difference") if found.before else ())]
    kept = {"year": found.year, "month": found.month}

    def statement(each: Beside) -> str:
        return f"{base}/budget/statement?{urlencode(kept | {'partner': each.key})}"

    def went_out(by: By, each: Beside) -> str:
        asked = {
            "count": "issued", "by": by, "key": each.key, "scope": "all",
            "from": found.first.isoformat(), "to": found.last.isoformat(),
        }  # fmt: skip
        return f"{base}/budget/recycling/movements?{urlencode(asked)}"

    figures = [_row(FIGURES[each.key][0], each, None) for each in found.figures]
    differ = sorted(found.partners, key=lambda each: -abs(each.more_pence))
    partners = [_row(each.name, each, statement(each)) for each in differ]
    yield MonthTable("Figure by figure", _head("Figure", *head), figures, "")
    yield MonthTable(
        "Net spend by partner", _head("Partner", *head), partners, "There are no partners yet."
    )
    broken: tuple[tuple[By, str, str, list[Beside]], ...] = (
        ("category", "What went out, by category", "Category", found.categories),
        ("sku", "The products that differ most", "Product", found.products),
    )
    for by, heading, first, parts in broken:
        rows = [_row(name_of(each.key, by, names), each, went_out(by, each)) for each in parts]
        yield MonthTable(heading, _head(first, *head), rows, "Nothing went out.")
    yield MonthTable(
        "What activity was",
        _head("What", "Number", "Amount"),
        [_activity(each) for each in found.activity],
        "There was no activity.",
    )


def _row(words: str, each: Beside, address: str | None) -> list[_Cell]:
    first: _Cell = {"text": words}
    if address is not None and each.pence:
        first = {"html": link(address, words)}
    told = [pounds(each.pence)]
    if each.usual_pence is not None:
        told += [pounds(each.usual_pence), _signed(each.more_pence)]
    return [first, *map(_right, told)]


def _activity(each: Activity) -> list[_Cell]:
    words = _KINDS.get(each.kind, each.kind)
    return [{"text": words}, _right(f"{each.postings:,}"), _right(pounds(each.pence))]


def _signed(pence: int) -> str:
    return f"+{pounds(pence)}" if pence > 0 else pounds(pence)


def _head(first: str, *others: str) -> list[_Cell]:
    return [{"text": first}, *map(_right, others)]


def _right(text: str) -> _Cell:
    return {"text": text, "format": "numeric"}
