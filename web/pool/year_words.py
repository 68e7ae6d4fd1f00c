"""A year of the pool's, month by month: a picture and the table of the same. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from budget.outlooks import PoolYear
from budget.pool import Budget
from web.markup import link
from web.pool.charts import Fan, Frame, Line, draw_bars, draw_lines
from web.words import pounds

_MILLION: Final = 100_000_000
# From how many pence on to how many pounds it is rounded.
_STEPS: Final = ((10_000_000, 1_000), (1_000_000, 100))
FAR: Final = 3
"""What was put in is drawn, unless that left no room to see what is spent of it."""

BESIDE: Final = "The table below says the same in figures."
_Cell = dict[str, Any]

MONTHS_HEAD: Final[list[_Cell]] = [
    {"text": "Month"},
    *(
        {"text": text, "format": "numeric"}
        for text in ("Spent", "By the month's end", "From", "To")
    ),
]


def about(pence: int) -> str:
    """Money as one says it: £7.1 million, £123,000, £740."""
    sign, whole = ("-" if pence < 0 else ""), abs(pence)
    if whole >= _MILLION:
        return f"{sign}£{whole / _MILLION:.1f} million"
    step = next((step for least, step in _STEPS if whole >= least), 1)
    return f"{sign}£{round(whole / 100 / step) * step:,}"


def month_bars(outlook: PoolYear) -> Markup | None:
    """What was spent in each month by itself; None where nothing was yet."""
    if not outlook.spent:
        return None
    frame = Frame("months", f"Spent in each month of {outlook.year}", BESIDE, "£", axis)
    spent: list[float | None] = [each.spent_pence for each in outlook.spent]
    return draw_bars(frame, [f"{each.month:%b}" for each in outlook.spent], [Line("Spent", spent)])


def year_picture(budget: Budget, outlook: PoolYear) -> Markup | None:
    """The year so far with what is expected of the rest; None where nothing was spent yet."""
    if not outlook.spent:
        return None
    months = [each.month for each in outlook.spent]
    ahead = [each.month for each in outlook.expected if each.month > months[-1]]
    labels = [f"{month:%b}" for month in [*months, *ahead]]
    so_far: list[float | None] = [each.so_far_pence for each in outlook.spent]
    blank: list[float | None] = [None] * len(ahead)
    # The day's own month stands where it is expected to end.
    steps = {each.month: each for each in outlook.expected}
    foreseen = [_value(steps, month) for month in [*months, *ahead]]
    ranges = [
        (step.low_pence, step.high_pence) if (step := steps.get(month)) else None
        for month in [*months, *ahead]
    ]
    if months[-1] in steps:
        so_far[-1] = None
    # Both go on from where the whole months end.
    whole = sum(value is not None for value in so_far) - 1
    if steps and whole >= 0:
        foreseen[whole] = so_far[whole]
        ranges[whole] = (outlook.spent[whole].so_far_pence,) * 2
    year = Frame("year", f"The pool's spending in {outlook.year}, from April on", BESIDE, "£", axis)
    lines = [Line("Spent", so_far + blank)]
    fans = []
    if outlook.expected:
        lines.append(Line("Expected by then", foreseen, dashed=True))
        fans.append(Fan("Nineteen times in twenty", ranges))
    put_in, most = budget.pool.contribution_pence, max(outlook.high_pence, outlook.forecast_pence)
    if put_in <= FAR * most:
        lines.append(Line("Put in", [put_in] * len(labels), dashed=True))
    return draw_lines(year, labels, lines, fans)


def _value(steps: Mapping[date, Any], month: date) -> float | None:
    step = steps.get(month)
    return step.expected_pence if step is not None else None


def axis(pence: float) -> str:
    """Money where there is little room for it: £7.1m."""
    return about(round(pence)).replace(" million", "m")


def months(outlook: PoolYear, base: str) -> list[list[_Cell]]:
    """The same in a table: what was spent, and where the year is expected to be.

    Each month in which something was spent leads to why it was as dear as it was.
    """
    steps = {each.month: each for each in outlook.expected}
    spent = {each.month: each for each in outlook.spent}
    rows = []
    for month in sorted({*steps, *spent}):
        step, was = steps.get(month), spent.get(month)
        name: _Cell = {"text": f"{month:%B %Y}"}
        if was is not None and was.spent_pence:
            asked = urlencode({"year": outlook.year, "month": f"{month:%Y-%m}"})
            name = {"html": link(f"{base}/budget/month?{asked}", name["text"])}
        row = [name, _right(pounds(was.spent_pence) if was else "To come")]
        if step is None:
            row += [
                _right(pounds(was.so_far_pence) if was else ""),
                _right("As spent"),
                _right("As spent"),
            ]
        else:
            told = (step.expected_pence, step.low_pence, step.high_pence)
            row += [_right(pounds(pence)) for pence in told]
        rows.append(row)
    return rows


def _right(text: str) -> _Cell:
    return {"text": text, "format": "numeric"}
