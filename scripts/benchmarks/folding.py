"""fold: movements folded a second from a backlog, against the floor."""

import asyncio
import time
from typing import Final

from budget.database import close_pool, open_pool
from budget.sums import fold
from scripts.benchmarks import statements
from scripts.benchmarks.apart import apart
from scripts.benchmarks.figures import BenchmarkError, Figure, at_least, say
from scripts.benchmarks.floor import Floor
from scripts.benchmarks.pools import copied, execute, fetch_value, folder_of, serving
from scripts.benchmarks.run import Run

LEFT: Final = (
    "select (select count(*) from unfolded_postings) + (select count(*) from unfolded_tallies)"
    " + (select count(*) from unfolded_cohorts)"
)


def fold_backlog(run: Run) -> Figure:
    """The same backlog is folded once a turn."""
    took, rows, memory = list[float](), 0, dict[str, float]()
    with serving(run) as dsn:
        floor = Floor(folder_of(run), dsn, run.sizes, run.settings)
        floor.measure()
        for _ in range(run.sizes.turns):
            (seconds, rows), memory = apart(folded, _copied(dsn))
            took.append(seconds)
            say(f"  fold: {run.sizes.movements / seconds:,.0f} movements a second")
            floor.measure()
    detail = memory | {
        "movements": run.sizes.movements,
        "rows": rows,
        "seconds": [round(each, 3) for each in took],
        "statements": _statements(run),
        "floors": floor.rates,
    }
    value = run.sizes.movements * len(took) / sum(took)
    return Figure("fold", value, "movements/s", floor.rate, detail, at_least(10))


def _copied(dsn: str) -> str:
    """A copy of the backlog, at rest."""
    copy = copied(dsn, "folded")
    # What copying has left to be written is no fold's work.
    asyncio.run(execute(copy, "vacuum analyze", "checkpoint"))
    return copy


def folded(dsn: str) -> tuple[float, int]:
    """Fold all that is there: how long it took, and how many rows it was."""
    return asyncio.run(_fold(dsn))


async def _fold(dsn: str) -> tuple[float, int]:
    await open_pool(dsn)
    try:
        began = time.perf_counter()
        rows = await fold()
        seconds = time.perf_counter() - began
    finally:
        await close_pool()
    if left := await fetch_value(dsn, LEFT):
        raise BenchmarkError(f"{left:,} rows were left when all should have been folded")
    return seconds, rows


def _statements(run: Run) -> int | None:
    """SQL statements for the whole backlog, in a pass of its own."""
    if not run.sizes.counted:
        return None
    with statements.counting(folder_of(run)), serving(run) as dsn:
        if not statements.can_count(dsn):
            return None
        copy = copied(dsn, "folded")
        statements.start_counting(copy)
        apart(folded, copy)
        return statements.counted(copy)
