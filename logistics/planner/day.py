"""A day to be planned, and the plan that comes of it: plain values. Pure.

Times are whole seconds after midnight in London, of the day in question; distances metres, weights
grams, volumes litres, money pence. Places are rows and columns of the day's table of travel.
"""

from typing import Final, Literal, TypeAlias

from msgspec import Struct

HOUR_S: Final = 3600
DAY_S: Final = 24 * HOUR_S

Apart: TypeAlias = Literal["by turns", "partition", "compartments"]
"""How a van keeps clean and dirty goods apart. With a partition, which moves, they share the
volume; compartments have a volume each; by turns they are never aboard together: on each trip all
that is clean is off before the first dirty thing comes on."""

Reason: TypeAlias = Literal[
    "no-place",
    "no-van",
    "pinned",
    "too-heavy",
    "too-large",
    "crew",
    "skill",
    "no-one-van",
    "window",
    "shift",
    "full",
    "no-time",
    "full-or-no-time",
    "may-wait",
    "not-worth-it",
]
"""Why a visit is in no round; the words for it stand beside it in the plan."""

TAIL_LIFT: Final = "tail_lift"
EXAMINER: Final = "examiner"


class Load(Struct, frozen=True):
    """How much there is to carry."""

    weight_g: int = 0
    volume_l: int = 0


class Window(Struct, frozen=True):
    """From when to when; of a visit: when the crew may begin, however long they then take."""

    opens_s: int = 0
    closes_s: int = DAY_S


class Pin(Struct, frozen=True, kw_only=True):
    """What a coordinator has decided about a visit; the planner decides the rest.

    `begins_s` is when the crew begins, to the second; `first` makes it the van's first stop from
    here on, and `after` has it follow directly on another visit, on the same trip.
    """

    van: str | None = None
    begins_s: int | None = None
    first: bool = False
    after: str | None = None


class Visit(Struct, frozen=True, kw_only=True):
    """What there is to do at an address, what it takes, and what it costs to leave it undone.

    `place` is None where it is not known where that is. `needs` are skills that one van must
    have, such as `tail_lift`. A visit with neither of the two sums is promised for the day.
    `wait_pence`: it may wait, and this is what waiting costs. `brings_pence`: it is made only on
    the way, where the detour costs less than this. One of the two is enough.
    """

    id: str
    place: int | None
    on_site_s: int
    window: Window = Window()
    out: Load = Load()
    back: Load = Load()
    crew: int = 1
    needs: frozenset[str] = frozenset()
    wait_pence: int | None = None
    brings_pence: int | None = None
    pin: Pin | None = None

    @property
    def promised(self) -> bool:
        """Whether it is to be made that day, whatever it costs: what is pinned is decided."""
        return self.pin is not None or (self.wait_pence is None and self.brings_pence is None)


class Rest(Struct, frozen=True):
    """The crew's break: how long, and between which times it begins. The van stands meanwhile."""

    seconds: int
    begins: Window


class Stop(Struct, frozen=True, kw_only=True):
    """A visit in a round. `arrive_s` to `begin_s` is waiting; the load is that on departure."""

    visit: str
    trip: int
    arrive_s: int
    begin_s: int
    depart_s: int
    metres: int
    weight_g: int = 0
    clean_l: int = 0
    dirty_l: int = 0


class UnderWay(Struct, frozen=True, kw_only=True):
    """A van that has left already: what stays as it is when the rest of its day is planned anew.

    `done` holds the stops made and the one under way. From `place` it goes on at `free_s`, on trip
    number `trip`. `aboard` are the visits whose goods are on it, which no other van can deliver;
    `back` is what it has collected on this trip, `rides_along` what is on it for nobody any more.
    A van that has not left yet is none: its shift begins, at the earliest, now.
    """

    place: int
    free_s: int
    left_s: int
    trip: int = 1
    done: tuple[Stop, ...] = ()
    aboard: frozenset[str] = frozenset()
    back: Load = Load()
    rides_along: Load = Load()
    rested: bool = False
    metres: int = 0


class Van(Struct, frozen=True, kw_only=True):
    """A van with its crew on the day: what it can carry, do and reach.

    `clean_l` and `dirty_l` are read of vans with compartments only. `reload_s` is how long it
    stands at its home between two trips.
    """

    code: str
    home: int
    payload_g: int
    volume_l: int
    shift: Window
    apart: Apart = "by turns"
    clean_l: int = 0
    dirty_l: int = 0
    crew: int = 1
    skills: frozenset[str] = frozenset()
    rest: Rest | None = None
    trips_max: int = 1
    reload_s: int = 20 * 60
    under_way: UnderWay | None = None


class Rates(Struct, frozen=True):
    """What a plan costs: each van that goes out, each kilometre, each hour of one person."""

    van_pence: int = 2_000
    km_pence: int = 45
    hour_pence: int = 1_600


class Travel(Struct, frozen=True, kw_only=True):
    """How far and how long it is between places, in both directions, and who says so.

    `seconds` hold where the road is free; `pace` is by how much longer it takes for each of the 24
    hours of the day, at least 1. `note` says in words what a coordinator should know of it.
    """

    metres: list[list[int]]
    seconds: list[list[int]]
    pace: tuple[float, ...] = (1.0,) * 24
    source: Literal["osrm", "crow"] = "crow"
    note: str | None = None


class Day(Struct, frozen=True, kw_only=True):
    """All that the planner is told."""

    visits: tuple[Visit, ...]
    vans: tuple[Van, ...]
    travel: Travel
    rates: Rates = Rates()


class Until(Struct, frozen=True):
    """When the search ends: after so many seconds or iterations, whichever comes first."""

    seconds: float | None = None
    iterations: int | None = None


class Round(Struct, frozen=True, kw_only=True):
    """One van's day. `rests` is when the break begins; the weights and volumes are the most aboard.

    A van that stays at home has no round.
    """

    van: str
    stops: tuple[Stop, ...]
    leaves_s: int
    back_s: int
    rests_s: int | None
    metres: int
    trips: int
    weight_g: int
    clean_l: int
    dirty_l: int
    cost_pence: int


class Unplanned(Struct, frozen=True):
    """A visit in no round, and why, in words that a coordinator can act on."""

    visit: str
    code: Reason
    reason: str


class OnTheWay(Struct, frozen=True, kw_only=True):
    """A visit that was added because its detour costs less than it brings: the sum."""

    visit: str
    detour_m: int
    detour_s: int
    cost_pence: int
    brings_pence: int


class Plan(Struct, frozen=True, kw_only=True):
    """Every visit of the day is in one round, once, or in `unplanned`."""

    rounds: tuple[Round, ...]
    unplanned: tuple[Unplanned, ...]
    on_the_way: tuple[OnTheWay, ...] = ()
    cost_pence: int = 0
    note: str | None = None
