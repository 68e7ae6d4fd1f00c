"""A person's addresses, stays and key safe, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from budget.refusals import Refusal
from equipment.people.addresses import KnownAddress
from equipment.people.key_safes import KeySafeCode
from equipment.people.person_form import Person
from equipment.staff.roles import Caller
from web.fields import Field, Fields, Form, errors, faults_of
from web.forms import Filled
from web.markup import link, tag
from web.orders.check_words import as_lines
from web.words import day

_CODE_READERS = (
    "Only the crew that goes there today can read it, and each look is on record. It is never"
    " shown here again: to be sure of it, type it anew."
)


@dataclass(frozen=True, slots=True)
class AddressesPage:
    """Where somebody lives, lived and stays."""

    title: str
    caption: str
    back: str
    stay: str | None
    move: str | None
    head: list[str]
    rows: list[list[dict[str, Any]]]
    empty: str


@dataclass(frozen=True, slots=True)
class CodePage:
    """A key safe's code, large enough to be read at a door."""

    title: str
    caption: str
    back: str
    code: str
    rows: list[dict[str, Any]]


def addresses_page(
    person: Person, known: Sequence[KnownAddress], caller: Caller, base: str, today: date
) -> AddressesPage:
    """The newest first; where they are today is marked."""
    address = f"{base}/people/{person.id}"
    may = caller.may("register people")
    here = _today(known, today)
    return AddressesPage(
        title="Addresses",
        caption=person.name,
        back=address,
        stay=f"{address}/addresses/new" if may else None,
        move=f"{address}/move" if may else None,
        head=["Where", "What", "From", "Until", "Recorded by"],
        rows=[
            _row(each, known, person, base, may_change=may, is_here=each.id == here)
            for each in reversed(known)
        ],
        empty="No address is on record.",
    )


def _today(known: Sequence[KnownAddress], today: date) -> int | None:
    """Which of them holds today: a stay goes before the home, a newer one before an older."""
    stays = [each.id for each in known if each.until_on and each.from_on <= today <= each.until_on]
    homes = [each for each in known if each.kind == "home" and each.from_on <= today]
    if stays:
        return stays[-1]
    return max(homes, key=lambda each: (each.from_on, each.id)).id if homes else None


def _row(
    each: KnownAddress,
    known: Sequence[KnownAddress],
    person: Person,
    base: str,
    *,
    may_change: bool,
    is_here: bool,
) -> list[dict[str, Any]]:
    what: list[Any] = ["Temporary" if each.kind == "temporary" else "Home"]
    if each.reason:
        what.append(each.reason)
    if is_here:
        what.append(tag("Today", "green"))
    until: list[Any] = [_until(each, known)]
    if each.kind == "temporary" and may_change:
        until.append(link(f"{base}/people/{person.id}/addresses/{each.id}", "Change the last day"))
    return [
        {"html": as_lines(list(_where(each)) or ["None"])},
        {"html": as_lines(what)},
        {"text": day(each.from_on)},
        {"html": as_lines(until)},
        {"text": each.recorded_by},
    ]


def _until(each: KnownAddress, known: Sequence[KnownAddress]) -> str:
    """The last day of a stay; of a home, when they moved on to the next."""
    if each.until_on is not None:
        return day(each.until_on)
    later = [
        other.from_on
        for other in known
        if other.kind == "home" and (other.from_on, other.id) > (each.from_on, each.id)
    ]
    return f"They moved on {day(min(later))}" if later else "They live there still"


def _where(each: KnownAddress) -> Iterator[str]:
    yield from (each.address or "").splitlines()
    if each.postcode:
        yield each.postcode
    if each.phone:
        yield f"Telephone {each.phone}"
    if each.access_notes:
        yield f"Getting in: {each.access_notes}"


def stay_form(
    person: Person, base: str, filled: Filled | None = None, refusal: Refusal | None = None
) -> Form:
    """The form for a temporary address."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    fields = Fields(filled, faults)
    each = [
        fields.hidden("id", uuid4()),
        fields.lines("address", "Address", rows=3),
        fields.text("postcode", "Postcode", width=10),
        fields.day("from", "First day there", hint={"text": "For example, 27 3 2027"}),
        fields.day("to", "Last day there"),
        fields.text("reason", "Why (optional)", hint="Such as: respite, at her daughter's."),
        fields.text("phone", "Telephone there (optional)", type="tel", width=20),
        fields.lines("access_notes", "Getting in (optional)", rows=2),
    ]
    paragraphs = ["What is delivered or collected on these days goes to this address."]
    return _person_form(
        person,
        base,
        "addresses/new",
        "A temporary address",
        each,
        said=errors(faults, each, trouble=trouble),
        submit="Keep this address",
        paragraphs=paragraphs,
    )


def stay_values(filled: Filled) -> dict[str, object]:
    """What was typed, as a stay takes it."""
    names = ("id", "address", "postcode", "reason", "phone", "access_notes")
    days: dict[str, object] = {name: filled.day(name) for name in ("from", "to")}
    return days | {name: filled.given(name) for name in names}


def end_form(
    person: Person,
    stay: KnownAddress,
    base: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Form:
    """The form that lets a stay end on another day."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    last = str(stay.until_on)
    each = [Fields(filled, faults).day("to", "Last day there", value=last)]
    where = ", ".join(part for part in (stay.address, stay.postcode) if part)
    return _person_form(
        person,
        base,
        f"addresses/{stay.id}",
        "When does the stay end?",
        each,
        said=errors(faults, each, trouble=trouble),
        submit="Keep this day",
        paragraphs=[f"At {where}, since {day(stay.from_on)}."],
    )


def move_form(
    person: Person, base: str, filled: Filled | None = None, refusal: Refusal | None = None
) -> Form:
    """The form for a new home."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    fields = Fields(filled, faults)
    each = [
        fields.lines("address", "New address", rows=3),
        fields.text("postcode", "New postcode", width=10),
        fields.lines("access_notes", "Getting in (optional)", rows=2),
    ]
    paragraphs = [
        "They live there from today on: what is delivered or collected is done there.",
        "If they left our area, say so under “Change the record” instead.",
    ]
    return _person_form(
        person,
        base,
        "move",
        "A new home",
        each,
        said=errors(faults, each, trouble=trouble),
        submit="Keep this address",
        paragraphs=paragraphs,
    )


def key_safe_form(person: Person, base: str, refusal: Refusal | None = None) -> Form:
    """The form for a key safe's code; it never shows one."""
    faults, trouble = faults_of(refusal) if refusal is not None else ((), None)
    fields = Fields(None, faults)
    more: dict[str, Any] = {"autocomplete": "off", "spellcheck": False, "width": 10}
    each = [fields.text("code", "Code of the key safe", **more)]
    said = errors(faults, each, trouble=trouble)
    if person.key_safe:
        forget = {"yes": "There is no key safe any more: forget the code"}
        each.append(fields.checkboxes("forget", "Or", forget))
    known = "A code is known." if person.key_safe else "No code is known."
    return _person_form(
        person,
        base,
        "key-safe",
        "Key safe",
        each,
        said=said,
        submit="Keep this",
        paragraphs=[known, _CODE_READERS],
    )


def code_page(person: Person, told: KeySafeCode, base: str) -> CodePage:
    """The code with the way to the door."""
    where = [*(person.address or "").splitlines(), person.postcode or ""]
    rows = [("Address", where), ("Getting in", [person.access_notes or ""])]
    return CodePage(
        title="Key safe",
        caption=person.name,
        back=f"{base}/people/{person.id}",
        code=told.code or "None",
        rows=[
            {"key": {"text": key}, "value": {"html": as_lines([each for each in lines if each])}}
            for key, lines in rows
            if any(lines)
        ],
    )


def _person_form(
    person: Person,
    base: str,
    path: str,
    heading: str,
    fields: list[Field],
    *,
    said: list[dict[str, str]],
    submit: str,
    paragraphs: Sequence[str],
) -> Form:
    address = f"{base}/people/{person.id}"
    return Form(
        title=f"Error: {heading}" if said else heading,
        heading=heading,
        caption=person.name,
        action=f"{address}/{path}",
        fields=fields,
        errors=said,
        submit=submit,
        back=f"{address}/addresses" if path != "key-safe" else address,
        paragraphs=paragraphs,
    )
