"""Closing a month on pages: what will be closed and what is still open in it, then for good."""

from collections.abc import Iterator
from typing import Final

from litestar import Response

from budget import closing
from budget.forecasting.series import months_between
from budget.month_end import MOST, month_end
from budget.refusals import Fault, Refusal, Refused, Wrong
from budget.years import year_of
from web import pages
from web.forms import Filled
from web.pages import PageRequest, see_other
from web.pool import month_end_words
from web.rendering import page

_TASK: Final = "close months"


@pages.get("/budget/close", task=_TASK)
async def show_month_end(request: PageRequest) -> Response[str]:
    """The month whose turn it is."""
    return await _show(request)


@pages.post("/budget/close", task=_TASK)
async def close_month(request: PageRequest) -> Response[str]:
    """Close it, and those after it until another; sent twice, they are closed once."""
    filled = await request.filled()
    try:
        _check_sure(filled)
        months = list(_months(filled))
        for month in months:
            await closing.close(request.caller.username, _year(month), month, request.now)
    except (Wrong, Refused) as refusal:
        return await _show(request, filled, refusal)
    say = month_end_words.closed_words(months)
    return see_other(request, f"/budget?year={_year(months[-1])}", say=say)


def _months(filled: Filled) -> Iterator[str]:
    """What is to be closed; Wrong where that is no month, or lies before the first."""
    month = closing.first_day(filled.text("month"))
    until = closing.first_day(filled.text("until") or filled.text("month"))
    if not 0 <= months_between(month, until) < MOST:
        raise Wrong([Fault("until", f"Close at most {MOST} months in one go.")])
    while month <= until:
        yield f"{month:%Y-%m}"
        month = closing.next_month(month)


def _check_sure(filled: Filled) -> None:
    if filled.text("sure") != "yes":
        raise Wrong([Fault("sure", month_end_words.NOT_SURE)])


def _year(month: str) -> str:
    """The financial year that a month lies in; Wrong where it is none."""
    return year_of(closing.first_day(month))


async def _show(
    request: PageRequest, filled: Filled | None = None, refusal: Refusal | None = None
) -> Response[str]:
    found = await month_end(request.now)
    content = month_end_words.month_end_page(found, request.site.base, filled, refusal)
    return page(request, "budget_close.jinja", content, status=422 if refusal else 200)


PAGES: Final = (show_month_end, close_month)
