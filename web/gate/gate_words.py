"""The gate in words: what became of a label, and what to do with the item now. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from budget.refusals import Refusal, Wrong
from equipment.catalogue.products import Product
from equipment.gate.arrivals import BEARERS, Bearer, TakenIn
from equipment.items import Item
from equipment.places import Depot
from equipment.standing import State
from labels.code import shown as shown_code
from web.fields import Field, Fields, hidden
from web.items.item_panel import STATE_WORDS
from web.words import count

DID: Final = {
    "return": "Taken in.",
    "find": "Found: it was lost.",
    "move": "Moved here: it was at another depot.",
    "back": "Back from its repairer.",
}
_BEARERS: Final[Mapping[str, str]] = {
    "crew": "Our own crew",
    "anybody": "Somebody, by hand",
    "hospital": "A hospital",
    "tip": "The tip",
    "service": "Another service",
}
assert set(_BEARERS) == set(BEARERS)
_POOL: Final = "pool"


@dataclass(frozen=True, slots=True)
class Gate:
    """Where the scanner stands, who brings what it reads, and who holds it.

    `number` makes the form one arrival however often it is sent.
    """

    base: str
    depot: str
    bearer: Bearer
    depots: Sequence[Depot]
    user: UUID
    number: UUID

    @property
    def path(self) -> str:
        """The address of this gate within the service."""
        return f"/depot/gate?{urlencode({'depot': self.depot, 'bearer': self.bearer})}"


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a label: `good` or not, in words to be read across a room and said aloud.

    `links` are the ways on: text and address.
    """

    good: bool
    heading: str
    name: str
    code: str
    lines: Sequence[str]
    links: Sequence[tuple[str, str]]
    tag: dict[str, str] | None = None
    # The code of the bay, where the label was one's.
    bay: str = ""

    @property
    def label(self) -> str:
        """The code as it is read off a label."""
        return shown_code(self.code) if self.code else ""

    @property
    def aloud(self) -> str:
        """What is said aloud: nothing where all is as usual, as a beep is enough then."""
        return "" if self.good else " ".join((self.heading, *self.lines))


@dataclass(frozen=True, slots=True)
class GatePage:
    """The gate: where one stands, the field for the scanner, and what was told last."""

    title: str
    action: str
    fields: list[Field]
    told: Told | None
    back: str
    user: str


def gate_page(gate: Gate, told: Told | None = None) -> GatePage:
    """The page, ready for the next label."""
    fields = Fields()
    names = {each.code: f"{each.name} ({each.code})" for each in gate.depots}
    title = "The gate"
    return GatePage(
        title=title if told is None or told.good else f"Error: {told.heading} {title}",
        action=f"{gate.base}/depot/gate",
        # In one form: what is chosen counts for the next label, with no button between.
        fields=[
            hidden("id", str(gate.number)),
            fields.select("depot", "Depot", names, value=gate.depot),
            fields.select("bearer", "Who brings it", _BEARERS, value=gate.bearer),
            fields.text(
                "label", "Label", hint="Scan it, or type its code and press Enter.",
                width=20, spellcheck=False, autocomplete="off",
            ),
        ],
        told=told,
        back=f"{gate.base}/depot?{urlencode({'depot': gate.depot})}",
        user=str(gate.user),
    )  # fmt: skip


def after(gate: Gate, taken: TakenIn) -> str:
    """The address that shows what became of it."""
    more = {"item": taken.item.code} | ({"did": taken.action} if taken.action else {})
    return f"{gate.path}&{urlencode(more)}"


def told(taken: TakenIn, product: Product, gate: Gate, *, special: bool = False) -> Told:
    """What to do with it now."""
    item = taken.item
    lines, good = _next(item, product)
    return Told(
        good=good,
        heading=DID[taken.action] if taken.action else "It is here already.",
        name=item.name,
        code=item.code,
        lines=lines,
        links=list(_links(item, product, gate, special=special)),
        tag=_tag(item),
    )


_WAITS: Final = {
    State.CLEANED: "It is washed, and waits to be inspected.",
    State.IN_REPAIR: "It waits for the bench.",
    State.ALLOCATED: "It is set aside for an order.",
    # What was sent once more, after something else happened to it.
    **dict.fromkeys(
        (State.LOADED, State.ON_LOAN, State.COLLECTED, State.GIVEN), "It has gone out again since."
    ),
    **dict.fromkeys(
        (State.SCRAPPED, State.HANDED_BACK, State.LOST), "It has left the service since."
    ),
}
_FIT: Final = "It is clean and fit to lend. Put it on its shelf."


def _next(item: Item, product: Product) -> tuple[list[str], bool]:
    """What to do with an item that has come in, and whether that is as usual."""
    if item.on_hold:
        return ["It is on hold. Do not wash or lend it: put it into quarantine."], False
    if item.owner != _POOL:
        return [f"It belongs to {item.owner}. Keep it apart, to be handed back."], False
    if item.state is not State.RETURNED:
        return [_WAITS.get(item.state, _FIT)], True
    if _is_spent(item, product):
        return ["It is for one person only. Do not wash it: it is scrapped."], False
    minutes = product.clean_minutes
    takes = f" Washing takes {count(minutes, 'minute')}." if minutes else ""
    return [f"Put it with the dirty ones, to be washed.{takes}"], True


def _is_spent(item: Item, product: Product) -> bool:
    return product.reuse == "single_patient" and item.loans > 0


def _links(item: Item, product: Product, gate: Gate, *, special: bool) -> Iterator[tuple[str, str]]:
    address = f"{gate.base}/items/{item.code}"
    if item.owner != _POOL and item.state is State.RETURNED:
        yield "Hand it back", f"{address}/acts/hand_back"
    elif _is_spent(item, product) and item.state is State.RETURNED:
        yield "Scrap it", f"{address}/acts/scrap"
    elif special and item.state is State.RETURNED:
        yield "Say what it measures", f"{address}/measurements"
    yield "Look at the item", address


def refused(refusal: Refusal, item: Item, gate: Gate) -> Told:
    """An item that is ours and cannot be taken in as it stands."""
    address = f"{gate.base}/items/{item.code}"
    lines, links = [_said(refusal)], [("Look at the item", address)]
    if item.state is State.LOADED:
        links = [
            ("Return it: it has been in a house", f"{address}/acts/return"),
            ("Unload it: it has not left the van", f"{address}/acts/unload"),
        ]
    elif not item.allowed:
        lines.append("Put it aside. A case has been opened for it.")
        links.append(("Cases", f"{gate.base}/cases"))
    return Told(
        good=False,
        heading="Not taken in.",
        name=item.name,
        code=item.code,
        lines=lines,
        links=links,
        tag=_tag(item),
    )


def unknown(refusal: Refusal, gate: Gate) -> Told:
    """A label that names none of our items, or none at all."""
    return Told(
        good=False,
        heading="Not taken in.",
        name="",
        code="",
        lines=[_said(refusal)],
        links=[("Find it by product or serial number", f"{gate.base}/depot/unreadable")],
    )


def _said(refusal: Refusal) -> str:
    if isinstance(refusal, Wrong):
        return " ".join(fault.message for fault in refusal.faults)
    return refusal.detail


def _tag(item: Item) -> dict[str, str]:
    words, colour = STATE_WORDS[item.state]
    return {"text": words, "colour": colour}
