"""The day as the planner walks over it: numbers for names, and the roads with their hours. Pure."""

from collections import defaultdict
from dataclasses import dataclass
from math import ceil, floor
from typing import Any, Final

from logistics.planner.day import HOUR_S, Day, Load, Van, Visit, Window

_HOURS: Final = 24
_ALMOST: Final = 1e-6


@dataclass(frozen=True)
class Ground:
    """A day with its visits by number, but for those made already; pins have set `windows`."""

    day: Day
    visits: tuple[Visit, ...]
    number: dict[str, int]
    windows: tuple[Window, ...]
    metres: list[list[int]]
    seconds: list[list[int]]
    pace: tuple[float, ...]
    is_flat: bool
    aboard_of: dict[int, str]
    """Which van has the goods of a visit aboard already."""
    alike: tuple[tuple[Van, ...], ...]
    """The vans in groups of which it does not matter which one goes."""

    @classmethod
    def of(cls, day: Day) -> "Ground":
        """Number the visits of a day that are still to be made."""
        made = {stop.visit for van in day.vans if van.under_way for stop in van.under_way.done}
        visits = tuple(visit for visit in day.visits if visit.id not in made)
        number = {visit.id: each for each, visit in enumerate(visits)}
        assert len(number) == len(visits), "a visit comes once"
        aboard = {
            number[visit]: van.code
            for van in day.vans
            if van.under_way
            for visit in van.under_way.aboard
            if visit in number
        }
        return cls(
            day=day,
            visits=visits,
            number=number,
            windows=tuple(_window(visit) for visit in visits),
            metres=day.travel.metres,
            seconds=day.travel.seconds,
            pace=day.travel.pace,
            is_flat=all(pace == 1 for pace in day.travel.pace),
            aboard_of=aboard,
            alike=_alike(day),
        )

    def arrival(self, leave_s: int, free_s: int) -> int:
        """When a van is there that leaves now on a road of so many seconds when it is free.

        Whoever leaves later never arrives earlier.
        """
        if self.is_flat or free_s == 0:
            return leave_s + free_s
        now, left = float(leave_s), float(free_s)
        hour = leave_s // HOUR_S
        while True:
            pace = self.pace[hour % _HOURS]
            until = (hour + 1) * HOUR_S
            if now + left * pace <= until:
                return ceil(now + left * pace - _ALMOST)
            left -= (until - now) / pace
            now, hour = float(until), hour + 1

    def departure(self, arrive_s: int, free_s: int) -> int:
        """By when a van must leave to be there by then."""
        if self.is_flat or free_s == 0:
            return arrive_s - free_s
        now, left = float(arrive_s), float(free_s)
        hour = ceil(arrive_s / HOUR_S) - 1
        while True:
            pace = self.pace[hour % _HOURS]
            since = hour * HOUR_S
            if now - left * pace >= since:
                leave = floor(now - left * pace + _ALMOST)
                # Both ways are rounded so that no van is late for it.
                while self.arrival(leave, free_s) > arrive_s:
                    leave -= 1
                return leave
            left -= (now - since) / pace
            now, hour = float(since), hour - 1


def carries(load: Load) -> bool:
    """Whether there is anything."""
    return load.weight_g > 0 or load.volume_l > 0


def may_go(ground: Ground, van: Van, visit: int) -> bool:
    """Whether a van is the right one for a visit: crew, skills, pin, and what is aboard of whom."""
    it = ground.visits[visit]
    return (
        it.place is not None
        and it.crew <= van.crew
        and it.needs <= van.skills
        and (it.pin is None or it.pin.van in {None, van.code})
        and ground.aboard_of.get(visit, van.code) == van.code
    )


def room(van: Van) -> tuple[int, int, int, int]:
    """What a van holds: grams, then litres in all, of clean goods and of dirty ones."""
    if van.apart == "compartments":
        return van.payload_g, van.volume_l, van.clean_l, van.dirty_l
    return van.payload_g, van.volume_l, van.volume_l, van.volume_l


def _alike(day: Day) -> tuple[tuple[Van, ...], ...]:
    pinned = {visit.pin.van for visit in day.visits if visit.pin}
    groups = defaultdict[Any, list[Van]](list)
    for van in day.vans:
        is_own = van.under_way is not None or van.code in pinned
        groups[van.code if is_own else _kind(van)].append(van)
    return tuple(tuple(group) for group in groups.values())


def _kind(van: Van) -> tuple[Any, ...]:
    return tuple(getattr(van, name) for name in van.__struct_fields__ if name != "code")


def _window(visit: Visit) -> Window:
    if visit.pin is None or visit.pin.begins_s is None:
        return visit.window
    # A coordinator who names a time has agreed it: it stands before the window.
    return Window(visit.pin.begins_s, visit.pin.begins_s)
