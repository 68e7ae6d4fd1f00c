"""An item's parts in words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from markupsafe import Markup

from budget.refusals import Refusal
from equipment.parts.parts import Part, Parts
from equipment.staff.roles import Caller
from labels.code import shown as shown_code
from web.fields import Field, Fields, errors, faults_of
from web.forms import Filled
from web.markup import tag
from web.words import stamp

_WHAT: Final = {"fit": "It was fitted", "missing": "It is missing", "found": "It was found again"}


@dataclass(frozen=True, slots=True)
class PartsPage:
    """The parts of an item, those that were taken from it, and the form; none for who may not."""

    title: str
    heading: str
    caption: str
    back: str
    errors: list[dict[str, str]]
    head: list[str]
    rows: list[list[dict[str, Any]]]
    earlier: list[list[dict[str, Any]]]
    earlier_head: list[str]
    action: str
    fields: list[Field]


def parts_page(
    shown: Parts,
    id: UUID,  # noqa: A002 - the contract's word
    caller: Caller,
    base: str,
    *,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> PartsPage:
    """What the item is made of; `id` makes the form one write however often it is sent."""
    faults, said = faults_of(refusal) if refusal is not None else ((), None)
    fields = _fields(shown, Fields(filled, faults), id) if caller.may("change parts") else []
    return PartsPage(
        title=f"Parts of {shown_code(shown.item)}",
        heading="Its parts",
        caption=shown_code(shown.item),
        back=f"{base}/items/{shown.item}",
        errors=errors(faults, fields, trouble=said),
        head=["Part", "Number", "Batch", "Fitted", "Note"],
        rows=[_row(part) for part in shown.parts],
        earlier_head=["Part", "Number", "Batch", "Taken off", "Note"],
        earlier=[_taken(part) for part in shown.earlier],
        action=f"{base}/items/{shown.item}/parts",
        fields=fields,
    )


def _fields(shown: Parts, fields: Fields, number: UUID) -> list[Field]:
    names = [part.part for part in shown.parts if part.listed]
    if not names:
        return []
    return [
        fields.hidden("id", number),
        fields.select("part", "Part", {name: name for name in names}),
        fields.radios("what", "What happened", _WHAT, value="fit"),
        fields.text("serial", "Its serial number, if it was fitted", spellcheck=False),
        fields.text("batch", "Its batch, if it was fitted", spellcheck=False),
        fields.text("note", "Note"),
    ]


def _row(part: Part) -> list[dict[str, Any]]:
    fitted = "Not on record"
    if part.fitted_at is not None:
        fitted = f"{stamp(part.fitted_at)}, {part.fitted_by}"
    return [{"html": _name(part)}, *_numbers(part), {"text": fitted}, {"text": part.note or "None"}]


def _name(part: Part) -> Markup:
    if not part.missing:
        return Markup("{}").format(part.part)
    return Markup("{} {}").format(part.part, tag("Missing", "red"))


def _taken(part: Part) -> list[dict[str, Any]]:
    assert part.taken_at is not None
    taken = f"{stamp(part.taken_at)}, {part.taken_by}"
    cells: Sequence[dict[str, Any]] = _numbers(part)
    return [{"text": part.part}, *cells, {"text": taken}, {"text": part.note or "None"}]


def _numbers(part: Part) -> list[dict[str, Any]]:
    return [{"text": part.serial or "Not on record"}, {"text": part.batch or "Not on record"}]
