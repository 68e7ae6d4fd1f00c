"""The year again, if something were otherwise from tomorrow on. Pure.

FORMULAE is what stands on the page, and what is reckoned here.
"""

from typing import Annotated, Final

import msgspec

FORMULAE: Final = (
    "What is left of the year is made up of issues, activity and credits as the year so far is.",
    "Issues left * (1 + need) * (1 + prices).",
    "Activity left * (1 + need).",
    "Credits left * (1 + need) * recycling as it is set / recycling so far, by value.",
    "Prices do not change credits: they are a part of what was charged when things were lent.",
    "The year = spent so far + issues left + activity left - credits left.",
    "One more point of recycling = the credits of the year / recycling so far in points.",
)
_POINTS: Final = 100
Percent = Annotated[int, msgspec.Meta(ge=-90, le=500)]
Rate = Annotated[int, msgspec.Meta(ge=0, le=100)]


class Change(msgspec.Struct, frozen=True):
    """What is otherwise: recycling by value in percent; need and prices by so many percent more."""

    recycling_percent: int | None = None
    need_percent: int = 0
    prices_percent: int = 0


class Part(msgspec.Struct, frozen=True):
    """Issues, activity and credits of some days, in pence; credits as what comes back."""

    issues_pence: int
    activity_pence: int
    credits_pence: int

    @property
    def net_pence(self) -> int:
        """What they come to."""
        return self.issues_pence + self.activity_pence - self.credits_pence


class WhatIf(msgspec.Struct, frozen=True):
    """The year as it is forecast, and as it would be.

    `recycling` is the rate by value so far, a fraction; null where nothing was decided: then
    recycling changes nothing. `point_pence` is what one more point of it is worth in this year.
    """

    recycling: float | None
    so_far: Part
    left: Part
    left_changed: Part
    forecast_pence: int
    changed_pence: int
    point_pence: int | None


def what_if(so_far: Part, rest_pence: int, recycling: float | None, change: Change) -> WhatIf:
    """The year again. `rest_pence` is what is expected of what is left of it."""
    left = _parts(so_far, rest_pence)
    need, prices = 1 + change.need_percent / 100, 1 + change.prices_percent / 100
    ratio = 1.0
    if recycling and change.recycling_percent is not None:
        ratio = change.recycling_percent / 100 / recycling
    changed = Part(
        round(left.issues_pence * need * prices),
        round(left.activity_pence * need),
        round(left.credits_pence * need * ratio),
    )
    year = so_far.credits_pence + left.credits_pence
    return WhatIf(
        recycling=recycling,
        so_far=so_far,
        left=left,
        left_changed=changed,
        forecast_pence=so_far.net_pence + left.net_pence,
        changed_pence=so_far.net_pence + changed.net_pence,
        point_pence=round(year / (recycling * _POINTS)) if recycling else None,
    )


def _parts(so_far: Part, rest_pence: int) -> Part:
    """What is left in the proportions of the year so far; all of it activity where it has none."""
    if so_far.net_pence <= 0:
        return Part(0, rest_pence, 0)
    share = rest_pence / so_far.net_pence
    issues, credited = (
        round(pence * share) for pence in (so_far.issues_pence, so_far.credits_pence)
    )
    return Part(issues, rest_pence - issues + credited, credited)
