"""The figures of visits as they are asked for and shown, each with its definition."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias
from uuid import UUID

import msgspec

from budget.refusals import Fault
from logistics.visits.visit_form import Fault_, Kind, Status

By: TypeAlias = Literal["none", "depot", "partner", "month"]
Name: TypeAlias = Literal["on_time", "collected", "failed", "vans"]
Part: TypeAlias = Literal[
    "kept", "missed", "deferred", "to_come", "done", "service", "prescriber", "person"
]

DAYS_MAX: Final = 366
WITHIN_USUAL: Final = 5
WITHIN_MAX: Final = 60
_YEARS: Final = (2000, 2200)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a share is of: the parts that are counted above the line, and those below only."""

    title: str
    words: str
    above: tuple[Part, ...]
    below: tuple[Part, ...]
    apart: tuple[Part, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        """All that there are."""
        return (*self.above, *self.below, *self.apart)


DEFINITIONS: Final[Mapping[Name, Definition]] = {
    "on_time": Definition(
        title="Delivered on time",
        words=(
            "Of the first visits with something to deliver whose promised day lies in the period,"
            " the share that was done, with all that a failed one left to be repeated, on or before"
            " that day. The promised day is the order's, whatever day the visit was moved to;"
            " visits that the person put off to another day are counted apart, and so are those"
            " whose day has not passed yet."
        ),
        above=("kept",),
        below=("missed",),
        apart=("deferred", "to_come"),
    ),
    "collected": Definition(
        title="Collected within the working days",
        words=(
            "Of the first visits to collect what staff or the public asked for in the period, the"
            " share that was done, with all that a failed one left to be repeated, within so many"
            " working days of the day of asking, or of the day from which it could be fetched where"
            " that is later. Visits that the person put off are counted apart, and so are those"
            " whose last day has not passed yet."
        ),
        above=("kept",),
        below=("missed",),
        apart=("deferred", "to_come"),
    ),
    "failed": Definition(
        title="Failed visits, by fault",
        words=(
            "Of the visits made in the period, whatever for, the share that failed, by whose fault"
            " the crew said that it was. A visit that failed and was tried again counts each time."
        ),
        above=("service", "prescriber", "person"),
        below=("done",),
    ),
}
VANS: Final = Definition(
    title="Stops and kilometres a van",
    words=(
        "Of the published rounds of days in the period that have begun: the visits on them that"
        " were made, failed ones too, and the kilometres of the rounds as they were planned last,"
        " for each day on which the van went out."
    ),
    above=(),
    below=(),
)
ALWAYS: Final = "Visits that were called off, and what was undone, count nowhere."


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Which figures: from which day to which, both included, of which depot or partner."""

    first: date
    last: date
    by: By = "none"
    depot: str | None = None
    partner: str | None = None
    within: int = WITHIN_USUAL


class Share(msgspec.Struct, frozen=True):
    """One key's figure; `share` is numerator / denominator, null where that is 0.

    `parts` are what both are added up from, and what is counted apart.
    """

    key: str | None
    numerator: int
    denominator: int
    share: float | None
    parts: dict[Part, int]


class Figure(msgspec.Struct, frozen=True):
    """A figure with its definition, by key and in total."""

    name: Name
    title: str
    definition: str
    rows: list[Share]
    total: Share


class VanFigure(msgspec.Struct, frozen=True, kw_only=True):
    """What a van did: `days` on which it went out; of all vans, each of them on each day."""

    van: str | None
    depot: str | None
    days: int
    stops: int
    distance_m: int
    stops_a_day: float | None
    km_a_day: float | None
    km_a_stop: float | None


class VanFigures(msgspec.Struct, frozen=True):
    """The vans' figures with their definition; no partner has a van of its own."""

    title: str
    definition: str
    rows: list[VanFigure]
    total: VanFigure


class Report(msgspec.Struct, frozen=True):
    """All figures of visits in a span of days, both included."""

    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    by: By
    depot: str | None
    partner: str | None
    within_working_days: int
    figures: list[Figure]
    vans: VanFigures


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """Which of the visits behind a figure: of one part or van, or all."""

    name: Name
    question: Question
    part: Part | None = None
    van: str | None = None


class Behind(msgspec.Struct, frozen=True, kw_only=True):
    """A visit behind a figure; nothing of whom it was for or where.

    `day` is the one that it is counted on; `last_day` the one by which it was to be done;
    `done_on` when it was, in a repeat of it too.
    """

    visit: UUID
    kind: Kind
    status: Status
    depot: str
    funder: str | None
    van: str | None
    day: date
    last_day: date | None
    done_on: date | None
    fault: Fault_ | None
    part: Part


def faults_of(question: Question) -> Iterator[Fault]:
    """What is wrong with a question."""
    for name, day in (("from", question.first), ("to", question.last)):
        if not _YEARS[0] <= day.year <= _YEARS[1]:
            yield Fault(name, "Give a day of this age.")
    if question.first > question.last:
        yield Fault("to", "The span ends before it begins.")
    elif (question.last - question.first).days >= DAYS_MAX:
        yield Fault("to", f"Ask for {DAYS_MAX} days at most.")
    if not 0 <= question.within <= WITHIN_MAX:
        yield Fault("within", f"Write a number from 0 to {WITHIN_MAX}.")
