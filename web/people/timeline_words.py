"""A person's timeline in words, and where they stay today."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from equipment.people.addresses import KnownAddress
from equipment.people.timeline import Happening
from labels.code import shown
from web.markup import link
from web.words import day, stamp

HEAD: Final = ["When", "What happened", "Of what"]


def rows(happenings: Sequence[Happening], base: str) -> list[list[dict[str, Any]]]:
    """A table's rows, in the order given."""
    return [_row(happening, base) for happening in happenings]


def staying(known: Sequence[KnownAddress], today: date) -> str | None:
    """Where they stay for a while today, in a sentence; None where they are at home."""
    for each in known:
        until = each.until_on
        if each.kind == "temporary" and until and each.from_on <= today <= until:
            where = ", ".join(part for part in (each.address, each.postcode) if part)
            return f"Staying until {day(until)} at {where}"
    return None


def _row(happening: Happening, base: str) -> list[dict[str, Any]]:
    what = happening.kind.replace("_", " ").capitalize()
    if happening.detail:
        what = f"{what}: {happening.detail.replace('_', ' ')}"
    if happening.by:
        what = f"{what}, by {happening.by}"
    thing: dict[str, Any] = {"text": happening.name or "The record"}
    if happening.item is not None:
        code = shown(happening.item)
        thing = {"html": link(f"{base}/items/{happening.item}", f"{code} {happening.name}")}
    elif happening.order is not None:
        thing = {"html": link(f"{base}/orders/{happening.order}", happening.name or "The order")}
    return [
        {"text": stamp(happening.at), "classes": "kitback-figure"},
        {"text": what},
        thing,
    ]
