"""An item as somebody signed in may see it: words and tag colours for the rows of a list."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from equipment.items import Item
from equipment.roles import Caller
from equipment.standing import State

STATE_WORDS: Final[dict[State, tuple[str, str]]] = {
    State.AVAILABLE: ("Available", "green"),
    State.ALLOCATED: ("Allocated", "blue"),
    State.LOADED: ("Loaded", "blue"),
    State.ON_LOAN: ("On loan", "purple"),
    State.GIVEN: ("Given", "grey"),
    State.COLLECTED: ("Collected", "yellow"),
    State.RETURNED: ("Returned, not clean", "yellow"),
    State.CLEANED: ("Cleaned, not inspected", "aqua-green"),
    State.IN_REPAIR: ("In repair", "orange"),
    State.SCRAPPED: ("Scrapped", "grey"),
    State.HANDED_BACK: ("Handed back", "grey"),
    State.LOST: ("Lost", "red"),
}


@dataclass(frozen=True, slots=True)
class Panel:
    """Who looks, and the rows: each with a key, a text, and perhaps a tag."""

    username: str
    tag: dict[str, str]
    held: bool
    rows: list[dict[str, Any]]


def panel(item: Item, caller: Caller) -> Panel:
    """What `equipment.items` let this caller have, in words."""
    words, colour = STATE_WORDS[item.state]
    return Panel(
        username=caller.username,
        tag={"text": words, "colour": colour},
        held=item.on_hold,
        rows=[{"key": {"text": key}, "value": {"text": text}} for key, text in _rows(item)],
    )


def _rows(item: Item) -> Iterator[tuple[str, str]]:
    yield "Code", item.code
    yield "Product", f"{item.name} ({item.sku})"
    yield "Place", _place(item)
    if item.person is not None:
        yield "Person", str(item.person)
    for check, day in (
        ("PAT due", item.due.pat),
        ("LOLER due", item.due.loler),
        ("Service due", item.due.service),
    ):
        if day is not None:
            yield check, _day(day)


def _place(item: Item) -> str:
    if item.depot is not None:
        return f"Depot {item.depot}"
    if item.van is not None:
        return f"Van {item.van}"
    return "With a person" if item.state is State.ON_LOAN else "Not in our hands"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
