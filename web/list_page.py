"""A page that is a list: one table, with a search where there is one, a page of it at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from web.fields import Field


@dataclass(frozen=True, slots=True)
class ListPage:
    """The rows, and the ways to new ones; `empty` is said where there are none.

    `address` is that of the search, `show` what its button says, `errors` what is wrong with what
    is sought.
    """

    title: str
    head: Sequence[Any]
    rows: list[list[dict[str, Any]]]
    empty: str
    links: dict[str, dict[str, str]]
    back: str | None = None
    back_to: str = "Administration"
    address: str | None = None
    fields: Sequence[Field] = ()
    show: str = "Show"
    # Buttons and links: their words and addresses.
    new: tuple[str, str] | None = None
    other: tuple[str, str] | None = None
    paragraphs: Sequence[str] = ()
    errors: Sequence[dict[str, str]] = ()
