"""Labels that cannot be read, in words. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from markupsafe import Markup

from budget.refusals import Fault, Refusal, Wrong
from equipment.files.item_files import ItemFile
from equipment.gate.unreadable import REASON_MAX, Candidate
from equipment.history import Movement
from equipment.items import Item
from labels.code import shown
from web.fields import Field, Fields, errors, faults_of, hidden
from web.forms import Filled
from web.items.item_panel import STATE_WORDS, rows_of
from web.items.item_words import movement_row
from web.list_page import ListPage
from web.paging import Slice
from web.words import day

MOVES_SHOWN: Final = 8
STUCK: Final = "The blank label is this item's now. Its old code still means it."
_REASON: Final = "Its label cannot be read."
HOW: Final = {
    "print": "Print its own label again",
    "blank": "Stick a blank label on it",
}
_PICTURE: Final = "image/webp"


@dataclass(frozen=True, slots=True)
class Found:
    """An item that it may be, with its files and what happened to it last, the newest last."""

    item: Item
    files: Sequence[ItemFile]
    moves: Sequence[Movement]
    # What depots are called, by their codes.
    depots: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CandidatePage:
    """One item: what it looks like, what happened to it, and the form for its label."""

    title: str
    heading: str
    caption: str
    back: str
    errors: list[dict[str, str]]
    rows: list[dict[str, Any]]
    # Addresses with what each shows.
    photos: list[tuple[str, str]]
    head: list[str]
    movements: list[list[dict[str, Any]]]
    action: str
    fields: list[Field]


def search_page(
    found: Slice[Candidate],
    asked: Mapping[str, str],
    depots: Mapping[str, str],
    base: str,
    *,
    sought: bool,
    refusal: Refusal | None = None,
) -> ListPage:
    """What is known of it, and what fits."""
    faults, _ = faults_of(refusal) if refusal is not None else ((), None)
    fields = Fields(typed(asked), faults)
    states = {"": "Any"} | {state.value: words for state, (words, _) in STATE_WORDS.items()}
    ask = "Say a part of the product's name, of the serial number, or the batch."
    shown = [
        fields.text("product", "Product, by name or code", width=20),
        fields.text("serial", "Serial number, or a part of it", width=20, spellcheck=False),
        fields.text("batch", "Batch", width=10, spellcheck=False),
        fields.select("depot", "Seen last at", {"": "Any depot"} | dict(depots)),
        fields.select("state", "State on record", states),
        fields.day("back", "Came back since"),
    ]
    return ListPage(
        title="Labels that cannot be read",
        errors=errors(faults, shown),
        paragraphs=["Find the item by what else is known of it, then give it another label."],
        address=f"{base}/depot/unreadable",
        show="Search",
        fields=shown,
        head=["Photograph", "Item", "Serial and batch", "Seen last", "Came back"],
        rows=[_row(each, depots, base) for each in found.rows],
        empty="Nothing fits. Say less, or something else." if sought else ask,
        links=found.links,
        back=f"{base}/depot",
        back_to="The depot",
    )


def typed(asked: Mapping[str, str]) -> Filled:
    """What is sought, as the search form has it."""
    return Filled({name: [text] for name, text in asked.items()})


def _row(each: Candidate, depots: Mapping[str, str], base: str) -> list[dict[str, Any]]:
    address = f"{base}/depot/unreadable/{each.code}"
    name = Markup('<a href="{}">{}</a> <span class="kitback-code">{}</span>').format(
        address, each.name, shown(each.code)
    )
    words, _ = STATE_WORDS[each.state]
    place = depots.get(each.last_depot or "", each.last_depot or "Nowhere")
    labels = ", ".join(text for text in (each.serial, each.batch) if text)
    return [
        {"html": _small(each, base)},
        {"html": name},
        {"text": labels or "Not on record"},
        {"text": f"{place}. {words}"},
        {"text": "Never" if each.back_on is None else day(each.back_on)},
    ]


def _small(each: Candidate, base: str) -> Markup:
    if each.photo is None:
        return Markup("None")
    return Markup(
        '<img class="kitback-choice__picture" src="{}" alt="{}" width="96" loading="lazy">'
    ).format(f"{base}/files/{each.photo}", f"Photograph of {shown(each.code)}")


def candidate_page(
    found: Found,
    base: str,
    number: UUID,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> CandidatePage:
    """One item, to be compared with the thing in the hand; `number` makes the form one write."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    fields = Fields(filled, faults)
    code = found.item.code
    each = [
        hidden("id", str(number)),
        fields.radios("how", "Its new label", HOW, value="print"),
        fields.text(
            "label", "Blank label", hint="Scan it, if you stick one on.", width=20, spellcheck=False
        ),
        fields.text("reason", "Why", value=_REASON, maxlength=REASON_MAX),
    ]
    said = errors(faults, each, trouble=trouble)
    title = f"Is it this one? {found.item.name}"
    return CandidatePage(
        title=f"Error: {title}" if said else title,
        heading="Is it this one?",
        caption=f"{found.item.name} {shown(code)}",
        back=f"{base}/depot/unreadable",
        errors=said,
        rows=rows_of(found.item, base, found.depots),
        photos=[
            (f"{base}/files/{file.id}", file.name)
            for file in found.files
            if file.media_type == _PICTURE
        ],
        head=["When", "What", "By", "More"],
        movements=[movement_row(movement, found.depots) for movement in reversed(found.moves)],
        action=f"{base}/depot/unreadable/{quote(code, safe='')}",
        fields=each,
    )


def number_of(filled: Filled) -> UUID:
    """The form's own number; Wrong where it is none."""
    try:
        return UUID(filled.text("id"))
    except ValueError as error:
        raise Wrong([Fault("id", "Open the form again.")]) from error
