"""What the planner promises of any day; each plan is looked over by `recheck`."""

import csv
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st

from logistics.planner.day import (
    HOUR_S,
    TAIL_LIFT,
    Day,
    Load,
    Pin,
    Plan,
    Rest,
    Stop,
    UnderWay,
    Until,
    Van,
    Visit,
    Window,
)
from logistics.planner.planner import judge, loss, plan
from logistics.planner.reasons import Broken
from logistics.planner.search import Turns
from scripts.model.by_hand import nearest_first
from scripts.model.day import IMPOSSIBLE, nottinghamshire_day
from tests.logistics.days import FIVE, NINE, days, van, visit
from tests.logistics.days import day as day_of
from tests.logistics.recheck import faults

ROWS = Path(__file__).parent.parent.parent / "data" / "postcodes_ng.csv"
with ROWS.open(encoding="utf-8", newline="") as lines:
    POINTS = [(int(row["easting"]), int(row["northing"])) for row in csv.DictReader(lines)]
FEW = Until(iterations=25)


@pytest.mark.parametrize(("visits", "settles"), [(20, True), (21, False)])
def test_a_search_for_few_visits_ends_once_nothing_better_is_found_for_long(
    visits: int, *, settles: bool
) -> None:
    """After as many steps as lost nothing (docs/adr/0020-planner.md), from the last gain on."""
    turns = Turns.begin(Until(seconds=3_600), visits)
    for ends in (turns.first, turns.rest):
        assert not any(ends(200) for _ in range(3_900))
        assert not any(ends(100) for _ in range(3_900))
        assert any(ends(100) for _ in range(200)) is settles


# What takes no time, done at the very moment at which the break begins.
AT_ONCE = day_of(
    [
        visit("early", 0, on_site_s=0, window=Window(NINE, 11 * HOUR_S)),
        visit("late", 0, on_site_s=0, window=Window(14 * HOUR_S, 14 * HOUR_S)),
    ],
    [van(rest=Rest(900, Window(11 * HOUR_S, 13 * HOUR_S)))],
)


@example(AT_ONCE)
@given(days())
@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_no_plan_breaks_a_rule_and_every_visit_is_in_it_once(day: Day) -> None:
    """Windows, loads, crews, skills, shifts, breaks and pins hold; what is left out says why."""
    made = plan(day, FEW, 1)
    note(f"{msgspec.json.encode(day).decode()}\n{msgspec.json.encode(made).decode()}")
    assert faults(day, made) == []


@given(st.integers(0, 10_000))
@settings(max_examples=4, deadline=None)
def test_a_day_of_nottinghamshire_keeps_every_rule(seed: int) -> None:
    """150 visits and 8 vans of two kinds: what the vans can do is right to the second."""
    day = nottinghamshire_day(POINTS, seed)
    made = plan(day, FEW, 1)
    assert faults(day, made) == []
    reasons = {each.visit: each.code for each in made.unplanned}
    assert {name: reasons.get(name) for name in IMPOSSIBLE} == {name: name for name in IMPOSSIBLE}


def test_the_same_seed_gives_the_same_plan() -> None:
    """With the same number of iterations; another seed may find another."""
    day = nottinghamshire_day(POINTS, 1)
    assert plan(day, FEW, 1) == plan(day, FEW, 1)


def test_a_plan_is_better_than_a_person_would_make() -> None:
    """Less is spent or left undone than by going to the nearest place that can be made in time."""
    day = nottinghamshire_day(POINTS, 1)
    by_hand = judge(day, nearest_first(day))
    assert isinstance(by_hand, Plan)
    assert loss(day, plan(day, Until(iterations=100), 1)) < loss(day, by_hand)


def test_two_trips_carry_what_one_cannot() -> None:
    """A van that is full comes home, loads again and goes on, while its shift lasts."""
    heavy = Load(weight_g=600_000)
    visits = [visit("a", 1, out=heavy), visit("b", 2, out=heavy)]
    both = plan(day_of(visits, [van(trips_max=2)]), FEW, 1)
    assert [(stop.visit, stop.trip) for stop in both.rounds[0].stops] in (
        [("a", 1), ("b", 2)],
        [("b", 1), ("a", 2)],
    )
    one = plan(day_of(visits, [van(trips_max=1)]), FEW, 1)
    assert [each.code for each in one.unplanned] == ["full"]


def test_dirty_goods_wait_until_the_clean_ones_are_off() -> None:
    """In a van without a partition, though the other order is shorter."""
    load = Load(10_000, 100)
    visits = [visit("fetch", 1, back=load), visit("bring", 2, out=load)]
    window = Window(NINE, NINE)
    visits[0] = visit("fetch", 1, back=load, window=Window(NINE, FIVE))
    visits[1] = visit("bring", 2, out=load, window=window)
    made = plan(day_of(visits, [van(apart="by turns")]), FEW, 1)
    assert [stop.visit for stop in made.rounds[0].stops] == ["bring", "fetch"]


def test_an_item_on_the_way_is_taken_with_its_sum() -> None:
    """It brings more than its detour costs; one that brings less is left, with the sum as well."""
    visits = [
        visit("promised", 3),
        visit("near", 2, brings_pence=1_000),
        visit("far", 6, brings_pence=1_000),
    ]
    made = plan(day_of(visits), FEW, 1)
    (added,) = made.on_the_way
    assert (added.visit, added.detour_m, added.detour_s) == ("near", 0, 600)
    assert (added.cost_pence, added.brings_pence) == (267, 1_000)
    (left,) = made.unplanned
    assert (left.visit, left.code) == ("far", "not-worth-it")
    assert "70 minutes and 36.0 km more cost £34.87, and it brings £10.00" in left.reason


def test_what_may_wait_waits_where_waiting_is_cheaper() -> None:
    """And goes that day where it is not."""
    for pence, unplanned in ((6_000, []), (600, ["may-wait"])):
        made = plan(day_of([visit("a", 3, wait_pence=pence)]), FEW, 1)
        assert [each.code for each in made.unplanned] == unplanned


def test_pins_are_kept() -> None:
    """To a van, to a time, to the first place and to the one after another."""
    visits = [
        visit("a", 1),
        visit("b", 2, pin=Pin(begins_s=12 * HOUR_S)),
        visit("c", 3, pin=Pin(first=True, van="V2")),
        visit("d", 1, pin=Pin(after="c")),
    ]
    made = plan(day_of(visits, [van("V1"), van("V2")]), FEW, 1)
    assert made.unplanned == ()
    second = next(each for each in made.rounds if each.van == "V2")
    assert [stop.visit for stop in second.stops][:2] == ["c", "d"]
    begins = {stop.visit: stop.begin_s for each in made.rounds for stop in each.stops}
    assert begins["b"] == 12 * HOUR_S


def test_a_van_on_the_road_keeps_what_it_did_and_delivers_what_it_has() -> None:
    """Only from where it is; new goods wait for its next trip, which begins at home."""
    load = Load(10_000, 100)
    done = Stop(visit="x", trip=1, arrive_s=NINE, begin_s=NINE, depart_s=NINE + 600, metres=6_000)
    here = UnderWay(
        place=1,
        free_s=NINE + 600,
        left_s=NINE - 600,
        done=(done,),
        aboard=frozenset({"old"}),
        metres=6_000,
    )
    visits = [visit("old", 3, out=load), visit("new", 2, out=load), visit("x", 1)]
    it = day_of(visits, [van(trips_max=2, under_way=here)])
    made = plan(it, FEW, 1)
    assert faults(it, made) == []
    stops = [(stop.visit, stop.trip) for stop in made.rounds[0].stops]
    assert stops == [("x", 1), ("old", 1), ("new", 2)]


@pytest.mark.parametrize(
    ("left", "vans", "code", "reason"),
    [
        (visit("a", out=Load(weight_g=2_000_000)), [van()], "too-heavy", "2000 kg"),
        (visit("a", out=Load(volume_l=20_000)), [van()], "too-large", "20000 litres"),
        (visit("a", crew=2), [van(), van("V2")], "crew", "No van on the road has a crew of two"),
        (
            visit("a", needs=frozenset({TAIL_LIFT})),
            [van()],
            "skill",
            "V1 does not have a tail-lift",
        ),
        (visit("a", window=Window(0, NINE - 7200)), [van()], "window", "00:00 to 07:00"),
        (visit("a", on_site_s=9 * HOUR_S), [van()], "shift", "shift's end"),
        (visit("a", place=None), [van()], "no-place", "postcode"),
        (visit("a"), [], "no-van", "No van is on the road"),
        (visit("a", pin=Pin(van="V7")), [van()], "pinned", "pinned to V7"),
        (
            visit("a", crew=2, needs=frozenset({TAIL_LIFT})),
            [van(crew=2), van("V2", skills=frozenset({TAIL_LIFT}))],
            "no-one-van",
            "all that it takes at once",
        ),
    ],
)
def test_what_is_left_out_says_why(left: Visit, vans: list[Van], code: str, reason: str) -> None:
    """In words that a coordinator can act on."""
    (why,) = plan(day_of([left], vans), FEW, 1).unplanned
    assert why.code == code
    assert reason in why.reason


def test_a_round_made_by_hand_is_judged_in_words() -> None:
    """What it costs where it can be made, and what is wrong where not."""
    visits = [visit("a", 1, window=Window(NINE, NINE)), visit("b", 4)]
    it = day_of(visits)
    good = judge(it, {"V1": [["a", "b"]]})
    assert isinstance(good, Plan)
    assert faults(it, good) == []
    broken = judge(it, {"V1": [["b", "a"]]})
    assert broken == [Broken("V1", "a", "V1 could not begin there by 09:00.")]
