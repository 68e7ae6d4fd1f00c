"""The pool on pages: where it stands, where each partner stands, and every posting behind that."""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import msgspec
from litestar import Response

from budget import closing, outlooks, partners, positions, recycling, statements
from budget.by_month import partner_year
from budget.published import scale_played
from budget.recycling import Question
from budget.refusals import Missing, Wrong
from budget.statement_files import FILES
from budget.statements import Wanted
from budget.years import london_day, span
from web import pages
from web.forms import Filled, as_struct
from web.pages import PageRequest
from web.paging import PAGE, Slice, key_after, sliced
from web.pool import budget_words, partner_words, succession_words
from web.pool.behind_words import POSTED
from web.pool.forecasts import asked_day
from web.pool.onward_words import onward
from web.pool.years import asked_year, known_year
from web.rendering import file, page

_TASK = "read the pool"
_MOST: Final = 200
_DAY: Final = timedelta(days=1)
_WHOLE: Final = 2_000
"""How many postings go on one page, to be printed; of more there is the file."""


@pages.get("/budget", task=_TASK)
async def show_pool(request: PageRequest) -> Response[str]:
    """The pool in a financial year, as on a day: of today where none is named."""
    today = london_day(request.now)
    year = asked_year(request)
    filled, refusal = _asked(request), None
    try:
        as_of = as_struct({"as_of": filled.day("as_of")}, _AsOf).as_of
    except Wrong as wrong:
        as_of, refusal = None, wrong
    standing, outlook = await outlooks.pool_year(year, as_of, request.now)
    first, last = span(year)
    known = await partners.listed("", _MOST)
    standing = succession_words.of_year(standing, partners.gone_or_to_come(known, first, last))
    figures = await recycling.report(Question(first, max(first, standing.as_of)))
    months = await closing.closed_months(year)
    base = request.site.base
    played = await scale_played() is not None
    links = onward(request.caller, year, base, played=played)
    asked = budget_words.as_of_form(filled, refusal, year, as_of, base)
    found = (standing, outlook)
    own = request.caller.partners
    content = budget_words.pool_page(found, figures, months, today, asked, onward=links, own=own)
    return page(request, "budget.jinja", content, status=422 if refusal else 200)


class _AsOf(msgspec.Struct, frozen=True):
    """The day that is asked about, as it is typed or stands in the address."""

    as_of: date | None = None


def _asked(request: PageRequest) -> Filled:
    typed = {name: [request.sought(name)] for name in ("as_of-day", "as_of-month", "as_of-year")}
    parts = request.sought("as_of").split("-") if request.sought("as_of") else []
    for part, text in zip(("year", "month", "day"), parts, strict=False):
        typed[f"as_of-{part}"] = [text.lstrip("0")]
    return Filled(typed)


@pages.get("/budget/partner", task=_TASK)
async def show_partner(request: PageRequest) -> Response[str]:
    """A partner's year, month by month."""
    year = known_year(request.sought("year"))
    try:
        found = await partner_year(year, request.sought("partner"))
    except Wrong as refusal:
        raise Missing("partner-not-found", "There is no such partner.") from refusal
    everybody = (await positions.position(year, None, request.now)).partners
    [standing] = [each for each in everybody if each.ods == found.ods]
    base = request.site.base
    known = await partners.listed("", _MOST)
    notes = succession_words.notes(found.ods, known, year, base)
    notes.append(budget_words.posted_until(min(london_day(request.now), span(year)[1])))
    content = partner_words.partner_page(found, standing, year, base, notes)
    return page(request, "budget_partner.jinja", content)


@pages.get("/budget/statement", task=_TASK)
async def show_statement(request: PageRequest) -> Response[str]:
    """Every posting of a partner's in a month, a page at a time."""
    figure = request.sought("figure")
    if figure not in POSTED:
        figure = ""
    with _or_missing():
        wanted = _wanted(request, figure or None)
        drawn = await statements.heading(wanted)
    kept = {name: request.sought(name) for name in ("year", "partner", "month", "as_of")}
    kept["figure"] = figure
    cursor = request.sought("after")
    rows = []
    if request.sought("whole") == "yes":
        rows = await statements.posted(wanted, after=statements.FIRST, limit=_WHOLE + 1)
    if 0 < len(rows) <= _WHOLE:
        found = Slice(rows, {})
    else:
        after = key_after(cursor, tuple[date, int]) or statements.FIRST
        rows = await statements.posted(wanted, after=after, limit=PAGE + 1)
        address = f"{request.site.base}/budget/statement"
        found = sliced(rows, lambda row: row[0], address, **kept, after=cursor)
    content = partner_words.statement_page(drawn, found, kept, request.site.base)
    return page(request, "budget_statement.jinja", content)


@pages.get("/budget/statement/file", task=_TASK)
async def show_statement_file(request: PageRequest) -> Response[bytes]:
    """The same as a file: CSV, or a workbook."""
    ending = request.sought("format")
    if ending not in FILES:
        raise Missing("format-not-found", "There is no such file.")
    with _or_missing():
        drawn = await statements.statement(_wanted(request))
    media_type, made = FILES[ending]
    name = f"statement-{drawn.partner}-{request.sought('month') or request.sought('year')}.{ending}"
    return file(await asyncio.to_thread(made, drawn), media_type, name)


def _wanted(request: PageRequest, figure: str | None = None) -> Wanted:
    year, month = known_year(request.sought("year")), request.sought("month") or None
    as_of = asked_day(request)
    begin, end = closing.days(year, month)
    if as_of is not None:
        end = max(begin, min(as_of, end - _DAY) + _DAY)
    return Wanted(request.sought("partner"), begin, end, figure)


@contextlib.contextmanager
def _or_missing() -> Iterator[None]:
    """Of no month or partner there is a statement."""
    try:
        yield
    except Wrong as refusal:
        raise Missing("statement-not-found", "There is no such statement.") from refusal


PAGES: Final = (
    show_pool,
    show_partner,
    show_statement,
    show_statement_file,
)
