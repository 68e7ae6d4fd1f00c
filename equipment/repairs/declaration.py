"""The declaration of contamination status that travels with an item to its repairer. Pure.

What it says follows the form in the MHRA's "Managing medical devices" (and Health Technical
Memorandum 01-01): from whom to whom, what it is, whether it is contaminated and with what, whether
and how it was decontaminated or why it was not, that it is fit to be handled, and who says so.
Only what the recipient agreed to may go out without having been decontaminated.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta

from budget.refusals import Fault
from budget.wording import text_faults
from budget.years import LONDON
from equipment.repairs.job_form import NAME_MAX, Words
from labels.code import shown
from labels.document import Document, Section

ADDRESS_MAX: Final = 300
WORDS_MAX: Final = 500

Contaminated: TypeAlias = Literal["no", "yes", "unknown"]
Sentence: TypeAlias = Annotated[str, Meta(min_length=1, max_length=WORDS_MAX)]

_CONTAMINATED: Final[dict[Contaminated, str]] = {
    "no": "No",
    "yes": "Yes",
    "unknown": "Not known",
}


class NotDecontaminated(msgspec.Struct, frozen=True):
    """Why an item goes out as it is, what protects whoever handles it, and who agreed to that."""

    reason: Sentence
    precautions: Sentence
    agreed_by: Words


class Cleaning(msgspec.Struct, frozen=True):
    """The newest cleaning on record, since it was used last."""

    scan: UUID
    how: str
    by: str
    at: datetime


class Sender(msgspec.Struct, frozen=True):
    """Whose item it is: the service and the telephone that answers for it."""

    name: str
    phone: str


class Declared(msgspec.Struct, frozen=True):
    """All that the declaration says."""

    sender: Sender
    depot: str
    repairer: str
    address: str
    item: str
    name: str
    sku: str
    serial: str | None
    batch: str | None
    fault: str
    contaminated: Contaminated
    hazards: str | None
    cleaning: Cleaning | None
    not_decontaminated: NotDecontaminated | None
    declared_by: str
    position: str
    declared_at: datetime


def said_faults(
    contaminated: Contaminated, hazards: str | None, why: NotDecontaminated | None
) -> Iterator[Fault]:
    """What is wrong with what is said of the contamination."""
    yield from text_faults("hazards", hazards, WORDS_MAX)
    if contaminated == "yes" and hazards is None:
        yield Fault("hazards", "Say what it is contaminated with.")
    if contaminated != "no" and why is None:
        words = "Say why it is not decontaminated, and what protects whoever handles it."
        yield Fault("not_decontaminated", words)
    if why is not None:
        yield from text_faults("not_decontaminated.reason", why.reason, WORDS_MAX)
        yield from text_faults("not_decontaminated.precautions", why.precautions, WORDS_MAX)
        yield from text_faults("not_decontaminated.agreed_by", why.agreed_by, NAME_MAX)


def document(said: Declared, number: UUID) -> Document:
    """The declaration, to print and to go with the item."""
    return Document(
        "Declaration of contamination status",
        [
            Section("From and to", [
                ("From", f"{said.sender.name}\n{said.depot}"),
                ("Telephone", said.sender.phone),
                ("To", f"{said.repairer}\n{said.address}"),
            ]),
            Section("The equipment", list(_equipment(said))),
            Section("Is it contaminated?", list(_contamination(said))),
            Section("Has it been decontaminated?", list(_decontamination(said))),
            Section("Declaration", [
                ("Declared", "This item has been prepared to ensure safe handling and transport."),
                ("Name", said.declared_by),
                ("Position", said.position),
                ("Date", _moment(said.declared_at)),
                ("Signature", "\n"),
            ]),
        ],
        f"{said.sender.name}. Declaration {number}. Fix it to the outside of the package.",
    )  # fmt: skip


def _equipment(said: Declared) -> Iterator[tuple[str, str]]:
    yield "Description", f"{said.name} ({said.sku})"
    yield "Identity", shown(said.item)
    yield "Serial number", said.serial or "Not on record"
    yield "Batch", said.batch or "Not on record"
    yield "Fault", said.fault


def _contamination(said: Declared) -> Iterator[tuple[str, str]]:
    yield "Contaminated", _CONTAMINATED[said.contaminated]
    yield "With", said.hazards or ("Nothing known" if said.contaminated == "no" else "Not known")


def _decontamination(said: Declared) -> Iterator[tuple[str, str]]:
    why, cleaning = said.not_decontaminated, said.cleaning
    yield "Decontaminated", "Yes" if why is None else "NO"
    if cleaning is not None:
        yield "Method" if why is None else "Cleaned so far", cleaning.how
        yield "By", cleaning.by
        yield "On", _moment(cleaning.at)
    if why is not None:
        yield "Why not", why.reason
        yield "Precautions", why.precautions
        yield "Agreed to by", f"{why.agreed_by}, for the recipient"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(LONDON):%-d %B %Y, %H:%M}"
