"""The pool's tables as files: what a page shows, by its own address and the form of the file."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from litestar import Response

from budget import positions
from budget.reconciliation import year_reconciled
from budget.recycling_files import sheet_of
from budget.refusals import Missing, Wrong
from budget.sheets import FILES, Sheet
from budget.years import london_day, year_of
from equipment.returns.ageing import ageing
from web import pages
from web.pages import PageRequest
from web.pool import pool_sheets
from web.pool.cohorts import followed
from web.pool.forecasts import asked_day
from web.pool.recycling import TASK, asked_of, filled_of, reported
from web.pool.variation import compared
from web.rendering import file


@pages.get("/budget/file", task=TASK)
async def show_budget_file(request: PageRequest) -> Response[bytes]:
    """Where the pool and each partner stand."""
    return await _file(request, "pool", _budget)


async def _budget(request: PageRequest) -> Sheet:
    year = request.sought("year") or year_of(london_day(request.now))
    standing = await positions.position(year, asked_day(request), request.now)
    return pool_sheets.budget_sheet(standing)


@pages.get("/budget/recycling/file", task=TASK)
async def show_recycling_file(request: PageRequest) -> Response[bytes]:
    """The recycling figures, by what they are broken down."""
    return await _file(request, "recycling", _recycling)


async def _recycling(request: PageRequest) -> Sheet:
    return sheet_of(await reported(asked_of(filled_of(request))))


@pages.get("/budget/recycling/variation/file", task=TASK)
async def show_variation_file(request: PageRequest) -> Response[bytes]:
    """Teams or partners with their limits."""
    return await _file(request, "variation", _variation)


async def _variation(request: PageRequest) -> Sheet:
    return pool_sheets.variation_sheet(await compared(request))


@pages.get("/budget/recycling/cohorts/file", task=TASK)
async def show_cohorts_file(request: PageRequest) -> Response[bytes]:
    """What became of what was issued, by month of issue."""
    return await _file(request, "cohorts", _cohorts)


async def _cohorts(request: PageRequest) -> Sheet:
    return pool_sheets.cohorts_sheet(await followed(request))


@pages.get("/budget/recycling/waiting/file", task=TASK)
async def show_waiting_file(request: PageRequest) -> Response[bytes]:
    """What waits by now, by depot and state."""
    return await _file(request, "waiting", _waiting)


async def _waiting(request: PageRequest) -> Sheet:
    return pool_sheets.ageing_sheet(await ageing(request.caller, request.now))


@pages.get("/budget/reconciliation/file", task=TASK)
async def show_reconciliation_file(request: PageRequest) -> Response[bytes]:
    """A year's months: the ledger beside the movements."""
    return await _file(request, "reconciliation", _reconciliation)


async def _reconciliation(request: PageRequest) -> Sheet:
    year = request.sought("year") or year_of(london_day(request.now))
    return pool_sheets.reconciliation_sheet(await year_reconciled(year))


async def _file(
    request: PageRequest, name: str, found: Callable[[PageRequest], Awaitable[Sheet]]
) -> Response[bytes]:
    """The table in the form that is asked for; of what cannot be asked there is none."""
    ending = request.sought("format")
    if ending not in FILES:
        raise Missing("format-not-found", "There is no such file.")
    media_type, made = FILES[ending]
    try:
        sheet = await found(request)
    except Wrong as refusal:
        raise Missing("file-not-found", "There is no such file.") from refusal
    return file(await asyncio.to_thread(made, sheet), media_type, f"{name}.{ending}")


PAGES: Final = (
    show_budget_file,
    show_recycling_file,
    show_variation_file,
    show_cohorts_file,
    show_waiting_file,
    show_reconciliation_file,
)
