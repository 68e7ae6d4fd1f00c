"""What may happen to an item, by the table and the rules of the contract's section 4."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from budget.refusals import Refused, Wrong
from equipment.lifecycle import ACTIONS, allowed, decide, is_fact_against_hold
from equipment.safety import due_dates, months_on
from equipment.standing import Act, Check, Kind, Phase, Standing, State

# Each state's short name, in the order of the table's columns.
STATES = {
    "av": State.AVAILABLE,
    "al": State.ALLOCATED,
    "lo": State.LOADED,
    "ol": State.ON_LOAN,
    "gi": State.GIVEN,
    "co": State.COLLECTED,
    "re": State.RETURNED,
    "cl": State.CLEANED,
    "ir": State.IN_REPAIR,
    "sc": State.SCRAPPED,
    "hb": State.HANDED_BACK,
    "lt": State.LOST,
}
# The contract's table by hand: the state after the action, or a dot where it is refused.
TABLE = """
            av  al  lo  ol  gi  co  re  cl  ir  sc  hb  lt
allocate    al  .   .   .   .   .   .   .   .   .   .   .
deallocate  .   av  .   .   .   .   .   .   .   .   .   .
load        .   lo  .   .   .   .   .   .   .   .   .   .
unload      .   .   al  .   .   .   .   .   .   .   .   .
deliver     ol  ol  ol  .   .   .   .   .   .   .   .   .
collect     .   .   .   co  .   .   .   .   .   .   .   .
return      .   .   re  re  .   re  .   .   .   .   .   .
withdraw    re  re  .   .   .   .   .   .   .   .   .   .
clean       .   .   .   .   .   .   cl  .   .   .   .   .
pass        .   .   .   .   .   .   .   av  .   .   .   .
fail        .   .   .   .   .   .   .   ir  .   .   .   .
repair      .   .   .   ol  .   .   .   .   cl  .   .   .
check       av  al  lo  ol  .   .   re  cl  ir  .   .   .
move        av  .   lo  .   .   co  re  cl  ir  .   .   .
transfer    .   .   .   ol  .   .   .   .   .   .   .   .
scrap       sc  .   .   sc  .   sc  sc  sc  sc  .   .   .
hand_back   .   .   .   .   .   .   hb  .   .   .   .   .
lose        lt  lt  lt  lt  .   lt  lt  lt  lt  .   .   .
find        .   .   .   .   .   .   .   .   .   .   .   re
hold        av  al  lo  ol  .   co  re  cl  ir  .   .   .
release     av  al  lo  ol  .   co  re  cl  ir  .   .   .
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [
    (name, STATES[start], STATES.get(end))
    for name, *ends in ROWS[1:]
    for start, end in zip(ROWS[0], ends, strict=True)
]

NOW = datetime(2018, 10, 1, 9, tzinfo=UTC)
TODAY = date(2018, 10, 1)
PERSON = UUID(int=1)
LOAN = UUID(int=2)
REUSABLE = Kind("reusable", pat=False, loler_months=None, service_months=None)
HOIST = replace(REUSABLE, loler_months=6)
BED = replace(REUSABLE, service_months=12)
MATTRESS_PUMP = replace(REUSABLE, pat=True)


def an_act(action: str, **fields: Any) -> Act:
    """Do something now, with every field that an action may need."""
    usual: dict[str, Any] = {
        "depot": "D2",
        "van": "V2",
        "person": PERSON,
        "funder": "04K",
        "occurred_at": NOW,
        "recorded_at": NOW,
        "day": TODAY,
    }
    return Act(uuid4(), action, **usual | fields)


def an_item(state: State, **fields: Any) -> Standing:
    """Stand as the state asks: in a depot, on a van, with somebody."""
    out = {State.ON_LOAN, State.GIVEN, State.COLLECTED}
    on_van = {State.LOADED, State.COLLECTED}
    elsewhere = out | on_van | {State.SCRAPPED, State.HANDED_BACK, State.LOST}
    usual: dict[str, Any] = {
        "depot": None if state in elsewhere else "D1",
        "last_depot": "D1",
        "van": "V1" if state in on_van else None,
    }
    if state in out:
        usual |= {"person": PERSON, "loan": LOAN, "loan_funder": "04K", "loan_phase": Phase.OPEN}
    return Standing(state, **usual | fields)


def refusal(standing: Standing, act: Act, kind: Kind = REUSABLE) -> str:
    """Say why it is refused, by its slug."""
    with pytest.raises(Refused) as caught:
        decide(standing, act, kind)
    return caught.value.slug


def check(kind: str, result: str = "pass", on: date = TODAY) -> tuple[Check, ...]:
    """Do one check."""
    return (Check(kind, result == "pass", on),)


def test_the_table_by_hand_has_every_pair() -> None:
    """All states and all actions but `undo`, which restores an earlier standing instead."""
    assert set(STATES.values()) == set(State)
    assert {name for name, _, _ in CELLS} | {"undo"} == ACTIONS
    assert len(CELLS) == 12 * 21


@pytest.mark.parametrize(("action", "start", "end"), CELLS)
def test_every_action_leads_from_every_state_where_the_contract_says(
    action: str, start: State, end: State | None
) -> None:
    """To the state in the table, or to a refusal that says how the item stands."""
    held_at = NOW if action == "release" else None
    item = an_item(start, held_at=held_at)
    someone_elses = replace(REUSABLE, pool_owned=False)
    if end is not None:
        assert decide(item, an_act(action), someone_elses).state is end
        return
    with pytest.raises(Refused) as caught:
        decide(item, an_act(action), someone_elses)
    assert caught.value.facts == {"state": start}


@pytest.mark.parametrize("state", State)
def test_allowed_is_what_the_table_allows_less_what_the_hold_forbids(state: State) -> None:
    """By state and hold alone: a held item can be released, a free one held."""
    names = {action for action, start, end in CELLS if start is state and end is not None}
    assert set(allowed(state, held=False)) == names - {"release"}
    barred = {"allocate", "load", "deliver", "pass", "hold"}
    assert set(allowed(state, held=True)) == names - barred


@pytest.mark.parametrize("reuse", ["consumable", "fixed"])
@pytest.mark.parametrize("state", [State.AVAILABLE, State.ALLOCATED, State.LOADED])
def test_what_is_used_up_or_built_in_is_given(reuse: str, state: State) -> None:
    """Delivered, it is no longer live, and the person has it."""
    given = decide(an_item(state), an_act("deliver"), replace(REUSABLE, reuse=reuse))
    assert (given.state, given.person, given.van) == (State.GIVEN, PERSON, None)
    assert given.loans == 1


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ("allocate", State.AVAILABLE),
        ("load", State.ALLOCATED),
        ("deliver", State.LOADED),
        ("pass", State.CLEANED),
    ],
)
def test_a_held_item_does_not_go_out(action: str, state: State) -> None:
    """Neither now nor when the scan comes at the very instant of the hold."""
    item = an_item(state, held_at=NOW)
    assert refusal(item, an_act(action)) == "item-on-hold"
    assert refusal(item, an_act(action, occurred_at=NOW + timedelta(hours=1))) == "item-on-hold"


@pytest.mark.parametrize("action", ["allocate", "load", "pass"])
def test_what_was_only_done_in_the_store_is_no_fact(action: str) -> None:
    """Though it happened before the hold, it is refused: nothing has left the house."""
    state = {"allocate": State.AVAILABLE, "load": State.ALLOCATED, "pass": State.CLEANED}[action]
    earlier = an_act(action, occurred_at=NOW - timedelta(days=1))
    assert refusal(an_item(state, held_at=NOW), earlier) == "item-on-hold"


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ("deliver", State.LOADED),
        ("deliver", State.AVAILABLE),
        ("collect", State.ON_LOAN),
        ("return", State.COLLECTED),
    ],
)
def test_what_was_done_before_the_hold_was_recorded_is_a_fact(action: str, state: State) -> None:
    """It is accepted and the hold stays; a microsecond later it is none."""
    item = an_item(state, held_at=NOW)
    before = an_act(action, occurred_at=NOW - timedelta(microseconds=1))
    assert is_fact_against_hold(item, before)
    assert decide(item, before, REUSABLE).held_at == NOW
    assert not is_fact_against_hold(item, an_act(action, occurred_at=NOW))


@pytest.mark.parametrize(
    ("action", "state"), [("collect", State.ON_LOAN), ("return", State.ON_LOAN)]
)
def test_a_held_item_can_be_fetched_home(action: str, state: State) -> None:
    """What comes back is welcome, and the hold stays."""
    assert decide(an_item(state, held_at=NOW), an_act(action), REUSABLE).held_at == NOW


def test_a_hold_is_put_once_and_lifted_once() -> None:
    """Holding a held item and releasing a free one are refused."""
    free = an_item(State.RETURNED)
    held = decide(free, an_act("hold"), REUSABLE)
    assert (held.held_at, held.state) == (NOW, State.RETURNED)
    assert refusal(held, an_act("hold")) == "item-on-hold"
    assert decide(held, an_act("release"), REUSABLE) == free
    assert refusal(free, an_act("release")) == "item-not-on-hold"


CARRIERS = {action: start for action, start, end in reversed(CELLS) if end is not None}


@pytest.mark.parametrize("action", sorted(set(CARRIERS) - {"pass"}))
def test_a_failed_check_holds_the_item_with_any_action(action: str) -> None:
    """Whatever else was done at the time, from then on nothing goes out."""
    held_at = NOW - timedelta(days=1) if action == "release" else None
    item = an_item(CARRIERS[action], held_at=held_at)
    act = an_act(action, checks=check("pat", "fail"), recorded_at=NOW + timedelta(hours=1))
    someone_elses = replace(REUSABLE, pool_owned=False)
    assert decide(item, act, someone_elses).held_at == NOW + timedelta(hours=1)


def test_a_failed_check_of_a_held_item_leaves_the_first_hold() -> None:
    """The hold goes on from when it was first recorded."""
    earlier = NOW - timedelta(days=2)
    item = an_item(State.RETURNED, held_at=earlier)
    held = decide(item, an_act("check", checks=check("pat", "fail")), REUSABLE)
    assert held.held_at == earlier


@pytest.mark.parametrize("state", [State.ON_LOAN, State.LOADED, State.COLLECTED])
def test_an_electrical_test_from_before_the_return_does_not_count(state: State) -> None:
    """One of the day of the return does, taken before, with or after it."""
    back = decide(an_item(state, pat_on=TODAY - timedelta(days=1)), an_act("return"), REUSABLE)
    assert refusal(replace(back, state=State.CLEANED), an_act("pass"), MATTRESS_PUMP)
    tested = replace(back, state=State.CLEANED, pat_on=TODAY)
    assert decide(tested, an_act("pass"), MATTRESS_PUMP).state is State.AVAILABLE


@pytest.mark.parametrize(
    ("action", "state"),
    [("return", State.ON_LOAN), ("find", State.LOST), ("withdraw", State.AVAILABLE)],
)
def test_an_electrical_item_is_tested_since_it_came_back(action: str, state: State) -> None:
    """After a return, a find and a withdrawal, each by its own day."""
    back = decide(an_item(state, pat_on=TODAY), an_act(action, day=date(2018, 10, 5)), REUSABLE)
    cleaned = decide(back, an_act("clean"), MATTRESS_PUMP)
    assert refusal(cleaned, an_act("pass"), MATTRESS_PUMP) == "pat-not-passed"
    early = an_act("check", checks=check("pat", on=date(2018, 10, 4)))
    assert refusal(decide(cleaned, early, MATTRESS_PUMP), an_act("pass"), MATTRESS_PUMP)
    on_the_day = an_act("pass", checks=check("pat", on=date(2018, 10, 5)))
    assert decide(cleaned, on_the_day, MATTRESS_PUMP).state is State.AVAILABLE


def test_an_item_without_mains_needs_no_electrical_test() -> None:
    """Where the product has none, nothing is asked."""
    cleaned = an_item(State.CLEANED, dirty_on=TODAY)
    assert decide(cleaned, an_act("pass"), REUSABLE).state is State.AVAILABLE


GOING_OUT = [("allocate", State.AVAILABLE), ("load", State.ALLOCATED), ("deliver", State.LOADED)]


@pytest.mark.parametrize(("action", "state"), [*GOING_OUT, ("pass", State.CLEANED)])
@pytest.mark.parametrize(
    ("kind", "name", "months"), [(HOIST, "loler", 6), (BED, "service", 12)], ids=["loler", "srv"]
)
def test_a_check_is_good_through_the_same_day_months_on(
    action: str, state: State, kind: Kind, name: str, months: int
) -> None:
    """On that day it still goes out, on the next it does not."""
    item = an_item(state, **{f"{name}_on": TODAY})
    last = months_on(TODAY, months)
    assert decide(item, an_act(action, day=last), kind).held_at is None
    overdue = an_act(action, day=last + timedelta(days=1))
    assert refusal(item, overdue, kind) == f"{name}-out-of-date"
    renewed = replace(overdue, checks=check(name, on=overdue.day))
    assert decide(item, renewed, kind).held_at is None


@pytest.mark.parametrize(("action", "state"), GOING_OUT)
def test_an_item_is_in_date_within_the_months_of_its_receipt(action: str, state: State) -> None:
    """Passed within them, or received within them: either will do."""
    new_hoist = replace(HOIST, received_on=TODAY)
    last = date(2019, 4, 1)
    for item in (an_item(state), an_item(state, loler_on=date(2018, 1, 1))):
        assert decide(item, an_act(action, day=last), new_hoist).held_at is None
        assert refusal(item, an_act(action, day=last + timedelta(days=1)), new_hoist)


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2018, 8, 31), 6, date(2019, 2, 28)),
        (date(2019, 8, 31), 6, date(2020, 2, 29)),
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
        (date(2020, 2, 29), 48, date(2024, 2, 29)),
        (date(2018, 12, 31), 2, date(2019, 2, 28)),
        (date(2018, 12, 1), 1, date(2019, 1, 1)),
        (date(2018, 10, 30), 6, date(2019, 4, 30)),
    ],
)
def test_months_end_where_the_month_does(day: date, months: int, last: date) -> None:
    """The same day, or the last of a month that has no such day."""
    assert months_on(day, months) == last


def test_checks_of_the_same_scan_count_for_its_action() -> None:
    """An item is tested and passed in one go."""
    cleaned = an_item(State.CLEANED, dirty_on=TODAY, loler_on=date(2017, 1, 1))
    kind = replace(HOIST, pat=True)
    both = an_act("pass", checks=check("pat") + check("loler"))
    passed = decide(cleaned, both, kind)
    assert (passed.state, passed.pat_on, passed.loler_on) == (State.AVAILABLE, TODAY, TODAY)


def test_an_older_result_does_not_hide_a_newer_one() -> None:
    """What counts is the day of the check, not when it was recorded."""
    item = an_item(State.RETURNED, loler_on=TODAY)
    late = decide(item, an_act("check", checks=check("loler", on=date(2018, 9, 1))), HOIST)
    assert late.loler_on == TODAY
    assert due_dates(late, HOIST).loler == date(2019, 4, 1)


def test_what_one_person_has_used_is_not_cleaned_for_another() -> None:
    """A single-patient product that has been on loan is refused; a new one is not."""
    kind = replace(REUSABLE, reuse="single_patient")
    lent = decide(an_item(State.AVAILABLE), an_act("deliver"), kind)
    assert refusal(decide(lent, an_act("return"), kind), an_act("clean"), kind) == "single-patient"
    withdrawn = decide(an_item(State.AVAILABLE), an_act("withdraw"), kind)
    assert decide(withdrawn, an_act("clean"), kind).state is State.CLEANED


def test_only_another_owners_item_goes_home() -> None:
    """The pool hands its own to nobody."""
    assert refusal(an_item(State.RETURNED), an_act("hand_back"), REUSABLE) == "item-is-the-pools"
    theirs = replace(REUSABLE, pool_owned=False)
    home = decide(an_item(State.RETURNED), an_act("hand_back"), theirs)
    assert (home.state, home.depot) == (State.HANDED_BACK, None)


@pytest.mark.parametrize("state", [State.LOADED, State.COLLECTED])
def test_on_a_van_an_item_moves_to_another_van(state: State) -> None:
    """A depot alone will not do."""
    moved = decide(an_item(state), an_act("move"), REUSABLE)
    assert (moved.van, moved.depot) == ("V2", None)
    with pytest.raises(Wrong) as caught:
        decide(an_item(state), an_act("move", van=None), REUSABLE)
    assert [fault.field for fault in caught.value.faults] == ["van"]


@pytest.mark.parametrize("state", [State.AVAILABLE, State.RETURNED, State.CLEANED, State.IN_REPAIR])
def test_in_a_depot_an_item_moves_to_another_depot(state: State) -> None:
    """A van alone will not do."""
    moved = decide(an_item(state), an_act("move"), REUSABLE)
    assert (moved.depot, moved.last_depot, moved.van) == ("D2", "D2", None)
    with pytest.raises(Wrong) as caught:
        decide(an_item(state), an_act("move", depot=None), REUSABLE)
    assert [fault.field for fault in caught.value.faults] == ["depot"]
