"""The movements behind one count of the recycling figures, in words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from budget.behind import Counted, Wanted
from budget.wording import one_line
from web.markup import link
from web.paging import Slice
from web.pool.recycling_words import (
    COUNTS,
    MEANINGS,
    SCOPES,
    Names,
    kept_of,
    name_of,
    right,
)
from web.words import day, pounds

_Cell = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CountedPage:
    """The movements behind one count."""

    title: str
    back: str
    span: str
    definition: str
    head: list[Any]
    rows: list[list[_Cell]]
    empty: str
    links: dict[str, dict[str, str]]


def counted_page(found: Slice[Counted], wanted: Wanted, names: Names, base: str) -> CountedPage:
    """The movements of one count, of whom nothing is said."""
    span = (wanted.first, wanted.last)
    kept = kept_of(*span) | {"by": wanted.by, "scope": wanted.scope}
    of = [] if wanted.key is None else [name_of(wanted.key, wanted.by, names)]
    if wanted.within is not None:
        kept["within"] = str(wanted.within)
        of.append(name_of(wanted.within.key, wanted.within.by, names))
    back = f"{base}/budget/recycling"
    if wanted.reason is not None:
        back, kept = f"{back}/waiting", kept_of(*span) | {"scope": wanted.scope}
        of.append(_reason(found.rows))
    return CountedPage(
        title=": ".join([COUNTS[wanted.kind], *of]),
        back=f"{back}?{urlencode(kept)}",
        span=f"{day(wanted.first)} to {day(wanted.last)}, {SCOPES[wanted.scope].lower()}",
        definition=f"{MEANINGS[wanted.kind]} What was undone is not here; -1: a reuse that a later"
        " scrap took back.",
        head=[
            "Day",
            "Item",
            "Product",
            "Category",
            "Partner",
            "Depot",
            "Counts",
            "Value",
            "Reason",
        ],
        rows=[_counted(each, names, base) for each in found.rows],
        empty="There are no such movements.",
        links=found.links,
    )


def _reason(rows: Sequence[Counted]) -> str:
    """What the rows of one reason have in common, as the first says it."""
    return one_line(rows[0].reason or "No reason given") if rows else "for one reason"


def _counted(each: Counted, names: Names, base: str) -> list[_Cell]:
    return [
        {"text": day(each.occurred_on)},
        {"html": link(f"{base}/items/{each.item}", each.item)},
        {"text": name_of(each.sku, "sku", names)},
        {"text": each.category},
        {"text": name_of(each.partner, "partner", names)},
        {"text": name_of(each.depot, "depot", names) if each.depot else "None"},
        right(f"{each.units:,}"),
        right(pounds(each.pence)),
        {"text": each.reason or "None given"},
    ]
