"""A phone's own count: what has come of it, and what has not. Pure.

A phone numbers what it sends from 1 on and sends it in order, so that whatever is lacking below
the highest number was lost, or is late.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from msgspec import Struct

NUMBER_MAX: Final = 2**53 - 1
"""The highest whole number of which a browser knows the next."""
STRETCHES_MAX: Final = 1_000


class Stretch(NamedTuple):
    """Numbers of which nothing has come, both ends included."""

    first: int
    last: int


class Heard(Struct, frozen=True):
    """The highest number that has come, and the stretches below it that have not."""

    newest: int = 0
    missing: tuple[Stretch, ...] = ()

    @property
    def next_seq(self) -> int:
        """The number that is to come next."""
        return self.newest + 1

    def numbers_missing(self, most: int) -> list[int]:
        """The lowest numbers of which nothing has come."""
        found: list[int] = []
        for stretch in self.missing:
            found += range(stretch.first, min(stretch.last + 1, stretch.first + most - len(found)))
        return found[:most]


def hear(before: Heard, numbers: Iterable[int]) -> Heard:
    """What has come once these numbers have, however often each does.

    Of a phone that leaves out more than a thousand stretches, the oldest ones are put together.
    """
    newest, missing = before.newest, list(before.missing)
    for number in sorted(set(numbers)):
        if number > newest:
            if number > newest + 1:
                missing.append(Stretch(newest + 1, number - 1))
            newest = number
        else:
            missing = _without(missing, number)
    if len(missing) > STRETCHES_MAX:
        joined = missing[: len(missing) - STRETCHES_MAX + 1]
        missing = [Stretch(joined[0].first, joined[-1].last), *missing[len(joined) :]]
    return Heard(newest, tuple(missing))


def newly_missing(before: Heard, after: Heard) -> list[Stretch]:
    """The stretches that were not noticed before."""
    return [stretch for stretch in after.missing if stretch.first > before.newest]


def _without(missing: list[Stretch], number: int) -> list[Stretch]:
    kept: list[Stretch] = []
    for stretch in missing:
        if not stretch.first <= number <= stretch.last:
            kept.append(stretch)
            continue
        if stretch.first < number:
            kept.append(Stretch(stretch.first, number - 1))
        if number < stretch.last:
            kept.append(Stretch(number + 1, stretch.last))
    return kept
