"""What is asked for in the model year: which product, for whom, when, and what becomes of it. Pure.

The yearly issues and the rates of collection and reuse are the catalogue's `model_` columns, which
were chosen to resemble the service's published year; how long loans last is a guess of ours.
Chances are spread evenly rather than thrown (every tenth, not one in ten), so that a small part of
the year keeps the whole year's shares.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate, islice
from math import exp, floor
from random import Random
from statistics import NormalDist
from typing import Final, NamedTuple, Self

from scripts.model.calendar import (
    OPENING_FROM,
    RUN_IN_FROM,
    TAIL_TO,
    YEAR_FROM,
    YEAR_TO,
    Season,
    working_day,
)
from scripts.model.people import Borrower, Register

# Days out, the middle one of each category.
_USUAL_DAYS_OUT: Final = {
    "Beds": 85,
    "Pressure care": 75,
    "Moving & handling": 120,
    "Bathing": 95,
    "Toileting": 80,
    "Walking aids": 60,
    "Wheelchairs": 45,
    "Seating": 110,
    "Telecare & sensory": 150,
    "Paediatric": 240,
    "Nursing": 40,
}
_OTHER_DAYS_OUT: Final = 90
_SPREAD: Final = 0.8
_NORMAL: Final = NormalDist()
_DAYS_OUT: Final = (4, 700)
_GOLDEN: Final = 0.6180339887498949
_LEAST_PLACE: Final = 1e-9
_BASKETS: Final = (1, 2, 3, 4, 5)
_BASKET_SHARES: Final = (30, 30, 20, 12, 8)
_DAYS_A_YEAR: Final = 365
_FOR_GOOD: Final = frozenset({"consumable", "fixed"})


@dataclass(frozen=True, slots=True)
class Line:
    """A product of the catalogue with its share of the model year."""

    sku: str
    category: str
    price_pence: int
    crew: int
    pat: bool
    loler_months: int | None
    service_months: int | None
    reuse: str
    cleaning: str
    annual_issues: int
    collection_rate: float
    reuse_rate: float

    @property
    def is_given(self) -> bool:
        """Whether it is handed over for good."""
        return self.reuse in _FOR_GOOD

    @property
    def is_examined(self) -> bool:
        """Whether it has examinations or services that fall due."""
        return self.loler_months is not None or self.service_months is not None

    @property
    def new_share(self) -> float:
        """How many of its issues need a new one, about."""
        return 1 - self.collection_rate * self.reuse_rate


class Demand(NamedTuple):
    """One issue: to whom, when, and what becomes of it. `back_on` is None where it stays out."""

    line: Line
    borrower: Borrower
    deliver_on: date
    back_on: date | None
    fit: bool


@dataclass(slots=True)
class Share:
    """Says yes to an even share of what it is asked, whatever the share is at each asking."""

    sum: float

    def takes(self, share: float) -> bool:
        """Whether this one is among them; a share is at most one."""
        self.sum += share
        if self.sum < 1:
            return False
        self.sum -= 1
        return True


def read_line(row: Mapping[str, str]) -> Line:
    """A product, from its row of the catalogue with the `model_` columns."""
    return Line(
        sku=row["sku"],
        category=row["category"],
        price_pence=int(row["price_pence"]),
        crew=int(row["crew"]),
        pat=row["pat"] == "true",
        loler_months=int(row["loler_months"]) if row["loler_months"] else None,
        service_months=int(row["service_months"]) if row["service_months"] else None,
        reuse=row["reuse"],
        cleaning=row["cleaning_method"],
        annual_issues=int(row["model_annual_issues"]),
        collection_rate=float(row["model_collection_rate"]),
        reuse_rate=float(row["model_reuse_rate"]),
    )


def demands(
    lines: Sequence[Line], shares: Mapping[str, float], scale: float, register: Register
) -> list[Demand]:
    """Every issue that the play shows, in the order of their days; `shares` are the funders'.

    Of what was lent before the run-in, only what stands in homes then and will come back.
    """
    rng = register.rng
    spans = [_Span.of(first, last, scale, rng) for first, last in _SPANS]
    shown = list(_asked(lines, spans, rng))
    funders = _funders(shares, len(shown), rng)
    funded = sorted(zip(shown, funders, strict=True), key=lambda pair: pair[0].deliver_on)
    return _for_people(funded, register)


class _Asked(NamedTuple):
    line: Line
    deliver_on: date
    back_on: date | None
    fit: bool


@dataclass(slots=True)
class _Span:
    """A span of days with its part of the year's issues."""

    season: Season
    years: float
    # How many were issued so far, of all products.
    issued: float

    @classmethod
    def of(cls, first: date, last: date, scale: float, rng: Random) -> Self:
        years = scale * ((last - first).days + 1) / _DAYS_A_YEAR
        return cls(Season(first, last), years, rng.random())

    def days(self, line: Line, rng: Random) -> list[date]:
        """When the product is delivered."""
        before = floor(self.issued)
        self.issued += line.annual_issues * self.years
        return self.season.spread(floor(self.issued) - before, rng)


_SPANS: Final = (
    (OPENING_FROM, RUN_IN_FROM - timedelta(days=1)),
    (RUN_IN_FROM, YEAR_FROM - timedelta(days=1)),
    (YEAR_FROM, YEAR_TO),
    (YEAR_TO + timedelta(days=1), TAIL_TO),
)


def _asked(lines: Sequence[Line], spans: Sequence[_Span], rng: Random) -> Iterator[_Asked]:
    """All issues that are shown, dearest product first: an even share is one by value too."""
    collected, fit = Share(rng.random()), Share(rng.random())
    places = _evenly(rng)
    for line in sorted(lines, key=lambda line: (-line.price_pence, line.sku)):
        usual = _USUAL_DAYS_OUT.get(line.category, _OTHER_DAYS_OUT)
        for day in (day for span in spans for day in span.days(line, rng)):
            comes_back = not line.is_given and collected.takes(line.collection_rate)
            back_on = working_day(day + _days_out(usual, next(places))) if comes_back else None
            good = comes_back and line.reuse == "reusable" and fit.takes(line.reuse_rate)
            if day >= RUN_IN_FROM or (back_on is not None and back_on >= RUN_IN_FROM):
                yield _Asked(line, day, back_on, good)


def _days_out(usual: int, place: float) -> timedelta:
    """Most loans are short and some are very long; `place` says where among them this one is."""
    least, most = _DAYS_OUT
    days = usual * exp(_SPREAD * _NORMAL.inv_cdf(max(place, _LEAST_PLACE)))
    return timedelta(days=min(max(int(days), least), most))


def _evenly(rng: Random) -> Iterator[float]:
    """Places from 0 to 1 which fill that span evenly, however many are taken."""
    place = rng.random()
    while True:
        place = (place + _GOLDEN) % 1.0
        yield place


def _funders(shares: Mapping[str, float], count: int, rng: Random) -> Iterator[str]:
    """Funders in their shares, evenly along the list: each pays for dear and cheap alike."""
    names, until = list(shares), list(accumulate(shares.values()))
    for place in islice(_evenly(rng), count):
        yield names[min(bisect_right(until, place * until[-1]), len(names) - 1)]


@dataclass(slots=True)
class _Basket:
    """What one person is lent in a row, and how much more of it there will be."""

    borrower: Borrower
    left: int
    skus: set[str] = field(default_factory=set)


def _for_people(funded: Iterable[tuple[_Asked, str]], register: Register) -> list[Demand]:
    """Give each issue to a person of its funder; most have several, none has a product twice."""
    baskets: dict[tuple[str, bool], _Basket] = {}
    listed = []
    for asked, funder in funded:
        child = asked.line.category == "Paediatric"
        basket = baskets.get((funder, child))
        if basket is None or not basket.left or asked.line.sku in basket.skus:
            many = register.rng.choices(_BASKETS, _BASKET_SHARES)[0]
            basket = _Basket(register.add(funder, child=child), many)
            baskets[funder, child] = basket
        basket.left -= 1
        basket.skus.add(asked.line.sku)
        person = basket.borrower
        listed.append(Demand(asked.line, person, asked.deliver_on, asked.back_on, asked.fit))
    return listed
