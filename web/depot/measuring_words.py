"""What specials measure, in words. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID, uuid4

from msgspec.structs import replace

from budget.refusals import Refusal
from equipment.measuring.measurements import SIZES, Measurement, NewMeasurement, Sizes
from equipment.staff.roles import Caller
from web.fields import Field, Fields, errors, faults_of
from web.forms import Filled
from web.markup import link
from web.paging import Slice
from web.words import stamp

NAMES: Final[dict[str, str]] = {
    "width_mm": "Width in mm",
    "depth_mm": "Depth in mm",
    "height_mm": "Height in mm",
    "seat_width_mm": "Seat: width in mm",
    "seat_depth_mm": "Seat: depth in mm",
    "seat_height_mm": "Seat: height in mm",
    "max_user_kg": "Heaviest user in kg",
}


@dataclass(frozen=True, slots=True)
class MeasurementsPage:
    """What was measured of an item, and the form; no fields for who may not, or of no special."""

    title: str
    back: str
    errors: list[dict[str, str]]
    head: list[str]
    rows: list[list[dict[str, Any]]]
    links: dict[str, dict[str, str]]
    empty: str
    action: str
    fields: list[Field]


def measurements_page(
    code: str,
    found: Slice[Measurement],
    caller: Caller,
    base: str,
    *,
    special: bool,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> MeasurementsPage:
    """What is on record, oldest first."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    fields = list(_fields(Fields(filled, faults)))
    address = f"{base}/items/{quote(code, safe='')}"
    return MeasurementsPage(
        title="What it measures",
        back=address,
        errors=errors(faults, fields, trouble=trouble),
        head=["Measured", "What it measures", "Note", "Photograph"],
        rows=[_row(each, base) for each in found.rows],
        links=found.links,
        empty="It was not measured yet." if special else "This is no special.",
        action=f"{address}/measurements",
        fields=fields if special and caller.may("measure specials") else [],
    )


def _fields(fields: Fields) -> Iterator[Field]:
    yield fields.hidden("id", uuid4())
    for name, words in NAMES.items():
        yield fields.text(name, words, width=5, inputmode="numeric")
    yield fields.text("note", "What else whoever looks for one should know")
    yield fields.file("photo", "A photograph of it alone, at most 8 megabytes")


def _row(each: Measurement, base: str) -> list[dict[str, Any]]:
    photo: dict[str, Any] = {"text": "None"}
    if each.photo is not None:
        photo = {"html": link(f"{base}/files/{each.photo}", "Photograph")}
    return [
        {"text": f"{stamp(each.measured_at)}, {each.measured_by}"},
        {"text": sizes(each)},
        {"text": each.note or "None"},
        photo,
    ]


def sizes(each: Sizes) -> str:
    """What something measures, in one line."""
    told = ((NAMES[name].split(" in "), getattr(each, name)) for name in SIZES)
    return "; ".join(f"{what} {value} {unit}" for (what, unit), value in told if value is not None)


def values(filled: Filled) -> dict[str, object]:
    """What was typed of it."""
    more: dict[str, object] = {name: filled.given(name) for name in (*SIZES, "note")}
    return more | {"id": filled.text("id")}


def with_photo(new: NewMeasurement, file: UUID) -> NewMeasurement:
    """The same with its photograph."""
    return replace(new, photo=file)
