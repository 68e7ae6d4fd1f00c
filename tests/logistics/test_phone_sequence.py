"""A phone's count, against a model that keeps every number."""

from hypothesis import given
from hypothesis import strategies as st

from logistics.phones.sequence import STRETCHES_MAX, Heard, Stretch, hear, newly_missing

NUMBERS = st.integers(1, 40)
LISTS = st.lists(st.lists(NUMBERS, max_size=6), max_size=12)


@given(LISTS)
def test_what_is_missing_is_what_never_came(lists: list[list[int]]) -> None:
    """Below the highest number, in any order and however often, in the fewest stretches."""
    heard, came = Heard(), set[int]()
    noticed: list[Stretch] = []
    for numbers in lists:
        before, heard = heard, hear(heard, numbers)
        came |= set(numbers)
        noticed += newly_missing(before, heard)
        highest = max(came, default=0)
        lacking = [number for number in range(1, highest) if number not in came]
        assert heard.next_seq == highest + 1
        assert heard.numbers_missing(100) == lacking
        assert heard.numbers_missing(2) == lacking[:2]
        assert all(
            a.last + 1 < b.first for a, b in zip(heard.missing, heard.missing[1:], strict=False)
        )
    assert len({stretch.first for stretch in noticed}) == len(noticed)


def test_a_phone_that_leaves_out_every_second_number_fills_nothing_up() -> None:
    """The newest stretches are told apart; those before them are one."""
    heard = hear(Heard(), range(2, 10 * STRETCHES_MAX, 2))
    assert len(heard.missing) == STRETCHES_MAX
    assert heard.missing[0].first == 1
    assert heard.missing[-1] == Stretch(10 * STRETCHES_MAX - 3, 10 * STRETCHES_MAX - 3)
