"""What is behind the pool's figures, in words: each partner's part, and lines of orders. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from budget.commitments import Undelivered
from budget.pool import Budget, Figures
from web.list_page import ListPage
from web.markup import link
from web.paging import Slice
from web.pool.charts import Frame, Line, draw_bars
from web.pool.year_words import BESIDE, FAR, axis
from web.words import day, listed, pounds

FIGURES: Final[Mapping[str, tuple[str, str]]] = {
    "contribution": ("Contribution", "What the partners agreed to put in for the year."),
    "issues": ("Issues", "What was charged for equipment that was delivered."),
    "activity": ("Activity", "Visits, cleaning and repairs by the tariff, and what was agreed."),
    "credits": ("Credits", "What came back for equipment that was made fit to lend again."),
    "net": ("Net spend", "Issues and activity, less credits."),
    "committed": ("Committed", "Authorised orders that are not delivered yet."),
    "remaining": ("Remaining", "Contribution, less net spend and what is committed."),
    "forecast": ("Expected", "Net spend by the end of the year, as forecast."),
    "overspend_share": (
        "Share of over- or underspend",
        "What would be owed beyond the contribution if the year ended today; below 0: given back.",
    ),
}
OPENED: Final = ("contribution", "issues", "activity", "credits", "net", "committed")
"""The figures of the pool's that open into its partners'."""

POSTED: Final = ("issues", "credits", "activity")
"""The figures of a partner's that open into postings of their own."""

_Cell = dict[str, Any]


def figure(figures: Figures, name: str) -> int:
    """The figure of a row, in pence."""
    pence: int | None = getattr(figures, f"{name}_pence")
    assert pence is not None, "budget/positions.py reckons all of them"
    return pence


def pool_address(name: str, year: str, as_of: date | None, base: str) -> str | None:
    """Where a figure of the pool's leads to, None where it is reckoned from those beside it."""
    kept = _kept(year, as_of)
    if name in OPENED:
        return f"{base}/budget/figure?{urlencode(kept | {'figure': name})}"
    pages = {"forecast": "forecast", "overspend_share": "shares"}
    return f"{base}/budget/{pages[name]}?{urlencode(kept)}" if name in pages else None


def partner_address(name: str, year: str, ods: str, as_of: date | None, base: str) -> str | None:
    """Where a figure of a partner's leads to: its postings, or what is ordered."""
    kept = _kept(year, as_of) | {"partner": ods}
    if name in POSTED:
        return f"{base}/budget/statement?{urlencode(kept | {'figure': name})}"
    pages = {"net": "statement", "committed": "committed"}
    if name in pages:
        return f"{base}/budget/{pages[name]}?{urlencode(kept)}"
    return pool_address(name, year, as_of, base) if name != "contribution" else None


def partner_year_address(year: str, ods: str, base: str) -> str:
    """Where a partner's year is, month by month."""
    return f"{base}/budget/partner?{urlencode({'year': year, 'partner': ods})}"


def opening(pence: int, address: str | None) -> _Cell:
    """An amount that leads to what is behind it, where there is anything."""
    cell: _Cell = {"text": pounds(pence)}
    if address is not None and pence:
        cell = {"html": link(address, pounds(pence))}
    return cell | {"format": "numeric"}


def partners_picture(standing: Budget) -> Markup:
    """What each partner put in, spent, and is expected to spend; its table stands below it."""
    pool, names = standing.pool, ["net", "forecast"]
    if pool.contribution_pence <= FAR * max(pool.net_pence, pool.forecast_pence or 0):
        names.insert(0, "contribution")
    drawn = listed([FIGURES[name][0] for name in names])
    frame = Frame("partners", f"{drawn} by partner, {standing.year}", BESIDE, "£", axis)
    groups = [
        Line(FIGURES[name][0], [figure(each, name) for each in standing.partners]) for name in names
    ]
    return draw_bars(frame, [each.ods for each in standing.partners], groups)


def figure_page(standing: Budget, name: str, as_of: date | None, base: str) -> ListPage:
    """A figure of each partner's, and the pool's, which they sum to."""
    year, (title, meaning) = standing.year, FIGURES[name]
    rows = [
        [
            {"text": each.name},
            opening(figure(each, name), partner_address(name, year, each.ods, as_of, base)),
        ]
        for each in standing.partners
    ]
    whole = [
        {"text": "The pool"},
        {"text": pounds(figure(standing.pool, name)), "format": "numeric"},
    ]
    return ListPage(
        title=f"{title}, {year}",
        head=[{"text": "Partner"}, {"text": title, "format": "numeric"}],
        rows=[*rows, whole],
        empty="There are no partners yet.",
        links={},
        back=f"{base}/budget?{urlencode(_kept(year, as_of))}",
        back_to="Back to the pool",
        paragraphs=[meaning, *([f"As posted until {day(as_of)}."] if as_of else [])],
    )


def committed_page(
    found: Slice[Undelivered], partner: str, kept: Mapping[str, str], base: str
) -> ListPage:
    """Lines of orders that are not delivered yet; whose they are is not said."""
    back = {name: text for name, text in kept.items() if text and name != "partner"}
    return ListPage(
        title=f"Committed of {partner}, {kept['year']}",
        head=["Due", "Order", "What", {"text": "Amount", "format": "numeric"}],
        rows=[_undelivered(each) for each in found.rows],
        empty="Nothing is ordered that is not delivered.",
        links=found.links,
        back=f"{base}/budget/figure?{urlencode(back | {'figure': 'committed'})}",
        back_to="Back to all partners",
        paragraphs=[_COMMITTED],
    )


_COMMITTED: Final = (
    "Lines of authorised orders that are not delivered yet, at their price, and what bringing each"
    " order costs by the tariff."
)


def _undelivered(each: Undelivered) -> list[_Cell]:
    what = "Delivery" if each.line is None else each.sku or "A special"
    # Whose order it is, is for those who may see people: here they are told apart.
    order = str(each.order).partition("-")[0]
    return [{"text": day(each.due_on)}, {"text": order}, {"text": what},
        {"text": pounds(each.amount_pence), "format": "numeric"}]  # fmt: skip


def _kept(year: str, as_of: date | None) -> dict[str, str]:
    return {"year": year} | ({"as_of": as_of.isoformat()} if as_of else {})
