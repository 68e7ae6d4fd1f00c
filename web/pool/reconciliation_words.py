"""Reconciliation in words: what agrees, what differs and why. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from budget.reconciliation import (
    WRONG,
    Difference,
    MonthReconciled,
    MonthSums,
    Reason,
    Waiting,
    YearReconciled,
)
from logistics.visits import reconciling
from logistics.visits.reconciling import VisitDifference, VisitsReconciled
from web.markup import link, tag
from web.pool.onward_words import files
from web.words import count, day, moment, pounds

_REASONS: Final[Mapping[Reason, tuple[str, str]]] = {
    "lacks its posting": ("The movement lacks its posting", "red"),
    "has no movement": ("The posting has no movement", "red"),
    "late": ("Posted late: it happened in a month that was closed", "yellow"),
    "posted later": ("Posted in a later month: this one was closed", "yellow"),
    "undone": ("Undone: the count falls on its own day, the money on the day of the undo", "grey"),
    "transferred": ("Moved to another who pays", "grey"),
    "corrected": ("A correction that two people agreed on", "blue"),
    "only counted": ("Only counted: the pool owns its stock", "grey"),
}
_VISITS: Final[Mapping[reconciling.Reason, tuple[str, str]]] = {
    "lacks its charge": ("The visit was made and not charged as is due", "red"),
    "has no visit": ("The charge has no visit that was made", "red"),
    "late": ("Posted late: it was made in a month that was closed", "yellow"),
    "posted later": ("Posted in another month: this one was closed", "yellow"),
    "undone": ("What was done on it was undone, on the day of the undo", "grey"),
    "another tariff": ("Charged by another tariff: it was changed afterwards", "blue"),
}
_FIGURES: Final = {"issues": "Issues", "credits": "Credits"}
_Cell = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """One of the page's tables."""

    caption: str
    head: list[_Cell]
    rows: list[list[_Cell]]
    empty: str


@dataclass(frozen=True, slots=True)
class ReconciliationPage:
    """A year, or one of its months."""

    title: str
    back: str
    paragraphs: list[str]
    tables: list[Table]
    files: list[Markup]


def year_page(found: YearReconciled, now: datetime, base: str) -> ReconciliationPage:
    """Month by month: what the ledger says, and what the movements do."""
    months = Table(
        caption="Issues, month by month",
        head=_heads("Month", "Ledger", "Movements", "Difference"),
        rows=[_month(each, found.year, base) for each in found.months],
        empty="Nothing was posted or counted in this year.",
    )
    return ReconciliationPage(
        title=f"Reconciliation, {found.year}",
        back=f"{base}/budget?{urlencode({'year': found.year})}",
        paragraphs=[
            _fresh(now),
            (
                "The ledger is what was posted for issues. The movements are what was delivered in"
                " the month, at what its loan was charged. Open a month to see each difference and"
                " its reason. scripts/verify checks all of history, movement by movement."
            ),
        ],
        tables=[months, _stock(found.waiting)],
        files=files(f"{base}/budget/reconciliation/file", {"year": found.year}),
    )


def _fresh(now: datetime) -> str:
    return f"Exact at {moment(now)}, with all that was recorded until then."


def _month(each: MonthSums, year: str, base: str) -> list[_Cell]:
    asked = urlencode({"year": year, "month": f"{each.month:%Y-%m}"})
    opens = link(f"{base}/budget/reconciliation?{asked}", f"{each.month:%B %Y}")
    return [{"html": opens}, *_amounts(each.posted_pence, each.counted_pence)]


def _amounts(posted: int, counted: int) -> list[_Cell]:
    return [_right(pounds(each)) for each in (posted, counted, posted - counted)]


def _stock(waits: Waiting) -> Table:
    return Table(
        caption="What has come back and waits for a decision",
        head=_heads("By", "Counts", "Items", "Difference"),
        rows=[
            [
                {"text": "Units"},
                *(
                    _right(f"{each:,}")
                    for each in (waits.counted, waits.items, waits.counted - waits.items)
                ),
            ],
            [{"text": "Value"}, *_amounts(waits.counted_pence, waits.items_pence)],
        ],
        empty="",
    )


def month_page(
    found: MonthReconciled,
    visits: VisitsReconciled,
    year: str,
    now: datetime,
    base: str,
    *,
    visits_at: str | None,
    depots: Mapping[str, str],
) -> ReconciliationPage:
    """A month: its sums, the differences by reason, and each of them.

    `visits_at` is where visits are opened, None for whom they are not shown; `depots` are names.
    """
    faults = sum(each.reason in WRONG for each in found.differences)
    faults += sum(each.reason in reconciling.WRONG for each in visits.differences)
    said = "Every difference has a reason that is no fault."
    if faults:
        said = f"{count(faults, 'difference is', 'differences are')} a fault: tell who runs this."
    differs = found.by_reason or visits.by_reason
    return ReconciliationPage(
        title=f"Reconciliation of {found.first:%B %Y}",
        back=f"{base}/budget/reconciliation?{urlencode({'year': year})}",
        paragraphs=[
            _fresh(now),
            said if differs else "Ledger and movements agree.",
            (
                f"{count(visits.visits, 'visit was', 'visits were')} made that"
                f" {'is' if visits.visits == 1 else 'are'} charged: each is reckoned anew from what"
                " was done on it, by the tariff of its day."
            ),
        ],
        tables=[
            _whole(found, visits),
            *_tables(found, base),
            *_visit_tables(visits, visits_at, depots),
        ],
        files=[],
    )


def _whole(found: MonthReconciled, visits: VisitsReconciled) -> Table:
    pairs = ((_FIGURES["issues"], found.issues), (_FIGURES["credits"], found.credits))
    return Table(
        caption="The month as a whole",
        head=_heads("Figure", "Ledger", "Movements", "Difference"),
        rows=[
            *(
                [{"text": name}, *_amounts(each.posted_pence, each.counted_pence)]
                for name, each in pairs
            ),
            [{"text": "Visits"}, *_amounts(visits.posted_pence, visits.counted_pence)],
        ],
        empty="",
    )


def _visit_tables(
    visits: VisitsReconciled, visits_at: str | None, depots: Mapping[str, str]
) -> Iterator[Table]:
    if not visits.by_reason:
        return
    yield Table(
        caption="Visits that differ, by reason",
        head=_heads("Reason", "Difference"),
        rows=[
            [{"text": _VISITS[reason][0]}, _right(pounds(pence))]
            for reason, pence in sorted(visits.by_reason.items())
        ],
        empty="",
    )
    more = f", the first {len(visits.differences)} of them" if visits.more else ""
    yield Table(
        caption=f"Each visit that differs{more}",
        head=[
            {"text": "Visit"},
            {"text": "Depot"},
            {"text": "Reason"},
            *(_right(text) for text in ("Ledger", "By its lines", "Difference")),
        ],
        rows=[_visit(each, visits_at, depots) for each in visits.differences],
        empty="",
    )


def _visit(each: VisitDifference, visits_at: str | None, depots: Mapping[str, str]) -> list[_Cell]:
    of = day(each.happened_on) if each.happened_on else "Not made"
    shown: _Cell = {"text": of}
    if visits_at is not None:
        shown = {"html": link(f"{visits_at}/visits/{each.visit}", of)}
    words, colour = _VISITS[each.reason]
    return [
        shown,
        {"text": depots.get(each.depot, each.depot) if each.depot else "None"},
        {"html": _said(words, colour, wrong=each.reason in reconciling.WRONG)},
        *_amounts(each.posted_pence, each.counted_pence),
    ]


def _said(words: str, colour: str, *, wrong: bool) -> Markup:
    reason: str | Markup = tag("Fault", colour) + Markup(" ") if wrong else ""
    return Markup("{}{}").format(reason, words)


def _tables(found: MonthReconciled, base: str) -> Iterator[Table]:
    if not found.by_reason:
        return
    yield Table(
        caption="The differences by reason",
        head=_heads("Reason", "Difference"),
        rows=[
            [{"text": _REASONS[reason][0]}, _right(pounds(pence))]
            for reason, pence in sorted(found.by_reason.items())
        ],
        empty="",
    )
    more = f", the first {len(found.differences)} of them" if found.more else ""
    yield Table(
        caption=f"Each difference{more}",
        head=[
            {"text": "Item"},
            {"text": "Figure"},
            {"text": "Reason"},
            *(_right(text) for text in ("Ledger", "Movements", "Difference")),
        ],
        rows=[_difference(each, base) for each in found.differences],
        empty="",
    )


def _difference(each: Difference, base: str) -> list[_Cell]:
    item: _Cell = {"text": "None"}
    if each.item is not None:
        item = {"html": link(f"{base}/items/{each.item}", each.item)}
    elif each.reason == "corrected":
        item = {"html": link(f"{base}/budget/charges/{each.movement}", "The correction")}
    words, colour = _REASONS[each.reason]
    return [
        item,
        {"text": _FIGURES[each.figure]},
        {"html": _said(words, colour, wrong=each.reason in WRONG)},
        *_amounts(each.posted_pence, each.counted_pence),
    ]


def _heads(first: str, *others: str) -> list[_Cell]:
    return [{"text": first}, *map(_right, others)]


def _right(text: str) -> _Cell:
    return {"text": text, "format": "numeric"}
