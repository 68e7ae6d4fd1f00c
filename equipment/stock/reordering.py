"""When to buy more of a product, how much, and when to wash instead. Pure.

The rule is the textbook's for a store that looks at its stock all the time: order when what is at
hand and on its way falls to the reorder point, which is the demand to be expected until an order
arrives and a safety stock, the service factor times the deviation of demand over that time (Silver,
Pyke and Thomas, "Inventory and Production Management in Supply Chains", 4th edition, chapter 6).
A pool of loans gets much of what it lends back, so that returns count as supply, too (the same,
chapter 11); how many to expect follows from how long loans last: days that items were on loan by
loans that ended, the rate of occurrence by exposure that actuaries use.
"""

from collections.abc import Sequence
from math import ceil, exp, sqrt
from statistics import pstdev
from typing import Final, Literal, TypeAlias

import msgspec

WEEKS: Final = 13
WINDOW_DAYS: Final = 7 * WEEKS
WINDOW: Final = f"the {WINDOW_DAYS} days before today"

Advice: TypeAlias = Literal["enough", "prepare", "order"]
"""`enough` stands at hand; `prepare`: wash, check and mend what waits; `order`: buy."""

Task: TypeAlias = Literal["prepare", "order"]
"""What is to be done about a product of which there is not enough."""

SERVICE_PERCENTS: Final = (80, 90, 95, 98, 99)
# Of the standard normal distribution: so many lead times in a hundred end without a shortage.
_FACTORS: Final = dict(zip(SERVICE_PERCENTS, (0.8416, 1.2816, 1.6449, 2.0537, 2.3263), strict=True))

FORMULA: Final = (
    (
        "Reorder point: issues a day for the lead time, and as safety the service factor times"
        " the deviation of a week's issues times the square root of the lead time in weeks."
    ),
    (
        "At hand: what is free, less what orders still wait for. On its way: what waits to be"
        " washed, inspected or mended and the returns expected within the lead time, each by the"
        " share that is made fit again, and what suppliers are to bring."
    ),
    (
        "Expected returns: of what is on loan, 1 - e^(-lead time / mean loan), or what open visits"
        " are to collect, where that is more. Mean loan: days on loan by loans that ended."
    ),
    (
        "Order where what is at hand and on its way is less than the reorder point: as many as are"
        " missing, and issues for the days to be covered. Prepare first where only what is at hand"
        " is less."
    ),
)


class Rules(msgspec.Struct, frozen=True):
    """How much of a product is to be at hand."""

    lead_days: int
    cover_days: int
    service_percent: int


class AtHand(msgspec.Struct, frozen=True):
    """What there is of a product now; `awaited` is what orders still wait for."""

    free: int = 0
    waiting: int = 0
    on_loan: int = 0
    awaited: int = 0
    on_order: int = 0
    collecting: int = 0


class Turnover(msgspec.Struct, frozen=True):
    """What became of a product's loans in the window; `gone` were lost or written off."""

    issued: int = 0
    returned: int = 0
    reused: int = 0
    scrapped: int = 0
    gone: int = 0


class Reckoned(msgspec.Struct, frozen=True):
    """What follows; null where nothing is known to reckon it from.

    `expected_returns` are those within the lead time.
    """

    demand_a_day: float
    cover_days: float | None
    mean_loan_days: float | None
    fit_share: float
    expected_returns: float
    safety: int
    reorder_point: int
    advice: Advice
    quantity: int


def mean_loan_days(on_loan: int, turnover: Turnover) -> float | None:
    """Days on loan in the window, by loans that ended in it; None where none did.

    What was on loan at its beginning follows from what is now, and what went out and in since.
    """
    before = on_loan - turnover.issued + turnover.returned + turnover.gone
    exposure = WINDOW_DAYS * (on_loan + max(0, before)) / 2
    return exposure / turnover.returned if turnover.returned > 0 and exposure > 0 else None


def fit_share(turnover: Turnover) -> float:
    """The share of what came back that was made fit to lend again; all, where none was decided."""
    decided = turnover.reused + turnover.scrapped
    return min(1.0, max(0.0, turnover.reused / decided)) if decided > 0 else 1.0


def reckon(
    at_hand: AtHand, issued: Sequence[int], rules: Rules, *, mean: float | None, share: float
) -> Reckoned:
    """What to do about a product, of which so many were issued in each week of the window.

    `mean` and `share` are those above: None and 0 of what is given away and never comes back.
    """
    daily = max(0, sum(issued)) / WINDOW_DAYS
    weeks = sqrt(rules.lead_days / 7)
    safety = ceil(_FACTORS[rules.service_percent] * pstdev(issued) * weeks - _ROUNDING)
    point = ceil(daily * rules.lead_days - _ROUNDING) + safety
    expected = _expected(at_hand, mean, rules.lead_days) if share else 0.0
    ready = at_hand.free - at_hand.awaited
    coming = share * (at_hand.waiting + expected) + at_hand.on_order
    short = max(0, ceil(point - ready - coming - _ROUNDING))
    quantity = short and short + ceil(daily * rules.cover_days - _ROUNDING)
    prepare = point > ready and at_hand.waiting > 0
    return Reckoned(
        demand_a_day=daily,
        cover_days=max(0, ready) / daily if daily else None,
        mean_loan_days=mean,
        fit_share=share,
        expected_returns=expected,
        safety=safety,
        reorder_point=point,
        advice="order" if quantity else "prepare" if prepare else "enough",
        quantity=quantity,
    )


# So that what comes to a whole number is not rounded up past it.
_ROUNDING: Final = 1e-9


def _expected(at_hand: AtHand, mean: float | None, days: int) -> float:
    """How many come back within some days: loans that end, or what is to be fetched anyway."""
    ending = at_hand.on_loan * (1 - exp(-days / mean)) if mean else 0.0
    return max(ending, float(at_hand.collecting))
