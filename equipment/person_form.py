"""What may be written of a person. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from budget.refusals import Fault, Wrong
from budget.wording import one_line, text_faults
from equipment.nhs_numbers import is_nhs_number
from equipment.postcodes import normal_postcode

_LENGTHS: Final = {"name": 200, "address": 500, "phone": 40}
_LONGEST_NEED: Final = 200
_MOST_NEEDS: Final = 50


Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=_LENGTHS["name"])]
Address: TypeAlias = Annotated[str, Meta(max_length=_LENGTHS["address"])]
Phone: TypeAlias = Annotated[str, Meta(max_length=_LENGTHS["phone"])]
NhsNumber: TypeAlias = Annotated[str, Meta(pattern="^[0-9]{10}$")]
Needs: TypeAlias = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=_LONGEST_NEED)]], Meta(max_length=_MOST_NEEDS)
]


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
    needs: Needs | None = None


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A person's record."""

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
    needs: Needs | UnsetType | None = UNSET
    died_on: date | UnsetType | None = UNSET


def tidied(fields: dict[str, Any], today: date) -> dict[str, Any]:
    """The fields as they are kept; Wrong, with every fault, where they cannot be.

    A blank address, postcode or telephone number is none.
    """
    postcode = (fields["postcode"] or "").strip() or None
    kept = fields | {
        "name": one_line(fields["name"]),
        "address": (fields["address"] or "").strip() or None,
        "phone": one_line(fields["phone"] or "") or None,
        "postcode": postcode and normal_postcode(postcode),
        "needs": list(dict.fromkeys(one_line(need) for need in fields["needs"] or [])),
    }
    faults = [*_faults(kept, today)]
    if postcode is not None and kept["postcode"] is None:
        faults.append(Fault("postcode", "Write a postcode of the United Kingdom, such as NG1 5FS."))
    _check(faults)
    return kept


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
    born, died_on = fields["born"], fields.get("died_on")
    for field, day in (("born", born), ("died_on", died_on)):
        if day is not None and day > today:
            yield Fault(field, "Lies in the future.")
    if born is not None and died_on is not None and died_on < born:
        yield Fault("died_on", "Lies before the day of birth.")


def _number_faults(nhs_number: str | None) -> Iterator[Fault]:
    if nhs_number is not None and not is_nhs_number(nhs_number):
        yield Fault("nhs_number", "Write the ten digits without spaces; these are not one.")
