"""A report of a thorough examination: every field of Schedule 1 to LOLER 1998. Pure.

The numbers are those of the paragraphs of the Schedule (SI 1998/2307).
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta

from budget.refusals import Fault
from budget.wording import text_faults

_LINE: Final = 200
_TEXT: Final = 2_000
_DEFECTS_MAX: Final = 20

Line: TypeAlias = Annotated[str, Meta(min_length=1, max_length=_LINE)]
Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=_TEXT)]
Occasion: TypeAlias = Literal["installed", "six_months", "twelve_months", "scheme", "exceptional"]
Danger: TypeAlias = Literal["could", "is", "imminent"]


class Defect(msgspec.Struct, frozen=True):
    """8(a) to (c): a part with a defect which is or could become a danger to persons.

    `imminent` is one that involves an existing or imminent risk of serious personal injury:
    regulation 10(1)(c). One that only `could` become a danger says by when (`danger_by`).
    """

    part: Line
    description: Text
    danger: Danger
    remedy: Text
    danger_by: date | None = None


class Examiner(msgspec.Struct, frozen=True):
    """9: who makes the report. Without an employer they are self-employed.

    `account` is their user name where they are one of the service's own.
    """

    name: Line
    address: Text
    qualifications: Line
    employer: Line | None = None
    employer_address: Text | None = None
    account: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


class NewExamination(msgspec.Struct, frozen=True):
    """A report as it is sent; what the store knows itself (3, 4, the next date) it adds."""

    id: UUID
    # Paragraphs 8(f) and 11.
    examined_on: date
    reported_on: date
    # 6 and 7: why it was examined, and whether it is safe to operate.
    occasion: Occasion
    safe: bool
    # 1.
    employer: Line
    employer_address: Text
    # 2: of what is at home, the address; else the depot's.
    premises: Text
    # 9 and 10.
    examiner: Examiner
    authenticated_by: Line
    authenticated_address: Text
    # 3.
    made_on: date | None = None
    # 5: of the last configuration in which it was examined, where it depends on that.
    safe_working_load_kg: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    configuration: Line | None = None
    # 6(b).
    installed_correctly: bool | None = None
    # 8(a) to (c) and (e).
    defects: Annotated[list[Defect], Meta(max_length=_DEFECTS_MAX)] = []
    tests: Text | None = None
    # 8(d): as the product's months have it, unless it is said.
    next_by: date | None = None


class Examined(msgspec.Struct, frozen=True):
    """What the store adds to a report: how the item stood when it came."""

    item: str
    sku: str
    name: str
    serial: str | None
    batch: str | None
    owner: str
    # 4.
    last_examined_on: date | None
    # 8(d).
    next_by: date
    # Who had it: the premises are then their home.
    person: UUID | None


def faults_of(new: NewExamination, today: date) -> Iterator[Fault]:
    """What is wrong with a report before anything is looked up."""
    for where, each in (("", new), ("examiner.", new.examiner)):
        for name in each.__struct_fields__:
            value = getattr(each, name)
            if isinstance(value, str):
                yield from text_faults(f"{where}{name}", value, _TEXT)
    if new.examined_on > today:
        yield Fault("examined_on", "Cannot lie in the future.")
    if not new.examined_on <= new.reported_on <= today:
        yield Fault("reported_on", "Must lie between the examination and today.")
    if (new.occasion == "installed") != (new.installed_correctly is not None):
        yield Fault("installed_correctly", "Is said of what was newly installed, and of that only.")
    if (new.examiner.employer is None) != (new.examiner.employer_address is None):
        yield Fault(
            "examiner.employer_address", "Give name and address of the employer, or neither."
        )
    for n, defect in enumerate(new.defects):
        yield from _defect_faults(f"defects[{n}]", defect, new)


def _defect_faults(where: str, defect: Defect, new: NewExamination) -> Iterator[Fault]:
    for name in ("part", "description", "remedy"):
        yield from text_faults(f"{where}.{name}", getattr(defect, name), _TEXT)
    if (defect.danger == "could") != (defect.danger_by is not None):
        words = "Say by when it could become a danger, if it is none yet."
        yield Fault(f"{where}.danger_by", words)
    elif defect.danger_by is not None and defect.danger_by < new.examined_on:
        yield Fault(f"{where}.danger_by", "Must not lie before the examination.")
    if defect.danger != "could" and new.safe:
        yield Fault("safe", "It is not safe to operate with a defect that is a danger.")


_RANK: Final = ("none", "could", "is", "imminent")


def worst(defects: list[Defect]) -> str:
    """The worst danger of these defects: none, could, is, imminent."""
    return max((each.danger for each in defects), key=_RANK.index, default="none")
