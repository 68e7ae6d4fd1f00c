"""The played year beside the published one, in plain text (budget/published.py)."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Final

from budget import pool
from budget.published import ASSUMED, PUBLISHED, YEAR, Figures, differences, millions, times
from budget.recycling import Rate
from scripts.playing.marks import Mark
from scripts.playing.player import Script

WIDTH: Final = 100


def lines(figures: Figures, script: Script, played: Mark) -> Iterator[str]:
    """The year in plain text, beside what was published."""
    issues = figures.everything.total.issued.units
    rate = played.scans / played.seconds if played.seconds else 0
    yield f"The model year {YEAR}, played with {script}"
    yield (
        f"{played.scans:,} scans in {played.seconds:,.0f} seconds, {rate:,.0f} a second;"
        f" {issues:,} issues in the year"
    )
    yield ""
    yield from _year(figures, script.scale)
    yield ""
    yield from _partners(figures)
    yield ""
    yield "How the model and the publication differ"
    yield from _points(differences(figures, script.scale))
    yield ""
    yield "What was assumed"
    yield from _points(ASSUMED)


def _year(figures: Figures, scale: float) -> Iterator[str]:
    row, total, reusable = figures.budget.pool, figures.everything.total, figures.reusable.total
    low, high = (f"{pence / 1e8:.0f}" for pence in PUBLISHED.handled_pence)
    yield _columns("", "as played", "" if scale == 1 else times(scale), "published")
    scaled = "" if scale == 1 else f"{total.issued.units / scale:,.0f}"
    yield _columns("Issues", f"{total.issued.units:,}", scaled)
    yield _money("Value issued", total.issued.pence, scale)
    yield _money("Value returned", total.returned.pence, scale)
    handled = f"GBP {low} to {high}m"
    yield _money("Issued and returned together", figures.handled_pence, scale, handled)
    recycled = f"{PUBLISHED.recycled_by_value:.0%}"
    yield _share("Recycled by value", reusable.rates.recycling.pence, recycled)
    yield _share("Recycled by units", reusable.rates.recycling.units)
    yield _share("Returned against issued, by value", total.rates.returned_ratio.pence)
    yield _share("Returned against issued, by units", total.rates.returned_ratio.units)
    yield _money("Charged for issues", row.issues_pence, scale)
    yield _money("Credited", row.credits_pence, scale)
    yield _money("Charged for activity", row.activity_pence, scale)
    yield _money("Net spend", row.net_pence, scale)
    published = f"{millions(PUBLISHED.pool_pence)}, one pool"
    yield _columns("Contributions", _pounds(row.contribution_pence), "", published)


def _partners(figures: Figures) -> Iterator[str]:
    recycled = {row.key: row.rates.recycling for row in figures.reusable.rows}
    heads = ("issues", "credits", "activity", "net", "contribution", "recycled")
    yield _partner("Partner, as played (GBP)", heads)
    for row in figures.budget.partners:
        rate = recycled.get(row.ods, Rate(None, None))
        yield _partner(f"{row.ods}  {row.name}", _cells(row, rate))
    total = figures.reusable.total.rates.recycling
    yield _partner("The pool", _cells(figures.budget.pool, total))


def _cells(row: pool.Figures, recycled: Rate) -> Sequence[str]:
    pence = (
        row.issues_pence,
        row.credits_pence,
        row.activity_pence,
        row.net_pence,
        row.contribution_pence,
    )
    return [*(f"{each / 100:,.0f}" for each in pence), _percent(recycled.pence)]


def _points(texts: Sequence[str] | Iterator[str]) -> Iterator[str]:
    for text in texts:
        yield from textwrap.wrap(text, WIDTH, initial_indent="- ", subsequent_indent="  ")


def _columns(name: str, played: str, scaled: str = "", published: str = "") -> str:
    return f"{name:<36}{played:>20}{scaled:>18}   {published:<22}".rstrip()


def _money(name: str, pence: int, scale: float, published: str = "") -> str:
    return _columns(name, _pounds(pence), millions(round(pence / scale)), published)


def _share(name: str, fraction: float | None, published: str = "") -> str:
    return _columns(name, _percent(fraction), "", published)


def _partner(name: str, cells: Sequence[str]) -> str:
    widths = (12, 11, 10, 11, 13, 9)
    return f"{textwrap.shorten(name, 33, placeholder='...'):<33}" + "".join(
        f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)
    )


def _pounds(pence: int) -> str:
    return f"GBP {pence / 100:,.0f}"


def _percent(fraction: float | None) -> str:
    return "-" if fraction is None else f"{fraction:.1%}"
