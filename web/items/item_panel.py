"""An item as somebody signed in may see it: words and tag colours for the rows of a list."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from equipment.items import Item
from equipment.staff.roles import Caller
from equipment.standing import State
from web.markup import link
from web.words import day

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


def panel(item: Item, caller: Caller, depots: Mapping[str, str]) -> Panel:
    """What `equipment.items` let this caller have, in words."""
    words, colour = STATE_WORDS[item.state]
    return Panel(
        username=caller.username,
        tag={"text": words, "colour": colour},
        held=item.on_hold,
        rows=rows_of(item, None, depots),
    )


def rows_of(item: Item, base: str | None, depots: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of a summary; with `base`, the start of our addresses, they lead on.

    `depots` are what depots are called, by their codes.
    """
    return [{"key": {"text": key}, "value": value} for key, value in _rows(item, base, depots)]


def _rows(
    item: Item, base: str | None, depots: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, str]]]:
    yield "Code", {"text": item.code}
    yield "Product", {"text": f"{item.name} ({item.sku})"}
    yield "Place", {"text": place_of(item, depots)}
    if item.recalled:
        yield "Recalled", {"text": "A recall holds it. It must not go out. Ask the depot."}
    if item.person is not None:
        yield "Person", _person(item.person, base)
    for key, text in (("Serial number", item.serial), ("Batch", item.batch)):
        if text is not None and base is not None:
            yield key, {"text": text}
    for check, due in (
        ("PAT due", item.due.pat),
        ("LOLER due", item.due.loler),
        ("Service due", item.due.service),
    ):
        if due is not None:
            yield check, {"text": day(due)}


def _person(person: UUID, base: str | None) -> dict[str, str]:
    if base is None:
        return {"text": str(person)}
    return {"html": link(f"{base}/people/{person}", "Who has it")}


def place_of(item: Item, depots: Mapping[str, str]) -> str:
    """Where an item is, in words."""
    if item.depot is not None:
        return depots.get(item.depot, item.depot)
    if item.van is not None:
        return f"Van {item.van}"
    return "With a person" if item.state is State.ON_LOAN else "Not in our hands"
