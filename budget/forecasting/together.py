"""The pool's own guess and its partners', brought together so that these sum to it. Pure.

The least change by how sure each is (MinT with a diagonal of variances; Wickramasuriya,
Athanasopoulos and Hyndman 2019): what the partners' guesses lack to the pool's is divided among all
of them and the pool, in proportion to their variances. What moves a guess moves its error, too:
ranges are those of errors that were brought together in the same way (Panagiotelis, Gamakumara,
Athanasopoulos and Hyndman 2023), so that in each of them the partners sum to the pool.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from budget.forecasting.outlook import Expected, Guess, Outlook


def shares(pool: float, partners: Mapping[str, float]) -> dict[str, float]:
    """Which part of what is lacking each partner takes on, by variances; the pool has the rest."""
    whole = pool + sum(partners.values())
    return {
        ods: variance / whole if whole else 1 / len(partners) for ods, variance in partners.items()
    }


def brought_together(begins_on: date, pool: Guess, partners: Mapping[str, Guess]) -> Outlook:
    """The outlook in whole pence; each month of the partners' sums to the pool's."""
    parts = shares(pool.variance, {ods: each.variance for ods, each in partners.items()})
    months = range(len(pool.months))
    lacking = [
        pool.months[month] - sum(each.months[month] for each in partners.values())
        for month in months
    ]
    made = {}
    for ods, each in partners.items():
        moved = [round(each.months[month] + parts[ods] * lacking[month]) for month in months]
        made[ods] = Expected(moved, _whole(each.below), _whole(each.above))
    sums = [sum(each.months[month] for each in made.values()) for month in months]
    return Outlook(begins_on, Expected(sums, _whole(pool.below), _whole(pool.above)), made)


def _whole(values: Sequence[float]) -> list[int]:
    return [max(0, round(value)) for value in values]
