"""Where an item is, who has it and how far its loan is, movement by movement."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from equipment.lifecycle import decide
from equipment.standing import Act, Kind, Phase, Standing, State

NOW = datetime(2018, 10, 1, 9, tzinfo=UTC)
KIND = Kind("reusable", pat=False, loler_months=None, service_months=None)
PERSON = UUID(int=1)
ON_SHELF = Standing(State.AVAILABLE, depot="D1", last_depot="D1")


def after(*actions: str, start: Standing = ON_SHELF, **fields: Any) -> Standing:
    """Stand as these actions leave it, one after the other."""
    usual: dict[str, Any] = {"depot": "D2", "van": "V1", "person": PERSON, "funder": "04K"}
    standing = start
    for action in actions:
        act = Act(uuid4(), action, NOW, NOW, date(2018, 10, 1), **usual | fields)
        standing = decide(standing, act, KIND)
    return standing


@pytest.mark.parametrize(
    ("actions", "depot", "van", "person"),
    [
        (["allocate"], "D1", None, None),
        (["allocate", "load"], None, "V1", None),
        (["allocate", "load", "unload"], "D1", None, None),
        (["deliver"], None, None, PERSON),
        (["deliver", "collect"], None, "V1", PERSON),
        (["deliver", "return"], "D2", None, None),
        (["deliver", "collect", "return"], "D2", None, None),
        (["allocate", "load", "return"], "D2", None, None),
        (["deliver", "lose"], None, None, PERSON),
        (["deliver", "lose", "find"], "D2", None, None),
        (["deliver", "scrap"], None, None, None),
        (["deliver", "collect", "scrap"], None, None, None),
        (["lose"], None, None, None),
        (["scrap"], None, None, None),
    ],
)
def test_an_item_is_in_one_place_and_with_its_person_until_the_loan_ends(
    actions: Sequence[str], depot: str | None, van: str | None, person: UUID | None
) -> None:
    """A depot, a van, somebody's home, or nowhere; lost on loan, it is still theirs."""
    standing = after(*actions)
    assert (standing.depot, standing.van, standing.person) == (depot, van, person)


HOME = ("deliver", "return")


@pytest.mark.parametrize(
    ("actions", "phase"),
    [
        (["deliver"], Phase.OPEN),
        (["deliver", "collect"], Phase.OPEN),
        (["deliver", "lose"], Phase.OPEN),
        (["deliver", "return"], Phase.ENDED),
        (["deliver", "lose", "find"], Phase.ENDED),
        (["deliver", "scrap"], Phase.WRITTEN_OFF),
        (["deliver", "collect", "scrap"], Phase.WRITTEN_OFF),
        ([*HOME, "lose", "find"], Phase.ENDED),
        ([*HOME, "clean", "fail", "repair"], Phase.ENDED),
        ([*HOME, "clean", "pass"], Phase.REUSED),
        ([*HOME, "clean", "fail", "repair", "pass"], Phase.REUSED),
        ([*HOME, "clean", "fail", "scrap"], Phase.SCRAPPED),
        ([*HOME, "clean", "pass", "withdraw", "clean", "pass"], Phase.REUSED),
        ([*HOME, "clean", "pass", "scrap"], Phase.REUSED),
        ([*HOME, "clean", "pass", "allocate", "load", "return"], Phase.REUSED),
        ([*HOME, "clean", "pass", "deliver"], Phase.OPEN),
    ],
)
def test_a_loan_ends_once_and_is_decided_once(actions: Sequence[str], phase: Phase) -> None:
    """By return or find, or written off; then by the first pass or scrap after its end."""
    assert after(*actions).loan_phase is phase


@pytest.mark.parametrize(
    "actions", [["allocate", "load", "return"], ["lose", "find"], ["withdraw", "clean", "pass"]]
)
def test_an_item_never_lent_has_no_loan(actions: Sequence[str]) -> None:
    """What had been in the house but was not left there ends no loan."""
    standing = after(*actions)
    assert (standing.loan, standing.loan_phase, standing.loans) == (None, None, 0)


def test_a_transfer_moves_the_loan_to_the_new_funder() -> None:
    """And leaves it where it was when only the address is new."""
    lent = after("deliver")
    assert after("transfer", start=lent, funder="52R").loan_funder == "52R"
    assert after("transfer", start=lent, funder=None) == lent


def test_each_delivery_counts() -> None:
    """Deliveries, not returns, are the item's loans."""
    twice = after(*HOME, "clean", "pass", "deliver")
    assert twice.loans == 2
    assert twice.loan != after("deliver").loan
