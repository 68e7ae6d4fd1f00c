"""The stores before the day: enough on the shelves, checks made in time, a cupboard half empty."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import asyncpg

from budget.database import fetch
from equipment.items import Viewer
from equipment.safety import months_on
from equipment.scans import SCANS_MAX, record
from scripts.model.scans import Goods
from scripts.model.service import CUPBOARD, MAIN, NORTH, crew_of, store_of
from scripts.playing.desk import receive_goods
from scripts.working_day.errands import at
from scripts.working_day.stage import Stage
from settings import Settings

# Beyond the numbers that the model year gives to what it buys.
_FIRST_NUMBER: Final = 900_000
_SPARE: Final = 2
# What the cupboard has of what it is to have (data/shelf_levels.csv): it is short of two things.
_CUPBOARD: Final = {"WAL01": 10, "WAL02": 2, "WAL04": 5, "TOI05": 4, "SEA01": 2}
# One examination in so many falls due within the month.
_DUE_EVERY: Final = 5
_DUE_SPREAD: Final = 11
# The others in so many days, at least.
_LATER: Final = 40
_DAYS_A_MONTH: Final = 30


async def stock_up(stage: Stage, wanted: Mapping[str, Counter[str]]) -> None:
    """Receive at each depot what is going to be ordered from there, and the cupboard's own."""
    prices = {row["sku"]: row["price_pence"] for row in await fetch(_PRICES)}
    bought_at = at(stage.days.before(12), "09:30")
    number = _FIRST_NUMBER
    for depot in (MAIN, NORTH, CUPBOARD):
        shelf = _CUPBOARD if depot == CUPBOARD else wanted[depot]
        by = store_of(MAIN if depot == CUPBOARD else depot)
        for sku, many in sorted(shelf.items()):
            quantity = many if depot == CUPBOARD else many + _SPARE
            goods = Goods(
                id=stage.id_of(f"goods {depot} {sku}"),
                at=bought_at,
                by=by,
                sku=sku,
                depot=depot,
                first=number,
                quantity=quantity,
                price_pence=prices[sku],
            )
            number += quantity
            await receive_goods(goods, Viewer(stage.callers[by], bought_at, Settings.public_url))


_PRICES: Final = """
select distinct on (sku) sku, price_pence from product_terms order by sku, from_on desc
"""


async def examine(stage: Stage) -> None:
    """Record the examinations of what is on loan: the newest of each within its months.

    Some fall due within the month, and become visits.
    """
    rows = await fetch(_EXAMINED)
    recorded_at = at(stage.days.before(10), "17:00")
    by_crew: dict[str, list[dict[str, Any]]] = {}
    for place, row in enumerate(rows):
        crew = crew_of(NORTH if row["last_depot"] == NORTH else MAIN)
        said = _examination(row, place, stage.days.today)
        id_ = stage.id_of(f"examined {row['serial']}")
        by_crew.setdefault(crew, []).append({"id": str(id_), "item": row["code"], **said})
    for crew, scans in by_crew.items():
        for first in range(0, len(scans), SCANS_MAX):
            results = await record(
                scans[first : first + SCANS_MAX], stage.callers[crew], recorded_at
            )
            check_taken(results)


_EXAMINED: Final = """
select i.code, i.serial, i.last_depot, p.loler_months, p.service_months
from items i join products p on p.sku = i.sku
where i.state = 'on_loan' and (p.loler_months is not null or p.service_months is not null)
order by i.serial
"""


def _examination(row: asyncpg.Record, place: int, today: date) -> dict[str, Any]:
    months = min(m for m in (row["loler_months"], row["service_months"]) if m is not None)
    if place % _DUE_EVERY == 0:
        ahead = 2 + place % _DUE_SPREAD
    else:
        ahead = _LATER + place * 17 % (months * _DAYS_A_MONTH - 2 * _LATER)
    day = months_on(today + timedelta(days=ahead), -months)
    return {
        "action": "check",
        "occurred_at": at(day, "11:00").isoformat(),
        "checks": list(_passed(row, day)),
    }


def _passed(row: asyncpg.Record, day: date) -> Iterator[dict[str, str]]:
    for kind, examiner in (("loler", "Inspection body"), ("service", "Depot bench")):
        if row[f"{kind}_months"] is not None:
            yield {"kind": kind, "result": "pass", "on": day.isoformat(), "examiner": examiner}


def check_taken(results: Sequence[Any]) -> None:
    """Raise RuntimeError where a scan was refused: the day obeys the rules."""
    for result in results:
        if result.status == "refused":
            raise RuntimeError(f"A scan of the example's day was refused: {result.refusal}")
