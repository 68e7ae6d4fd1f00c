"""What a visit takes, by what it is about: minutes on site, crew, skills, weight and room. Pure.

The minutes are a rule of thumb (docs/adr/0021-visits.md): so much to get in and out of a house,
so much for each thing, twice as much for what two have to carry.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from logistics.planner.day import EXAMINER, TAIL_LIFT, Load

_AT_THE_DOOR_MIN: Final = 6
_EACH_MIN: Final = {"delivery": 6, "collection": 4, "repair": 25, "service": 20, "swap": 10}
# A bed, a hoist: put together and shown, or taken apart.
_FOR_TWO_MIN: Final = {"delivery": 20, "collection": 12, "swap": 32}
_ON_SITE_MAX_MIN: Final = 4 * 60
# More than this is not lifted into a van by hand, one thing at a time.
_BY_HAND_MAX_G: Final = 75_000
# What a product weighs and takes of which nobody has said it.
_USUAL: Final = Load(weight_g=5_000, volume_l=60)
_GOES_OUT: Final = frozenset({"delivery", "swap"})
_COMES_BACK: Final = frozenset({"collection", "swap"})


class Task(msgspec.Struct, frozen=True):
    """A line of a visit with what its product says."""

    kind: str
    quantity: int
    weight_g: int | None
    volume_l: int | None
    crew: int
    loler: bool


class Effort(msgspec.Struct, frozen=True):
    """What all of a visit takes."""

    minutes: int
    crew: int
    needs: frozenset[str]
    out: Load
    back: Load


def effort_of(tasks: Iterable[Task]) -> Effort:
    """What these tasks take together."""
    every = list(tasks)
    minutes = _AT_THE_DOOR_MIN + sum(_minutes(task) for task in every)
    return Effort(
        minutes=min(minutes, _ON_SITE_MAX_MIN),
        crew=max((task.crew for task in every if task.kind in _FOR_TWO_MIN), default=1),
        needs=frozenset(skill for task in every for skill in _needs(task)),
        out=_load(task for task in every if task.kind in _GOES_OUT),
        back=_load(task for task in every if task.kind in _COMES_BACK),
    )


def _minutes(task: Task) -> int:
    each = _EACH_MIN[task.kind]
    if task.crew > 1:
        each = _FOR_TWO_MIN.get(task.kind, each)
    return each * task.quantity


def _needs(task: Task) -> Iterable[str]:
    if task.kind in _FOR_TWO_MIN and (task.weight_g or 0) > _BY_HAND_MAX_G:
        yield TAIL_LIFT
    if task.kind == "service" and task.loler:
        yield EXAMINER


def _load(tasks: Iterable[Task]) -> Load:
    weight = volume = 0
    for task in tasks:
        weight += task.quantity * (_USUAL.weight_g if task.weight_g is None else task.weight_g)
        volume += task.quantity * (_USUAL.volume_l if task.volume_l is None else task.volume_l)
    return Load(weight, volume)
