"""Within what chance alone keeps a count or a mean: limits of a funnel plot. Pure.

Exact binomial and Poisson quantiles, by scipy. It is imported where it is reckoned: it takes a
part of a second and some memory that no other page should pay for; call these from a thread.
"""

import math
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

TAILS: Final = (0.025, 0.001)
"""What lies beyond either limit by chance: of 95% and of 99.8%."""


def binomial(whole: int, share: float, tail: float) -> tuple[int, int]:
    """The fewest and the most of so many that chance lets happen: less than `tail` beyond each."""
    if share <= 0 or share >= 1 or whole <= 0:
        sure = round(whole * min(max(share, 0.0), 1.0)) if whole > 0 else 0
        return sure, sure
    low = _quantile(lambda k: float(_special().bdtr(k, whole, share)), tail, whole)
    high = _quantile(lambda k: float(_special().bdtr(k, whole, share)), 1 - tail, whole)
    return low, high


def poisson(expected: float, tail: float) -> tuple[int, int]:
    """The fewest and the most that chance lets happen where so many are expected."""
    if expected <= 0:
        return 0, 0
    most = math.ceil(expected + 10 * math.sqrt(expected) + 20)
    low = _quantile(lambda k: float(_special().pdtr(k, expected)), tail, most)
    high = _quantile(lambda k: float(_special().pdtr(k, expected)), 1 - tail, most)
    return low, high


def normal(spread: float, whole: int, tail: float) -> float:
    """How far a mean of so many lies off by chance, whose single values are spread so widely."""
    return float(_special().ndtri(1 - tail)) * spread / math.sqrt(whole)


def by_chance(squares: float, freedom: int) -> float:
    """How often chance makes differences whose squares, each over its variance, sum so."""
    return float(_special().chdtrc(freedom, squares))


def _special() -> Any:
    return import_module("scipy.special")


def _quantile(up_to: Callable[[int], float], tail: float, most: int) -> int:
    """The least count up to which lies at least that much, by halving."""
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        if up_to(middle) >= tail:
            high = middle
        else:
            low = middle + 1
    return low
