"""Lists, a page at a time."""

import base64
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from api.paging import key_after, page
from budget.refusals import Wrong


def test_pages_follow_one_another_until_the_last() -> None:
    """One row more than asked for says that there is another page; none says that there is not."""
    rows = [f"row {number:02}" for number in range(6)]
    seen, cursor, pages = [], None, 0
    while cursor is not None or pages == 0:
        after = key_after(cursor, str) or ""
        fetched = [row for row in rows if row > after][: 3 + 1]
        shown = page(fetched, 3, lambda row: row)
        seen += shown.results
        cursor, pages = shown.next, pages + 1
    assert seen == rows
    assert pages == 2


def test_a_cursor_stays_right_while_rows_are_added() -> None:
    """It is the key of the last row shown, not a count of rows."""
    cursor = page(["b", "d", "f"], 2, lambda row: row).next
    after = key_after(cursor, str)
    assert after is not None
    assert [row for row in ["a", "b", "c", "d", "e", "f"] if row > after] == ["e", "f"]


def test_a_cursor_may_hold_several_keys() -> None:
    """Times and ids come back as what they were."""
    key = (datetime(2026, 3, 2, 9, 30, 0, 123456, UTC), UUID(int=7))
    cursor = page([key, key], 1, lambda row: row).next
    assert key_after(cursor, tuple[datetime, UUID]) == key


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "%%%", "\N{GRINNING FACE}", "bm9uZQ==", "MQ==", "\ud800", "W1tbW1tbW1s="]
    + [base64.urlsafe_b64encode(text).decode() for text in (b'"\\u0000"', b'"\xff"', b"[" * 1500)],
)
def test_a_broken_cursor_is_a_wrong_field(cursor: str) -> None:
    """Whatever somebody makes of it, it is never an error of ours."""
    with pytest.raises(Wrong) as refusal:
        key_after(cursor, str)
    assert [fault.field for fault in refusal.value.faults] == ["after"]


def test_a_cursor_holds_no_number_that_the_database_has_not() -> None:
    """A made-up key that is too large is a wrong field."""
    cursor = base64.urlsafe_b64encode(msgspec.json.encode(2**63)).decode()
    with pytest.raises(Wrong):
        key_after(cursor, int)
