"""Figures of visits on pages, and the visits behind each of them."""

from datetime import date, timedelta
from typing import Final

import msgspec
from litestar import Response

from budget import partners
from budget.refusals import Wrong
from budget.years import london_day
from equipment import places
from logistics.figures import figures
from logistics.figures.figure_form import WITHIN_USUAL, Name, Part, Question, Sought
from logistics.visits.catching_up import catch_up
from web import pages
from web.forms import Filled, as_struct
from web.pages import PageRequest
from web.paging import PAGE, key_after, sliced
from web.rendering import page
from web.rounds import figure_words
from web.rounds.figure_words import Choices

_TASK: Final = "read figures"
_MONTH: Final = timedelta(days=29)
_MOST: Final = 200
_NARROWED: Final = ("depot", "partner", "by", "within")


class _Which(msgspec.Struct, frozen=True):
    """Which figure, and of what of it."""

    figure: Name = "on_time"
    part: Part | None = None
    van: str | None = None


@pages.get("/figures", task=_TASK)
async def show_figures(request: PageRequest) -> Response[str]:
    """All figures of a span of days; of the last thirty where none is named."""
    await catch_up(request.now)
    filled, choices = _asked(request), await _choices(request)
    base = request.site.base
    try:
        found = await figures.report(request.caller, _question(filled), request.now)
    except Wrong as refusal:
        content = figure_words.figures_page(None, filled, choices, base, refusal)
        return page(request, "figures.jinja", content, status=422)
    return page(request, "figures.jinja", figure_words.figures_page(found, filled, choices, base))


def _asked(request: PageRequest) -> Filled:
    """What was asked for; the last thirty days where nothing was."""
    days = ("from-day", "from-month", "from-year", "to-day", "to-month", "to-year")
    asked = {name: [request.sought(name)] for name in (*_NARROWED, *days)}
    asked["within"] = [request.sought("within") or str(WITHIN_USUAL)]
    if not any(asked[name][0] for name in days):
        last = london_day(request.now)
        for stem, day in (("from", last - _MONTH), ("to", last)):
            for part in ("day", "month", "year"):
                asked[f"{stem}-{part}"] = [str(getattr(day, part))]
    return Filled(asked)


def _question(filled: Filled) -> Question:
    """The same for a domain function; Wrong where it cannot be asked."""
    values: dict[str, object] = {name: filled.given(name) for name in _NARROWED}
    values |= {"first": filled.day("from"), "last": filled.day("to")}
    return _judged(values)


def _judged(values: dict[str, object]) -> Question:
    try:
        return as_struct(values, Question)
    except Wrong as refusal:
        raise Wrong([figure_words.as_shown(fault) for fault in refusal.faults]) from refusal


async def _choices(request: PageRequest) -> Choices:
    return Choices(
        depots={each.code: each.name for each in await places.depots(request.caller, "", _MOST)},
        partners={each.ods: each.name for each in await partners.listed("", _MOST)},
    )


@pages.get("/figures/visits", task=_TASK)
async def list_behind(request: PageRequest) -> Response[str]:
    """The visits behind one number, a page at a time."""
    kept = {name: request.sought(name) for name in ("from", "to", "figure", "part", "van")}
    kept |= {name: request.sought(name) for name in _NARROWED}
    given: dict[str, object] = {name: text or None for name, text in kept.items()}
    spans = {"first": given.pop("from"), "last": given.pop("to")}
    question = _judged(spans | {name: given[name] for name in _NARROWED})
    which = as_struct(given, _Which)
    wanted = Sought(name=which.figure, question=question, part=which.part, van=which.van)
    cursor = request.sought("after")
    key = key_after(cursor, tuple[date, int]) or figures.FIRST
    rows = await figures.behind(request.caller, wanted, request.now, after=key, limit=PAGE + 1)
    address = f"{request.site.base}/figures/visits"
    found = sliced(rows, lambda row: row[0], address, **kept, after=cursor)
    content = figure_words.behind_page(
        found, wanted, await _choices(request), request.caller, request.site.base
    )
    return page(request, "figure_visits.jinja", content)


PAGES: Final = (
    show_figures,
    list_behind,
)
