"""What is said of a label at the wash, before it goes into a load. Pure."""

from typing import Final

from budget.refusals import Refusal, Wrong
from equipment.bays import Bay
from equipment.clerk import Result
from equipment.items import Item
from equipment.washing.programmes import Programme
from web.gate.gate_words import Told

_SIDES: Final = {
    "clean": "It is on the clean side.",
    "dirty": "Stop: it is on the dirty side. What is washed goes to the clean side.",
    "quarantine": "It is for what is set apart.",
}


def bay(found: Bay) -> Told:
    """The bay that the load is put into."""
    return Told(
        good=found.kind != "dirty",
        heading=f"Bay {found.code}.",
        name=found.name,
        code="",
        lines=[_SIDES[found.kind]],
        links=[],
        bay=found.code,
    )


def looked(result: Result, item: Item | None, programme: Programme | None, base: str) -> Told:
    """Whether it belongs into the load, and how it is washed."""
    refusal = result.refusal
    lines = [] if programme is None else [f"{programme.words}."]
    if refusal is not None:
        lines = [refusal.detail]
    return Told(
        good=refusal is None,
        heading="Into the load." if refusal is None else "Not into the load.",
        name="" if item is None else item.name,
        code=result.item or "",
        lines=lines,
        links=[] if item is None else [("Look at the item", f"{base}/items/{item.code}")],
    )


def not_read(refusal: Refusal) -> Told:
    """What is wrong with the load itself, or a label that names nothing."""
    words = refusal.detail
    if isinstance(refusal, Wrong):
        words = " ".join(fault.message for fault in refusal.faults)
    return Told(good=False, heading="Not into the load.", name="", code="", lines=[words], links=[])
