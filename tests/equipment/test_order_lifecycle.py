"""The lifecycle of an order: the table, and what its lines make of it."""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.refusals import Refused
from equipment.orders.order_lifecycle import (
    ENDED,
    OPEN,
    SOURCES,
    STATUSES,
    UNDER_WAY,
    LineStatus,
    check_may_be,
    status_of,
)


@pytest.mark.parametrize("status", sorted(STATUSES))
@pytest.mark.parametrize("act", list(SOURCES))
def test_each_act_is_for_some_statuses_alone(act: Any, status: str) -> None:
    """Whatever has ended stays as it is."""
    if status in SOURCES[act]:
        assert status in OPEN
        check_may_be(act, status)
    else:
        with pytest.raises(Refused, match="too late"):
            check_may_be(act, status)


def test_only_what_awaits_it_is_decided_on() -> None:
    """And nothing of it is on its way before."""
    assert SOURCES["authorise"] == SOURCES["decline"] == OPEN - UNDER_WAY
    assert {"declined", "delivered", "cancelled"} == ENDED


# Of each: where it stands, and how many of it are delivered.
_LINES: Final = st.one_of(
    st.tuples(st.just("delivered"), st.integers(1, 3)),
    st.tuples(st.sampled_from(["reserved", "awaiting_stock", "cancelled"]), st.integers(0, 2)),
)


@given(st.sampled_from(sorted(STATUSES)), st.lists(_LINES, min_size=1, max_size=4))
def test_an_order_is_what_its_lines_are(before: str, lines: list[tuple[LineStatus, int]]) -> None:
    """Delivered when nothing more is to come, partly so while something is; else as it was."""
    after = status_of(before, lines)
    still_to_come = any(status in {"reserved", "awaiting_stock"} for status, _ in lines)
    some = any(delivered for _, delivered in lines)
    if before in {"declined", "cancelled", "awaiting_authorisation"}:
        assert after == before
    elif still_to_come:
        assert (after == "part_delivered") == some
        assert after in UNDER_WAY
    else:
        assert after == ("delivered" if some else "cancelled")
