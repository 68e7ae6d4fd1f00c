"""Days for the planner's tests: made by hand, and made up by Hypothesis."""

from typing import Any

from hypothesis import strategies as st

from logistics.planner.day import (
    EXAMINER,
    HOUR_S,
    TAIL_LIFT,
    Day,
    Load,
    Pin,
    Rates,
    Rest,
    Stop,
    Travel,
    UnderWay,
    Van,
    Visit,
    Window,
)
from logistics.roads.travel import Speeds, as_the_crow_flies

NINE, FIVE = 9 * HOUR_S, 17 * HOUR_S
SHIFT = Window(8 * HOUR_S, FIVE)


def van(code: str = "V1", **more: Any) -> Van:
    """A van for a tonne and ten cubic metres, with a crew of one, from eight to five."""
    usual: dict[str, Any] = {
        "home": 0,
        "payload_g": 1_000_000,
        "volume_l": 10_000,
        "shift": SHIFT,
        "apart": "partition",
    }
    return Van(code=code, **(usual | more))


def visit(name: str, place: int | None = 1, **more: Any) -> Visit:
    """A visit of ten minutes, promised for the day."""
    return Visit(**({"id": name, "place": place, "on_site_s": 600} | more))


def line(places: int, *, metres: int = 6_000, seconds: int = 600) -> Travel:
    """Places in a row, the home at one end, ten minutes from each to the next."""
    steps = [[abs(start - end) for end in range(places)] for start in range(places)]
    return Travel(
        metres=[[step * metres for step in row] for row in steps],
        seconds=[[step * seconds for step in row] for row in steps],
    )


def day(visits: list[Visit], vans: list[Van] | None = None, **more: Any) -> Day:
    """A day of visits in a row of places."""
    places = 1 + max((each.place or 0 for each in visits), default=0)
    usual: dict[str, Any] = {"travel": line(places + 1), "rates": Rates()}
    return Day(
        visits=tuple(visits), vans=tuple([van()] if vans is None else vans), **(usual | more)
    )


_LOADS = st.builds(
    Load,
    weight_g=st.sampled_from([0, 2_000, 30_000, 90_000, 400_000]),
    volume_l=st.sampled_from([0, 20, 300, 900, 4_000]),
)
_WINDOWS = st.builds(
    lambda opens_s, length_s: Window(opens_s, opens_s + length_s),
    st.sampled_from([hour * HOUR_S for hour in range(6, 17)]),
    st.sampled_from([0, 1800, 2 * HOUR_S, 5 * HOUR_S, 9 * HOUR_S]),
)
_WORTHS = st.sampled_from(
    [{}, {}, {"wait_pence": 500}, {"wait_pence": 5_000}, {"brings_pence": 9_000}]
)
_RESTS = st.builds(
    Rest, st.sampled_from([900, 1800, 3600]), st.just(Window(11 * HOUR_S, NINE + 4 * HOUR_S))
)


@st.composite
def days(draw: st.DrawFn) -> Day:
    """Any day: up to fourteen visits and four vans of all kinds, some of them on the road."""
    points = draw(
        st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 40_000)), min_size=2, max_size=10)
    )
    codes = [f"V{number + 1}" for number in range(draw(st.integers(0, 4)))]
    visits = draw(_visits(len(points), codes))
    speeds = draw(st.sampled_from([Speeds(), Speeds(kmh=(40,) * 24)]))
    return Day(
        visits=tuple(visits),
        vans=tuple(draw(_vans(codes, visits, len(points)))),
        travel=as_the_crow_flies(points, speeds),
    )


@st.composite
def _visits(draw: st.DrawFn, places: int, codes: list[str]) -> list[Visit]:
    names = [f"v{number}" for number in range(draw(st.integers(0, 14)))]
    return [
        Visit(
            id=name,
            place=draw(st.sampled_from([None, *range(places), *range(places)])),
            on_site_s=draw(st.sampled_from([0, 600, 1800, 5400])),
            window=draw(_WINDOWS),
            out=draw(_LOADS),
            back=draw(_LOADS),
            crew=draw(st.sampled_from([1, 1, 1, 2])),
            needs=draw(
                st.sampled_from([frozenset[str](), frozenset({TAIL_LIFT}), frozenset({EXAMINER})])
            ),
            **draw(_WORTHS),
            pin=draw(_pins(codes, names)),
        )
        for name in names
    ]


@st.composite
def _pins(draw: st.DrawFn, codes: list[str], names: list[str]) -> Pin | None:
    if draw(st.integers(0, 3)):
        return None
    return Pin(
        van=draw(st.sampled_from([None, "V9", *codes, *codes])),
        begins_s=draw(st.sampled_from([None, None, 10 * HOUR_S, 13 * HOUR_S + 1234])),
        first=draw(st.integers(0, 4)) == 0,
        after=draw(st.sampled_from([None, None, *names])),
    )


@st.composite
def _vans(draw: st.DrawFn, codes: list[str], visits: list[Visit], places: int) -> list[Van]:
    made, free = [], [visit.id for visit in visits]
    for code in codes:
        it = draw(_a_van(code))
        if draw(st.integers(0, 2)) == 0:
            here = draw(_under_way(free, places))
            free = [name for name in free if name not in here.aboard]
            free = [name for name in free if name not in {stop.visit for stop in here.done}]
            it = Van(
                **{name: getattr(it, name) for name in it.__struct_fields__ if name != "under_way"},
                under_way=here,
            )
        made.append(it)
    return made


@st.composite
def _a_van(draw: st.DrawFn, code: str) -> Van:
    return Van(
        code=code,
        home=0,
        payload_g=draw(st.sampled_from([100_000, 500_000, 1_000_000])),
        volume_l=draw(st.sampled_from([1_000, 6_000])),
        shift=draw(st.sampled_from([SHIFT, Window(9 * HOUR_S, 13 * HOUR_S)])),
        apart=draw(st.sampled_from(["by turns", "partition", "compartments"])),
        clean_l=draw(st.sampled_from([500, 4_000])),
        dirty_l=draw(st.sampled_from([500, 4_000])),
        crew=draw(st.sampled_from([1, 2])),
        skills=draw(st.sampled_from([frozenset[str](), frozenset({TAIL_LIFT, EXAMINER})])),
        rest=draw(st.none() | _RESTS),
        trips_max=draw(st.integers(1, 3)),
    )


@st.composite
def _under_way(draw: st.DrawFn, free: list[str], places: int) -> UnderWay:
    aboard = draw(st.sets(st.sampled_from(free), max_size=3)) if free else set[str]()
    rest = [name for name in free if name not in aboard]
    done = draw(st.sets(st.sampled_from(rest), max_size=1)) if rest else set[str]()
    free_s = draw(st.sampled_from([10 * HOUR_S, 10 * HOUR_S + 777, 12 * HOUR_S]))
    return UnderWay(
        place=draw(st.integers(0, places - 1)),
        free_s=free_s,
        left_s=9 * HOUR_S,
        done=tuple(_made(name, free_s) for name in done),
        aboard=frozenset(aboard),
        back=draw(st.sampled_from([Load(), Load(40_000, 300)])),
        rides_along=draw(st.sampled_from([Load(), Load(5_000, 50)])),
        rested=draw(st.booleans()),
        metres=12_345,
    )


def _made(name: str, free_s: int) -> Stop:
    return Stop(
        visit=name,
        trip=1,
        arrive_s=free_s - 900,
        begin_s=free_s - 900,
        depart_s=free_s,
        metres=12_345,
    )
