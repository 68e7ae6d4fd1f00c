"""The Nottinghamshire service's published year beside one that the demo has played.

Nothing here comes from the model, and nothing is fitted: the product's own reports are compared as
they are, and where the two differ, it says so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from budget import pool, recycling
from budget.database import fetch
from budget.pool import Budget
from budget.recycling import Question, Rate, Report
from budget.years import span

YEAR: Final = "2018-19"
ASSUMED: Final = (
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
        "What was bought new is in no spend: partners are charged for what is issued and credited"
        " for what comes back, as the pool's books have it, and not for what goes on the shelf."
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


_SCALE: Final = re.compile(r"--scale ([0-9.]+(?:e-?[0-9]+)?)\b.*")


async def scale_played() -> float | None:
    """What part of the year a demo has played into this service, to its end; None: it has not."""
    kept = {row["name"]: str(row["value"]) for row in await fetch(_MARKS)}
    for name in ("demo", "example"):
        match = _SCALE.fullmatch(kept.get(f"{name} begun", ""))
        if match and f"{name} loaded" in kept and float(match[1]) > 0:
            return float(match[1])
    return None


_MARKS: Final = """
select name, value from settings
where name in ('demo begun', 'demo loaded', 'example begun', 'example loaded')
"""


def differences(figures: Figures, scale: float) -> Iterator[str]:
    """In words that only the figures decide."""
    if scale != 1:
        yield (
            f"This is {scale:g} of a year. Sums are compared {times(scale)}; a part so scaled is"
            " an estimate, and the smaller it is the more one dear item weighs."
        )
    yield _handled(round(figures.handled_pence / scale))
    yield _recycled(figures.reusable.total.rates.recycling)
    yield _spent(round(figures.budget.pool.net_pence / scale))
    yield (
        f"{millions(PUBLISHED.saved_pence)} were published as saved. The model has nothing to set"
        " beside it: it plays no year without the pool. Credits are not savings."
    )
    yield (
        f"Need was published to grow by {PUBLISHED.growth:.0%} a year. The model plays one year and"
        " says nothing of growth."
    )


def _handled(pence: int) -> str:
    low, high = PUBLISHED.handled_pence
    bounds = f"the published {millions(low)} to {millions(high)}"
    words = f"Equipment worth {millions(pence)} was issued or returned"
    if pence < low:
        return f"{words}: {millions(low - pence)} below {bounds}."
    if pence > high:
        return f"{words}: {millions(pence - high)} above {bounds}."
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
        f"Net spend of {millions(pence)} is {millions(abs(left))} {where} the published pool of"
        f" {millions(PUBLISHED.pool_pence)}, which is what was paid in; what was spent of it was"
        " not published."
    )


def times(scale: float) -> str:
    """By how much a part of a year is multiplied."""
    return f"times {1 / scale:,.4g}"


def millions(pence: int) -> str:
    """Money in millions."""
    return f"GBP {pence / 1e8:,.2f}m"
