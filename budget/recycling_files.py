"""The recycling figures as a table for a file: a row for each key, the total last. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final

from budget.recycling import DEFINITION, KINDS, Report, Row
from budget.sheets import Cell, Kind, Sheet

_RATES: Final = ("recycling", "returned_ratio", "reuse_share")
COLUMNS: Final[Mapping[str, Kind]] = {
    "key": "text",
    **{
        f"{kind}_{unit}": "pence" if unit == "pence" else "number"
        for kind in KINDS
        for unit in ("units", "pence")
    },
    **{f"{rate}_{unit}": "share" for rate in _RATES for unit in ("units", "pence")},
}


def sheet_of(report: Report) -> Sheet:
    """The figures by their keys; that of the total is empty."""
    days = f"{report.first:%-d %B %Y} to {report.last:%-d %B %Y}, both included"
    products = "Reusable products" if report.scope == "reusable" else "All products"
    return Sheet(
        title="Recycling",
        columns=COLUMNS,
        rows=[[row.key or "", *_cells(row)] for row in (*report.rows, report.total)],
        notes=(days, f"By {report.by}", f"Of {report.within or 'all'}", products, DEFINITION),
    )


def _cells(row: Row) -> Iterator[Cell]:
    for kind in KINDS:
        count = getattr(row, kind)
        yield None if count is None else count.units
        yield None if count is None else count.pence
    for name in _RATES:
        rate = getattr(row.rates, name)
        yield rate.units
        yield rate.pence
