"""The lifecycle of an order: the table, and what its lines make of it."""

from typing import Any

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
    check_may_be,
    line_status,
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


_LINES = st.builds(
    lambda wanted, delivered, promised, waiting: (
        wanted,
        delivered,
        promised if wanted else 0,
        waiting,
    ),
    st.booleans(),
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(0, 3),
).filter(lambda line: sum(line[1:]) > 0)


@given(st.sampled_from(sorted(STATUSES)), st.lists(_LINES, min_size=1, max_size=4))
def test_an_order_is_what_its_lines_are(
    before: str, lines: list[tuple[bool, int, int, int]]
) -> None:
    """Delivered when nothing more is to come, partly so while something is; else as it was."""
    statuses = [
        line_status(wanted=w, quantity=d + p + more, promised=p, delivered=d)
        for w, d, p, more in lines
    ]
    pairs = [(status, d) for status, (_, d, _, _) in zip(statuses, lines, strict=True)]
    after = status_of(before, pairs)
    still_to_come = any(status in {"reserved", "awaiting_stock"} for status in statuses)
    some = any(d for _, d, _, _ in lines)
    if before in {"declined", "cancelled", "awaiting_authorisation"}:
        assert after == before
    elif still_to_come:
        assert (after == "part_delivered") == some
        assert after in UNDER_WAY
    else:
        assert after == ("delivered" if some else "cancelled")


@given(_LINES)
def test_a_line_is_reserved_when_all_that_is_left_is_promised(
    line: tuple[bool, int, int, int],
) -> None:
    """Else it waits, unless it is delivered or called off."""
    wanted, delivered, promised, waiting = line
    quantity = delivered + promised + waiting
    status = line_status(wanted=wanted, quantity=quantity, promised=promised, delivered=delivered)
    assert (status == "delivered") == (promised + waiting == 0)
    assert (status == "cancelled") == (not wanted and status != "delivered")
    assert (status == "awaiting_stock") == (wanted and waiting > 0)
