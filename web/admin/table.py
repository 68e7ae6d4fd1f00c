"""A page for administrators and auditors that is one table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from web.fields import Field


@dataclass(frozen=True, slots=True)
class Table:
    """The rows, a search where there is one, and the ways to new ones."""

    title: str
    head: Sequence[Any]
    rows: list[list[dict[str, Any]]]
    empty: str
    links: dict[str, dict[str, str]]
    back: str | None = None
    address: str | None = None
    fields: Sequence[Field] = ()
    # Buttons and links: their words and addresses.
    new: tuple[str, str] | None = None
    other: tuple[str, str] | None = None
    paragraphs: Sequence[str] = ()
