"""Two records of one person, in words: who may be the same, and both side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from budget.refusals import Fault, Refusal
from equipment.people.person_form import Lookalike, Person
from web.fields import Field, Fields, errors, faults_of
from web.forms import Filled
from web.people.people_forms import CARERS, COMMUNICATION, HOMES
from web.words import day, nhs_number, stamp

WHAT_HAPPENS: Final = (
    "The record that goes on keeps all that it says.",
    "Where it says nothing, the other's word is taken over; needs are put together.",
    "What either has at home and on order, and its history, are the one person's from now on.",
    "The other record is given up: whoever looks for it is led to the one that goes on.",
    "This cannot be undone.",
)


@dataclass(frozen=True, slots=True)
class CandidatesPage:
    """Who may be the same person."""

    title: str
    caption: str
    back: str
    head: list[str]
    rows: list[list[dict[str, Any]]]
    action: str
    fields: list[Field]
    errors: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class MergePage:
    """Both records, what happens, and the form that does it."""

    title: str
    heading: str
    back: str
    head: list[str]
    rows: list[list[dict[str, Any]]]
    happens: Sequence[str]
    action: str
    fields: list[Field]
    errors: list[dict[str, str]]


def candidates_page(
    person: Person,
    alike: Sequence[Lookalike],
    base: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> CandidatesPage:
    """Those who are like the person, and the search for another."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    address = f"{base}/people/{person.id}"
    hint = "Of the other record, if it is not in the list."
    each = [
        Fields(filled, faults).text(
            "nhs_number", "NHS number", hint=hint, width=10, inputmode="numeric"
        )
    ]
    said = errors(faults, each, trouble=trouble)
    heading = "Another record of the same person"
    return CandidatesPage(
        title=f"Error: {heading}" if said else heading,
        caption=person.name,
        back=address,
        head=["Name", "Date of birth", "Postcode"],
        rows=[
            [
                {"text": other.name, "href": f"{address}/merge/{other.id}"},
                {"text": day(other.born) if other.born else "Not known"},
                {"text": other.postcode or "Not known"},
            ]
            for other in alike
            if other.id != person.id
        ],
        action=f"{address}/merge",
        fields=each,
        errors=said,
    )


def merge_page(
    both: tuple[Person, Person],
    base: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> MergePage:
    """Both side by side; the one that they came from goes on unless they say otherwise."""
    first, second = both
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    if refusal is not None and refusal.slug == "two-nhs-numbers":
        faults, trouble = [Fault("nhs_number", "Fill this in.")], None
    each = list(_fields(Fields(filled, faults), both))
    said = errors(faults, each, trouble=trouble)
    heading = "Are these one person?"
    address = f"{base}/people/{first.id}/merge"
    return MergePage(
        title=f"Error: {heading}" if said else heading,
        heading=heading,
        back=address,
        head=["About", "First record", "Second record"],
        rows=[
            [{"text": key}, {"text": one or "Not known"}, {"text": other or "Not known"}]
            for (key, one), (_, other) in zip(_facts(first), _facts(second), strict=True)
            if one or other
        ],
        happens=WHAT_HAPPENS,
        action=f"{address}/{second.id}",
        fields=each,
        errors=said,
    )


def _fields(fields: Fields, both: tuple[Person, Person]) -> Iterator[Field]:
    first, second = both
    keep = {str(first.id): f"The first: {first.name}", str(second.id): f"The second: {second.name}"}
    yield fields.radios("keep", "Which record goes on?", keep)
    numbers = {each.nhs_number: nhs_number(each.nhs_number) for each in both if each.nhs_number}
    if len(numbers) > 1:
        hint = {"text": "The person is found under the other, too."}
        yield fields.radios("nhs_number", "Which NHS number is right?", numbers, hint=hint)
    yield fields.lines(
        "reason", "How do you know that they are one person?", rows=2,
        hint="This stays on record.",
    )  # fmt: skip


def _facts(person: Person) -> Iterator[tuple[str, str | None]]:
    yield "Name", person.name
    yield "Date of birth", _day(person.born)
    yield "NHS number", person.nhs_number and nhs_number(person.nhs_number)
    where = [part for part in (person.address, person.postcode) if part]
    yield "Address", ", ".join(where)
    yield "Telephone", person.phone
    yield "Paid by", person.funder
    yield "GP practice", person.gp_practice
    yield "Weight", f"{person.weight_kg}kg" if person.weight_kg else None
    yield "Lives in", HOMES[person.home] if person.home else None
    yield "Cared for by", CARERS[person.carers] if person.carers else None
    yield "Getting in", person.access_notes
    yield "Key safe", "A code is known" if person.key_safe else None
    yield (
        "How they need to be told things",
        ", ".join(COMMUNICATION.get(need, need) for need in person.communication),
    )
    yield "The crew must know", "; ".join(person.needs)
    yield "Died on", _day(person.died_on)
    yield "Moved out of the area", _day(person.moved_on)
    yield "Record made", stamp(person.created_at)


def _day(known: date | None) -> str | None:
    return day(known) if known else None
