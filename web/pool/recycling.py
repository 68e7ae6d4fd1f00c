"""What is recycled, on pages: every figure by its formula, and the movements behind it."""

from collections.abc import Iterable
from datetime import date
from typing import Final
from uuid import UUID

import msgspec
from litestar import Response

from budget import behind, partners, pool, recycling
from budget.behind import Kind, Wanted
from budget.recycling import By, Question, Report, Scope
from budget.refusals import Fault, Missing, Wrong
from budget.within import Within, report_within, within_of
from budget.years import london_day, span, year_of
from equipment import places
from equipment.catalogue.product_names import product_names
from web import pages
from web.forms import Filled, as_struct
from web.pages import PageRequest
from web.paging import PAGE, key_after, sliced
from web.pool import counted_words, recycling_words
from web.pool.recycling_words import Names
from web.rendering import page

TASK: Final = "read the pool"
_MOST: Final = 200
_DAYS: Final = tuple(
    f"{stem}-{part}" for stem in ("from", "to") for part in ("day", "month", "year")
)


_KEPT: Final = ("count", "by", "key", "scope", "within", "reason", "from", "to")


class Asked(msgspec.Struct, frozen=True):
    """Which figures a page shows."""

    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    by: By = "none"
    scope: Scope = "reusable"
    within: str | None = None

    def of(self) -> Within | None:
        """Of what alone; Wrong where that is nothing."""
        return within_of(self.within)


class _Which(msgspec.Struct, frozen=True):
    """Which count of which key, or for which reason."""

    count: Kind
    key: str | None = None
    reason: str | None = None


@pages.get("/budget/recycling", task=TASK)
async def show_recycling(request: PageRequest) -> Response[str]:
    """What is recycled in a span of days: in the financial year so far where none is named."""
    filled, base = filled_of(request), request.site.base
    today = london_day(request.now)
    try:
        asked = asked_of(filled)
        report = await reported(asked)
    except Wrong as refusal:
        content = recycling_words.refused_page(filled, refusal, base)
        return page(request, "budget_recycling.jinja", content, status=422)
    year = year_of(min(max(asked.last, _YEARS[0]), _YEARS[1]))
    standing = await pool.standing(year, asked.last)
    skus = [row.key for row in report.rows if row.key] if report.by == "sku" else []
    names = await names_of(request, skus)
    content = recycling_words.recycling_page(report, standing, names, today, base)
    return page(request, "budget_recycling.jinja", content)


async def reported(asked: Asked) -> Report:
    """The figures that are asked for, of all or within something. Wrong where there are none."""
    question = Question(asked.first, asked.last, asked.by, asked.scope)
    within = asked.of()
    return await (report_within(question, within) if within else recycling.report(question))


_YEARS: Final = (date(1948, 4, 1), date(2199, 3, 31))


async def names_of(request: PageRequest, skus: Iterable[str] = ()) -> Names:
    """What the keys of reports are called, where they are codes; of products, those named."""
    depots = await places.depots(request.caller, "", _MOST)
    return {
        "partner": {each.ods: each.name for each in await partners.listed("", _MOST)},
        "depot": {each.code: each.name for each in depots},
        "sku": await product_names(request.caller, skus),
    }


@pages.get("/budget/recycling/movements", task=TASK)
async def list_counted(request: PageRequest) -> Response[str]:
    """The movements behind one count, a page at a time."""
    kept = {name: request.sought(name) for name in _KEPT}
    try:
        asked = asked_of(filled_of(request))
        which = as_struct({name: kept[name] or None for name in _Which.__struct_fields__}, _Which)
        own = (asked.first, asked.last, asked.by, which.key, asked.scope, asked.of())
        wanted = Wanted(which.count, *own, which.reason)
        cursor = request.sought("after")
        after = key_after(cursor, tuple[date, UUID]) or behind.FIRST
        rows = await behind.behind(wanted, after=after, limit=PAGE + 1)
    except Wrong as refusal:
        raise Missing("figure-not-found", "There is no such figure.") from refusal
    address = f"{request.site.base}/budget/recycling/movements"
    found = sliced(rows, lambda row: (row.occurred_on, row.loan), address, **kept, after=cursor)
    names = await names_of(request, [row.sku for row in found.rows])
    content = counted_words.counted_page(found, wanted, names, request.site.base)
    return page(request, "figure_visits.jinja", content)


def filled_of(request: PageRequest) -> Filled:
    """What is asked for: the days from an address or a form; of this year where there are none."""
    asked = {name: [request.sought(name)] for name in ("by", "scope", "key", "within", *_DAYS)}
    last = london_day(request.now)
    ends = {"from": span(year_of(last))[0].isoformat(), "to": last.isoformat()}
    typed = any(asked[name][0] for name in _DAYS)
    for stem, usual in ends.items():
        said = request.sought(stem) or ("" if typed else usual)
        parts = said.split("-") if said else []
        for part, text in zip(("year", "month", "day"), parts, strict=False):
            asked[f"{stem}-{part}"] = [text.lstrip("0")]
    return Filled(asked)


def asked_of(filled: Filled) -> Asked:
    """The same for a domain function; Wrong where it cannot be asked."""
    values: dict[str, object] = {name: filled.given(name) for name in ("by", "scope", "within")}
    asked = as_struct(values | {"from": filled.day("from"), "to": filled.day("to")}, Asked)
    if asked.first > asked.last:
        raise Wrong([Fault("to", "The span ends before it begins.")])
    return asked


PAGES: Final = (
    show_recycling,
    list_counted,
)
