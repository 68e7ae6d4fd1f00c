"""The pool's tables as they go into files: figures by the names that programs know. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final

from budget.cohorts import HORIZONS, Cohort, Cohorts
from budget.pool import Budget, Figures
from budget.reconciliation import YearReconciled
from budget.recycling import Count, Rate
from budget.sheets import Cell, Kind, Sheet
from equipment.returns.ageing import Aged, Ageing
from equipment.returns.comparing import Variation

_FIGURES: Final = (
    "contribution_pence", "issues_pence", "credits_pence", "activity_pence", "net_pence",
    "committed_pence", "remaining_pence", "forecast_pence", "forecast_low_pence",
    "forecast_high_pence", "overspend_share_pence",
)  # fmt: skip


def budget_sheet(standing: Budget) -> Sheet:
    """A row for each partner, the pool's last with no code."""
    columns: dict[str, Kind] = {"ods": "text", "name": "text"}
    return Sheet(
        title="The pool",
        columns=columns | dict.fromkeys(_FIGURES, "pence"),
        rows=[
            *([each.ods, each.name, *_figures(each)] for each in standing.partners),
            ["", "The pool", *_figures(standing.pool)],
        ],
        notes=(
            f"The financial year {standing.year}, as posted until {standing.as_of:%-d %B %Y}",
            "net = issues + activity - credits; remaining = contribution - net - committed",
            standing.forecast.how if standing.forecast else "",
        ),
    )


def _figures(figures: Figures) -> Iterator[Cell]:
    return (getattr(figures, name) for name in _FIGURES)


def variation_sheet(found: Variation) -> Sheet:
    """A row for each measure of each team or partner, with its limits."""
    columns: Mapping[str, Kind] = {
        "measure": "text", "key": "text", "part": "number", "of": "number", "value": "number",
        "low_99_8": "number", "low_95": "number", "high_95": "number", "high_99_8": "number",
        "outside": "text", "standard_errors": "number",
    }  # fmt: skip
    rows: list[list[Cell]] = [
        [
            measure.name, row.key, row.part, row.whole, row.value, row.limits.low_99_8,
            row.limits.low_95, row.limits.high_95, row.limits.high_99_8, row.outside,
            row.standard_errors,
        ]
        for measure in found.measures
        for row in measure.rows
    ]  # fmt: skip
    return Sheet(
        title="Variation",
        columns=columns,
        rows=rows,
        notes=(
            f"{found.first:%-d %B %Y} to {found.last:%-d %B %Y}, both included, by {found.by}"
            + (f", within {found.within}" if found.within else ""),
            *(f"{measure.title}: {measure.definition}" for measure in found.measures),
        ),
    )


def cohorts_sheet(found: Cohorts) -> Sheet:
    """A row for each month of issue, the total last with none."""
    columns: dict[str, Kind] = {"month": "text"}
    for name in ("issued", *(f"back_{each}" for each in HORIZONS), "lent_again"):
        columns |= {f"{name}_units": "number", f"{name}_pence": "pence"}
    for months in HORIZONS:
        columns[f"share_{months}"] = "share"
    return Sheet(
        title="Cohorts",
        columns=columns,
        rows=[[row.month or "", *_cohort(row)] for row in (*found.rows, found.total)],
        notes=(found.definition, f"As known on {found.as_of:%-d %B %Y}"),
    )


def _cohort(row: Cohort) -> Iterator[Cell]:
    for count in (row.issued, *(each.count for each in row.back), row.lent_again.count):
        yield from _count(count)
    for each in row.back:
        share: Rate = each.share
        yield share.units


def _count(count: Count | None) -> Iterator[Cell]:
    yield None if count is None else count.units
    yield None if count is None else count.pence


def ageing_sheet(found: Ageing) -> Sheet:
    """A row for each depot and state, all of them last."""
    bands = [
        f"days_{each.from_days}_{'on' if each.to_days is None else each.to_days}"
        for each in found.bands
    ]
    columns: dict[str, Kind] = {"depot": "text", "state": "text"}
    for name in (*bands, "all"):
        columns |= {f"{name}_units": "number", f"{name}_pence": "pence"}
    return Sheet(
        title="Waiting",
        columns=columns | {"undecided_units": "number"},
        rows=[list(_aged(row)) for row in (*found.rows, found.total)],
        notes=(found.definition, f"On {found.as_of:%-d %B %Y}"),
    )


def _aged(row: Aged) -> Iterator[Cell]:
    yield row.depot or ""
    yield row.state or ""
    for count in (*row.bands, row.total):
        yield from _count(count)
    yield row.undecided_units


def reconciliation_sheet(found: YearReconciled) -> Sheet:
    """A row for each month of the year."""
    columns: Mapping[str, Kind] = {
        "month": "day", "ledger_pence": "pence", "movements_pence": "pence",
        "difference_pence": "pence",
    }  # fmt: skip
    return Sheet(
        title="Reconciliation",
        columns=columns,
        rows=[
            [
                each.month,
                each.posted_pence,
                each.counted_pence,
                each.posted_pence - each.counted_pence,
            ]
            for each in found.months
        ],
        notes=(f"Issues of {found.year}: what was posted, and what was delivered, at its charge",),
    )
