"""Items in words: the rows of a list, and one item with its movements."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from equipment.history import Movement
from equipment.items import Item
from equipment.staff.roles import Caller
from labels.code import shown
from web.fields import Fields
from web.forms import Filled
from web.items.item_act_words import ACTS
from web.items.item_panel import STATE_WORDS, place_of, rows_of
from web.list_page import ListPage
from web.markup import tag
from web.paging import Slice
from web.words import stamp

ACTION_WORDS: Final[dict[str, str]] = {
    "receive": "Received",
    "open": "Taken over",
    "allocate": "Set aside",
    "deallocate": "Put back on the shelf",
    "load": "Loaded on a van",
    "unload": "Unloaded",
    "deliver": "Delivered",
    "collect": "Collected",
    "return": "Returned to the store",
    "withdraw": "Taken off the shelf",
    "clean": "Cleaned",
    "pass": "Inspected and safe",
    "fail": "Failed inspection",
    "repair": "Repaired",
    "check": "Checked",
    "move": "Moved",
    "transfer": "Transferred",
    "scrap": "Scrapped",
    "hand_back": "Handed back to its owner",
    "lose": "Reported lost",
    "find": "Found",
    "undo": "Taken back",
    "hold": "Put on hold",
    "release": "Released from hold",
}
"""What happened, for each action of the lifecycle and each way into the store."""


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One item: what it is, and what has happened to it."""

    title: str
    code: str
    back: str
    tags: list[dict[str, str]]
    rows: list[dict[str, Any]]
    label: str
    print: str | None
    parts: str
    files: str | None
    examinations: str | None
    repairs: str | None
    measurements: str | None
    acts: list[dict[str, str]]
    head: list[str]
    movements: list[list[dict[str, Any]]]
    links: dict[str, dict[str, str]]


def list_page(
    found: Slice[tuple[int, Item]],
    sought: Mapping[str, str],
    depots: Mapping[str, str],
    address: str,
) -> ListPage:
    """The list as it is shown for what was sought; `depots` are names by codes."""
    fields = Fields(Filled({name: [text] for name, text in sought.items()}))
    states = {"": "Any"} | {state.value: words for state, (words, _) in STATE_WORDS.items()}
    narrowed = any(sought[name] for name in ("q", "state", "depot"))
    return ListPage(
        title="Items",
        address=address,
        show="Search",
        fields=[
            fields.text("q", "Code, serial number or product", width=20, spellcheck=False),
            fields.select("state", "State", states),
            fields.select("depot", "Depot", {"": "All"} | dict(depots)),
        ],
        head=["Code", "Product", "State", "Where"],
        rows=[_row(item, address, depots) for _, item in found.rows],
        empty="No item matches this." if narrowed else "No items have been received yet.",
        links=found.links,
    )


def item_page(
    item: Item,
    found: Slice[tuple[int, Movement]],
    caller: Caller,
    base: str,
    *,
    depots: Mapping[str, str],
    special: bool,
) -> ItemPage:
    """One item with its movements, and what this caller may do with it as it is."""
    return ItemPage(
        title=item.name,
        code=shown(item.code),
        back=f"{base}/items",
        tags=_tags(item),
        rows=rows_of(item, base, depots),
        label=f"{base}/items/{item.code}/label",
        print=f"{base}/depot/print?item={item.code}" if caller.may("print labels") else None,
        parts=f"{base}/items/{item.code}/parts",
        files=f"{base}/items/{item.code}/files" if caller.may("read files") else None,
        acts=list(_acts(item, caller, base)),
        examinations=_examinations(item, caller, base),
        repairs=f"{base}/items/{item.code}/repairs" if caller.may("read repairs") else None,
        measurements=_measurements(item, caller, base) if special else None,
        head=["When", "What", "By", "More"],
        movements=[movement_row(movement, depots) for _, movement in found.rows],
        links=found.links,
    )


def _acts(item: Item, caller: Caller, base: str) -> Iterator[dict[str, str]]:
    """What may be done; whoever is on a round does it there, where it needs no network."""
    if "technician" in caller.roles:
        yield {"text": "Scan it in my round", "href": f"{base}/round#label/{item.code}"}
    for action in (*item.allowed, "undo"):
        if caller.may(action):
            href = f"{base}/items/{item.code}/acts/{action}"
            yield {"text": ACTS[action].words, "href": href}


def _measurements(item: Item, caller: Caller, base: str) -> str | None:
    """Where what a special measures is kept."""
    return f"{base}/items/{item.code}/measurements" if caller.may("measure specials") else None


def _examinations(item: Item, caller: Caller, base: str) -> str | None:
    """Where its examinations are: of what needs none, nowhere."""
    needs = item.due.loler is not None and caller.may("read examinations")
    return f"{base}/items/{item.code}/examinations" if needs else None


def _row(item: Item, address: str, depots: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"text": shown(item.code), "href": f"{address}/{item.code}", "classes": "kitback-code"},
        {"text": item.name},
        {"html": Markup(" ").join(tag(**each) for each in _tags(item))},
        {"text": place_of(item, depots)},
    ]


def _tags(item: Item) -> list[dict[str, str]]:
    words, colour = STATE_WORDS[item.state]
    text = "Recalled" if item.recalled else "On hold"
    held = [{"text": text, "colour": "red"}] if item.on_hold else []
    return [{"text": words, "colour": colour}, *held]


def movement_row(movement: Movement, depots: Mapping[str, str]) -> list[dict[str, Any]]:
    """A movement in the table of an item's."""
    words = ACTION_WORDS[movement.action]
    if movement.undone_by is not None:
        words += " (taken back since)"
    return [
        {"classes": "kitback-figure", "text": stamp(movement.occurred_at)},
        {"text": words},
        {"text": movement.actor},
        {"text": ". ".join(_more(movement, depots)) or "Nothing more"},
    ]


def _more(movement: Movement, depots: Mapping[str, str]) -> Iterator[str]:
    if movement.depot is not None:
        yield depots.get(movement.depot, movement.depot)
    if movement.van is not None:
        yield f"Van {movement.van}"
    if movement.reason is not None:
        yield movement.reason
