"""The played year beside the published one: the product's own figures, compared as they are.

Nothing here comes from the model, and nothing is fitted: where the two differ, it says so.
"""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from budget import pool, recycling
from budget.pool import Budget
from budget.recycling import Question, Rate, Report
from budget.years import span
from scripts.playing.marks import Mark
from scripts.playing.player import Script

YEAR: Final = "2018-19"
WIDTH: Final = 100

_ASSUMED: Final = (
    (
        "Volumes, and the rates at which things come back and are fit to be lent again, are the"
        " catalogue's model columns. They were chosen to resemble the published year: where value"
        " handled and the share recycled come near to it, that is how they were chosen, and proves"
        " nothing."
    ),
    (
        "Prices are indicative and many are guessed; so are the percentages credited. The tariff is"
        " made up."
    ),
    (
        "Deliveries and collections are scanned but have no visits, so no visit is charged:"
        " activity is cleaning and repairs alone. A real year would cost more."
    ),
    (
        "How long loans last, how busy each month is, and how often something is lost, damaged,"
        " repaired or taken over are guesses of ours."
    ),
    (
        "The contributions sum to the published pool; how the partners share it is made up. They"
        " are a whole year's at every scale."
    ),
    (
        "The year begins with equipment in people's homes and a quarter's run-in, which count in no"
        " figure of the year but for what comes back in it."
    ),
    "Everything happened in 2018-19, and was recorded when this was played.",
)


@dataclass(frozen=True, slots=True)
class Published:
    """What the Nottinghamshire service published of a year of its own, in pence and shares."""

    pool_pence: int = 730_000_000
    handled_pence: tuple[int, int] = (2_500_000_000, 3_000_000_000)
    recycled_by_value: float = 0.95
    saved_pence: int = 110_000_000
    growth: float = 0.10


PUBLISHED: Final = Published()


@dataclass(frozen=True, slots=True)
class Figures:
    """The product's reports of the year: its budget, and recycling in its two scopes."""

    budget: Budget
    reusable: Report
    everything: Report

    @classmethod
    async def of_the_year(cls) -> "Figures":
        first, last = span(YEAR)
        return cls(
            budget=await pool.standing(YEAR, None),
            reusable=await recycling.report(Question(first, last, by="partner")),
            everything=await recycling.report(Question(first, last, by="partner", scope="all")),
        )

    @property
    def handled_pence(self) -> int:
        """What went out and what came back, at what it was charged when it went."""
        total = self.everything.total
        return total.issued.pence + total.returned.pence


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
    yield from _points(_differences(figures, script.scale))
    yield ""
    yield "What was assumed"
    yield from _points(_ASSUMED)


def _year(figures: Figures, scale: float) -> Iterator[str]:
    row, total, reusable = figures.budget.pool, figures.everything.total, figures.reusable.total
    low, high = (f"{pence / 1e8:.0f}" for pence in PUBLISHED.handled_pence)
    yield _columns("", "as played", "" if scale == 1 else _times(scale), "published")
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
    published = f"{_millions(PUBLISHED.pool_pence)}, one pool"
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


def _differences(figures: Figures, scale: float) -> Iterator[str]:
    """In words that only the figures decide."""
    if scale != 1:
        yield (
            f"This is {scale:g} of a year. Sums are compared {_times(scale)}; a part so scaled is"
            " an estimate, and the smaller it is the more one dear item weighs."
        )
    yield _handled(round(figures.handled_pence / scale))
    yield _recycled(figures.reusable.total.rates.recycling)
    yield _spent(round(figures.budget.pool.net_pence / scale))
    yield (
        f"{_millions(PUBLISHED.saved_pence)} were published as saved. The model has nothing to set"
        " beside it: it plays no year without the pool. Credits are not savings."
    )
    yield (
        f"Need was published to grow by {PUBLISHED.growth:.0%} a year. The model plays one year and"
        " says nothing of growth."
    )


def _handled(pence: int) -> str:
    low, high = PUBLISHED.handled_pence
    bounds = f"the published {_millions(low)} to {_millions(high)}"
    words = f"Equipment worth {_millions(pence)} was issued or returned"
    if pence < low:
        return f"{words}: {_millions(low - pence)} below {bounds}."
    if pence > high:
        return f"{words}: {_millions(pence - high)} above {bounds}."
    return f"{words}: within {bounds}."


def _recycled(rate: Rate) -> str:
    if rate.pence is None or rate.units is None:
        return "Nothing that came back was decided, so there is no share recycled to compare."
    points = (rate.pence - PUBLISHED.recycled_by_value) * 100
    where = "above" if points > 0 else "below"
    return (
        f"{rate.pence:.1%} by value was recycled, {abs(points):.1f} points {where} the published"
        f" {PUBLISHED.recycled_by_value:.0%}; by units it was {rate.units:.1%}. Ours is reused"
        " against reused and scrapped, of reusable products; how the published one was reckoned"
        " is not known here."
    )


def _spent(pence: int) -> str:
    left = PUBLISHED.pool_pence - pence
    where = "below" if left >= 0 else "above"
    return (
        f"Net spend of {_millions(pence)} is {_millions(abs(left))} {where} the published pool of"
        f" {_millions(PUBLISHED.pool_pence)}, which is what was paid in; what was spent of it was"
        " not published."
    )


def _points(texts: Sequence[str] | Iterator[str]) -> Iterator[str]:
    for text in texts:
        yield from textwrap.wrap(text, WIDTH, initial_indent="- ", subsequent_indent="  ")


def _columns(name: str, played: str, scaled: str = "", published: str = "") -> str:
    return f"{name:<36}{played:>20}{scaled:>18}   {published:<22}".rstrip()


def _money(name: str, pence: int, scale: float, published: str = "") -> str:
    return _columns(name, _pounds(pence), _millions(round(pence / scale)), published)


def _share(name: str, fraction: float | None, published: str = "") -> str:
    return _columns(name, _percent(fraction), "", published)


def _partner(name: str, cells: Sequence[str]) -> str:
    widths = (12, 11, 10, 11, 13, 9)
    return f"{textwrap.shorten(name, 33, placeholder='...'):<33}" + "".join(
        f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)
    )


def _times(scale: float) -> str:
    return f"times {1 / scale:,.4g}"


def _pounds(pence: int) -> str:
    return f"GBP {pence / 100:,.0f}"


def _millions(pence: int) -> str:
    return f"GBP {pence / 1e8:,.2f}m"


def _percent(fraction: float | None) -> str:
    return "-" if fraction is None else f"{fraction:.1%}"
