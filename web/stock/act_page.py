"""A page of the store: how something stands, its tables, and the forms that go on with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from web.fields import Field, Form


@dataclass(frozen=True, slots=True)
class Table:
    """A table and what is said where it has no rows."""

    caption: str
    head: Sequence[Any]
    rows: list[list[dict[str, Any]]]
    empty: str


@dataclass(frozen=True, slots=True)
class ActPage:
    """Shown by `stock_act.jinja`; `warnings` stand before everything else."""

    title: str
    caption: str
    heading: str
    back: tuple[str, str]
    standing: Any
    errors: list[dict[str, str]]
    warnings: Sequence[str]
    rows: list[dict[str, Any]]
    tables: Sequence[Table]
    links: Sequence[tuple[str, str]]
    forms: Sequence[Form]
    more: dict[str, dict[str, str]]


def line(key: str, text: str) -> dict[str, Any]:
    """A row of the summary."""
    return {"key": {"text": key}, "value": {"text": text}}


def right(text: str) -> dict[str, str]:
    """A cell or head of a column of numbers."""
    return {"text": text, "format": "numeric"}


def act(
    heading: str,
    action: str,
    fields: list[Field],
    submit: str,
    *,
    variant: str = "",
    about: str = "",
) -> Form:
    """One of the page's forms; its faults stand on top of the page."""
    return Form(
        title="",
        heading=heading,
        action=action,
        fields=fields,
        errors=[],
        submit=submit,
        variant=variant,
        paragraphs=(about,) if about else (),
    )
