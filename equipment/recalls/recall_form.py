"""What may be written of a recall, and how one is shown. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from budget.refusals import Fault, Wrong
from budget.wording import one_line, text_faults

REFERENCE_MAX: Final = 100
TITLE_MAX: Final = 200
SEVERITY_MAX: Final = 40
LABEL_MAX: Final = 80
SKU_MAX: Final = 40
PART_MAX: Final = 200
REASON_MAX: Final = 1_000
OUTSTANDING_MAX: Final = 200
"""So many of what is outstanding are shown with a recall; all of it is a list of its own."""

Action: TypeAlias = Literal["hold", "collect"]
How: TypeAlias = Literal["phone", "letter", "visit", "email", "other"]
Outcome: TypeAlias = Literal["told", "no_answer", "refused", "not_there"]
Status: TypeAlias = Literal["open", "closed"]
Stage: TypeAlias = Literal["with_person", "on_van", "in_store", "not_found", "gone", "cleared"]
"""Where an item of a recall is now; `gone` and `cleared` are settled, all else outstanding."""

_Label = Annotated[str, Meta(min_length=1, max_length=LABEL_MAX)]
Reason: TypeAlias = Annotated[str, Meta(min_length=1, max_length=REASON_MAX)]


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """What is called back: a product, a batch, serial numbers from one to another, or all at once.

    Batches and serial numbers are compared without regard to case, spaces and hyphens, numbers in
    them as numbers: from HB-9 to HB-100 there is HB 10. What is not named may be anything; a
    product or a batch must be, as serial numbers of different makers are the same. With a `part`
    they are the batch and the serial number of that part, as it is fitted to an item.
    """

    part: Annotated[str, Meta(min_length=1, max_length=PART_MAX)] | None = None
    sku: Annotated[str, Meta(min_length=1, max_length=SKU_MAX)] | None = None
    batch: _Label | None = None
    serial_from: _Label | None = None
    serial_to: _Label | None = None


class NewRecall(msgspec.Struct, frozen=True, kw_only=True):
    """A recall as it is entered; `action` is whether what is on loan is fetched as well."""

    id: UUID
    reference: Annotated[str, Meta(min_length=1, max_length=REFERENCE_MAX)]
    title: Annotated[str, Meta(min_length=1, max_length=TITLE_MAX)]
    severity: Annotated[str, Meta(min_length=1, max_length=SEVERITY_MAX)]
    match: Match
    action: Action


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a match finds now: by state, how many are with people, and how many nobody can tell.

    `unsure` are live items of the product that have no batch or no serial number on record where
    the match names one: they are not held, and somebody must look at them.
    """

    items: int
    by_state: dict[str, int]
    with_people: int
    by_depot: dict[str, int]
    unsure: int


class Outstanding(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a recall; `person` and `told` are null for callers who may not see that person."""

    item: str
    sku: str
    serial: str | None
    batch: str | None
    state: str
    stage: Stage
    depot: str | None
    van: str | None
    person: UUID | None
    told: bool | None
    found_at: datetime
    cleared_by: str | None
    clear_reason: str | None
    seq: int


class RecallHead(msgspec.Struct, frozen=True, kw_only=True):
    """What a recall is about, and whether it is still open."""

    id: UUID
    reference: str
    title: str
    severity: str
    match: Match
    action: Action
    status: Status
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    closed_by: str | None
    close_reason: str | None
    seq: int


class Recall(RecallHead, frozen=True, kw_only=True):
    """A recall and how far it is, in items.

    `found`: all that it names, whatever its state. `held`: of those, what it holds now and is still
    in the service. `with_people`: with somebody now. `contacted`: whose holder was told.
    `collected`: was with somebody when it was found, and is not any more. `closed`: settled, as it
    is no longer in the service or was cleared. `outstanding_items`: all others, of which
    `outstanding` shows the first.
    """

    found: int
    held: int
    with_people: int
    contacted: int
    collected: int
    closed: int
    not_found: int
    outstanding_items: int
    by_state: dict[str, int]
    outstanding: list[Outstanding]


class Clearing(msgspec.Struct, frozen=True, kw_only=True):
    """Why an item is let go though its recall goes on: what was checked or put right."""

    reason: Reason


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a recall; with something outstanding it takes a reason."""

    reason: Reason | None = None


def tidied(new: NewRecall) -> NewRecall:
    """The recall as it is kept, or Wrong with every field at fault."""
    faults = [*_text_faults(new), *_match_faults(new.match)]
    if faults:
        raise Wrong(faults)
    match = {
        name: None if text is None else one_line(text)
        for name, text in msgspec.structs.asdict(new.match).items()
    }
    texts = {name: one_line(getattr(new, name)) for name in ("reference", "title", "severity")}
    return replace(new, match=Match(**match), **texts)


def check_match(match: Match) -> Match:
    """The match as it is compared, or Wrong."""
    if faults := list(_match_faults(match)):
        raise Wrong(faults)
    named: dict[str, Any] = msgspec.structs.asdict(match)
    return Match(**{name: text and one_line(text) for name, text in named.items()})


def _text_faults(new: NewRecall) -> Iterator[Fault]:
    yield from text_faults("reference", new.reference, REFERENCE_MAX)
    yield from text_faults("title", new.title, TITLE_MAX)
    yield from text_faults("severity", new.severity, SEVERITY_MAX)


def _match_faults(match: Match) -> Iterator[Fault]:
    yield from text_faults("match.sku", match.sku, SKU_MAX)
    yield from text_faults("match.part", match.part, PART_MAX)
    for name in ("batch", "serial_from", "serial_to"):
        text = getattr(match, name)
        wrong = list(text_faults(f"match.{name}", text, LABEL_MAX))
        yield from wrong
        if text is not None and not wrong and not any(each.isalnum() for each in text):
            yield Fault(f"match.{name}", "Has neither a letter nor a digit.")
    if match.sku is None and match.batch is None:
        words = "Name a product or a batch: serial numbers alone would hold other makers' things."
        yield Fault("match.sku", words)


def check_words(field: str, text: str) -> str:
    """A reason or note as it is kept, or Wrong."""
    if faults := list(text_faults(field, text, REASON_MAX)):
        raise Wrong(faults)
    return text.strip()
