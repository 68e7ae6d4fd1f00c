"""A day of visits as Nottinghamshire might have it: invented, at real postcodes. Pure.

Deliveries and collections in about equal numbers, some of them by two people or with a tail-lift,
repairs and examinations of hoists, windows of half a day or two hours, things that may wait and
things that lie on the way; eight vans of two kinds; and some visits that no van can make.
"""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from logistics.planner.day import (
    EXAMINER,
    HOUR_S,
    TAIL_LIFT,
    Day,
    Load,
    Rest,
    Van,
    Visit,
    Window,
)
from logistics.roads.travel import Speeds, as_the_crow_flies

MINUTE_S: Final = 60
DEPOT: Final = "NG8 6AS"
IMPOSSIBLE: Final = ("too-heavy", "window", "skill", "no-place")
"""The reasons why the last visits of a day cannot be made, in turn."""

_MORNING, _AFTERNOON = Window(8 * HOUR_S, 12 * HOUR_S), Window(12 * HOUR_S, 17 * HOUR_S)
_ALL_DAY: Final = Window(8 * HOUR_S, 17 * HOUR_S)
_WINDOW_WEIGHTS: Final = (15, 25, 25, 35)
_LARGE_VANS: Final = frozenset({0, 1, 2})
_LARGE_SHARE: Final = 0.2
_ON_THE_WAY_SHARE: Final = 0.3
_MAY_WAIT_SHARE: Final = 0.25
_SMALL: Final = ((2_000, 20), (4_500, 40), (8_000, 90), (13_000, 140))
_LARGE: Final = ((45_000, 450), (70_000, 700), (92_000, 950))


def nottinghamshire_day(
    points: Sequence[tuple[int, int]], seed: int, *, visits: int = 150, vans: int = 8
) -> Day:
    """A day with visits at some of those points, the depot at the first; the same for a seed."""
    rng = Random(seed)  # noqa: S311 - for variety, not for secrets
    chosen = [points[0], *rng.sample(points[1:], visits)]
    made = [_visit(rng, number + 1) for number in range(visits - len(IMPOSSIBLE))]
    return Day(
        visits=(*made, *_impossible(visits)),
        vans=tuple(_van(number) for number in range(vans)),
        travel=as_the_crow_flies(chosen, Speeds()),
    )


def _van(number: int) -> Van:
    """Of each eight, three large ones with a crew of two and a tail-lift."""
    is_large = number % 8 in _LARGE_VANS
    return Van(
        code=f"V{number + 1}",
        home=0,
        payload_g=1_200_000 if is_large else 700_000,
        volume_l=14_000 if is_large else 7_500,
        shift=Window(int(7.5 * HOUR_S), int(17.5 * HOUR_S)),
        apart="partition" if is_large else "by turns",
        crew=2 if is_large else 1,
        skills=frozenset({TAIL_LIFT}) if is_large else frozenset({EXAMINER} if number % 2 else ()),
        rest=Rest(30 * MINUTE_S, Window(int(11.5 * HOUR_S), 14 * HOUR_S)),
        trips_max=3,
    )


def _visit(rng: Random, place: int) -> Visit:
    kind = rng.choices(("delivery", "collection", "swap", "repair", "service"), (45, 38, 4, 7, 6))[
        0
    ]
    is_large = kind in {"delivery", "collection", "swap"} and rng.random() < _LARGE_SHARE
    load = _load(rng, is_large=is_large)
    is_on_the_way = kind == "collection" and rng.random() < _ON_THE_WAY_SHARE
    may_wait = not is_on_the_way and rng.random() < _MAY_WAIT_SHARE
    return Visit(
        id=f"{kind}-{place}",
        place=place,
        on_site_s=(rng.randrange(8, 18) + (22 if is_large else 0)) * MINUTE_S,
        window=_window(rng),
        out=load if kind in {"delivery", "swap"} else Load(),
        back=load if kind in {"collection", "swap"} else Load(),
        crew=2 if is_large else 1,
        needs=frozenset({EXAMINER} if kind == "service" else {TAIL_LIFT} if is_large else ()),
        wait_pence=rng.randrange(300, 4_000) if may_wait else None,
        brings_pence=rng.randrange(200, 3_000) if is_on_the_way else None,
    )


def _load(rng: Random, *, is_large: bool) -> Load:
    several = rng.choices(_SMALL, k=rng.randrange(1, 4)) + (
        [rng.choice(_LARGE)] if is_large else []
    )
    return Load(sum(weight for weight, _ in several), sum(volume for _, volume in several))


def _window(rng: Random) -> Window:
    opens_s = rng.randrange(8, 16) * HOUR_S
    two_hours = Window(opens_s, opens_s + 2 * HOUR_S)
    return rng.choices((two_hours, _MORNING, _AFTERNOON, _ALL_DAY), _WINDOW_WEIGHTS)[0]


def _impossible(visits: int) -> Iterator[Visit]:
    """One for each of IMPOSSIBLE, at the last places."""
    first = visits - len(IMPOSSIBLE) + 1
    much = Load(2_000_000, 2_000)
    yield Visit(id="too-heavy", place=first, on_site_s=1800, out=much)
    yield Visit(id="window", place=first + 1, on_site_s=1800, window=Window(0, 6 * HOUR_S))
    yield Visit(id="skill", place=first + 2, on_site_s=1800, needs=frozenset({"abseiling"}))
    yield Visit(id="no-place", place=None, on_site_s=1800)
