"""Moving between depots in words. Pure."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from budget.refusals import Refusal
from equipment.items import Item
from equipment.places import Depot
from web.fields import Fields, faults_of
from web.items.item_panel import STATE_WORDS
from web.stock.scan_page import ScanPage, Told

_TITLE: Final = "Move between depots"


def page_of(depot: str, depots: Sequence[Depot], base: str, told: Told | None = None) -> ScanPage:
    """The field for the scanner, and where what it reads is now."""
    fields = Fields()
    names = {each.code: f"{each.name} ({each.code})" for each in depots}
    return ScanPage(
        title=_TITLE if told is None or told.good else f"Error: {told.heading} {_TITLE}",
        heading=_TITLE,
        action=f"{base}/depot/move",
        # In one form: what is chosen counts for the next label, with no button between.
        fields=[
            fields.select(
                "depot", "Where it is now", names, value=depot,
                hint="Scan each item where it arrives: from then on it counts there.",
            ),
            fields.text(
                "label", "Label", hint="Scan it, or type its code and press Enter.", width=20,
                spellcheck=False, autocomplete="off",
            ),
        ],
        submit="Move it here",
        told=told,
        so_far="",
        back=("The depot", f"{base}/depot?{urlencode({'depot': depot})}"),
    )  # fmt: skip


def after(depot: str, item: str, *, moved: bool) -> str:
    """The address that shows what became of it."""
    more = {"did": "move"} if moved else {}
    return f"/depot/move?{urlencode({'depot': depot, 'item': item} | more)}"


def told(item: Item, depots: Sequence[Depot], depot: str, *, moved: bool) -> Told:
    """Where it is now."""
    words, colour = STATE_WORDS[item.state]
    place = next((each.name for each in depots if each.code == depot), depot)
    return Told(
        good=True,
        heading=f"Moved to {place}." if moved else "It is here already.",
        name=item.name,
        code=item.code,
        lines=(),
        links=(),
        tag={"text": words, "colour": colour},
    )


def refused(refusal: Refusal, base: str, item: Item | None = None) -> Told:
    """Why it is not moved, and where to go on."""
    faults, trouble = faults_of(refusal)
    words = trouble or " ".join(fault.message for fault in faults)
    return Told(
        good=False,
        heading="Not moved.",
        name="" if item is None else item.name,
        code="" if item is None else item.code,
        lines=[words],
        links=[] if item is None else [("Look at the item", f"{base}/items/{item.code}")],
        tag=None,
    )
