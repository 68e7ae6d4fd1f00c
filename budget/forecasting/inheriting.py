"""What is expected of a partner that is taken over from is expected of its successor. Pure.

Source: contract section 6: from a succession's day on what is posted is the successor's. So what
was expected of the days from then on goes over to it, even where it was not known yet by then.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from math import hypot
from typing import Final

import msgspec

from budget.forecasting.outlook import Expected, Outlook, Rest
from budget.forecasting.series import months_after
from budget.partners import Succession, successor_on

_DAY: Final = timedelta(days=1)


class Next(msgspec.Struct, frozen=True):
    """What is expected of the next month, and by how much less or more."""

    pence: int
    below: float
    above: float


def next_month(outlook: Outlook, succession: Succession) -> dict[str, Next]:
    """What is expected of the first month, by who pays as it begins."""
    found: dict[str, Next] = {}
    for ods, each in outlook.partners.items():
        payer = successor_on(succession, ods, outlook.begins_on)
        own, its = found.get(payer, Next(0, 0, 0)), first_of(each)
        found[payer] = Next(
            own.pence + its.pence, hypot(own.below, its.below), hypot(own.above, its.above)
        )
    return found


def first_of(expected: Expected) -> Next:
    """The first month of what is expected."""
    return Next(expected.months[0], expected.below[0], expected.above[0])


def rests(outlook: Outlook, day: date, succession: Succession) -> dict[str, Rest]:
    """What is left after a day, by who pays it; together it is what is left of all.

    The range of several that one takes over from is that of what strays by chances of its own.
    """
    found: dict[str, Rest] = {}
    for ods, each in outlook.partners.items():
        for payer, rest in _rests(ods, each, outlook.begins_on, day, succession).items():
            own = found.get(payer, Rest(0, 0, 0))
            found[payer] = Rest(
                own.pence + rest.pence, hypot(own.below, rest.below), hypot(own.above, rest.above)
            )
    return found


def _rests(
    ods: str, expected: Expected, begins_on: date, day: date, succession: Succession
) -> dict[str, Rest]:
    """What is left of one partner's, and for how much of its months each pays."""
    found: dict[str, tuple[int, float]] = {}
    for number, pence in enumerate(expected.months):
        first = months_after(begins_on, number)
        end = months_after(first, 1)
        days = (end - first).days
        for since, until in _cut(succession, max(first, day + _DAY), end):
            # By what is left from either day on, so that the parts come to the whole.
            part = pence * (end - since).days // days - pence * (end - until).days // days
            payer = successor_on(succession, ods, since)
            paid, left = found.get(payer, (0, 0.0))
            found[payer] = (paid + part, left + (until - since).days / days)
    return {payer: expected.rest(paid, left) for payer, (paid, left) in found.items()}


def _cut(succession: Succession, first: date, end: date) -> Iterator[tuple[date, date]]:
    """Days until before an end, cut where a succession begins; none where there are none."""
    begins = sorted({since for _, since in succession.values() if first < since < end})
    if first < end:
        yield from zip([first, *begins], [*begins, end], strict=True)
