"""What is recycled by month, as a picture; its table stands below it. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from markupsafe import Markup

from budget.recycling import Report
from web.pool.charts import Frame, Line, draw_lines

_PERCENT: Final = 100


def picture(report: Report) -> Markup:
    """The rates of recycling, by units and by value."""
    rates = [row.rates.recycling for row in report.rows]
    frame = Frame(
        name="recycled",
        title="Recycled, by month",
        description="The share made fit to lend again, by units and by value; its table is below.",
        up="Recycled, %",
        written="{:,.0f}%".format,
    )
    labels = months([str(row.key) for row in report.rows])
    lines = [Line("By units", _percent([rate.units for rate in rates]))]
    lines.append(Line("By value", _percent([rate.pence for rate in rates])))
    return draw_lines(frame, labels, lines)


def months(keys: Sequence[str]) -> list[str]:
    """Months below a picture: with their years where there are more than a year's."""
    form = "%b" if len(keys) <= 12 else "%b %y"  # noqa: PLR2004 - a year
    return [date.fromisoformat(f"{key}-01").strftime(form) for key in keys]


def _percent(rates: Sequence[float | None]) -> list[float | None]:
    return [None if rate is None else rate * _PERCENT for rate in rates]
