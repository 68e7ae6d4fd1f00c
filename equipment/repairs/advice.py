"""Whether a thing is worth mending: the sum behind the advice. Pure."""

from datetime import date
from typing import Final, Literal

import msgspec

_DAYS_A_YEAR = 365.25
LIMIT_PERCENT: Final = 100
"""Of what an item is worth, what a repair may cost, where nobody says otherwise."""


class Advice(msgspec.Struct, frozen=True):
    """What speaks for and against a repair, in pence.

    It is worth its price today, less what its age has taken of its life; without a life on record
    it is worth its price. To mend is advised where the quote is at most `limit_percent` of that,
    and where it and all repairs so far come to no more than a new one.
    """

    price_pence: int
    worth_pence: int
    spent_pence: int
    quote_pence: int
    repairs: int
    age_days: int | None
    life_years: int | None
    advice: Literal["repair", "scrap"]
    why: str
    limit_percent: int = LIMIT_PERCENT


class Cost(msgspec.Struct, frozen=True):
    """What an item costs: new, in repairs so far, and in the one that is quoted."""

    price_pence: int
    spent_pence: int
    quote_pence: int
    repairs: int


def advise(
    cost: Cost,
    received_on: date | None,
    life_years: int | None,
    today: date,
    limit_percent: int = LIMIT_PERCENT,
) -> Advice:
    """Repair or scrap, with the sum."""
    age = None if received_on is None else max(0, (today - received_on).days)
    worth = cost.price_pence
    if age is not None and life_years:
        left = max(0.0, 1 - age / (life_years * _DAYS_A_YEAR))
        worth = round(cost.price_pence * left)
    share = "" if limit_percent == LIMIT_PERCENT else f"{limit_percent}% of what "
    if 100 * cost.quote_pence > limit_percent * worth:
        advice, why = "scrap", f"The repair costs more than {share}the item is still worth."
    elif cost.spent_pence + cost.quote_pence > cost.price_pence:
        advice, why = "scrap", "With this repair, repairs come to more than a new one costs."
    else:
        words = f"The repair costs no more than {share}the item is still worth."
        advice, why = "repair", words
    return Advice(
        price_pence=cost.price_pence,
        worth_pence=worth,
        spent_pence=cost.spent_pence,
        quote_pence=cost.quote_pence,
        repairs=cost.repairs,
        age_days=age,
        life_years=life_years,
        advice="scrap" if advice == "scrap" else "repair",
        why=why,
        limit_percent=limit_percent,
    )
