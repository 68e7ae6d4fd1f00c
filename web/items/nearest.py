"""The stores that take things in, nearest first for whoever says where they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from equipment.grid import Point, distance_m, grid_reference
from equipment.places import Depot

_METRES_IN_A_MILE: Final = 1609.344
_TYPED_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class HandIn:
    """The places in their order, and the field in which the visitor's postcode is typed."""

    places: list[str]
    field: dict[str, Any]


def hand_in(stores: Sequence[Depot], near: str | None) -> HandIn:
    """All the stores: by distance from the postcode `near`, or by name where there is none.

    Works without script, as a form that asks for the same page again. What is typed is not kept.
    """
    typed = (near or "")[:_TYPED_MAX].strip()
    start = grid_reference(typed) if typed else None
    field: dict[str, Any] = {
        "label": {"text": "Your postcode"},
        "id": "near",
        "name": "near",
        "value": typed,
        "autocomplete": "postal-code",
        "classes": "nhsuk-input--width-10",
    }
    if typed and start is None:
        words = "We do not know this postcode. Check it, or choose from the list."
        field["errorMessage"] = {"text": words}
    return HandIn([_words(store, start) for store in _ordered(stores, start)], field)


def _ordered(stores: Sequence[Depot], start: Point | None) -> list[Depot]:
    """Nearest first; a store that we cannot place comes last, in the order of its name."""
    return sorted(stores, key=lambda store: _miles(store, start) or float("inf"))


def _words(store: Depot, start: Point | None) -> str:
    miles = _miles(store, start)
    words = f"{store.name}, {store.postcode}"
    if miles is None:
        return words
    if round(miles) < 1:
        return f"{words}: less than a mile away"
    return f"{words}: about {round(miles)} {'mile' if round(miles) == 1 else 'miles'} away"


def _miles(store: Depot, start: Point | None) -> float | None:
    """Miles as the crow flies, never nought; None where one of the two is nowhere we know."""
    end = grid_reference(store.postcode)
    if start is None or end is None:
        return None
    return max(distance_m(start, end) / _METRES_IN_A_MILE, 0.01)
