"""Dividing to the penny: whatever is divided, its parts come to it."""

from hypothesis import given
from hypothesis import strategies as st

from budget.sharing.dividing import divide, divide_capped

PENCE = st.integers(-(10**12), 10**12)
CODES = st.text("ABCD019", min_size=1, max_size=3)
WEIGHTS = st.dictionaries(CODES, st.integers(-(10**9), 10**12), min_size=1, max_size=12)


@given(PENCE, WEIGHTS)
def test_parts_sum_to_the_whole_each_within_a_penny_of_its_proportion(
    pence: int, weights: dict[str, int]
) -> None:
    """Of any amount, among any partners; below 0 it is as much the other way."""
    parts = divide(pence, weights)
    assert sum(parts.values()) == pence
    counting = {who: max(weight, 0) for who, weight in weights.items()}
    whole = sum(counting.values())
    if whole:
        for who, part in parts.items():
            assert abs(part * whole - pence * counting[who]) < whole
    assert divide(-pence, weights) == {who: -part for who, part in parts.items()}


@given(PENCE, WEIGHTS, st.dictionaries(CODES, st.integers(0, 10**12), max_size=12))
def test_nobody_is_above_their_cap_unless_all_are_at_theirs(
    pence: int, weights: dict[str, int], caps: dict[str, int]
) -> None:
    """Over- or underspend, the parts sum to it; what comes back is not capped."""
    parts = divide_capped(pence, weights, caps)
    assert sum(parts.values()) == pence
    above = [who for who, part in parts.items() if who in caps and part > caps[who]]
    if above:
        assert all(who in caps and parts[who] >= caps[who] for who in weights)
        assert pence > sum(caps[who] for who in weights)
    if pence <= 0:
        assert parts == divide(pence, weights)


def test_what_a_cap_keeps_off_is_the_others() -> None:
    """In proportion; and where all have reached theirs, everybody's after all."""
    weights = {"A": 50, "B": 30, "C": 20}
    assert divide_capped(100, weights, {"A": 10}) == {"A": 10, "B": 54, "C": 36}
    assert divide_capped(100, weights, {"A": 10, "B": 20, "C": 30}) == {"A": 30, "B": 32, "C": 38}
