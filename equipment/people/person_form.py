"""What may be written of a person. Pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from budget.refusals import Fault, Wrong
from budget.wording import one_line, text_faults
from equipment.people.nhs_numbers import is_nhs_number
from equipment.postcodes import normal_postcode

_LENGTHS: Final = {
    "name": 200,
    "address": 500,
    "phone": 40,
    "funder_reason": 500,
    "language": 60,
    "communication_notes": 500,
    "access_notes": 1000,
}
_LINES: Final = ("phone", "funder_reason", "language", "communication_notes")
_BLOCKS: Final = ("address", "access_notes")
_LONGEST_NEED: Final = 200
_MOST_NEEDS: Final = 50
_WEIGHTS_KG: Final = range(1, 701)
_ODS: Final = re.compile(r"[A-Z0-9]{3,10}")

Communication: TypeAlias = Literal[
    "large_print",
    "easy_read",
    "braille",
    "audio",
    "email",
    "text_message",
    "text_relay",
    "bsl",
    "deafblind_manual",
    "lipreading",
    "hearing_aid",
    "makaton",
    "advocate",
    "longer_visit",
    "other",
]
"""How somebody needs to be told things: DCB1605, the Accessible Information Standard."""

Home: TypeAlias = Literal["own_home", "care_home"]
Carers: TypeAlias = Literal["paid", "family", "both", "none"]

Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=_LENGTHS["name"])]
Address: TypeAlias = Annotated[str, Meta(max_length=_LENGTHS["address"])]
Phone: TypeAlias = Annotated[str, Meta(max_length=_LENGTHS["phone"])]
NhsNumber: TypeAlias = Annotated[str, Meta(pattern="^[0-9]{10}$")]
Needs: TypeAlias = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=_LONGEST_NEED)]], Meta(max_length=_MOST_NEEDS)
]
FunderReason: TypeAlias = Annotated[str, Meta(max_length=_LENGTHS["funder_reason"])]
Language: TypeAlias = Annotated[str, Meta(max_length=_LENGTHS["language"])]
CommunicationNotes: TypeAlias = Annotated[str, Meta(max_length=_LENGTHS["communication_notes"])]
AccessNotes: TypeAlias = Annotated[str, Meta(max_length=_LENGTHS["access_notes"])]
Communications: TypeAlias = Annotated[list[Communication], Meta(max_length=15)]
WeightKg: TypeAlias = Annotated[int, Meta(ge=_WEIGHTS_KG.start, lt=_WEIGHTS_KG.stop)]
GpPractice: TypeAlias = Annotated[str, Meta(max_length=10)]


class NewPerson(msgspec.Struct, frozen=True, kw_only=True):
    """A person as they are registered; a client that may send it again makes the `id`."""

    id: UUID | None = None
    name: Name
    nhs_number: NhsNumber | None = None
    born: date | None = None
    address: Address | None = None
    postcode: str | None = None
    phone: Phone | None = None
    funder: str | None = None
    funder_reason: FunderReason | None = None
    needs: Needs | None = None
    weight_kg: WeightKg | None = None
    home: Home | None = None
    carers: Carers | None = None
    gp_practice: GpPractice | None = None
    language: Language | None = None
    interpreter: bool | None = None
    communication: Communications | None = None
    communication_notes: CommunicationNotes | None = None
    access_notes: AccessNotes | None = None


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A person's record.

    `merged` are the ids of other records that were found to be theirs; `followed_from` is that by
    which this one was asked for, where it is one of these.
    """

    id: UUID
    name: str
    nhs_number: str | None
    born: date | None
    address: str | None
    postcode: str | None
    phone: str | None
    funder: str | None
    needs: list[str]
    died_on: date | None
    created_at: datetime
    funder_reason: str | None = None
    weight_kg: int | None = None
    home: str | None = None
    carers: str | None = None
    gp_practice: str | None = None
    language: str | None = None
    interpreter: bool = False
    communication: list[str] = []
    communication_notes: str | None = None
    access_notes: str | None = None
    moved_on: date | None = None
    key_safe: bool = False
    merged: list[UUID] = []
    followed_from: UUID | None = None


class Lookalike(msgspec.Struct, frozen=True):
    """Somebody on record who may be the same person, and by what to tell."""

    id: UUID
    name: str
    born: date | None
    postcode: str | None


class Registered(Person, frozen=True, kw_only=True):
    """A new record, and whoever of those that the caller may see is like them."""

    possible_duplicates: list[Lookalike]


class PersonChange(msgspec.Struct, frozen=True, kw_only=True):
    """What changes about a person: what is absent stays, null clears."""

    name: Name | UnsetType = UNSET
    nhs_number: NhsNumber | UnsetType | None = UNSET
    born: date | UnsetType | None = UNSET
    address: Address | UnsetType | None = UNSET
    postcode: str | UnsetType | None = UNSET
    phone: Phone | UnsetType | None = UNSET
    funder: str | UnsetType | None = UNSET
    funder_reason: FunderReason | UnsetType | None = UNSET
    needs: Needs | UnsetType | None = UNSET
    weight_kg: WeightKg | UnsetType | None = UNSET
    home: Home | UnsetType | None = UNSET
    carers: Carers | UnsetType | None = UNSET
    gp_practice: GpPractice | UnsetType | None = UNSET
    language: Language | UnsetType | None = UNSET
    interpreter: bool | UnsetType | None = UNSET
    communication: Communications | UnsetType | None = UNSET
    communication_notes: CommunicationNotes | UnsetType | None = UNSET
    access_notes: AccessNotes | UnsetType | None = UNSET
    died_on: date | UnsetType | None = UNSET
    moved_on: date | UnsetType | None = UNSET


def tidied(fields: dict[str, Any], today: date) -> dict[str, Any]:
    """The fields as they are kept; Wrong, with every fault, where they cannot be.

    A blank text is none.
    """
    postcode = (fields["postcode"] or "").strip() or None
    kept = (
        fields
        | {field: one_line(fields[field] or "") or None for field in _LINES}
        | {field: (fields[field] or "").strip() or None for field in _BLOCKS}
        | {
            "name": one_line(fields["name"]),
            "postcode": postcode and normal_postcode(postcode),
            "needs": list(dict.fromkeys(one_line(need) for need in fields["needs"] or [])),
            "gp_practice": one_line(fields["gp_practice"] or "").upper() or None,
            "interpreter": fields["interpreter"] or False,
            "communication": list(dict.fromkeys(fields["communication"] or [])),
        }
    )
    faults = [*_faults(kept, today)]
    if postcode is not None and kept["postcode"] is None:
        faults.append(Fault("postcode", "Write a postcode of the United Kingdom, such as NG1 5FS."))
    _check(faults)
    return kept


def tidied_likeness(fields: dict[str, Any], today: date) -> dict[str, Any]:
    """Name, day of birth and postcode alone, as they are kept; Wrong where they cannot be."""
    return tidied(dict.fromkeys(PersonChange.__struct_fields__) | fields, today)


def check_nhs_number(nhs_number: str) -> None:
    """Raise Wrong unless it is an NHS number."""
    _check(list(_number_faults(nhs_number)))


def _check(faults: list[Fault]) -> None:
    if faults:
        raise Wrong(faults)


def _faults(fields: Mapping[str, Any], today: date) -> Iterator[Fault]:
    for field, longest in _LENGTHS.items():
        yield from text_faults(field, fields[field], longest)
    yield from _number_faults(fields["nhs_number"])
    for need in fields["needs"]:
        yield from text_faults("needs", need, _LONGEST_NEED)
    if len(fields["needs"]) > _MOST_NEEDS:
        yield Fault("needs", f"Name at most {_MOST_NEEDS}.")
    if fields["weight_kg"] is not None and fields["weight_kg"] not in _WEIGHTS_KG:
        yield Fault("weight_kg", f"Write whole kilograms, up to {_WEIGHTS_KG[-1]}.")
    if fields["gp_practice"] is not None and not _ODS.fullmatch(fields["gp_practice"]):
        yield Fault("gp_practice", "Write the practice's ODS code, such as C84001.")
    yield from _day_faults(fields, today)


def _day_faults(fields: Mapping[str, Any], today: date) -> Iterator[Fault]:
    born = fields["born"]
    for field in ("born", "died_on", "moved_on"):
        day = fields.get(field)
        if day is not None and day > today:
            yield Fault(field, "Lies in the future.")
        elif day is not None and born is not None and day < born:
            yield Fault(field, "Lies before the day of birth.")


def _number_faults(nhs_number: str | None) -> Iterator[Fault]:
    if nhs_number is not None and not is_nhs_number(nhs_number):
        yield Fault("nhs_number", "Write the ten digits without spaces; these are not one.")
