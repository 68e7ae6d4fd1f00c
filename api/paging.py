"""Lists, a page at a time: `limit`, an opaque `after`, and where the next page starts.

A cursor is the key of the last row shown, so it stays right while rows are added. A handler asks
its domain function for `limit + 1` rows after the key; the one too many says that there are more.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Final, Generic, TypeAlias, TypeVar

import msgspec
from litestar.params import QueryParameter

from api.bodies import judged
from budget.refusals import Fault, Wrong

Row = TypeVar("Row")
Key = TypeVar("Key")

LIMIT_DEFAULT: Final = 50
LIMIT_MAX: Final = 200

Limit: TypeAlias = Annotated[
    int, QueryParameter(ge=1, le=LIMIT_MAX, description="How many results at most.")
]
"""A handler's `limit: Limit = LIMIT_DEFAULT`."""

After: TypeAlias = Annotated[
    str | None, QueryParameter(max_length=2_000, description="The `next` of the page before.")
]
"""A handler's `after: After = None`."""


class Page(msgspec.Struct, Generic[Row], frozen=True):
    """Some results, and the cursor of those that follow; null at the end."""

    results: list[Row]
    next: str | None


def page(rows: Sequence[Row], limit: int, key: Callable[[Row], object]) -> Page[Row]:
    """The first `limit` rows of `limit + 1` fetched; `key` is what the rows are ordered by."""
    shown = list(rows[:limit])
    return Page(shown, cursor_of(key(shown[-1])) if len(rows) > limit else None)


def key_after(cursor: str | None, wanted: type[Key]) -> Key | None:
    """The key in a cursor, or None for the first page; Wrong where it is none of ours."""
    if cursor is None:
        return None
    try:
        text = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True)
        return judged(msgspec.json.decode(text), wanted)
    except (binascii.Error, ValueError, RecursionError, Wrong) as error:
        raise Wrong([Fault("after", "Must be the `next` of the page before.")]) from error


def cursor_of(key: object) -> str:
    """A cursor that key_after() reads: for lists whose next page is not told by a row too many."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode()
