"""What is behind the pool's figures, on pages: partner by partner, and what orders commit to."""

from datetime import date
from typing import Final
from uuid import UUID

from litestar import Response

from budget import commitments, partners, positions
from budget.refusals import Missing
from budget.years import span
from web import pages
from web.pages import PageRequest
from web.paging import PAGE, key_after, sliced
from web.pool import behind_words, succession_words
from web.pool.forecasts import asked_day
from web.pool.recycling import TASK
from web.pool.years import asked_year
from web.rendering import page

_MOST: Final = 200


@pages.get("/budget/figure", task=TASK)
async def show_figure(request: PageRequest) -> Response[str]:
    """One figure of the pool's, by the partners whose it is."""
    year, as_of = asked_year(request), asked_day(request)
    figure = request.sought("figure")
    if figure not in behind_words.OPENED:
        raise Missing("figure-not-found", "There is no such figure.")
    standing = await positions.position(year, as_of, request.now)
    known = await partners.listed("", _MOST)
    standing = succession_words.of_year(standing, partners.gone_or_to_come(known, *span(year)))
    content = behind_words.figure_page(standing, figure, as_of, request.site.base)
    return page(request, "list.jinja", content)


@pages.get("/budget/committed", task=TASK)
async def list_committed(request: PageRequest) -> Response[str]:
    """What a partner's orders commit it to, line by line, without anybody's name."""
    year, as_of = asked_year(request), asked_day(request)
    ods = request.sought("partner")
    name = {each.ods: each.name for each in await partners.listed("", _MOST)}.get(ods)
    if name is None:
        raise Missing("partner-not-found", "There is no such partner.")
    cursor = request.sought("after")
    after = key_after(cursor, tuple[date, UUID, UUID]) or commitments.FIRST
    rows = await commitments.undelivered(ods, year, as_of, after=after, limit=PAGE + 1)
    kept = {"year": year, "partner": ods, "as_of": as_of.isoformat() if as_of else ""}
    address = f"{request.site.base}/budget/committed"
    found = sliced(rows, lambda row: row.place, address, **kept, after=cursor)
    content = behind_words.committed_page(found, name, kept, request.site.base)
    return page(request, "list.jinja", content)


PAGES: Final = (
    show_figure,
    list_committed,
)
